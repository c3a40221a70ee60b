/**
 * Which host is in which stage, with a uniform choice in constant time among those of a stage that hosts leave at
 * random: such a stage has a list of its hosts, and when one leaves, the last takes its place.
 */
import type { RandomStream } from '@wormwood/base';

export const SUSCEPTIBLE = 0;
/** Infected, not yet scanning. */
export const LATENT = 1;
/** Infected and scanning, unless something prevents it. */
export const SCANNING = 2;
export const IMMUNIZED = 3;
/** Infected, past its latency, and asleep. */
export const DORMANT = 4;
const STAGES = 5;

export function isInfectedStage(stage: number): boolean {
  return stage === LATENT || stage === SCANNING || stage === DORMANT;
}

const ROOM_MIN = 16;

export class HostStates {
  readonly stage: Uint8Array;
  /** Hosts by stage: how many are in each. */
  readonly count: Int32Array;
  /** Of the stages that have a list; undefined for others. */
  readonly #members: (Int32Array | undefined)[];
  /** Where a host stands in the list of its stage. */
  readonly #at: Int32Array;

  /** All hosts begin susceptible. `listed`: the stages that `any` will be asked for. */
  constructor(hosts: number, listed: ReadonlySet<number>) {
    this.stage = new Uint8Array(hosts);
    this.count = new Int32Array(STAGES);
    this.count[SUSCEPTIBLE] = hosts;
    this.#at = new Int32Array(listed.size === 0 ? 0 : hosts);
    this.#members = Array.from({ length: STAGES }, (_, stage) => {
      return listed.has(stage) ? new Int32Array(ROOM_MIN) : undefined;
    });
    if (!listed.has(SUSCEPTIBLE)) return;
    for (let host = 0; host < hosts; host++) this.#at[host] = host;
    this.#members[SUSCEPTIBLE] = this.#at.slice();
  }

  move(host: number, to: number): void {
    const from = this.stage[host]!;
    this.stage[host] = to;
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

  /** Returns a host of a listed stage, each equally likely; the stage must not be empty. */
  any(stage: number, stream: RandomStream): number {
    return this.#members[stage]![stream.nextBelow(this.count[stage]!)]!;
  }
}
