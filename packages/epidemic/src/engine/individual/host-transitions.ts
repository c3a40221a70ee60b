/** Draws transitions of single hosts that no probe causes, from the table of the outbreak (dynamics/transitions.ts). */
import type { RandomStream } from '@wormwood/base';
import {
  type Cause,
  type SpontaneousRates,
  spontaneousTransitions,
  type Transition,
} from '../../dynamics/transitions.ts';
import type { Outbreak } from '../../outbreak/outbreak.ts';
import { HostStates } from './host-states.ts';

/** A transition of a host that has been drawn. */
export interface HostTransition {
  host: number;
  to: number;
  cause: Cause;
}

export class HostTransitions {
  readonly states: HostStates;
  readonly #transitions: readonly Transition[];
  readonly #rate: Float64Array;

  constructor(outbreak: Outbreak) {
    this.#transitions = spontaneousTransitions(outbreak);
    const listed = new Set(this.#transitions.flatMap(({ from }) => from));
    this.states = new HostStates(outbreak.population.vulnerable, outbreak.honeypots.length, listed);
    this.#rate = new Float64Array(this.#transitions.length);
  }

  /** Transitions a second of all hosts together. */
  ratePerSecond(rates: SpontaneousRates): number {
    let sum = 0;
    for (let index = 0; index < this.#transitions.length; index++) {
      const transition = this.#transitions[index]!;
      let hosts = 0;
      for (const state of transition.from) hosts += this.states.count[state]!;
      const rate = hosts === 0 ? 0 : hosts * transition.ratePerSecond(rates);
      this.#rate[index] = rate;
      sum += rate;
    }
    return sum;
  }

  /** Draws one, `target` being uniform below what `ratePerSecond` has just returned. */
  draw(drawn: HostTransition, target: number, stream: RandomStream): void {
    let left = target;
    let chosen = -1;
    for (let index = 0; index < this.#transitions.length; index++) {
      if (this.#rate[index] === 0) continue;
      chosen = index;
      left -= this.#rate[index]!;
      if (left < 0) break;
    }
    const { from, to, cause } = this.#transitions[chosen]!;
    drawn.to = to;
    drawn.cause = cause;
    drawn.host = this.#anyOf(from, stream);
  }

  #anyOf(states: readonly number[], stream: RandomStream): number {
    const { count } = this.states;
    if (states.length === 1) return this.states.any(states[0]!, stream);
    let hosts = 0;
    for (const state of states) hosts += count[state]!;
    let row = stream.nextBelow(hosts);
    for (const state of states) {
      if (row < count[state]!) return this.states.any(state, stream);
      row -= count[state]!;
    }
    return -1;
  }
}
