/**
 * Which host is in which state, with a uniform choice in constant time among those of a state that hosts leave at random:
 * such a state has a list of its hosts, from which one leaves by the last taking its place.
 */
import type { RandomStream } from '@wormwood/base';
import { SUSCEPTIBLE, WAITING } from '../../dynamics/transitions.ts';

const ROOM_MIN = 16;

export class HostStates {
  readonly state: Uint8Array;
  /** Hosts by state: how many are in each. */
  readonly count: Int32Array;
  /** Of the states that have a list; undefined for others. */
  readonly #members: (Int32Array | undefined)[];
  /** Where a host stands in the list of its state. */
  readonly #at: Int32Array;

  /** All hosts begin susceptible. `listed`: the states that `any` will be asked for. */
  constructor(hosts: number, honeypotGroups: number, listed: ReadonlySet<number>) {
    const states = WAITING + honeypotGroups;
    this.state = new Uint8Array(hosts);
    this.count = new Int32Array(states);
    this.count[SUSCEPTIBLE] = hosts;
    this.#at = new Int32Array(listed.size === 0 ? 0 : hosts);
    this.#members = Array.from({ length: states }, (_, state) => {
      return listed.has(state) ? new Int32Array(ROOM_MIN) : undefined;
    });
    if (!listed.has(SUSCEPTIBLE)) return;
    for (let host = 0; host < hosts; host++) this.#at[host] = host;
    this.#members[SUSCEPTIBLE] = this.#at.slice();
  }

  move(host: number, to: number): void {
    const from = this.state[host]!;
    this.state[host] = to;
    const left = this.#members[from];
    const last = --this.count[from]!;
    if (left !== undefined) {
      const mover = left[last]!;
      const at = this.#at[host]!;
      left[at] = mover;
      this.#at[mover] = at;
    }
    const row = this.count[to]!++;
    const joined = this.#members[to];
    if (joined === undefined) return;
    this.#at[host] = row;
    if (row < joined.length) {
      joined[row] = host;
      return;
    }
    const wider = new Int32Array(row * 2);
    wider.set(joined);
    wider[row] = host;
    this.#members[to] = wider;
  }

  /** A host in this state, which is a listed one, each equally likely; there must be one. */
  any(state: number, stream: RandomStream): number {
    return this.#members[state]![stream.nextBelow(this.count[state]!)]!;
  }
}
