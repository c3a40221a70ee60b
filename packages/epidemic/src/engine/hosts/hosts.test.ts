import { randomStreams } from '@wormwood/base';
import { describe, expect, it } from 'vitest';
import type { InfectionLog, RunControl } from '../engine.ts';
import { runEngineConformance } from '../conformance/engine-conformance.ts';
import type { Outbreak } from '../../outbreak/outbreak.ts';
import { placePopulation, PLACEMENT_STREAM } from '../../placement/place-population.ts';
import {
  honeypots,
  kolmogorovSmirnov,
  momentsOf,
  runsOf,
  seedScenario,
  smallScenario,
} from '../random-engine-test-support.ts';
import { stochastic } from '../stochastic/direct.ts';
import { trajectoryHash } from '../../observe/trajectory-hash.ts';
import { hosts } from './hosts.ts';

runEngineConformance(hosts, { seedScenarioRuns: 8 });

const streams = randomStreams('1');
const keeping: RunControl = { shouldStop: () => false, progress: () => {}, keepInfections: true };

function logOf(outbreak: Outbreak, replicate: number): InfectionLog {
  return hosts.run(outbreak, { streams, replicate }, keeping).infections!;
}

/** Expects the log of one run to tell a possible history of it. */
function expectPossible(outbreak: Outbreak, replicate: number): void {
  const { infections, summary, trajectory } = hosts.run(outbreak, { streams, replicate }, keeping);
  const { host, infector, timeSeconds, address } = infections!;
  const { vulnerable, infected } = outbreak.population;
  expect([host.length, infector.length, timeSeconds.length]).toEqual(Array(3).fill(summary.everInfected));
  expect(new Set(host).size).toBe(host.length);
  const infectedAt = new Map(Array.from(host, (id, row) => [id, timeSeconds[row]!]));
  host.forEach((id, row) => {
    expect(id >= 0 && id < vulnerable).toBe(true);
    if (row < infected) expect([infector[row], timeSeconds[row]]).toEqual([-1, 0]);
    else {
      expect(timeSeconds[row]!).toBeGreaterThanOrEqual(timeSeconds[row - 1]!);
      expect(infectedAt.get(infector[row]!)!).toBeLessThan(timeSeconds[row]!);
    }
  });
  trajectory.time.forEach((t, sample) => {
    const ever = timeSeconds.filter((at) => at <= t).length;
    expect(ever).toBe(vulnerable - trajectory.susceptible[sample]!);
  });
  const placed = placePopulation(outbreak, streams.stream(PLACEMENT_STREAM, replicate));
  expect(address).toEqual(placed.hostAddress);
}

