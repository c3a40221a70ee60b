// Hosts immunized before the outbreak, in graphs where it is a matter of arithmetic what they prevent: in the log of a run they are
// immune from time 0, none of them is ever infected, and of the others those are infected, and only those, that a way without
// immune hosts leads to from a seed.
import { randomStreams } from '@wormwood/base';
import { describe, expect, it } from 'vitest';
import { checkedOutbreak } from '../../outbreak/checked-outbreak.ts';
import type { ImmuneHosts } from '../../outbreak/scan-strategy.ts';
import type { Run } from '../engine.ts';
import { probes } from '../probes/probes.ts';
import { hosts } from './hosts.ts';

const HOSTS = 40;
const REPLICATES = 20;
const streams = randomStreams('11');
const everyHost = Array.from({ length: HOSTS }, (_, host) => host);
/** A hub that knows all others, which know the hub alone. */
const star = everyHost.map((host) => (host === 0 ? everyHost.slice(1) : [0]));
/** Each knows the next two. */
const ring = everyHost.map((host) => [(host + 1) % HOSTS, (host + 2) % HOSTS]);

/** So long that whoever can be infected is: a host's probes reach one that it knows after 39 s in the mean at most. */
function outbreakOf(neighbors: readonly (readonly number[])[], infected: number, immune?: ImmuneHosts) {
  return checkedOutbreak({
    addressSpaceSize: 2 ** 16,
    firstAddress: 0,
    population: { vulnerable: HOSTS, infected },
    worm: {
      scanRatePerSecond: 1,
      strategy: { kind: 'topological', neighbors, ...(immune === undefined ? {} : { immune }) },
    },
    honeypots: [],
    durationSeconds: 5000,
    sampleSeconds: 100,
  });
}

/** Hosts of a run's log: infected, seeds among them, immune; each in rising order. */
function logOf(run: Run) {
  const { host, infector, immunizedSeconds } = run.infections!;
  const rising = (found: readonly number[]): readonly number[] => found.toSorted((a, b) => a - b);
  return {
    infected: rising(Array.from(host)),
    seeds: rising(Array.from(host).filter((_, row) => infector[row] === -1)),
    immune: everyHost.filter((one) => immunizedSeconds![one] === 0),
    later: everyHost.filter((one) => immunizedSeconds![one]! > 0 && immunizedSeconds![one]! < Infinity),
  };
}

function reachable(
  neighbors: readonly (readonly number[])[],
  seeds: readonly number[],
  immune: readonly number[],
): readonly number[] {
  const found = new Set(seeds);
  for (const host of found) {
    for (const other of neighbors[host]!) if (!immune.includes(other)) found.add(other);
  }
  return Array.from(found).toSorted((a, b) => a - b);
}

describe.each([hosts, probes])('immune hosts in a run of $name', (engine) => {
  const runOf = (outbreak: ReturnType<typeof outbreakOf>, replicate: number): Run =>
    engine.run(
      outbreak,
      { streams, replicate },
      { shouldStop: () => false, progress: () => undefined, keepInfections: true },
    );

  it('an immune hub saves whoever is not a seed', () => {
    const run = runOf(outbreakOf(star, 3, { who: 'hubs', fraction: 1 / HOSTS }), 0);
    const { infected, seeds, immune, later } = logOf(run);
    expect({ immune, later }).toEqual({ immune: [0], later: [] });
    expect(infected).toHaveLength(3);
    expect(infected).toEqual(seeds);
    expect(new Set(run.trajectory.immunized)).toEqual(new Set([1]));
    const { everInfected, immunized, stillInfected } = run.summary;
    expect({ everInfected, immunized, stillInfected }).toEqual({
      everInfected: 3,
      immunized: 1,
      stillInfected: 3,
    });
    expect(logOf(runOf(outbreakOf(star, 3), 0)).infected).toEqual(everyHost);
  });

  it('no seed is immune, even where only seeds are left', () => {
    for (let replicate = 0; replicate < REPLICATES; replicate++) {
      const { infected, immune } = logOf(
        runOf(outbreakOf(ring, HOSTS / 2, { who: 'anyone', fraction: 1 / 2 }), replicate),
      );
      expect(immune).toHaveLength(HOSTS / 2);
      expect([...infected, ...immune].toSorted((a, b) => a - b)).toEqual(everyHost);
    }
  });

  it('an outbreak reaches whoever is not behind immune hosts', () => {
    let saved = 0;
    for (let replicate = 0; replicate < REPLICATES; replicate++) {
      const run = runOf(outbreakOf(ring, 2, { who: 'neighbors', fraction: 0.3 }), replicate);
      const { infected, seeds, immune, later } = logOf(run);
      expect(immune).toHaveLength(0.3 * HOSTS);
      expect({ seeds: seeds.length, later }).toEqual({ seeds: 2, later: [] });
      expect(infected).toEqual(reachable(ring, seeds, immune));
      expect(run.summary.neverInfected).toBe(HOSTS - infected.length);
      saved += HOSTS - infected.length - immune.length;
    }
    expect(saved).toBeGreaterThan(0);
  });
});
