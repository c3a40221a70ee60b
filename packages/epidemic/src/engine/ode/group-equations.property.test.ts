/** What holds of every mean field of groups, whatever the outbreak. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ode } from './ode.ts';
import type { Outbreak } from '../../outbreak/outbreak.ts';
import { honeypots, runsOf } from '../random-engine-test-support.ts';
import type { ScanStrategy } from '../../outbreak/scan-strategy.ts';
import type { HostPlacement } from '../../outbreak/population.ts';

const SPACE = 2 ** 20;
const fraction = fc.double({ min: 0, max: 1, noNaN: true });

const local: fc.Arbitrary<ScanStrategy> = fc
  .tuple(fc.constantFrom(2 ** 8, 2 ** 14, 2 ** 15), fraction)
  .map(([networkSize, probability]) => ({ kind: 'local', levels: [{ networkSize, probability }] }));

const strategy: fc.Arbitrary<ScanStrategy> = fc.oneof(
  fc.constant<ScanStrategy>({ kind: 'uniform' }),
  local,
  fc
    .double({ min: 0.01, max: 1, noNaN: true })
    .map((reached) => ({ kind: 'coverage-hole' as const, reached })),
  fc
    .integer({ min: 1000, max: 900_000 })
    .map((size): ScanStrategy => ({ kind: 'routable', ranges: [{ first: 5000, size }] })),
  fc.tuple(local, fc.integer({ min: 0, max: 300 }), fraction).map(([after, size, vulnerableFraction]) => {
    // eslint-disable-next-line unicorn/no-thenable -- the strategy that follows, not a promise
    return { kind: 'hitlist', size, vulnerableFraction, then: after } as ScanStrategy;
  }),
);

const placement: fc.Arbitrary<HostPlacement> = fc.oneof(
  fc.constant<HostPlacement>({ kind: 'uniform' }),
  fc.integer({ min: 1, max: 64 }).map((networks): HostPlacement => ({
    kind: 'clustered',
    levels: [{ networkSize: 2 ** 14, networks }],
  })),
  fc
    .uniqueArray(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 5 })
    .map((rows): HostPlacement => ({
      kind: 'ranges',
      ranges: rows.map((row) => ({ first: row * 30_000, size: 20_000, weight: 1 + row })),
    })),
);

const outbreaks: fc.Arbitrary<Outbreak> = fc
  .record({
    strategy,
    placement,
    rates: fc.option(fraction),
    latentSeconds: fc.constantFrom(0, 2),
    rebootRatePerSecond: fc.constantFrom(0, 0.05),
    churnRatePerSecond: fc.constantFrom(0, 0.03),
    count: fc.integer({ min: 0, max: 4000 }),
    where: fc.constantFrom('scattered' as const, 'populated' as const, 'block' as const),
    delaySeconds: fc.constantFrom(0, 1),
    contacts: fc.option(fc.integer({ min: 0, max: 500 })),
    infected: fc.integer({ min: 0, max: 500 }),
  })
  .map((drawn): Outbreak => {
    const start: Outbreak['honeypots'][number]['start'] =
      drawn.contacts === null
        ? { kind: 'time', timeSeconds: 10 }
        : { kind: 'contacts', contacts: drawn.contacts, prepareSeconds: 3 };
    const { count, where, delaySeconds, rates, latentSeconds, rebootRatePerSecond, churnRatePerSecond } =
      drawn;
    return {
      addressSpaceSize: SPACE,
      firstAddress: 0,
      population: {
        vulnerable: 3000,
        infected: drawn.infected,
        placement: drawn.placement,
        rebootRatePerSecond,
        churnRatePerSecond,
      },
      worm: {
        scanRatePerSecond: 30,
        strategy: drawn.strategy,
        latentSeconds,
        ...(rates === null ? {} : { scanRates: { kind: 'log-normal', sigma: rates } }),
      },
      honeypots: [honeypots({ count, start, delaySeconds, placement: where, success: 0.7 })],
      durationSeconds: 100,
      sampleSeconds: 5,
    };
  })
  .filter((outbreak) => ode.unsupported(outbreak).length === 0);

describe('the mean field of groups', () => {
  it('keeps the number of hosts, none of them negative, and its figures in order', () => {
    fc.assert(
      fc.property(outbreaks, (outbreak) => {
        const { vulnerable, infected: seeds } = outbreak.population;
        const { trajectory, summary } = runsOf(ode, outbreak, 1)[0]!;
        for (const k of trajectory.time.keys()) {
          const counts = [trajectory.susceptible[k]!, trajectory.infected[k]!, trajectory.immunized[k]!];
          expect(Math.min(...counts)).toBeGreaterThanOrEqual(0);
          expect(counts[0]! + counts[1]! + counts[2]!).toBeCloseTo(vulnerable, 8);
          expect(counts[1]!).toBeLessThanOrEqual(summary.peakInfected + 1e-6);
        }
        expect(summary.everInfected).toBeGreaterThanOrEqual(seeds);
        expect(summary.everInfected).toBeLessThanOrEqual(vulnerable);
        expect(summary.everInfected + 1e-6).toBeGreaterThanOrEqual(summary.stillInfected);
        expect(summary.honeypotContacts).toBeLessThanOrEqual(summary.probes);
      }),
      { numRuns: 60, seed: 7 },
    );
  });

  it('does not care for the unit of time', () => {
    fc.assert(
      fc.property(outbreaks, (outbreak) => {
        const slower = inOtherUnit(outbreak, 8);
        const [ours, theirs] = [outbreak, slower].map((one) => runsOf(ode, one, 1)[0]!);
        for (const k of ours!.trajectory.time.keys()) {
          expect(theirs!.trajectory.infected[k]!).toBeCloseTo(ours!.trajectory.infected[k]!, 4);
        }
        expect(theirs!.summary.probes).toBeCloseTo(ours!.summary.probes, 1);
      }),
      { numRuns: 20, seed: 8 },
    );
  });
});

/** All rates divided, all times multiplied by `factor`. */
function inOtherUnit(outbreak: Outbreak, factor: number): Outbreak {
  const { worm, population } = outbreak;
  const [group] = outbreak.honeypots;
  return {
    ...outbreak,
    population: {
      ...population,
      rebootRatePerSecond: population.rebootRatePerSecond! / factor,
      churnRatePerSecond: population.churnRatePerSecond! / factor,
    },
    worm: {
      ...worm,
      scanRatePerSecond: worm.scanRatePerSecond / factor,
      latentSeconds: worm.latentSeconds! * factor,
    },
    honeypots: [
      {
        ...group!,
        delaySeconds: group!.delaySeconds * factor,
        start:
          group!.start.kind === 'time'
            ? { kind: 'time', timeSeconds: 10 * factor }
            : { ...group!.start, prepareSeconds: 3 * factor },
      },
    ],
    durationSeconds: 100 * factor,
    sampleSeconds: 5 * factor,
  };
}
