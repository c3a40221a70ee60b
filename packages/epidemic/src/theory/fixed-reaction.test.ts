import { exponential, randomStreams } from '@wormwood/base';
import { describe, expect, it } from 'vitest';
import { finalSizeFraction } from './closed-forms.ts';
import {
  everInfectedAtFixedReaction,
  longestReactionSeconds,
  secondsWithinFraction,
} from './fixed-reaction.ts';
import { logisticInfected, logisticTimeToFraction } from '../dynamics/logistic.ts';

const DAY = 86_400;
/** Code Red at 10 probes a second, from one host: docs/validation.md, rows 22 and 23. */
const codeRed = { vulnerable: 360_000, infected: 1, contactRatePerSecond: (10 * 360_000) / 2 ** 32 };
const many = { vulnerable: 20_000, infected: 200, contactRatePerSecond: 0.01 };

describe('fixed reaction time', () => {
  it('is the logistic until the first hosts are blocked', () => {
    for (const timeSeconds of [0, 100, 333.3, 500]) {
      const ever = everInfectedAtFixedReaction(many, { reactionSeconds: 500, timeSeconds });
      // The bound of the method for exponential growth, (βh)^4 βt/120: β = 0.01, h = 500/64.
      const bound = (5 / 64) ** 4 * (5 / 120) * many.vulnerable;
      expect(Math.abs(ever - logisticInfected(many, timeSeconds))).toBeLessThanOrEqual(bound);
    }
  });

  it('ends with the final size of R = βτ, which does not depend on the law of the infectious time', () => {
    for (const reactionSeconds of [50, 80, 120, 200]) {
      const ever = everInfectedAtFixedReaction(many, { reactionSeconds, timeSeconds: 100_000 });
      const fraction = finalSizeFraction({
        susceptibleFraction: 0.99,
        infectedFraction: 0.01,
        reproductionNumber: many.contactRatePerSecond * reactionSeconds,
      });
      // Slowest decay of the four, e^{−0.35 · 10^5 s / 200 s} and less, is nothing: the bound is that of the steps.
      expect(Math.abs(ever / (many.vulnerable * fraction) - 1)).toBeLessThan(1e-7);
    }
  });

  it('agrees with hosts that are infected and blocked one by one, within 4 standard errors', () => {
    const timeSeconds = 700;
    const runs = 60;
    const counts = Array.from({ length: runs }, (_, run) =>
      simulate({ reactionSeconds: 130, timeSeconds, run }),
    );
    const mean = counts.reduce((sum, count) => sum + count, 0) / runs;
    const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / (runs - 1);
    const wanted = everInfectedAtFixedReaction(many, { reactionSeconds: 130, timeSeconds });
    expect(wanted).toBeGreaterThan(2000);
    expect(Math.abs(mean - wanted)).toBeLessThan(4 * Math.sqrt(variance / runs));
  });

  it('contains Code Red with a reaction of up to 20.6 min (docs/validation.md, row 22)', () => {
    const reactionSeconds = longestReactionSeconds(codeRed, { fraction: 0.01, timeSeconds: DAY });
    expect(Math.abs(reactionSeconds / 60 - 20.6)).toBeLessThan(0.05);
    const ever = everInfectedAtFixedReaction(codeRed, { reactionSeconds, timeSeconds: DAY });
    expect(Math.abs(ever - 3600)).toBeLessThan(1e-3);
    expect(longestReactionSeconds(codeRed, { fraction: 0.01, timeSeconds: 9000 })).toBe(Infinity);
  });
});

describe('filter in time', () => {
  it('lies 22 min before the mean field says at 95 % (docs/validation.md, row 23)', () => {
    expect(Math.abs((logisticTimeToFraction(codeRed, 0.01) ?? NaN) / 60 - 163)).toBeLessThan(0.5);
    const safe = secondsWithinFraction(codeRed, { fraction: 0.01, probability: 0.95 }) ?? NaN;
    expect(Math.abs(safe / 60 - 141)).toBeLessThan(0.5);
  });

  it('starts from the tabulated quantiles of the gamma law', () => {
    // χ² with 2n degrees of freedom is twice gamma(n): 5.991, 18.307 and 124.342 at 95 %.
    for (const [infected, quantile] of [
      [1, 5.991],
      [5, 18.307],
      [50, 124.342],
    ] as const) {
      const epidemic = { ...codeRed, infected };
      const at = secondsWithinFraction(epidemic, { fraction: 0.01, probability: 0.95 });
      const from = logisticTimeToFraction({ ...epidemic, infected: quantile / 2 }, 0.01) ?? NaN;
      expect(Math.abs((at ?? NaN) - from) * codeRed.contactRatePerSecond).toBeLessThan(5e-4);
    }
  });
});

/** Hosts ever infected in one outbreak: each infects at exponential gaps, thinned by who is still susceptible. */
function simulate(options: {
  readonly reactionSeconds: number;
  readonly timeSeconds: number;
  readonly run: number;
}): number {
  const stream = randomStreams('22').stream('fixed-reaction', options.run);
  // Infection times ascend; those of [head, length) scan.
  const times = Array.from({ length: many.infected }, () => 0);
  let head = 0;
  let now = 0;
  while (head < times.length) {
    const blocked = (times[head] ?? 0) + options.reactionSeconds;
    const susceptible = 1 - times.length / many.vulnerable;
    const next =
      now + exponential(stream) / (many.contactRatePerSecond * (times.length - head) * susceptible);
    if (Math.min(next, blocked) > options.timeSeconds) break;
    // Without memory: the gap may be drawn anew after each change.
    if (next < blocked) times.push(next);
    else head++;
    now = Math.min(next, blocked);
  }
  return times.length;
}
