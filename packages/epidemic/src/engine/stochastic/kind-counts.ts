/**
 * How many hosts of each kind are in each state of the table, and at which rates they leave it: what an event is drawn from.
 * The kind of every host is drawn at the start.
 */
import { binomial, type RandomStream } from '@wormwood/base';
import { type HostKind, hostKindsOf, ownRatePerSecond } from '../../dynamics/host-kinds.ts';
import { hostMeasuresOf } from '../../dynamics/host-measures.ts';
import { type HostTable, hostTableOf, type Transition } from '../../dynamics/transitions.ts';
import type { Outbreak } from '../../outbreak/outbreak.ts';

/** What hosts send: probes a second of all, those and their hosts that get past what blocks hosts. */
export interface Sending {
  sent: number;
  load: number;
  scanning: number;
}

/** The most rows of kinds and transitions that are gone through at each event. */
const ROWS_MAX = 20_000;

export class KindCounts {
  readonly table: HostTable;
  /** Hosts by kind and state, those of one kind in a row. */
  readonly hosts: Float64Array;
  /** Of all kinds. */
  susceptible = 0;
  infected = 0;
  readonly #kinds: readonly HostKind[];
  readonly #outbreak: Outbreak;
  readonly #ownRate: Float64Array;
  /** One row for each kind and transition that hosts of it can take. */
  readonly #transition: readonly Transition[];
  readonly #kind: Int32Array;
  readonly #from: Int32Array;
  readonly #hazard: Int32Array;
  /** For transitions that probes cause, the fraction of them that gets out; else −1. */
  readonly #passing: Float64Array;
  readonly #rate: Float64Array;

  constructor(outbreak: Outbreak, stream: RandomStream) {
    this.#outbreak = outbreak;
    this.table = hostTableOf(outbreak);
    this.#kinds = hostKindsOf(outbreak, rateClassesOf(outbreak));
    this.#ownRate = new Float64Array(this.#kinds.length);
    const { states, transitions, passing } = this.table;
    const rows = this.#kinds.flatMap(({ watched }, kind) =>
      transitions
        .filter(({ watch }) => watch < 0 || (watched >>> watch) & 1)
        .map((transition) => ({ kind, transition })),
    );
    this.#transition = rows.map(({ transition }) => transition);
    this.#kind = Int32Array.from(rows, ({ kind }) => kind);
    this.#from = Int32Array.from(rows, ({ kind, transition }) => kind * states.length + transition.from);
    this.#hazard = Int32Array.from(rows, ({ transition }) => transition.hazard);
    this.#passing = Float64Array.from(rows, ({ transition }) =>
      transition.isByProbe ? passing[transition.from]! : -1,
    );
    this.#rate = new Float64Array(rows.length);
    this.hosts = new Float64Array(this.#kinds.length * states.length);
    const { vulnerable, infected } = outbreak.population;
    this.#place(this.table.susceptible, vulnerable - infected, stream);
    this.#place(this.table.infected, infected, stream);
    this.susceptible = vulnerable - infected;
    this.infected = infected;
  }

  /** Puts hosts into a state, each of a kind drawn for it. */
  #place(state: number, hosts: number, stream: RandomStream): void {
    let left = hosts;
    let fraction = 1;
    for (const [kind, of] of this.#kinds.entries()) {
      const isLast = kind === this.#kinds.length - 1;
      const drawn = isLast ? left : binomial(stream, left, Math.min(1, of.fraction / fraction));
      this.hosts[kind * this.table.states.length + state] = drawn;
      left -= drawn;
      fraction -= of.fraction;
    }
  }

  /** Looks which throttles and kill-switches have started. */
  setOwnRates(isWorking: (position: number) => boolean, pace: number): void {
    const measures = hostMeasuresOf(this.#outbreak);
    for (const [kind, of] of this.#kinds.entries()) {
      this.#ownRate[kind] = ownRatePerSecond(of, measures, isWorking, pace);
    }
  }

  send(sending: Sending): void {
    const { states, isScanning, passing } = this.table;
    sending.sent = 0;
    sending.load = 0;
    sending.scanning = 0;
    for (let kind = 0; kind < this.#ownRate.length; kind++) {
      const rate = this.#ownRate[kind]!;
      if (rate === 0) continue;
      for (let state = 0; state < states.length; state++) {
        if (isScanning[state] === 0) continue;
        const hosts = this.hosts[kind * states.length + state]!;
        sending.sent += hosts * rate;
        sending.load += hosts * rate * passing[state]!;
        sending.scanning += hosts * passing[state]!;
      }
    }
  }

  /** Returns the transitions a second of all hosts, from the rates of single ones. */
  ratePerSecond(hazards: Float64Array): number {
    let sum = 0;
    for (let row = 0; row < this.#rate.length; row++) {
      let rate = this.hosts[this.#from[row]!]! * hazards[this.#hazard[row]!]!;
      if (this.#passing[row]! >= 0) rate *= this.#passing[row]! * this.#ownRate[this.#kind[row]!]!;
      this.#rate[row] = rate;
      sum += rate;
    }
    return sum;
  }

  /** Returns the rate of the transitions that probes at honeypots cause, as last computed. */
  caughtPerSecond(): number {
    let sum = 0;
    for (let row = 0; row < this.#rate.length; row++) {
      if (this.#transition[row]!.cause === 'honeypot contact') sum += this.#rate[row]!;
    }
    return sum;
  }

  /** Draws a row, `target` being uniform below the sum of the rates. */
  draw(target: number): number {
    let left = target;
    let chosen = -1;
    for (let row = 0; row < this.#rate.length; row++) {
      if (this.#rate[row] === 0) continue;
      chosen = row;
      left -= this.#rate[row]!;
      if (left < 0) break;
    }
    return chosen;
  }

  transitionOf(row: number): Transition {
    return this.#transition[row]!;
  }

  apply(row: number): void {
    const { from, to } = this.#transition[row]!;
    const { isSusceptible, isInfected } = this.table;
    const at = this.#from[row]!;
    this.hosts[at]!--;
    this.hosts[at - from + to]!++;
    this.susceptible += isSusceptible[to]! - isSusceptible[from]!;
    this.infected += isInfected[to]! - isInfected[from]!;
  }
}

/** Returns the classes of scan rates of an outbreak; one where all are alike. */
function rateClassesOf({
  worm,
}: Outbreak): readonly { readonly fraction: number; readonly scanRatePerSecond: number }[] {
  const { scanRates, scanRatePerSecond } = worm;
  if (scanRates?.kind === 'classes') return scanRates.classes.filter(({ fraction }) => fraction > 0);
  return [{ fraction: 1, scanRatePerSecond }];
}

/** Returns why an outbreak has too many kinds and states of hosts for this, a sentence; none when it has not. */
export function kindObstacles(outbreak: Outbreak): readonly string[] {
  const kinds = hostKindsOf(outbreak, rateClassesOf(outbreak)).length;
  const rows = kinds * hostTableOf(outbreak).transitions.length;
  if (rows <= ROWS_MAX) return [];
  return [
    `The engine stochastic would have to look at ${rows} ways to change of ${kinds} kinds of hosts at each event; ` +
      `the engines hosts and probes follow each host instead.`,
  ];
}
