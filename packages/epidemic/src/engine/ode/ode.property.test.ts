import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Outbreak } from '../../outbreak/outbreak.ts';
import { ode } from './ode.ts';
import { largestError, referenceTrajectory } from './reference-test-support.ts';
import type { Honeypots } from '../../outbreak/honeypots.ts';

const unused = {
  streams: {
    seed: '0',
    stream: () => {
      throw new Error('the mean field draws nothing');
    },
  },
  replicate: 0,
};

/** 10^x for x drawn evenly between the exponents. */
function magnitude(from: number, to: number): fc.Arbitrary<number> {
  return fc.double({ min: from, max: to, noNaN: true }).map((x) => 10 ** x);
}

function group(options: {
  readonly timeSeconds: fc.Arbitrary<number>;
  readonly delaySeconds: fc.Arbitrary<number>;
  readonly count: fc.Arbitrary<number>;
  readonly byContacts: boolean;
}): fc.Arbitrary<Honeypots> {
  const byTime = options.timeSeconds.map((timeSeconds) => ({ kind: 'time', timeSeconds }) as const);
  const byContacts = fc.record({
    kind: fc.constant('contacts' as const),
    contacts: magnitude(0, 8).map(Math.floor),
    prepareSeconds: options.timeSeconds,
  });
  return fc.record({
    kind: fc.constant('honeypots' as const),
    count: options.count,
    start: options.byContacts ? fc.oneof(byTime, byContacts) : byTime,
    delaySeconds: options.delaySeconds,
    success: fc.constantFrom(1, 1, 0.3),
    placement: fc.constant('scattered' as const),
  });
}

/** Outbreaks of ordinary sizes, in units in which β = 1/s: 30 time constants long. */
const ordinary: fc.Arbitrary<Outbreak> = magnitude(1, 7).chain((hosts) => {
  const vulnerable = Math.ceil(hosts);
  return fc.record({
    addressSpaceSize: fc.constant(2 ** 32),
    firstAddress: fc.constant(0),
    population: fc.record({
      vulnerable: fc.constant(vulnerable),
      infected: fc.integer({ min: 1, max: Math.max(1, Math.floor(vulnerable / 10)) }),
    }),
    worm: fc.constant({ scanRatePerSecond: 2 ** 32 / vulnerable, strategy: { kind: 'uniform' } as const }),
    honeypots: fc.array(
      group({
        timeSeconds: fc.double({ min: 0, max: 15, noNaN: true }),
        delaySeconds: fc.oneof(fc.constant(0), magnitude(-2, 1.5)),
        count: magnitude(-1.5, 1.5).map((share) => Math.ceil(share * vulnerable)),
        byContacts: false,
      }),
      { minLength: 1, maxLength: 3 },
    ),
    durationSeconds: fc.constant(30),
    sampleSeconds: fc.constant(0.5),
  });
});

/** Anything that a file could ask for. */
const extreme: fc.Arbitrary<Outbreak> = magnitude(0, 15).chain((hosts) => {
  const vulnerable = Math.floor(hosts);
  const seconds = fc.oneof(fc.constant(0), magnitude(-9, 10));
  return magnitude(-9, 9).chain((durationSeconds) =>
    fc.record({
      addressSpaceSize: magnitude(Math.log10(Math.max(2, vulnerable)), 15.95).map(Math.ceil),
      firstAddress: fc.constant(0),
      population: fc.record({
        vulnerable: fc.constant(vulnerable),
        infected: fc.oneof(
          fc.constantFrom(1, vulnerable),
          fc.double({ min: 0, max: 1, noNaN: true }).map((x) => Math.max(1, Math.floor(x * vulnerable))),
        ),
      }),
      worm: fc.record({
        scanRatePerSecond: fc.oneof(fc.constant(0), magnitude(-6, 12)),
        strategy: fc.constant({ kind: 'uniform' as const }),
      }),
      honeypots: fc.array(
        group({
          timeSeconds: seconds,
          delaySeconds: seconds,
          count: fc.oneof(fc.constant(0), magnitude(0, 15).map(Math.floor)),
          byContacts: true,
        }),
        { maxLength: 4 },
      ),
      durationSeconds: fc.constant(durationSeconds),
      sampleSeconds: fc.constantFrom(durationSeconds / 7, durationSeconds * 3),
    }),
  );
});

describe('mean field', () => {
  it('agrees with ODEX to 2e-6 of max(value, 1 host) for any ordinary outbreak', () => {
    // The tolerance is of one step; a growing outbreak can double what several steps leave.
    fc.assert(
      fc.property(ordinary, (outbreak) => {
        const { trajectory } = ode.run(outbreak, unused);
        expect(largestError(trajectory, referenceTrajectory(outbreak).trajectory)).toBeLessThan(1e-6);
      }),
      { seed: 20_040_809, numRuns: 60 },
    );
  });

  it('ends with lawful figures whatever is asked', () => {
    fc.assert(
      fc.property(extreme, (outbreak) => {
        // Several delays need steps shorter than each of them; what would take too long is refused before it runs.
        if (ode.unsupported(outbreak).length > 0) return;
        const { trajectory, summary } = ode.run(outbreak, unused);
        const { vulnerable, infected } = outbreak.population;
        for (let k = 0; k < trajectory.time.length; k++) {
          const hosts = [trajectory.susceptible[k]!, trajectory.infected[k]!, trajectory.immunized[k]!];
          expect(hosts.every((x) => x >= 0 && x <= vulnerable * (1 + 1e-15))).toBe(true);
          expect(Math.abs(hosts[0]! + hosts[1]! + hosts[2]! - vulnerable)).toBeLessThanOrEqual(
            1e-15 * vulnerable,
          );
        }
        expect([trajectory.susceptible[0], trajectory.infected[0]]).toEqual([
          vulnerable - infected,
          infected,
        ]);
        const times = [summary.extinctionTime, summary.peakTime, ...Object.values(summary.timeTo)];
        for (const t of times) {
          if (t !== null) expect(t >= 0 && t <= outbreak.durationSeconds).toBe(true);
        }
        const { peakInfected, probes, honeypotContacts } = summary;
        for (const x of [peakInfected, probes, honeypotContacts]) expect(x >= 0 && x < Infinity).toBe(true);
        expect(summary.peakInfected).toBeGreaterThanOrEqual(Math.max(...trajectory.infected) * (1 - 1e-6));
      }),
      { seed: 20_040_809, numRuns: 2000 },
    );
  });
});
