/**
 * Which host is in which state, while a run is being drawn: lists that are filled at the end and emptied by moving the
 * last entry into the gap, so that a uniform choice and a change take constant time whatever the number of hosts.
 */
import type { RandomStream } from '@wormwood/base';
import type { Course } from '../stochastic/course.ts';
import type { Changes } from '../stochastic/several-groups.ts';

export interface HostLists {
  /** The susceptible hosts, as many as the course counts. */
  readonly susceptible: Int32Array;
  /** The infected hosts: first the fresh ones, then those contacted by each group in turn. */
  readonly infected: Int32Array;
  /** By row, in the order of infection: host, its infector (−1 at time 0), seconds. */
  readonly host: Int32Array;
  readonly infector: Int32Array;
  readonly timeSeconds: Float64Array;
}

/** Returns the lists at time 0: hosts 0 to I0 − 1 are infected, which is a uniform choice since addresses are. */
export function beginHostLists(course: Course): HostLists {
  const { vulnerable, infected } = course.outbreak.population;
  const lists: HostLists = {
    susceptible: new Int32Array(vulnerable),
    infected: new Int32Array(vulnerable),
    host: new Int32Array(vulnerable),
    infector: new Int32Array(vulnerable),
    timeSeconds: new Float64Array(vulnerable),
  };
  for (let host = 0; host < infected; host++) {
    lists.infected[host] = host;
    lists.host[host] = host;
    lists.infector[host] = -1;
  }
  for (let host = infected; host < vulnerable; host++) lists.susceptible[host - infected] = host;
  return lists;
}

/** Returns what keeps the lists in step with a course in which several groups immunize: each pick is uniform. */
export function followChanges(course: Course, lists: HostLists, stream: RandomStream): Changes {
  const { susceptible, infected } = lists;
  // Ends of the runs of `infected`: of the fresh hosts, then of those contacted by each group.
  const ends = new Int32Array(course.groups.length + 1);
  let end = course.fresh;
  ends[0] = end;
  for (const [position, count] of course.contacted.entries()) ends[position + 1] = end += count;

  /** Closes the gap at `gap` of run `from` and returns the free entry before run `to`. */
  const closeGap = (gap: number, from: number, to: number): number => {
    let free = gap;
    for (let run = from; run < to; run++) {
      const last = --ends[run]!;
      infected[free] = infected[last]!;
      free = last;
    }
    return free;
  };

  return {
    infected(timeSeconds) {
      const row = course.outbreak.population.vulnerable - course.susceptible - 1;
      const infector = infected[stream.nextBelow(ends.at(-1)!)]!;
      const at = stream.nextBelow(course.susceptible + 1);
      const host = susceptible[at]!;
      susceptible[at] = susceptible[course.susceptible]!;
      for (let run = ends.length - 1; run > 0; run--) infected[ends[run]!++] = infected[ends[run - 1]!]!;
      infected[ends[0]!++] = host;
      lists.host[row] = host;
      lists.infector[row] = infector;
      lists.timeSeconds[row] = timeSeconds;
    },
    contacted(group) {
      const at = stream.nextBelow(ends[0]!);
      const host = infected[at]!;
      infected[closeGap(at, 0, group + 1)] = host;
    },
    immunized(group) {
      const first = group < 0 ? 0 : ends[group]!;
      const at = first + stream.nextBelow(ends[group + 1]! - first);
      closeGap(at, group + 1, ends.length);
    },
  };
}
