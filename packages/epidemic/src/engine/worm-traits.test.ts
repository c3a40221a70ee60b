/** Worms that change in time and sleep: what has no effect, and the mean field against closed forms. */
import { describe, expect, it } from 'vitest';
import { logisticInfected } from '../dynamics/logistic.ts';
import { trajectoryHash } from '../observe/trajectory-hash.ts';
import type { Outbreak } from '../outbreak/outbreak.ts';
import type { Worm } from '../outbreak/worm.ts';
import type { Engine } from './engine.ts';
import { hosts } from './hosts/hosts.ts';
import { ode } from './ode/ode.ts';
import { probes } from './probes/probes.ts';
import { honeypots, runsOf } from './random-engine-test-support.ts';
import { stochastic } from './stochastic/direct.ts';

const NOW = { kind: 'time', timeSeconds: 0 } as const;
const ENGINES: readonly Engine[] = [ode, stochastic, hosts, probes];

/** β = 0.1/s. */
const plain: Outbreak = {
  addressSpaceSize: 2 ** 14,
  firstAddress: 0,
  population: { vulnerable: 2000, infected: 40 },
  worm: { scanRatePerSecond: 0.8192, strategy: { kind: 'uniform' } },
  honeypots: [honeypots({ count: 500, start: NOW })],
  durationSeconds: 100,
  sampleSeconds: 5,
};

function withWorm(change: Partial<Worm>, outbreak: Outbreak = plain): Outbreak {
  return { ...outbreak, worm: { ...outbreak.worm, ...change } };
}

describe('without effect the bytes are the same', () => {
  const measured: Outbreak = {
    ...plain,
    countermeasures: [
      { kind: 'disinfection', start: NOW, ratePerSecond: 0.01, coverage: 1 },
      {
        kind: 'quarantine',
        start: NOW,
        alarmRatePerSecond: 0.05,
        falseAlarmRatePerSecond: 0.01,
        quarantineSeconds: 10,
        coverage: 1,
      },
    ],
  };
  const changed = (change: object): Outbreak => ({
    ...measured,
    countermeasures: measured.countermeasures!.map((measure) => Object.assign({}, measure, change)),
  });
  const local = { kind: 'local', levels: [{ networkSize: 2 ** 9, probability: 0.5 }] } as const;
  const ring = Array.from({ length: 2000 }, (_, host) => [(host + 1) % 2000, (host + 1999) % 2000]);
  const graph = { ...plain, honeypots: [] };

  it.each<[string, Outbreak, Outbreak]>([
    ['a factor of 1', plain, withWorm({ rateChanges: [{ timeSeconds: 10, factor: 1 }] })],
    ['a change at the end', plain, withWorm({ rateChanges: [{ timeSeconds: 100, factor: 5 }] })],
    ['no sleep', plain, withWorm({ dormancy: { sleepRatePerSecond: 0, wakeRatePerSecond: 1 } })],
    ['nobody latent to spare', measured, changed({ sparesLatent: true })],
    ['an exponential law', measured, changed({ quarantineLaw: { kind: 'exponential' } })],
    [
      'no probes around',
      withWorm({ strategy: local }),
      withWorm({ strategy: { ...local, around: { addresses: 9, probability: 0 } } }),
    ],
    [
      'nobody immune',
      withWorm({ strategy: { kind: 'topological', neighbors: ring } }, graph),
      withWorm(
        { strategy: { kind: 'topological', neighbors: ring, immune: { who: 'hubs', fraction: 0 } } },
        graph,
      ),
    ],
  ])('%s', (_, without, having) => {
    let compared = 0;
    for (const engine of ENGINES) {
      if (engine.unsupported(without).length > 0) continue;
      const [one, other] = [without, having].map((outbreak) => runsOf(engine, outbreak, 1)[0]!);
      expect(trajectoryHash(other!)).toBe(trajectoryHash(one!));
      expect(other!.summary).toEqual(one!.summary);
      compared++;
    }
    expect(compared).toBeGreaterThanOrEqual(2);
  });
});

describe('the mean field', () => {
  it('of rates that change is the logistic curve of the time as the worm counts it', () => {
    const rateChanges = [
      { timeSeconds: 20, factor: 0 },
      { timeSeconds: 40, factor: 2.5 },
      { timeSeconds: 70, factor: 0.5 },
    ];
    const outbreak = { ...withWorm({ rateChanges }), honeypots: [] };
    const [{ trajectory, summary }] = runsOf(ode, outbreak, 1) as [ReturnType<Engine['run']>];
    const counted = (t: number): number =>
      Math.min(t, 20) + 2.5 * Math.max(0, Math.min(t, 70) - 40) + 0.5 * Math.max(0, t - 70);
    const epidemic = { ...plain.population, contactRatePerSecond: 0.1 };
    for (const [row, time] of trajectory.time.entries()) {
      const exact = logisticInfected(epidemic, counted(time));
      expect(Math.abs(trajectory.infected[row]! - exact)).toBeLessThan(1e-6 * 2000);
    }
    // s ∫ f I dt, of the infected host-seconds N/β · ln of the growth of I + (N − I) e^{−βt}.
    const seconds = Math.log(1 + (40 / 2000) * (Math.exp(0.1 * counted(100)) - 1)) * (2000 / 0.1);
    expect(Math.abs(summary.probes / (0.8192 * seconds) - 1)).toBeLessThan(1e-6);
    expect(summary.basicReproductionNumber).toBeNull();
  });

  it('of hosts that sleep grows at the rate that is derived', () => {
    const dormancy = { sleepRatePerSecond: 0.06, wakeRatePerSecond: 0.02 };
    for (const latentSeconds of [0, 8]) {
      const outbreak: Outbreak = {
        ...withWorm({ dormancy, latentSeconds, scanRatePerSecond: 0.1 * 2 ** 8 }),
        addressSpaceSize: 2 ** 40,
        population: { vulnerable: 2 ** 32, infected: 1 },
        honeypots: [],
        durationSeconds: 200,
        sampleSeconds: 100,
      };
      const [{ trajectory, summary }] = runsOf(ode, outbreak, 1) as [ReturnType<Engine['run']>];
      const growth = Math.log(trajectory.infected[2]! / trajectory.infected[1]!) / 100;
      expect(Math.abs(Math.LN2 / summary.doublingTime! / growth - 1)).toBeLessThan(1e-3);
    }
  });
});
