// Ordinary clients of hosts with personalities: the kernel's TCP connects at once and takes 10 MB, and p0f, which looks on, sees the window
// and the options of the fingerprint and names the family. Names are those of the installed nmap-os-db. How fast the data comes is measured
// by benchmarks/honeynet/personality-stream.mjs.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { startDaemon } from './daemon-test-support.ts';
import { missingForNamespaces } from './namespace-test-support.ts';

const DATABASE = '/usr/share/nmap/nmap-os-db';
const missing = missingForNamespaces('p0f') ?? (existsSync(DATABASE) ? null : `no ${DATABASE}`);

/** What p0f's signatures of SYN/ACKs call them; null: it has none. */
const SYSTEMS: readonly (readonly [name: string, family: RegExp | null])[] = [
  ['Linux 2.4.20', /^Linux 2\.4/],
  ['Linux 2.6.32', /^Linux 2\.6/],
  ['Linux 3.2', null],
  ['Linux 3.11 - 4.1', null],
  ['Linux 4.15 - 5.6', null],
  ['Linux 5.0 - 5.4', null],
  ['Microsoft Windows XP SP3', /^Windows/],
  ['Microsoft Windows XP SP2 or SP3', null],
  ['Microsoft Windows 7 SP1', /^Windows/],
  ['Microsoft Windows 10 1607', /^Windows/],
  ['Microsoft Windows 10 1709 - 1909', null],
  ['Microsoft Windows Server 2016', /^Windows/],
  ['FreeBSD 9.0-RELEASE', /^FreeBSD/],
  ['FreeBSD 11.1-RELEASE', /^FreeBSD/],
  ['FreeBSD 12.0-RELEASE', /^FreeBSD/],
  ['Sun Solaris 10', null],
  ['HP-UX B.11.31', /^HP-UX/],
  ['Cisco 2960 switch (IOS 12.2)', null],
  ['HP LaserJet 1320 printer', null],
  ['Siemens Simatic 300 programmable logic controller', null],
];

const FILE_BYTES = 10_000_000;
const CONNECT_MS_MAX = 5;
/** Before the one that takes the file: what else the machine does delays some of them. */
const CONNECTS = 8;
const address = (i: number): string => `10.3.0.${i + 1}`;

const CONFIGURATION = SYSTEMS.map(
  ([name], i) => `
create p${i}
set p${i} personality "${name}"
set p${i} default tcp action reset
add p${i} tcp port 80 "cat big.txt"
add p${i} tcp port 81 open
bind ${address(i)} p${i}`,
).join('\n');

/** Connects to each address some times and takes a file; prints how long the quickest connect took, and how many octets came. */
const CLIENT = `
import { connect } from 'node:net';
const visit = (host, port) => new Promise((resolve) => {
  const began = performance.now();
  let [octets, connectedMs] = [0, -1];
  const socket = connect({ host, port });
  const end = (error) => { socket.destroy(); resolve({ octets, connectedMs, error }); };
  socket.setTimeout(20000, () => end('silent'));
  socket.on('connect', () => { connectedMs = performance.now() - began; if (port === 81) end(null); });
  socket.on('data', (part) => (octets += part.length));
  socket.on('error', (error) => end(error.message));
  socket.on('end', () => end(null));
});
const seen = [];
for (const host of process.argv.slice(2)) {
  const times = [];
  for (let i = 0; i < ${CONNECTS}; i++) times.push((await visit(host, 81)).connectedMs);
  seen.push({ ...(await visit(host, 80)), host, connectedMs: Math.min(...times) });
}
console.log(JSON.stringify(seen));`;

interface Seen {
  readonly host: string;
  readonly octets: number;
  readonly connectedMs: number;
  readonly error: string | null;
}

const LETTERS: Readonly<Record<string, string>> = {
  M: 'mss',
  W: 'ws',
  T: 'ts',
  S: 'sok',
  N: 'nop',
  L: 'eol',
};

/** What p0f would see of the first SYN/ACK of a name, for each of its fingerprints: MSS, scale, options in their order, window. */
function expectedOf(database: string, name: string): readonly string[] {
  return database.split('\nFingerprint ').flatMap((block) => {
    if (!block.startsWith(`${name}\n`)) return [];
    const options = /^OPS\(O1=([^%)]*)/m.exec(block)?.[1]?.split('|') ?? [];
    const windows = /^WIN\(W1=([^%)]*)/m.exec(block)?.[1]?.split('|') ?? [];
    return options.flatMap((words) => {
      const tokens = words.match(/M[0-9A-F]*|W[0-9A-F]+|T[01][01]|[NSL]/g) ?? [];
      const numberOf = (letter: string): number =>
        Number.parseInt(tokens.find((token) => token.startsWith(letter))?.slice(1) ?? '0', 16);
      const layout = tokens.map((token) => LETTERS[token[0]!]);
      return windows.map((w) =>
        [numberOf('M'), Math.min(14, numberOf('W')), Number.parseInt(w, 16), ...layout].join(' '),
      );
    });
  });
}

