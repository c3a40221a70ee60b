/**
 * The groups of an outbreak, every cell with every kind of hosts, and where in the state of the equations the hosts of a
 * group in each state of the table stand.
 */
import { type HostKind, hostKindsOf } from '../../dynamics/host-kinds.ts';
import { type HostTable, hostTableOf } from '../../dynamics/transitions.ts';
import type { Outbreak } from '../../outbreak/outbreak.ts';
import { rateClasses } from './rate-classes.ts';
import type { Reach } from '../../reach/cells.ts';
import { reachOf } from '../../reach/reach.ts';

// Places in the state, before those of the groups: probes sent, probes that arrived where they were sent, hosts of
// counter-worms.
export const PROBES = 0;
export const SEEN = 1;
export const PATCHING = 2;
const COMMON = 3;

/** Where the other components of the state are. */
export interface Layout {
  readonly size: number;
  /** Contacts of each group of honeypots; one place each. */
  readonly contacts: number;
  /** For each countermeasure, where it is one of avoided honeypots: addresses unknown to the worm. */
  readonly unknown: number;
  /** Hosts of the first group, a place for each state of the table; those of the others follow. */
  readonly hosts: number;
}

export interface GroupSetup {
  readonly outbreak: Outbreak;
  readonly reach: Reach;
  readonly table: HostTable;
  readonly cells: number;
  readonly groups: number;
  /** By group. */
  readonly hosts: Float64Array;
  readonly cell: Int32Array;
  readonly kind: readonly HostKind[];
  readonly layout: Layout;
}

export function groupSetup(outbreak: Outbreak): GroupSetup {
  const { worm, population, honeypots, countermeasures = [] } = outbreak;
  const reach = reachOf(outbreak);
  const table = hostTableOf(outbreak);
  const kinds = hostKindsOf(outbreak, rateClasses(worm, population.vulnerable));
  const cells = reach.hosts.length;
  const groups = cells * kinds.length;
  const hosts = new Float64Array(groups);
  const cell = new Int32Array(groups);
  const kind: HostKind[] = [];
  for (let group = 0; group < groups; group++) {
    const row = Math.floor(group / kinds.length);
    const of = kinds[group % kinds.length]!;
    cell[group] = row;
    hosts[group] = reach.hosts[row]! * of.fraction;
    kind.push(of);
  }
  const unknown = COMMON + honeypots.length;
  const first = unknown + countermeasures.length;
  const size = first + groups * table.states.length;
  const layout = { size, contacts: COMMON, unknown, hosts: first };
  return { outbreak, reach, table, cells, groups, hosts, cell, kind, layout };
}

/** Returns the state at time 0: the infected are spread evenly over all groups. */
export function initialState({ outbreak, groups, hosts, layout, table }: GroupSetup): Float64Array {
  const { vulnerable, infected } = outbreak.population;
  const state = new Float64Array(layout.size);
  for (let group = 0; group < groups; group++) {
    const seeds = vulnerable > 0 ? (hosts[group]! * infected) / vulnerable : 0;
    const at = layout.hosts + group * table.states.length;
    state[at + table.susceptible] = hosts[group]! - seeds;
    state[at + table.infected] = seeds;
  }
  return state;
}

/** Sums over groups of a state, or of its derivative. */
export interface Totals {
  susceptible: number;
  infected: number;
  /** Never infected. */
  never: number;
}

export function sumTotals({ groups, layout, table }: GroupSetup, of: Float64Array, totals: Totals): void {
  const { isSusceptible, isInfected, isNever } = table;
  const states = isNever.length;
  totals.susceptible = 0;
  totals.infected = 0;
  totals.never = 0;
  let at = layout.hosts;
  for (let group = 0; group < groups; group++) {
    for (let state = 0; state < states; state++) {
      const hosts = of[at++]!;
      if (isSusceptible[state] === 1) totals.susceptible += hosts;
      if (isInfected[state] === 1) totals.infected += hosts;
      if (isNever[state] === 1) totals.never += hosts;
    }
  }
}

export function totalsOf(setup: GroupSetup, of: Float64Array): Totals {
  const totals = { susceptible: 0, infected: 0, never: 0 };
  sumTotals(setup, of, totals);
  return totals;
}
