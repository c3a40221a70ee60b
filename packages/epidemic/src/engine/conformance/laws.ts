/** Laws that hold in each run, and outbreaks that are the same outbreak. */
import { expect } from 'vitest';
import type { Engine, Run } from '../engine.ts';
import type { Outbreak } from '../../outbreak/outbreak.ts';
import { sampleTimes } from '../trajectory.ts';
import {
  type Check,
  expectMeans,
  expectSameMeans,
  expectSameSeries,
  type Figures,
  runOnce,
  seriesAt,
} from './measure.ts';
import { honeypots, lawOutbreaks, smallOutbreak } from './outbreaks.ts';
import type { Honeypots } from '../../outbreak/honeypots.ts';

export function declareLaws(engine: Engine, check: Check): void {
  for (const [name, outbreak] of lawOutbreaks) {
    check(`hosts are conserved ${name}`, () => {
      for (let replicate = 0; replicate < 20; replicate++) {
        expectLawsOfRun(engine, outbreak, runOnce(engine, outbreak, replicate));
      }
    });
  }

  check('a probe reaches a honeypot with probability h/Ω', () => {
    // The count of honeypot contacts given the run is a sum of thinned Poisson processes: mean h/Ω of the probes.
    const listening = honeypots({ start: { kind: 'contacts', contacts: 500, prepareSeconds: 0 } });
    const outbreak: Outbreak = { ...smallOutbreak, honeypots: [listening] };
    const share = listening.count / outbreak.addressSpaceSize;
    const excess: Figures = ({ summary }) => [summary.honeypotContacts - share * summary.probes];
    expectMeans(engine, outbreak, 400, excess, [{ name: 'contacts', value: 0, bias: 1e-6 }]);
  });

  check('R0 is N/h whatever scan rate and address space', () => {
    for (const scale of [1, 3]) {
      const { summary } = runOnce(engine, {
        ...smallOutbreak,
        addressSpaceSize: smallOutbreak.addressSpaceSize * scale,
        worm: { ...smallOutbreak.worm, scanRatePerSecond: 5 / scale },
        honeypots: [honeypots({ start: { kind: 'time', timeSeconds: 2 } })],
      });
      expect(summary.basicReproductionNumber).toBeCloseTo(2, 12);
      expect(summary.reproductionNumberAtStart).toBeLessThan(2);
      expect(summary.reproductionNumberAtStart).toBeGreaterThan(1);
    }
  });

  check('the reproduction number at the start counts the susceptible hosts left then', () => {
    const start = { kind: 'time', timeSeconds: 20 } as const;
    const { summary, trajectory } = runOnce(engine, { ...smallOutbreak, honeypots: [honeypots({ start })] });
    expect(summary.reproductionNumberAtStart).toBeCloseTo(trajectory.susceptible[2]! / 1000, 9);
  });
}

function expectLawsOfRun(engine: Engine, outbreak: Outbreak, { trajectory, summary, ...result }: Run): void {
  const { vulnerable, infected } = outbreak.population;
  const { time, susceptible, infected: active, immunized } = trajectory;
  expect(result.engine).toBe(engine.name);
  expect(result.partial).toBe(false);
  expect(time).toEqual(sampleTimes(outbreak));
  expect([susceptible[0], active[0], immunized[0]]).toEqual([vulnerable - infected, infected, 0]);
  const rounding = engine.random ? 0 : 1e-9 * vulnerable;
  for (let k = 0; k < time.length; k++) {
    const hosts = [susceptible[k]!, active[k]!, immunized[k]!];
    if (engine.random) expect(hosts.every(Number.isInteger)).toBe(true);
    expect(Math.min(...hosts)).toBeGreaterThanOrEqual(0);
    expect(Math.abs(hosts[0]! + hosts[1]! + hosts[2]! - vulnerable)).toBeLessThanOrEqual(rounding);
    if (k === 0) continue;
    expect(susceptible[k]!).toBeLessThanOrEqual(susceptible[k - 1]! + rounding);
    expect(immunized[k]!).toBeGreaterThanOrEqual(immunized[k - 1]! - rounding);
  }
  const last = time.length - 1;
  expect(summary.everInfected).toBeCloseTo(vulnerable - susceptible[last]!, 6);
  expect(summary.neverInfected).toBeCloseTo(susceptible[last]!, 6);
  expect(summary.everInfectedFraction).toBeCloseTo(summary.everInfected / vulnerable, 12);
  expect(summary.immunized).toBeCloseTo(immunized[last]!, 6);
  expect(summary.stillInfected).toBeCloseTo(active[last]!, 6);
  expect(summary.peakInfected).toBeGreaterThanOrEqual(Math.max(...active) - rounding);
  expect(summary.peakInfected).toBeLessThanOrEqual(summary.everInfected + rounding);
  expectTimesOfRun(outbreak, { trajectory, summary, ...result });
}

