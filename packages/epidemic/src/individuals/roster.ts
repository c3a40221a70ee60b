/**
 * Which host is in which state, with a uniform choice among those of a state in constant time: each state has a list of
 * its hosts, from which one leaves by the last taking its place.
 */
import type { RandomStream } from '@wormwood/base';

/** States of a host; those that wait for the group of honeypots g are in `WAITING + g`. */
export const SUSCEPTIBLE = 0;
/** Infected, not yet scanning. */
export const LATENT = 1;
/** Infected, scanning, not yet caught by anything. */
export const FRESH = 2;
/** Infected; a measure drops its probes or some of them. */
export const BLOCKED = 3;
export const IMMUNIZED = 4;
export const WAITING = 5;

const ROOM_MIN = 16;

export class Roster {
  readonly state: Uint8Array;
  /** Hosts by state: how many are in each. */
  readonly count: Int32Array;
  readonly #members: Int32Array[];
  /** Where a host stands in the list of its state. */
  readonly #at: Int32Array;

  /** All hosts begin susceptible. */
  constructor(hosts: number, honeypotGroups: number) {
    const states = WAITING + honeypotGroups;
    this.state = new Uint8Array(hosts);
    this.count = new Int32Array(states);
    this.count[SUSCEPTIBLE] = hosts;
    this.#at = Int32Array.from({ length: hosts }, (_, host) => host);
    this.#members = Array.from({ length: states }, () => new Int32Array(ROOM_MIN));
    this.#members[SUSCEPTIBLE] = this.#at.slice();
  }

  move(host: number, to: number): void {
    const from = this.state[host]!;
    const left = this.#members[from]!;
    const last = left[--this.count[from]!]!;
    const at = this.#at[host]!;
    left[at] = last;
    this.#at[last] = at;
    const row = this.count[to]!;
    let joined = this.#members[to]!;
    if (row === joined.length) {
      const wider = new Int32Array(row * 2);
      wider.set(joined);
      this.#members[to] = joined = wider;
    }
    joined[row] = host;
    this.#at[host] = row;
    this.count[to] = row + 1;
    this.state[host] = to;
  }

  /** A host in this state, each equally likely; there must be one. */
  any(state: number, stream: RandomStream): number {
    return this.#members[state]![stream.nextBelow(this.count[state]!)]!;
  }
}
