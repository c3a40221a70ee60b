/** Numbers that grow by steps, for each pair of hosts from another beginning. */
import type { SipHash } from '@wormwood/base';
import { RecentTable } from './recent-table.ts';
import { beginAnew, firstState, nextNumber, type Steps, type StepState } from './stepped-numbers.ts';

/** Half of the pairs that are remembered; one that is forgotten goes on where time has led to. */
const SETS_MAX = 1 << 13;

export class PairNumbers {
  readonly #hash: SipHash;
  readonly #use: number;
  readonly #steps: Steps;
  readonly #pairs: RecentTable<StepState> = new RecentTable(SETS_MAX);

  /** `use`: what tells these numbers from others under the same key. */
  constructor(hash: SipHash, use: number, steps: Steps) {
    this.#hash = hash;
    this.#use = use;
    this.#steps = steps;
  }

  next(localAddress: number, remoteAddress: number, nowSeconds: number): number {
    const first = this.#hash.ofWords(this.#use, localAddress, remoteAddress, 0);
    // 64 bits: pairs that share them share a sequence, which shows neither of them anything.
    const { upper } = this.#hash;
    let state = this.#pairs.find(first, upper);
    if (state === undefined) {
      const grown = Math.floor(this.#steps.ratePerSecond * nowSeconds) >>> 0;
      const value = (first + grown) >>> 0;
      // Under a flood every pair is a new one: what is used again the collector need not take away.
      const gone = this.#pairs.makeRoom(first, upper);
      state = gone === undefined ? firstState(value, nowSeconds) : beginAnew(gone, value, nowSeconds);
      this.#pairs.add(first, upper, state);
    }
    return nextNumber(state, this.#steps, nowSeconds);
  }
}
