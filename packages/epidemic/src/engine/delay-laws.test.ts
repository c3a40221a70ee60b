/**
 * Times of other laws than the exponential, and honeypots that wait for several contacts, against closed forms: one infected
 * host, so that a run ends when its clock rings. Means and variances lie within 4.5 standard errors; seeds are fixed.
 */
import { describe, expect, it } from 'vitest';
import type { Countermeasure } from '../outbreak/countermeasure.ts';
import type { DelayLaw } from '../outbreak/delay-law.ts';
import type { Outbreak } from '../outbreak/outbreak.ts';
import type { Engine } from './engine.ts';
import { hosts } from './hosts/hosts.ts';
import { ode } from './ode/ode.ts';
import { probes } from './probes/probes.ts';
import { honeypots, momentsOf, runsOf } from './random-engine-test-support.ts';
import { stochastic } from './stochastic/direct.ts';

const RUNS = 1500;
const NOW = { kind: 'time', timeSeconds: 0 } as const;

/** One host that meets honeypots `contactRate` times a second. */
function alone(contactRate: number, group: Partial<ReturnType<typeof honeypots>>, change?: object): Outbreak {
  return {
    addressSpaceSize: 2 ** 10,
    firstAddress: 0,
    population: { vulnerable: 1, infected: 1 },
    worm: { scanRatePerSecond: 2 * contactRate, strategy: { kind: 'uniform' } },
    honeypots: [honeypots({ count: 2 ** 9, start: NOW, delaySeconds: 0, ...group })],
    durationSeconds: 200,
    sampleSeconds: 1,
    ...change,
  };
}

function expectTimes(
  engine: Engine,
  outbreak: Outbreak,
  law: readonly [mean: number, variance: number],
): void {
  expect(engine.unsupported(outbreak)).toEqual([]);
  const times = runsOf(engine, outbreak, RUNS, '41').map(({ summary }) => summary.extinctionTime!);
  const [mean, variance] = law;
  const { mean: found, standardDeviation } = momentsOf(times);
  expect(Math.abs(found - mean)).toBeLessThan(4.5 * Math.sqrt(variance / RUNS) + 1e-9);
  // A kurtosis of up to 9, that of the exponential law, but for the log-normal one, of 1.4 at this sigma more.
  expect(Math.abs(standardDeviation ** 2 - variance)).toBeLessThan(
    4.5 * variance * Math.sqrt(10 / RUNS) + 1e-9,
  );
}

/** Variance over the squared mean. */
const laws: readonly (readonly [DelayLaw, number])[] = [
  [{ kind: 'fixed' }, 0],
  [{ kind: 'uniform', spread: 0.6 }, 0.12],
  [{ kind: 'gamma', shape: 3 }, 1 / 3],
  [{ kind: 'gamma', shape: 0.8 }, 1.25],
  [{ kind: 'log-normal', sigma: 0.5 }, Math.exp(0.25) - 1],
];

describe('a delay of any law', () => {
  it.each(laws)('%o', (delayLaw, relative) => {
    // The contact comes after 1/5 s in the mean.
    const outbreak = alone(5, { delaySeconds: 4, delayLaw });
    for (const engine of [hosts, probes]) expectTimes(engine, outbreak, [4.2, 0.04 + 16 * relative]);
    if (delayLaw.kind === 'gamma' && delayLaw.shape === 3) {
      expectTimes(stochastic, outbreak, [4.2, 0.04 + 16 * relative]);
    } else {
      expect(stochastic.unsupported(outbreak).join(' ')).toContain('neither exponential nor gamma');
    }
  });

  it('latency, blocking and containment too', () => {
    const fixed: DelayLaw = { kind: 'fixed' };
    const worm = { scanRatePerSecond: 10, strategy: { kind: 'uniform' }, latentSeconds: 3, latentLaw: fixed };
    const latent = alone(5, {}, { worm });
    for (const engine of [hosts, probes]) expectTimes(engine, latent, [3.2, 0.04]);
    const blockers: readonly Countermeasure[] = [
      { kind: 'blacklist', start: NOW, reactionSeconds: 3, reactionLaw: fixed, coverage: 1 },
      { kind: 'clean-up', start: NOW, containSeconds: 3, containLaw: fixed, cleanSeconds: 1e9, coverage: 1 },
    ];
    for (const measure of blockers) {
      // Caught within 3 s or never: 1 − e^{−3γ}.
      const blocked = alone(0.5, {}, { countermeasures: [measure] });
      const caught = runsOf(hosts, blocked, RUNS, '42').filter(({ summary }) => summary.immunized === 1);
      const share = 1 - Math.exp(-1.5);
      const error = Math.sqrt((share * (1 - share)) / RUNS);
      expect(Math.abs(caught.length / RUNS - share)).toBeLessThan(4.5 * error);
      for (const { summary } of caught) expect(summary.extinctionTime).toBeLessThanOrEqual(3);
    }
  });
});

describe('the k-th contact', () => {
  it.each([2, 5])('%i contacts take k/γ', (contacts) => {
    const outbreak = alone(0.5, { contacts });
    for (const engine of [hosts, probes, stochastic])
      expectTimes(engine, outbreak, [2 * contacts, 4 * contacts]);
    const { trajectory, summary } = runsOf(ode, outbreak, 1)[0]!;
    for (const t of [1, 5, 20]) {
      let term = Math.exp(-0.5 * t);
      let left = 0;
      for (let j = 0; j < contacts; j++) {
        left += term;
        term *= (0.5 * t) / (j + 1);
      }
      expect(trajectory.infected[t]!).toBeCloseTo(left, 7);
    }
    // k/γ times the rate at which the one host infects the one host.
    expect(summary.basicReproductionNumber).toBeCloseTo((2 * contacts) / 2 ** 10, 9);
  });

  it('counts over groups that share a delay: two halves are the whole', () => {
    const half = honeypots({ count: 2 ** 8, start: NOW, delaySeconds: 0, contacts: 3 });
    const outbreak = { ...alone(0.5, {}), honeypots: [half, half] };
    for (const engine of [hosts, stochastic]) expectTimes(engine, outbreak, [6, 12]);
  });

  it('a success of one half makes every contact count half', () => {
    const outbreak = alone(1, { contacts: 3, success: 0.5, delaySeconds: 2 });
    for (const engine of [hosts, probes, stochastic]) expectTimes(engine, outbreak, [8, 16]);
  });
});
