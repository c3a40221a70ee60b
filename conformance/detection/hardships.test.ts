// Disorder and ramps in small, against what is known not to hold yet. `WORMWOOD_LONG=1` adds ten days of a million innocents each.
import { describe, expect, it } from 'vitest';
import { crowdHardship, disorderHardships, rampHardships } from './hardships.ts';
import { knownHardships } from './known-misses.ts';

const isLong = process.env['WORMWOOD_LONG'] !== undefined;
const SEED = process.env['WORMWOOD_SEED'] ?? '1';
const MILLISECONDS = isLong ? 7_200_000 : 600_000;
// Of each kind the ones that tell most.
const DISORDERS = isLong ? null : ['wrong-order', 'year-ahead', 'one-direction', 'both-sides-of-router'];
const RAMPS = isLong ? null : ['forged-syn-ramp', 'worm'];
const REPEAT = `made again by: node conformance/detection/hardships.mjs --days 0 --sources ${isLong ? 10 : 1} --seed ${SEED}`;

describe('what a capture goes through', () => {
  it(
    'neither creates nor silences verdicts, but for what is known',
    async () => {
      const hardships = await disorderHardships(SEED, isLong ? 10 : 1, DISORDERS);
      const broken = hardships.filter(({ holds }) => !holds);
      expect(broken.map(({ name }) => name).toSorted(), `${REPEAT}\n${JSON.stringify(broken)}`).toEqual(
        knownHardships.disorder.filter((name) => DISORDERS?.includes(name) ?? true).toSorted(),
      );
    },
    MILLISECONDS,
  );

  it(
    'raises the alarm of a worm for a worm alone, but for what is known',
    async () => {
      const hardships = await rampHardships(SEED, RAMPS);
      const broken = hardships.filter(({ holds }) => !holds);
      expect(broken.map(({ name }) => name).toSorted(), `${REPEAT}\n${JSON.stringify(broken)}`).toEqual(
        knownHardships.ramps.filter((name) => RAMPS?.includes(name) ?? true).toSorted(),
      );
    },
    MILLISECONDS,
  );

  it.runIf(isLong)(
    'hides no scanner in a crowd, but for what is known',
    async () => {
      const crowd = await crowdHardship(SEED, 10, 1_000_000);
      expect(crowd.holds, crowd.figures).toBe(!knownHardships.crowd);
    },
    MILLISECONDS,
  );
});
