/** The hosts that events concern: one loop over a batch of events that were drawn on counts. */
import type { Draws } from '../stochastic/draws-kernel.ts';
import type { EventRange, HostLists } from './host-lists.ts';

const TWO_TO_MINUS_32 = 1 / 4294967296;

/** The one group at work: its position, −1 for none, and whether hosts that it contacts wait for their immunization. */
export interface SoleGroup {
  readonly position: number;
  readonly waits: boolean;
}

/**
 * Chooses the hosts of the events in `range` and brings the lists up to them. Under uniform scanning any infected host is
 * as likely as another to have sent the probe, and any host of a state to be the one that leaves it.
 */
export function chooseHosts(lists: HostLists, draws: Draws, range: EventRange, group: SoleGroup): void {
  const { kind, timeSeconds } = draws;
  const { state } = draws.stream;
  const { infected, ends, infector, timeSeconds: infectionTime } = lists;
  const { from, to } = range;
  const { waits, position } = group;
  let s0 = state[0]! | 0;
  let s1 = state[1]! | 0;
  let s2 = state[2]! | 0;
  let s3 = state[3]! | 0;
  let next = lists.everInfected | 0;
  let fresh = ends[0]! | 0;
  let count = ends[ends.length - 1]! | 0;
  for (let at = from; at < to; at++) {
    const what = kind[at]!;
    const isContact = (what & 1) === 1;
    const bound = what === 0 ? count : isContact ? fresh : (count - fresh) | 0;
    // A whole number below `bound` without bias: Lemire 2019, the upper half of word × bound, drawn again for the few
    // lower halves that would favour some numbers. The word is a step of xoshiro128++ (base/random/random-stream.ts).
    let word = 0;
    for (;;) {
      const sum = (s0 + s3) | 0;
      const shifted = s1 << 9;
      word = (((sum << 7) | (sum >>> 25)) + s0) | 0;
      s2 ^= s0;
      s3 ^= s1;
      s1 ^= s2;
      s0 ^= s3;
      s2 ^= shifted;
      s3 = (s3 << 11) | (s3 >>> 21);
      const lower = Math.imul(word, bound) >>> 0;
      if (lower >= bound || lower >= (-bound >>> 0) % bound) break;
    }
    const pick = ((word >>> 0) * bound * TWO_TO_MINUS_32) | 0;
    if (what === 0) {
      infector[next] = infected[pick]!;
      infectionTime[next] = timeSeconds[at]!;
      infected[count] = infected[fresh]!;
      infected[fresh] = next;
      fresh = (fresh + 1) | 0;
      count = (count + 1) | 0;
      next = (next + 1) | 0;
    } else if (isContact) {
      fresh = (fresh - 1) | 0;
      const host = infected[pick]!;
      infected[pick] = infected[fresh]!;
      infected[fresh] = host;
      // Without a delay nobody waits behind the fresh hosts: what leaves them leaves the list.
      if (!waits) count = (count - 1) | 0;
    } else {
      count = (count - 1) | 0;
      infected[fresh + pick] = infected[count]!;
    }
  }
  state[0] = s0;
  state[1] = s1;
  state[2] = s2;
  state[3] = s3;
  lists.everInfected = next;
  for (let part = 0; part < ends.length; part++) ends[part] = part <= position ? fresh : count;
  ends[0] = fresh;
}
