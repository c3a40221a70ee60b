/**
 * How hosts change their state other than by a probe: latent hosts begin to scan, contacted ones are immunized, measures
 * patch, disinfect, catch and block, hosts reboot and are replaced. Each is a rate for every host of some states.
 */
import type { RandomStream } from '@wormwood/base';
import type { Outbreak } from '../../outbreak/outbreak.ts';
import type { ExitRates } from '../../countermeasure/effects-at-work.ts';
import { BLOCKED, FRESH, IMMUNIZED, LATENT, Roster, SUSCEPTIBLE, WAITING } from './host-states.ts';

/** A change of a host that has been drawn. */
export interface Exit {
  host: number;
  to: number;
  by: Cause;
}

export type Cause = 'course' | 'patching' | 'counter-worm';

interface Way {
  readonly from: readonly number[];
  readonly to: number;
  readonly by: Cause;
  ratePerSecond(measures: ExitRates): number;
}

export class Exits {
  readonly roster: Roster;
  readonly #ways: readonly Way[];
  readonly #rate: Float64Array;

  constructor(outbreak: Outbreak) {
    this.#ways = waysOf(outbreak);
    const states = new Set(this.#ways.flatMap(({ from }) => from));
    this.roster = new Roster(outbreak.population.vulnerable, outbreak.honeypots.length, states);
    this.#rate = new Float64Array(this.#ways.length);
  }

  /** Changes a second of all hosts together. */
  ratePerSecond(measures: ExitRates): number {
    let sum = 0;
    for (let index = 0; index < this.#ways.length; index++) {
      const way = this.#ways[index]!;
      let hosts = 0;
      for (const state of way.from) hosts += this.roster.count[state]!;
      const rate = hosts === 0 ? 0 : hosts * way.ratePerSecond(measures);
      this.#rate[index] = rate;
      sum += rate;
    }
    return sum;
  }

  /** Draws one, `target` being uniform below what `ratePerSecond` has just returned. */
  draw(exit: Exit, target: number, stream: RandomStream): void {
    let left = target;
    let chosen = -1;
    for (let index = 0; index < this.#ways.length; index++) {
      if (this.#rate[index] === 0) continue;
      chosen = index;
      left -= this.#rate[index]!;
      if (left < 0) break;
    }
    const way = this.#ways[chosen]!;
    exit.to = way.to;
    exit.by = way.by;
    exit.host = this.#anyOf(way.from, stream);
  }

  #anyOf(states: readonly number[], stream: RandomStream): number {
    const { count } = this.roster;
    if (states.length === 1) return this.roster.any(states[0]!, stream);
    let hosts = 0;
    for (const state of states) hosts += count[state]!;
    let row = stream.nextBelow(hosts);
    for (const state of states) {
      if (row < count[state]!) return this.roster.any(state, stream);
      row -= count[state]!;
    }
    return -1;
  }
}

function waysOf({ honeypots, worm, population, countermeasures }: Outbreak): readonly Way[] {
  const waiting = honeypots.map((_, group) => WAITING + group);
  const scanning = [FRESH, BLOCKED, ...waiting];
  const infected = [LATENT, ...scanning];
  const { latentSeconds = 0 } = worm;
  const { rebootRatePerSecond = 0, churnRatePerSecond = 0 } = population;
  const ways: Way[] = [];
  const add = (
    from: readonly number[],
    to: number,
    ratePerSecond: Way['ratePerSecond'],
    by: Cause = 'course',
  ): void => {
    ways.push({ from, to, ratePerSecond, by });
  };
  if (latentSeconds > 0) add([LATENT], FRESH, () => 1 / latentSeconds);
  for (const [group, { delaySeconds }] of honeypots.entries()) {
    if (delaySeconds > 0) add([WAITING + group], IMMUNIZED, () => 1 / delaySeconds);
  }
  if (rebootRatePerSecond > 0) add(infected, SUSCEPTIBLE, () => rebootRatePerSecond);
  if (churnRatePerSecond > 0) add([...infected, IMMUNIZED], SUSCEPTIBLE, () => churnRatePerSecond);
  if (countermeasures !== undefined && countermeasures.length > 0) {
    add([SUSCEPTIBLE], IMMUNIZED, ({ patch }) => patch, 'patching');
    add([SUSCEPTIBLE], IMMUNIZED, ({ counterPatch }) => counterPatch, 'counter-worm');
    add(infected, IMMUNIZED, ({ counterClean }) => counterClean, 'counter-worm');
    add(infected, IMMUNIZED, ({ disinfect }) => disinfect);
    add([FRESH], IMMUNIZED, ({ contact }) => contact);
    add([FRESH], BLOCKED, ({ block }) => block);
  }
  return ways;
}
