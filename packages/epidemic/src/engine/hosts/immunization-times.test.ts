// When each host was immunized: the times agree with the counts of the trajectory, which are kept apart from them, and with the
// order in which things happen to a host.
import { randomStreams } from '@wormwood/base';
import { expect, it } from 'vitest';
import { checkedOutbreak } from '../../outbreak/checked-outbreak.ts';
import type { Outbreak } from '../../outbreak/outbreak.ts';
import { hosts } from './hosts.ts';

const honeypots = (count: number, delaySeconds: number) =>
  ({
    kind: 'honeypots',
    count,
    start: { kind: 'time', timeSeconds: 60 },
    delaySeconds,
    success: 1,
    placement: 'scattered',
  }) as const;

const base = {
  addressSpaceSize: 2 ** 16,
  firstAddress: 0,
  population: { vulnerable: 3000, infected: 20 },
  worm: { scanRatePerSecond: 1, strategy: { kind: 'uniform' } },
  durationSeconds: 600,
  sampleSeconds: 10,
} as const;

const patching = { kind: 'constant', ratePerSecond: 1 / 600 } as const;

it.each<[string, Outbreak]>([
  ['one group that waits', checkedOutbreak({ ...base, honeypots: [honeypots(2500, 5)] })],
  ['one group that immunizes at once', checkedOutbreak({ ...base, honeypots: [honeypots(2500, 0)] })],
  ['two groups', checkedOutbreak({ ...base, honeypots: [honeypots(1500, 0), honeypots(1000, 0)] })],
  [
    'local preference, followed host by host',
    checkedOutbreak({
      ...base,
      worm: {
        scanRatePerSecond: 1,
        strategy: { kind: 'local', levels: [{ networkSize: 2 ** 8, probability: 0.3 }] },
      },
      honeypots: [honeypots(2500, 5)],
    }),
  ],
  [
    'patches for susceptible hosts',
    checkedOutbreak({
      ...base,
      honeypots: [honeypots(1000, 5)],
      countermeasures: [
        { kind: 'patching', start: { kind: 'time', timeSeconds: 0 }, coverage: 1, curve: patching },
      ],
    }),
  ],
])('agree with the counts and the order of events: %s', (_, outbreak) => {
  const control = { shouldStop: () => false, progress: () => undefined, keepInfections: true };
  const run = hosts.run(outbreak, { streams: randomStreams('7'), replicate: 0 }, control);
  const { immunizedSeconds, host, infector, timeSeconds } = run.infections!;
  expect(immunizedSeconds).toHaveLength(3000);
  const times = Array.from(immunizedSeconds!);
  expect(times.filter(Number.isFinite).length).toBeGreaterThan(100);
  run.trajectory.time.forEach((time, sample) => {
    const immunized = times.filter((at) => at <= time).length;
    expect([time, immunized]).toEqual([time, run.trajectory.immunized[sample]]);
  });
  host.forEach((one, row) => {
    // Nobody is infected after its immunization, and nobody infects after it.
    expect(immunizedSeconds![one]!).toBeGreaterThanOrEqual(timeSeconds[row]!);
    const by = infector[row]!;
    if (by >= 0) expect(immunizedSeconds![by]!).toBeGreaterThanOrEqual(timeSeconds[row]!);
  });
});
