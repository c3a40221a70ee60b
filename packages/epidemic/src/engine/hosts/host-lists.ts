/**
 * Which host is in which state during a run, and who infected whom.
 *
 * Hosts are numbered in the order of infection, those infected at time 0 first. Their addresses are a uniform choice
 * without replacement whatever the numbers, so the address of the next host to be infected is uniform among those of
 * the susceptible hosts, as uniform scanning has it; and no list of susceptible hosts needs to be kept.
 */
import type { RandomStream } from '@wormwood/base';
import type { Course } from '../stochastic/course.ts';
import type { Draws } from '../stochastic/draws-kernel.ts';
import { type HostKernel, hostKernel } from './host-kernel.ts';

export interface HostLists {
  /** The kernel whose memory holds the lists. */
  readonly kernel: HostKernel;
  /** The infected hosts: first the fresh ones, then those contacted by each group in turn. Gaps are filled by moves. */
  readonly infected: Int32Array;
  /** Where each of these parts ends; the last is the number of infected hosts. */
  readonly ends: Int32Array;
  /** Hosts infected so far: the number of the next. */
  everInfected: number;
  /** By host: who infected it (−1 at time 0), and when, in seconds. */
  readonly infector: Int32Array;
  readonly timeSeconds: Float64Array;
  /** By host: when it was immunized; infinite while it is not. Only where `beginHostLists` was asked to keep it. */
  readonly immunizedSeconds: Float64Array;
}

/** Returns the lists at time 0. They lie in the memory of this thread's kernel: the next run writes over them. */
export function beginHostLists({ outbreak, groups }: Course, keepImmunized: boolean): HostLists {
  const { vulnerable, infected } = outbreak.population;
  const kernel = hostKernel(vulnerable);
  const lists: HostLists = {
    kernel,
    infected: kernel.infected,
    ends: new Int32Array(groups.length + 1).fill(infected),
    everInfected: infected,
    infector: kernel.infector,
    timeSeconds: kernel.timeSeconds,
    immunizedSeconds: kernel.immunizedSeconds,
  };
  if (keepImmunized) lists.immunizedSeconds.fill(Infinity, 0, vulnerable);
  lists.infector.fill(-1, 0, infected);
  lists.timeSeconds.fill(0, 0, infected);
  for (let host = 0; host < infected; host++) lists.infected[host] = host;
  return lists;
}

/** Which events of a batch are meant. */
export interface EventRange {
  readonly from: number;
  readonly to: number;
}

/** The one group at work: its position, −1 for none, and whether hosts that it contacts wait for their immunization. */
export interface SoleGroup {
  readonly position: number;
  readonly waits: boolean;
}

/** Chooses the hosts of events with at most one group at work. */
export function chooseHosts(
  lists: HostLists,
  draws: Draws,
  range: EventRange,
  { position, waits }: SoleGroup,
): void {
  const { ends, kernel } = lists;
  const counts = { fresh: ends[0] ?? 0, infected: ends.at(-1) ?? 0, everInfected: lists.everInfected };
  kernel.choose(draws, range, counts, waits);
  lists.everInfected = counts.everInfected;
  ends.fill(counts.fresh, 0, position + 1);
  ends.fill(counts.infected, position + 1);
  ends[0] = counts.fresh;
}

/** Chooses the hosts of events with several groups at work, as `chooseHosts` does with one. */
export function chooseHostsOfGroups(
  lists: HostLists,
  draws: Draws,
  { from, to }: EventRange,
  course: Course,
): void {
  for (let at = from; at < to; at++) {
    const kind = draws.kind[at] ?? 0;
    if (kind === 0) {
      infect(lists, draws.stream, draws.timeSeconds[at] ?? 0);
      continue;
    }
    const position = (kind - 1) >> 1;
    const isContact = kind === 1 + 2 * position;
    const waits = course.groups[position]?.recoveryRatePerSecond !== Infinity;
    const part = isContact && waits ? position + 1 : null;
    const host = move(lists, draws.stream, { from: isContact ? 0 : position + 1, to: part });
    if (part === null) lists.immunizedSeconds[host] = draws.timeSeconds[at] ?? 0;
  }
}

function infect(lists: HostLists, stream: RandomStream, timeSeconds: number): void {
  const { infected, ends } = lists;
  const host = lists.everInfected++;
  lists.infector[host] = infected[stream.nextBelow(ends.at(-1) ?? 0)] ?? -1;
  lists.timeSeconds[host] = timeSeconds;
  // Room behind the fresh hosts: each later part moves its first entry to its end.
  for (let part = ends.length - 1; part > 0; part--) {
    infected[ends[part]!++] = infected[ends[part - 1]!]!;
  }
  infected[ends[0]!++] = host;
}

/** Moves a host, any with equal chance, from one part to a later one, or out of the list; returns it. */
function move(
  { infected, ends }: HostLists,
  stream: RandomStream,
  { from, to }: { readonly from: number; readonly to: number | null },
): number {
  const first = from === 0 ? 0 : ends[from - 1]!;
  let gap = first + stream.nextBelow(ends[from]! - first);
  const host = infected[gap]!;
  // The gap moves to the end of each later part in turn.
  for (let part = from; part < (to ?? ends.length); part++) {
    const last = --ends[part]!;
    infected[gap] = infected[last]!;
    gap = last;
  }
  if (to !== null) infected[gap] = host;
  return host;
}
