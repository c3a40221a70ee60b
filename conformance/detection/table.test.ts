// The table in small: every class by both doors, against the bars. `WORMWOOD_LONG=1` makes it as large as docs/detect.md has it.
import { describe, expect, it } from 'vitest';
import { missesOf } from './bars.ts';
import { classes } from './classes.ts';
import { knownMisses } from './known-misses.ts';
import { tableRows } from './table.ts';
import type { PrefixLength } from './telescope.ts';

const isLong = process.env['WORMWOOD_LONG'] !== undefined;
const SEED = process.env['WORMWOOD_SEED'] ?? '1';
const SOURCES = isLong ? 200 : 4;
const PREFIX_LENGTHS: readonly PrefixLength[] = isLong ? [16, 20, 24] : [20];
const MILLISECONDS = isLong ? 7_200_000 : 600_000;

describe('the table of innocents and scanners', () => {
  it(
    'misses the known bars and no other',
    async () => {
      const rows = await tableRows({ seed: SEED, sourcesPerClass: SOURCES, prefixLengths: PREFIX_LENGTHS });
      expect(rows.length).toBeGreaterThanOrEqual(0.9 * classes.length * PREFIX_LENGTHS.length);
      const misses = missesOf(rows);
      const missed = new Set(misses.map(({ bar, class: name }) => `${bar}: ${name}`));
      const known = Object.entries(knownMisses).flatMap(([bar, names]) =>
        names.map((name) => `${bar}: ${name}`),
      );
      const repeat = `node conformance/detection/table.mjs --sources ${SOURCES} --seed ${SEED}${isLong ? '' : ' --prefix 20'}`;
      expect([...missed].toSorted(), `made again by: ${repeat}\n${JSON.stringify(misses)}`).toEqual(
        known.toSorted(),
      );
    },
    MILLISECONDS,
  );
});
