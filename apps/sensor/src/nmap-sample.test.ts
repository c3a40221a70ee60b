// A few personalities before the real nmap: the short form of `node conformance/nmap/scan.mjs`, and what `net probe` says of the same.
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { program } from './daemon-test-support.ts';
import { missingForNamespaces } from './namespace-test-support.ts';

const DATABASE = '/usr/share/nmap/nmap-os-db';
const missing = missingForNamespaces('nmap') ?? (existsSync(DATABASE) ? null : `no ${DATABASE}`);

/** Of other families each. */
const NAMES = [
  'Linux 3.2',
  'Linux 4.15 - 5.6',
  'Microsoft Windows XP SP3',
  'Microsoft Windows 10 1607',
  'FreeBSD 12.0-RELEASE',
  'Cisco 2960 switch (IOS 12.2)',
  'HP LaserJet 1320 printer',
  'Siemens Simatic 300 programmable logic controller',
];

interface Scanned {
  readonly name: string;
  readonly isPerfect: boolean;
  readonly best: { readonly name: string; readonly accuracy: number } | null;
}

const run = promisify(execFile);

it.skipIf(missing !== null)(
  'nmap names the systems that the configuration names, and net probe says so before',
  async () => {
    const directory = mkdtempSync(join(tmpdir(), 'wormwood-nmap-sample-'));
    try {
      const [result, config] = [join(directory, 'result.json'), join(directory, 'honeyd.conf')];
      const scan = join(import.meta.dirname, '../../../conformance/nmap/scan.mjs');
      await run(process.execPath, [scan, ...NAMES.flatMap((name) => ['--name', name]), '--json', result]);
      const scanned = JSON.parse(readFileSync(result, 'utf8')) as readonly Scanned[];
      expect(scanned.map(({ name }) => name)).toEqual(NAMES);
      const missed = scanned.filter(({ isPerfect }) => !isPerfect);
      // On a busy machine one may come at times that nmap takes for another rhythm.
      expect(missed.length, JSON.stringify(missed)).toBeLessThanOrEqual(1);
      const statements = NAMES.map(
        (name, i) =>
          `create p${i}\nset p${i} personality "${name}"\nset p${i} default tcp action reset\nadd p${i} tcp port 80 open\nbind 10.3.0.${i + 1} p${i}\n`,
      );
      writeFileSync(config, statements.join(''));
      for (const [i, name] of NAMES.slice(0, 3).entries()) {
        const probe = [program, 'net', 'probe', config, `10.3.0.${i + 1}`, '--json'];
        // oxlint-disable-next-line no-await-in-loop -- each takes a core
        const { stdout } = await run(process.execPath, probe);
        const { nmap } = JSON.parse(stdout) as {
          nmap: { matches: readonly { readonly name: string; readonly accuracy: number }[] };
        };
        expect(nmap.matches.filter(({ accuracy }) => accuracy === 1).map((match) => match.name)).toContain(
          name,
        );
      }
    } finally {
      rmSync(directory, { recursive: true });
    }
  },
  120_000,
);
