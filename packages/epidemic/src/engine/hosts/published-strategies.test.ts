/** What the literature says of single strategies, and what follows in closed form, against `hosts`. */
import { expect, it } from 'vitest';
import type { Outbreak } from '../../outbreak/outbreak.ts';
import { momentsOf, runsOf } from '../random-engine-test-support.ts';
import { hosts } from './hosts.ts';

const weaver: Outbreak = {
  addressSpaceSize: 2 ** 32,
  firstAddress: 0,
  population: { vulnerable: 300_000, infected: 1 },
  worm: { scanRatePerSecond: 100, strategy: { kind: 'uniform' } },
  honeypots: [],
  durationSeconds: 7200,
  sampleSeconds: 60,
};

it('a hitlist of 10,000 and permutation scanning infect nearly all of 300,000 hosts in a quarter of an hour', () => {
  // Staniford, Paxson, Weaver (2002) report about 15 minutes at 100 scans a second.
  const [run] = runsOf(
    hosts,
    {
      ...weaver,
      worm: {
        scanRatePerSecond: 100,
        strategy: {
          kind: 'hitlist',
          size: 10_000,
          vulnerableFraction: 1,
          then: { kind: 'permutation', giveUpAfter: 4, partitioned: false },
        },
      },
    },
    1,
  );
  const minutes = run!.summary.timeTo['0.99']! / 60;
  expect(minutes).toBeGreaterThan(10);
  expect(minutes).toBeLessThan(20);
});

it('permutation scanning covers the space once before all rest, but for what follows each restart', () => {
  const small: Outbreak = {
    ...weaver,
    addressSpaceSize: 2 ** 20,
    population: { vulnerable: 4096, infected: 16 },
    worm: { scanRatePerSecond: 50, strategy: { kind: 'permutation', giveUpAfter: 1, partitioned: false } },
  };
  // Each host probes until it first meets an infected one, so that no stretch is probed twice but by those that begin
  // in one that has been probed: they meet the next infected host after Ω/N probes on average, N of them after Ω at most.
  for (const { summary } of runsOf(hosts, small, 5)) {
    expect(summary.probes).toBeGreaterThan(0.2 * 2 ** 20);
    expect(summary.probes).toBeLessThan(2 * 2 ** 20);
  }
});

it('a worm that does not give up finds every host; one that does leaves some', () => {
  const population = { vulnerable: 2000, infected: 10 };
  const worm = (giveUpAfter: number | null): Outbreak['worm'] => ({
    scanRatePerSecond: 100,
    strategy: { kind: 'permutation', giveUpAfter, partitioned: false },
  });
  const outbreak = { ...weaver, addressSpaceSize: 2 ** 18, population, durationSeconds: 600 };
  const [patient] = runsOf(hosts, { ...outbreak, worm: worm(null) }, 1);
  expect(patient!.summary.everInfected).toBe(2000);
  const [hasty] = runsOf(hosts, { ...outbreak, worm: worm(1) }, 1);
  expect(hasty!.summary.everInfected).toBeLessThan(2000);
  expect(hasty!.summary.stillInfected).toBe(hasty!.summary.everInfected);
});

it('a routable worm is faster by the share of the space that it leaves out', () => {
  const range = { first: 0, size: Math.round(0.286 * 2 ** 20) };
  const small: Outbreak = {
    ...weaver,
    addressSpaceSize: 2 ** 20,
    population: { vulnerable: 2048, infected: 64, placement: { kind: 'ranges', ranges: [range] } },
    worm: { scanRatePerSecond: 10, strategy: { kind: 'uniform' } },
    durationSeconds: 3600,
  };
  const half = (outbreak: Outbreak) =>
    momentsOf(runsOf(hosts, outbreak, 40).map((run) => run.summary.timeTo['0.5']!));
  const anywhere = half(small);
  const routed = half({
    ...small,
    worm: { scanRatePerSecond: 10, strategy: { kind: 'routable', ranges: [range] } },
  });
  const error = Math.hypot(anywhere.standardError / anywhere.mean, routed.standardError / routed.mean);
  // 1/0.286, to four standard errors of the ratio.
  expect(Math.abs(anywhere.mean / routed.mean - 1 / 0.286)).toBeLessThan(4 * error * (1 / 0.286));
});

it('a coverage hole spares the hosts that lie in it', () => {
  const outbreak: Outbreak = {
    ...weaver,
    addressSpaceSize: 2 ** 22,
    population: { vulnerable: 10_000, infected: 100 },
    worm: { scanRatePerSecond: 100, strategy: { kind: 'coverage-hole', reached: 0.9 } },
  };
  const ever = momentsOf(runsOf(hosts, outbreak, 20).map((run) => run.summary.everInfected));
  // The first hundred are infected wherever they lie; of the others nine in ten, binomially.
  const expected = 100 + 0.9 * 9900;
  expect(Math.abs(ever.mean - expected)).toBeLessThan(4 * Math.sqrt((9900 * 0.9 * 0.1) / 20));
});
