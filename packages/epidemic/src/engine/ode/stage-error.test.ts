/** The error of stages against outbreaks whose times are followed as they are: many runs of `hosts`. */
import { describe, expect, it } from 'vitest';
import type { DelayLaw } from '../../outbreak/delay-law.ts';
import type { Outbreak } from '../../outbreak/outbreak.ts';
import { hosts } from '../hosts/hosts.ts';
import { momentsOf, runsOf } from '../random-engine-test-support.ts';
import { ode } from './ode.ts';
import { stageError } from './stage-error.ts';

/** β = 0.1/s, blocked after 15 s in the mean: R = 1.5, and how fast that happens decides how many are infected by the end. */
function outbreakWith(reactionLaw: DelayLaw | undefined): Outbreak {
  return {
    addressSpaceSize: 2 ** 20,
    firstAddress: 0,
    population: { vulnerable: 40_000, infected: 1000 },
    worm: { scanRatePerSecond: 2.62144, strategy: { kind: 'uniform' } },
    honeypots: [],
    countermeasures: [
      {
        kind: 'blacklist',
        start: { kind: 'time', timeSeconds: 0 },
        reactionSeconds: 15,
        coverage: 1,
        ...(reactionLaw === undefined ? {} : { reactionLaw }),
      },
    ],
    durationSeconds: 60,
    sampleSeconds: 60,
  };
}

describe('the error of stages', () => {
  it('is none where stages are exact', () => {
    for (const law of [undefined, { kind: 'exponential' }, { kind: 'gamma', shape: 4 }] as const) {
      expect(stageError(outbreakWith(law))).toBeNull();
    }
  });

  it('is not known of a time that spreads more than an exponential one', () => {
    expect(stageError(outbreakWith({ kind: 'log-normal', sigma: 1.5 }))).toEqual({
      stages: 1,
      everInfected: null,
    });
  });

  it('is how far the mean field lies from runs with fixed times', () => {
    const outbreak = outbreakWith({ kind: 'fixed' });
    const error = stageError(outbreak)!;
    const field = runsOf(ode, outbreak, 1)[0]!.summary.everInfected;
    const { mean, standardError } = momentsOf(
      runsOf(hosts, outbreak, 40, '7').map(({ summary }) => summary.everInfected),
    );
    const off = Math.abs(field - mean);
    // The first order is the better part of it; chance at the start shifts the mean by about 1/I0.
    const chance = 4 * standardError + mean / 1000;
    expect(error.stages).toBe(16);
    expect(error.everInfected!).toBeGreaterThan(100);
    expect(off).toBeLessThan(1.5 * error.everInfected! + chance);
    expect(off).toBeGreaterThan(error.everInfected! / 2 - chance);
  });
});
