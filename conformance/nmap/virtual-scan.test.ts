// A sample of the installed nmap-os-db, played and measured under virtual time; all of it with WORMWOOD_ACCURACY=full. The real nmap is
// asked by scan.mjs.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { randomStreams, siphashKeyOf } from '@wormwood/base';
import {
  allows,
  differences,
  fingerprintsOf,
  indexFingerprints,
  OWN_PERSONALITIES,
  PersonalityCatalog,
  playedBehavior,
} from '@wormwood/honeynet';
import { VirtualScanner } from './virtual-scan.ts';

const DATABASE = '/usr/share/nmap/nmap-os-db';
const isFull = process.env['WORMWOOD_ACCURACY'] === 'full';
const isMissing = !existsSync(DATABASE);
if (isMissing && process.env['WORMWOOD_REQUIRE_ALL'] === '1') throw new Error(`no ${DATABASE}`);
if (isMissing) process.stderr.write(`skipped: no ${DATABASE}\n`);

/** Of the names, at least so many in a hundred are measured as they say. */
const BAR = 0.97;
const STEP = isFull ? 1 : 19;

describe('expressions', () => {
  it('allow what the format says', () => {
    expect(allows('3B-45', '40')).toBe(true);
    expect(allows('3B-45', '46')).toBe(false);
    expect(allows('I|RD', 'RD')).toBe(true);
    expect(allows('>1000000', '1000001')).toBe(true);
    expect(allows('', '')).toBe(true);
    expect(allows('', 'U')).toBe(false);
  });
});

describe.skipIf(isMissing)('the installed nmap-os-db', () => {
  it('is measured as it says by a second evaluator', () => {
    const index = indexFingerprints(readFileSync(DATABASE, 'latin1'));
    const catalog = new PersonalityCatalog([index]);
    const scanner = new VirtualScanner('1');
    const secret = siphashKeyOf(randomStreams('2').stream('test/secret'));
    const names = catalog.names.filter((_, i) => i % STEP === 0);
    const missed = names.flatMap((name) => {
      const behavior = playedBehavior(catalog.find(name)!.personality, secret);
      const measured = scanner.scan(behavior);
      const misses = fingerprintsOf(index, name).map(({ tests }) => differences(tests, measured));
      const best = misses.toSorted((a, b) => a.length - b.length)[0]!;
      return best.length === 0 ? [] : [`${name}: ${best.map(({ test }) => test).join(' ')}`];
    });
    const share = 1 - missed.length / names.length;
    expect(share, missed.join('\n')).toBeGreaterThanOrEqual(BAR);
  });
});

describe('our own personalities', () => {
  it('are measured as they say', () => {
    const index = indexFingerprints(OWN_PERSONALITIES);
    const catalog = new PersonalityCatalog([index]);
    const scanner = new VirtualScanner('3');
    const secret = siphashKeyOf(randomStreams('4').stream('test/secret'));
    expect(catalog.names.length).toBeGreaterThanOrEqual(19);
    for (const name of catalog.names) {
      const { personality } = catalog.find(name)!;
      expect(personality.unmet, name).toEqual([]);
      const [fingerprint] = fingerprintsOf(index, name);
      expect(
        differences(fingerprint!.tests, scanner.scan(playedBehavior(personality, secret))),
        name,
      ).toEqual([]);
    }
  });
});
