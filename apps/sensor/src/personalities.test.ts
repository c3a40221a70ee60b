// Ordinary clients of hosts with personalities: the kernel's TCP connects at once and takes a file as fast as from the plain stack, and p0f,
// which looks on, sees the window and the options of the fingerprint and names the family. Names are those of the installed nmap-os-db.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { startDaemon } from './daemon-test-support.ts';
import { missingForNamespaces } from './namespace-test-support.ts';

const DATABASE = '/usr/share/nmap/nmap-os-db';
const missing = missingForNamespaces('p0f') ?? (existsSync(DATABASE) ? null : `no ${DATABASE}`);

/** What p0f's signatures of SYN/ACKs call them; null: it has none. */
const SYSTEMS: readonly (readonly [name: string, family: RegExp | null])[] = [
  ['Linux 2.4.20', /^Linux 2\.4/],
  // p0f has no signature of the windows of the fingerprint that answers pings.
  ['Linux 2.6.32', null],
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
/** Connections to each host: what else the machine does disturbs one of them. */
const TRIES = 2;
const CONNECT_MS_MAX = 5;
/** Of the speed of the plain stack: of most hosts, and of each, which one disturbance may halve. */
const SPEED_MEDIAN_MIN = 0.8;
const SPEED_MIN = 0.4;
const address = (i: number): string => `10.3.0.${i + 1}`;

/** The last one is the plain stack. */
const CONFIGURATION = [...SYSTEMS.map(([name]) => `personality "${name}"`), null]
  .map(
    (personality, i) => `
create p${i}
${personality === null ? '' : `set p${i} ${personality}`}
set p${i} default tcp action reset
add p${i} tcp port 80 "cat big.txt"
bind ${address(i)} p${i}`,
  )
  .join('\n');

/** Connects to each address in turn and prints how long that took, how many octets came, and when the last one did. */
const CLIENT = `
import { connect } from 'node:net';
const seen = [];
for (const host of process.argv.slice(2)) {
  seen.push(await new Promise((resolve) => {
    const began = performance.now();
    let [octets, connectedMs] = [0, -1];
    const socket = connect({ host, port: 80 });
    socket.setTimeout(20000, () => resolve({ host, octets, connectedMs, tookMs: 0, error: 'silent' }));
    socket.on('connect', () => (connectedMs = performance.now() - began));
    socket.on('data', (part) => (octets += part.length));
    socket.on('error', (error) => resolve({ host, octets, connectedMs, tookMs: 0, error: error.message }));
    socket.on('end', () => { socket.destroy(); resolve({ host, octets, connectedMs, tookMs: performance.now() - began, error: null }); });
  }));
}
console.log(JSON.stringify(seen));`;

interface Seen {
  readonly host: string;
  readonly octets: number;
  readonly connectedMs: number;
  readonly tookMs: number;
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

/** The same of a signature of p0f: `version:ttl+distance:options length:mss:window,scale:layout:quirks:payload`. */
function seenIn(signature: string): string {
  const [, , , mss = '', windows = '', layout = ''] = signature.split(':');
  const [window = '', scale = ''] = windows.split(',');
  const unit = { mss: Number(mss), mtu: Number(mss) + 40 }[window.slice(0, 3)];
  const octets = unit === undefined ? Number(window) : unit * Number(window.slice(4));
  // The end of the options is one word, with what stands behind it.
  const options = layout.split(',').flatMap((word) => {
    const filled = /^eol\+(\d+)$/.exec(word)?.[1];
    return filled === undefined ? [word] : Array<string>(1 + Number(filled)).fill('eol');
  });
  return [mss, scale, octets, ...options].join(' ');
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

describe.skipIf(missing !== null)('hosts with personalities', () => {
  it('serve the kernel of a client, and p0f knows their families', async () => {
    const daemon = await startDaemon(CONFIGURATION, [], {
      'big.txt': 'x'.repeat(FILE_BYTES),
      'client.mjs': CLIENT,
      'p0f.log': '',
    });
    try {
      const p0f = daemon.pair.start('client', 'p0f', '-i', 'c0', '-o', daemon.file('p0f.log'));
      await new Promise<void>((resolve, reject) => {
        p0f.stdout?.setEncoding('utf8').on('data', (text: string) => {
          if (text.includes('Entered main event loop')) resolve();
        });
        p0f.on('close', () => reject(new Error('p0f ended')));
      });
      const addresses = [...SYSTEMS, null].map((_, i) => address(i));
      const visits = Array.from({ length: TRIES }, () => addresses).flat();
      const { stdout } = await daemon.pair.client(process.execPath, daemon.file('client.mjs'), ...visits);
      const seen = JSON.parse(stdout) as Seen[];
      expect(seen.filter(({ octets, error }) => octets !== FILE_BYTES || error !== null)).toEqual([]);
      const best = (key: 'connectedMs' | 'tookMs'): readonly number[] =>
        addresses.map((host) =>
          Math.min(...seen.filter((each) => each.host === host).map((each) => each[key])),
        );
      const connected = best('connectedMs');
      const times = best('tookMs');
      const speeds = times.slice(0, -1).map((took) => times.at(-1)! / took);
      process.stdout.write(
        `connects took ${connected.map((each) => each.toFixed(1)).join(', ')} ms, 10 MB from the plain stack ${times.at(-1)!.toFixed(0)} ms; speeds beside it ${speeds.map((each) => each.toFixed(2)).join(', ')}\n`,
      );
      expect(Math.max(...connected)).toBeLessThan(CONNECT_MS_MAX);
      expect(median(speeds)).toBeGreaterThan(SPEED_MEDIAN_MIN);
      expect(Math.min(...speeds)).toBeGreaterThan(SPEED_MIN);
      const lineOf = (i: number): string | undefined =>
        readFileSync(daemon.file('p0f.log'), 'utf8')
          .split('\n')
          .findLast((line) => line.includes('mod=syn+ack') && line.includes(`srv=${address(i)}/`));
      await expect.poll(() => SYSTEMS.every((_, i) => lineOf(i) !== undefined)).toBe(true);
      p0f.kill('SIGTERM');
      const familyOf = (i: number): string | undefined => /\|os=([^|]*)/.exec(lineOf(i) ?? '')?.[1];
      const database = readFileSync(DATABASE, 'latin1');
      const otherwise = SYSTEMS.flatMap(([name], i) => {
        const signature = seenIn(/\|raw_sig=([^|]*)/.exec(lineOf(i) ?? '')?.[1] ?? '');
        const expected = expectedOf(database, name);
        return expected.includes(signature)
          ? []
          : [`${name}: ${signature} instead of ${expected.join(' or ')}`];
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