function expectTimesOfRun(outbreak: Outbreak, { trajectory, summary }: Run): void {
  const { time, susceptible, infected: active } = trajectory;
  const { durationSeconds, population: hosts } = outbreak;
  expect(summary.peakTime).toBeGreaterThanOrEqual(0);
  expect(summary.peakTime).toBeLessThanOrEqual(durationSeconds);
  const { extinctionTime } = summary;
  time.forEach((t, k) => {
    if (extinctionTime !== null && t > extinctionTime) expect(active[k]!).toBeLessThan(1);
    if (extinctionTime === null || t < extinctionTime) expect(active[k]!).toBeGreaterThan(0);
  });
  for (const fraction of [0.5, 0.9, 0.99] as const) {
    const reached = summary.timeTo[`${fraction}`];
    time.forEach((t, k) => {
      const ever = hosts.vulnerable - susceptible[k]!;
      if (reached !== null && t > reached) expect(ever).toBeGreaterThan(fraction * hosts.vulnerable - 1e-6);
      if (reached === null || t < reached) expect(ever).toBeLessThan(fraction * hosts.vulnerable + 1e-6);
    });
  }
  const all = summary.timeTo['1'];
  if (all !== null) expect(summary.neverInfected).toBeLessThan(1);
  else expect(summary.neverInfected).toBeGreaterThan(1 - 1e-6);
}

const pickOverall: Figures = ({ summary, trajectory, ...rest }) => [
  ...seriesAt({ summary, trajectory, ...rest }, 2, 4, trajectory.time.length - 1),
];

/** `runs`: of each of two outbreaks that are compared, by an engine that draws. */
export function declareEquivalences(engine: Engine, check: Check, runs: number): void {
  const same = (a: Outbreak, b: Outbreak): void => {
    if (engine.random) expectSameMeans(engine, a, b, runs, pickOverall);
    else expectSameSeries(runOnce(engine, a), runOnce(engine, b), 1e-9);
  };

  check('halving address space and scan rate together changes nothing', () => {
    const wide: Outbreak = {
      ...smallOutbreak,
      honeypots: [
        honeypots({ start: { kind: 'time', timeSeconds: 10 }, delaySeconds: 2 }),
        honeypots({ start: { kind: 'contacts', contacts: 40, prepareSeconds: 10 }, success: 0.7 }),
      ],
    };
    const narrow: Outbreak = {
      ...wide,
      addressSpaceSize: wide.addressSpaceSize / 2,
      worm: { ...wide.worm, scanRatePerSecond: wide.worm.scanRatePerSecond / 2 },
    };
    same(wide, narrow);
    if (engine.random) return;
    const [wideRun, narrowRun] = [runOnce(engine, wide), runOnce(engine, narrow)];
    expect(narrowRun.summary.probes).toBeCloseTo(wideRun.summary.probes / 2, 4);
    expect(narrowRun.summary.honeypotContacts).toBeCloseTo(wideRun.summary.honeypotContacts, 4);
  });

  const idle: readonly (readonly [string, Honeypots])[] = [
    ['no honeypots in a group', honeypots({ count: 0 })],
    ['honeypots that never succeed', honeypots({ success: 0 })],
    ['honeypots that start after the end', honeypots({ start: { kind: 'time', timeSeconds: 151 } })],
    [
      'honeypots that wait for too many contacts',
      honeypots({ start: { kind: 'contacts', contacts: 1e9, prepareSeconds: 0 } }),
    ],
    [
      'honeypots that prepare past the end',
      honeypots({ start: { kind: 'contacts', contacts: 1, prepareSeconds: 151 } }),
    ],
  ];
  for (const [name, group] of idle) {
    check(`${name} change nothing`, () => {
      const outbreak: Outbreak = { ...smallOutbreak, honeypots: [group] };
      same(smallOutbreak, outbreak);
      const { summary } = runOnce(engine, outbreak);
      expect(summary.immunized).toBe(0);
      expect(summary.extinctionTime).toBeNull();
      expect(summary.reproductionNumberAtStart).toBeNull();
      const answered = group.count > 0 && (group.success === 0 || group.start.kind === 'contacts');
      if (answered) expect(summary.honeypotContacts).toBeGreaterThan(0);
      else expect(summary.honeypotContacts).toBe(0);
    });
  }

  check('two groups of the same honeypots are one group', () => {
    const start = { kind: 'time', timeSeconds: 10 } as const;
    const half = honeypots({ count: 600, start, delaySeconds: 4 });
    same(
      { ...smallOutbreak, honeypots: [half, half] },
      { ...smallOutbreak, honeypots: [{ ...half, count: 1200 }] },
    );
  });
}
