import { describe, expect, it } from 'vitest';
import { type AawpOutbreak, aawpInfected } from './aawp.ts';
import { logisticInfected } from '../dynamics/logistic.ts';

const provos: AawpOutbreak = {
  addressSpaceSize: 2 ** 32,
  vulnerable: 360_000,
  infected: 150,
  scansPerTick: 50,
  deathRatePerTick: 0,
  patchingRatePerTick: 0,
};

function ticksTo(outbreak: AawpOutbreak, fraction: number): number {
  return aawpInfected(outbreak, 10_000).findIndex((count) => count >= fraction * outbreak.vulnerable);
}

describe('AAWP', () => {
  it('takes 1,861 and 2,958 ticks of a second to 50 % and 99 % of the hosts of Provos (2004)', () => {
    expect([ticksTo(provos, 0.5), ticksTo(provos, 0.99)]).toEqual([1861, 2958]);
  });

  it('takes 355 and 429 minutes for Code Red as Zou et al. set it', () => {
    const codeRed = { ...provos, infected: 10, scansPerTick: 358 };
    expect([ticksTo(codeRed, 0.5), ticksTo(codeRed, 0.9)]).toEqual([355, 429]);
  });

  it('approaches the mean field as ticks shrink, at order one', () => {
    const exact = logisticInfected(
      { vulnerable: 360_000, infected: 150, contactRatePerSecond: (50 * 360_000) / 2 ** 32 },
      1800,
    );
    const errorAt = (ticksPerSecond: number): number => {
      const outbreak = { ...provos, scansPerTick: 50 / ticksPerSecond };
      return exact - aawpInfected(outbreak, 1800 * ticksPerSecond).at(-1)!;
    };
    const [one, two, four] = [errorAt(1), errorAt(2), errorAt(4)];
    expect(one / two).toBeCloseTo(2, 1);
    expect(two / four).toBeCloseTo(2, 1);
  });

  it('dies out when hosts die faster than they infect, and patches the rest', () => {
    const dying = { ...provos, deathRatePerTick: 0.01, patchingRatePerTick: 0.001 };
    const count = aawpInfected(dying, 5000);
    expect(count.at(-1)).toBeLessThan(1e-3);
    expect(Math.max(...count)).toBe(150);
  });
});