describe('hosts', () => {
  it('reports who infected whom, when and where', () => {
    for (let replicate = 0; replicate < 10; replicate++) expectPossible(smallScenario, replicate);
    expectPossible({ ...smallScenario, honeypots: [honeypots({ count: 800, delaySeconds: 5 })] }, 0);
    expectPossible({ ...smallScenario, honeypots: [] }, 0);
  });

  it('keeps no infections unless asked', () => {
    expect(hosts.run(smallScenario, { streams, replicate: 0 }).infections).toBeUndefined();
  });

  it('lets each infected host infect equally often', () => {
    // Without honeypots host 0 is one of k infected hosts when the next is infected: 1/k summed, H_49 from one host.
    const outbreak: Outbreak = {
      ...smallScenario,
      population: { vulnerable: 50, infected: 1 },
      worm: { scanRatePerSecond: 100, strategy: { kind: 'uniform' } },
      honeypots: [],
    };
    const children = momentsOf(
      Array.from({ length: 2000 }, (_, replicate) => {
        const { infector } = logOf(outbreak, replicate);
        expect(infector.length).toBe(50);
        return infector.filter((id) => id === 0).length;
      }),
    );
    let harmonic = 0;
    for (let k = 1; k < 50; k++) harmonic += 1 / k;
    expect(Math.abs(children.mean - harmonic)).toBeLessThan(3 * children.standardError);
  });

  it('immunizes each infected host equally often, by one group or by two', () => {
    // One infected host among two, one susceptible: it infects before it is immunized with S/(S + h), and so on. The
    // children of host 0 have the same law whether one group of honeypots or two halves of it catch the hosts.
    const one: Outbreak = {
      ...smallScenario,
      population: { vulnerable: 200, infected: 4 },
      honeypots: [honeypots({ count: 60, start: { kind: 'time', timeSeconds: 0 }, delaySeconds: 5 })],
      durationSeconds: 5000,
      sampleSeconds: 5000,
    };
    const half = honeypots({ count: 30, start: { kind: 'time', timeSeconds: 0 }, delaySeconds: 5 });
    const two = { ...one, honeypots: [half, half] };
    const [a, b] = [one, two].map((outbreak, shift) =>
      Array.from({ length: 1500 }, (_, k) => {
        const { infector } = logOf(outbreak, 1500 * shift + k);
        return [0, 1, 2, 3].map((seed) => infector.filter((id) => id === seed).length);
      }),
    );
    for (const seed of [0, 1, 2, 3]) {
      const first = momentsOf(a!.map((counts) => counts[seed]!));
      const second = momentsOf(b!.map((counts) => counts[seed]!));
      // Eight means against each other and against those of the four seeds together, which are all alike.
      const all = momentsOf([...a!, ...b!].flat());
      const error = Math.hypot(first.standardError, second.standardError);
      expect(Math.abs(first.mean - second.mean)).toBeLessThan(3.5 * error);
      expect(Math.abs(first.mean - all.mean)).toBeLessThan(3.5 * first.standardError);
    }
  });

  it('draws from the distribution that the engine stochastic draws from', () => {
    const runs = 1000;
    const [a, b] = [hosts, stochastic].map((engine) =>
      runsOf(engine, smallScenario, runs, engine.name.length + '1'),
    );
    const figures = [
      (run: (typeof a & {})[number]) => run.summary.everInfected,
      (run: (typeof a & {})[number]) => run.summary.timeTo['0.5'] ?? Infinity,
      (run: (typeof a & {})[number]) => run.summary.peakInfected,
      (run: (typeof a & {})[number]) => run.summary.extinctionTime ?? Infinity,
      (run: (typeof a & {})[number]) => run.summary.honeypotContacts,
    ];
    for (const figure of figures)
      expect(kolmogorovSmirnov(a!.map(figure), b!.map(figure))).toBeLessThan(1.95);
  });

  it('stops when it is asked to, with the infections so far', () => {
    let looks = 0;
    const control: RunControl = { ...keeping, shouldStop: () => ++looks === 3 };
    const part = hosts.run(seedScenario, { streams, replicate: 0 }, control);
    const whole = hosts.run(seedScenario, { streams, replicate: 0 }, keeping);
    expect(part.partial).toBe(true);
    const { length } = part.infections!.host;
    expect(length).toBe(part.summary.everInfected);
    expect(length).toBeLessThan(whole.infections!.host.length);
    expect(part.infections!.infector).toEqual(whole.infections!.infector.slice(0, length));
    expect(part.trajectory.infected).toEqual(
      whole.trajectory.infected.slice(0, part.trajectory.infected.length),
    );
  });

  it('says that it cannot tell a billion hosts apart', () => {
    const billion: Outbreak = {
      ...seedScenario,
      population: { vulnerable: 1e9, infected: 1 },
      honeypots: [],
    };
    expect(hosts.unsupported(billion).join(' ')).toContain('fit in memory');
    expect(hosts.unsupported(seedScenario)).toEqual([]);
  });

  it('draws the same bytes as ever', () => {
    const hashes = [seedScenario, smallScenario].map((outbreak) =>
      trajectoryHash(runsOf(hosts, outbreak, 1, '20040809')[0]!),
    );
    // A change here is a change of results: say so in the changelog.
    expect(hashes).toEqual(['f7a762328740cd3c', '3cd61b079f914e34']);
  });
});
