// Ordinary clients of hosts with personalities: the kernel's TCP connects and takes a file, and p0f, which looks on, names the family.
// Names are those of the installed nmap-os-db.
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

const FILE_BYTES = 1_000_000;
const address = (i: number): string => `10.3.0.${i + 1}`;

const CONFIGURATION = SYSTEMS.map(
  ([name], i) => `
create p${i}
set p${i} personality "${name}"
set p${i} default tcp action reset
add p${i} tcp port 80 "cat big.txt"
bind ${address(i)} p${i}`,
).join('\n');

/** Connects to each address in turn and prints how long that took and how many octets came. */
const CLIENT = `
import { connect } from 'node:net';
const seen = [];
for (const host of process.argv.slice(2)) {
  seen.push(await new Promise((resolve) => {
    const began = performance.now();
    let [octets, connectedMs] = [0, -1];
    const socket = connect({ host, port: 80 });
    socket.setTimeout(20000, () => resolve({ host, octets, connectedMs, error: 'silent' }));
    socket.on('connect', () => (connectedMs = performance.now() - began));
    socket.on('data', (part) => (octets += part.length));
    socket.on('error', (error) => resolve({ host, octets, connectedMs, error: error.message }));
    socket.on('end', () => { socket.destroy(); resolve({ host, octets, connectedMs, error: null }); });
  }));
}
console.log(JSON.stringify(seen));`;

interface Seen {
  readonly host: string;
  readonly octets: number;
  readonly connectedMs: number;
  readonly error: string | null;
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
      const addresses = SYSTEMS.map((_, i) => address(i));
      const { stdout } = await daemon.pair.client(process.execPath, daemon.file('client.mjs'), ...addresses);
      const seen = JSON.parse(stdout) as Seen[];
      process.stdout.write(
        `connects took ${seen.map(({ connectedMs }) => connectedMs.toFixed(1)).join(', ')} ms\n`,
      );
      expect(seen.filter(({ octets, error }) => octets !== FILE_BYTES || error !== null)).toEqual([]);
      const familyOf = (i: number): string | undefined =>
        readFileSync(daemon.file('p0f.log'), 'utf8')
          .split('\n')
          .filter((line) => line.includes('mod=syn+ack') && line.includes(`srv=${address(i)}/`))
          .map((line) => /\|os=([^|]*)/.exec(line)?.[1])
          .at(-1);
      await expect.poll(() => SYSTEMS.every((_, i) => familyOf(i) !== undefined)).toBe(true);
      p0f.kill('SIGTERM');
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