/**
 * The same of a signature of p0f, `version:ttl+distance:options length:mss:window,scale:layout:quirks:payload`: for a window in segments
 * both with their timestamps and without.
 */
function seenIn(signature: string): readonly string[] {
  const [, , , mss = '', windows = '', layout = ''] = signature.split(':');
  const [window = '', scale = ''] = windows.split(',');
  const units = { mss: [Number(mss), Number(mss) - 12], mtu: [Number(mss) + 40] }[window.slice(0, 3)];
  const octets = units?.map((unit) => unit * Number(window.slice(4))) ?? [Number(window)];
  // The end of the options is one word, with what stands behind it.
  const options = layout.split(',').flatMap((word) => {
    const filled = /^eol\+(\d+)$/.exec(word)?.[1];
    return filled === undefined ? [word] : Array<string>(1 + Number(filled)).fill('eol');
  });
  return octets.map((each) => [mss, scale, each, ...options].join(' '));
}

describe.skipIf(missing !== null)('hosts with personalities', () => {
  it('serve the kernel of a client, and p0f knows their families', async () => {
    const daemon = await startDaemon(CONFIGURATION, [], {
      'big.txt': 'x'.repeat(FILE_BYTES),
      'client.mjs': CLIENT,
      'p0f.log': '',
    });
    try {
      const p0f = daemon.pair.start('client', 'p0f', '-i', 'c0', '-o', daemon.file('p0f.log'), 'tcp port 81');
      await new Promise<void>((resolve, reject) => {
        p0f.stdout?.setEncoding('utf8').on('data', (text: string) => {
          if (text.includes('Entered main event loop')) resolve();
        });
        p0f.on('close', () => reject(new Error('p0f ended')));
      });
      const addresses = SYSTEMS.map((_, i) => address(i));
      const { stdout } = await daemon.pair.client(process.execPath, daemon.file('client.mjs'), ...addresses);
      const seen = JSON.parse(stdout) as Seen[];
      const connected = seen.map(({ connectedMs }) => connectedMs);
      process.stdout.write(`connects took ${connected.map((each) => each.toFixed(1)).join(', ')} ms\n`);
      expect(seen.filter(({ octets, error }) => octets !== FILE_BYTES || error !== null)).toEqual([]);
      expect(Math.min(...connected)).toBeGreaterThan(0);
      expect(Math.max(...connected)).toBeLessThan(CONNECT_MS_MAX);
      const lineOf = (i: number): string | undefined =>
        readFileSync(daemon.file('p0f.log'), 'utf8')
          .split('\n')
          .findLast((line) => line.includes('mod=syn+ack') && line.includes(`srv=${address(i)}/`));
      await expect.poll(() => SYSTEMS.every((_, i) => lineOf(i) !== undefined)).toBe(true);
      p0f.kill('SIGTERM');
      const familyOf = (i: number): string | undefined => /\|os=([^|]*)/.exec(lineOf(i) ?? '')?.[1];
      const database = readFileSync(DATABASE, 'latin1');
      const otherwise = SYSTEMS.flatMap(([name], i) => {
        const signatures = seenIn(/\|raw_sig=([^|]*)/.exec(lineOf(i) ?? '')?.[1] ?? '');
        const expected = expectedOf(database, name);
        if (signatures.some((signature) => expected.includes(signature))) return [];
        return [`${name}: ${signatures.join(' or ')} instead of ${expected.slice(0, 3).join(' or ')}`];
      });
      expect(otherwise).toEqual([]);
      const named = SYSTEMS.map(([name], i) => `${name}: ${familyOf(i)}`);
      process.stdout.write(`${named.join('\n')}\n`);
      const wrong = SYSTEMS.flatMap(([name, family], i) =>
        family === null || family.test(familyOf(i) ?? '') ? [] : `${name}: ${familyOf(i)}`,
      );
      expect(wrong).toEqual([]);
    } finally {
      await daemon.remove();
    }
  });
});
