/**
 * The groups of an outbreak, every cell with every class of scan rates, and where in the state of the equations each of
 * their stages stands.
 */
import type { Outbreak } from '../../outbreak/outbreak.ts';
import { rateClasses } from './rate-classes.ts';
import type { Reach } from '../../reach/cells.ts';
import { reachOf } from '../../reach/reach.ts';

// Places in the state, before those of the groups: ever infected, probes sent, probes on the way to where they were sent,
// hosts of counter-worms.
export const EVER = 0;
export const PROBES = 1;
export const SEEN = 2;
export const PATCHING = 3;
const COMMON = 4;

/** Where the hosts of the first group stand; those of the others follow. −1: no such stage here. */
export interface Layout {
  readonly size: number;
  readonly susceptible: number;
  /** Susceptible and never infected; the same as `susceptible` where no infected host comes back. */
  readonly never: number;
  /** The stages of infected hosts stand in a row, from `infected` to `size`: latent ones, those at large, blocked ones, … */
  readonly infected: number;
  readonly latent: number;
  readonly free: number;
  readonly blocked: number;
  /** … and those waiting for their immunization, for each defense. */
  readonly waiting: readonly number[];
  /** Contacts of each defense; one place each. */
  readonly contacts: number;
}

export interface GroupSetup {
  readonly outbreak: Outbreak;
  readonly reach: Reach;
  readonly cells: number;
  readonly groups: number;
  /** By group. */
  readonly hosts: Float64Array;
  readonly cell: Int32Array;
  readonly scanRatePerSecond: Float64Array;
  readonly layout: Layout;
}

export function groupSetup(outbreak: Outbreak): GroupSetup {
  const { worm, population } = outbreak;
  const reach = reachOf(outbreak);
  const classes = rateClasses(worm, population.vulnerable);
  const cells = reach.hosts.length;
  const groups = cells * classes.length;
  const hosts = new Float64Array(groups);
  const cell = new Int32Array(groups);
  const scanRatePerSecond = new Float64Array(groups);
  for (let group = 0; group < groups; group++) {
    const row = Math.floor(group / classes.length);
    const { fraction, scanRatePerSecond: rate } = classes[group % classes.length]!;
    cell[group] = row;
    hosts[group] = reach.hosts[row]! * fraction;
    scanRatePerSecond[group] = rate;
  }
  return {
    outbreak,
    reach,
    cells,
    groups,
    hosts,
    cell,
    scanRatePerSecond,
    layout: layoutOf(outbreak, groups),
  };
}

function layoutOf({ worm, population, honeypots, countermeasures = [] }: Outbreak, groups: number): Layout {
  const { rebootRatePerSecond = 0, churnRatePerSecond = 0 } = population;
  let size = COMMON;
  const take = (places: number, isNeeded = true): number => {
    if (!isNeeded) return -1;
    size += places;
    return size - places;
  };
  const contacts = take(honeypots.length);
  const susceptible = take(groups);
  const never = rebootRatePerSecond + churnRatePerSecond > 0 ? take(groups) : susceptible;
  const infected = size;
  const latent = take(groups, (worm.latentSeconds ?? 0) > 0);
  const free = take(groups);
  const isBlocking = countermeasures.some(({ kind }) => kind === 'blacklist' || kind === 'clean-up');
  const blocked = take(groups, isBlocking);
  const waiting = honeypots.map(({ delaySeconds }) => take(groups, delaySeconds > 0));
  return { size, susceptible, never, infected, latent, free, blocked, waiting, contacts };
}

/** Returns the state at time 0: those infected are spread over all groups alike. */
export function initialState({ outbreak, groups, hosts, layout }: GroupSetup): Float64Array {
  const { vulnerable, infected } = outbreak.population;
  const state = new Float64Array(layout.size);
  const first = layout.latent >= 0 ? layout.latent : layout.free;
  for (let group = 0; group < groups; group++) {
    const seeds = vulnerable > 0 ? (hosts[group]! * infected) / vulnerable : 0;
    state[layout.susceptible + group] = hosts[group]! - seeds;
    state[layout.never + group] = hosts[group]! - seeds;
    state[first + group] = seeds;
  }
  state[EVER] = infected;
  return state;
}

/** Sums over groups of a state, or of its derivative. */
export interface Totals {
  readonly susceptible: number;
  readonly infected: number;
}

export function totalsOf({ groups, layout }: GroupSetup, of: Float64Array): Totals {
  let susceptible = 0;
  for (let at = layout.susceptible; at < layout.susceptible + groups; at++) susceptible += of[at]!;
  let infected = 0;
  for (let at = layout.infected; at < layout.size; at++) infected += of[at]!;
  return { susceptible, infected };
}
