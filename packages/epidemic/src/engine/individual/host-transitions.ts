/**
 * What happens to single hosts at one rate for all in a stage: onset, sleep, reboots, churn, patching, cleaning. Clocks of
 * single hosts are elsewhere (host-clocks.ts).
 */
import type { RandomStream } from '@wormwood/base';
import type { EffectsAtWork } from '../../countermeasure/effects-at-work.ts';
import type { Outbreak } from '../../outbreak/outbreak.ts';
import type { Worm } from '../../outbreak/worm.ts';
import { cleaningOf } from '../../dynamics/host-measures.ts';
import { DORMANT, HostStates, IMMUNIZED, LATENT, SCANNING, SUSCEPTIBLE } from './host-states.ts';

export type StageCause =
  | 'onset'
  | 'reboot'
  | 'churn'
  | 'patching'
  | 'patch-scanning'
  | 'counter-worm'
  | 'disinfection'
  | 'sleep'
  | 'waking';

/** A transition of a host that has been drawn. */
export interface HostTransition {
  host: number;
  to: number;
  cause: StageCause;
}

/** Whether each latent host has a clock of its own: where the time to its first probe is not exponential. */
export function hasOnsetClock({ latentSeconds = 0, latentLaw }: Worm): boolean {
  return latentSeconds > 0 && latentLaw !== undefined && latentLaw.kind !== 'exponential';
}

interface Row {
  readonly from: readonly number[];
  readonly to: number;
  readonly cause: StageCause;
  readonly ratePerSecond: (effects: EffectsAtWork) => number;
}

export class HostTransitions {
  readonly states: HostStates;
  readonly #rows: readonly Row[];
  readonly #rate: Float64Array;

  constructor(outbreak: Outbreak) {
    this.#rows = rowsOf(outbreak);
    const listed = new Set(this.#rows.flatMap(({ from }) => from));
    this.states = new HostStates(outbreak.population.vulnerable, listed);
    this.#rate = new Float64Array(this.#rows.length);
  }

  /** Transitions a second of all hosts together. */
  ratePerSecond(effects: EffectsAtWork): number {
    const { count } = this.states;
    let sum = 0;
    for (let index = 0; index < this.#rows.length; index++) {
      const { from, ratePerSecond } = this.#rows[index]!;
      let hosts = 0;
      for (let at = 0; at < from.length; at++) hosts += count[from[at]!]!;
      const rate = hosts === 0 ? 0 : hosts * ratePerSecond(effects);
      this.#rate[index] = rate;
      sum += rate;
    }
    return sum;
  }

  /** Draws one, `target` being uniform below what `ratePerSecond` has just returned. */
  draw(drawn: HostTransition, target: number, stream: RandomStream): void {
    let left = target;
    let chosen = -1;
    for (let index = 0; index < this.#rows.length; index++) {
      if (this.#rate[index] === 0) continue;
      chosen = index;
      left -= this.#rate[index]!;
      if (left < 0) break;
    }
    const { from, to, cause } = this.#rows[chosen]!;
    drawn.to = to;
    drawn.cause = cause;
    drawn.host = this.#anyOf(from, stream);
  }

  #anyOf(stages: readonly number[], stream: RandomStream): number {
    const { count } = this.states;
    if (stages.length === 1) return this.states.any(stages[0]!, stream);
    let hosts = 0;
    for (const stage of stages) hosts += count[stage]!;
    let row = stream.nextBelow(hosts);
    for (const stage of stages) {
      if (row < count[stage]!) return this.states.any(stage, stream);
      row -= count[stage]!;
    }
    return -1;
  }
}

function rowsOf(outbreak: Outbreak): readonly Row[] {
  const { worm, population, countermeasures = [] } = outbreak;
  const { dormancy } = worm;
  const pastLatency = dormancy === undefined ? [SCANNING] : [SCANNING, DORMANT];
  const infected = [LATENT, ...pastLatency];
  const { latentSeconds = 0 } = worm;
  const { rebootRatePerSecond = 0, churnRatePerSecond = 0 } = population;
  const kinds = new Set(countermeasures.map(({ kind }) => kind));
  const rows: Row[] = [];
  const add = (
    cause: StageCause,
    from: readonly number[],
    to: number,
    ratePerSecond: Row['ratePerSecond'],
  ): void => {
    rows.push({ cause, from, to, ratePerSecond });
  };
  if (latentSeconds > 0 && !hasOnsetClock(worm)) add('onset', [LATENT], SCANNING, () => 1 / latentSeconds);
  if (rebootRatePerSecond > 0) add('reboot', infected, SUSCEPTIBLE, () => rebootRatePerSecond);
  if (churnRatePerSecond > 0) {
    add('churn', [...infected, IMMUNIZED], SUSCEPTIBLE, () => churnRatePerSecond);
  }
  if (kinds.has('patching')) add('patching', [SUSCEPTIBLE], IMMUNIZED, ({ patch }) => patch);
  if (kinds.has('patch-scanning')) {
    add('patch-scanning', [SUSCEPTIBLE], IMMUNIZED, ({ standing }) => standing.reachedPatchRate);
  }
  if (kinds.has('counter-worm')) {
    add('counter-worm', [SUSCEPTIBLE], IMMUNIZED, ({ counterPatch }) => counterPatch);
    add('counter-worm', infected, IMMUNIZED, ({ counterClean }) => counterClean);
  }
  const cleaning = cleaningOf(outbreak);
  if (cleaning.all) add('disinfection', infected, IMMUNIZED, ({ standing }) => standing.disinfectRate);
  if (cleaning.scanning) {
    add('disinfection', pastLatency, IMMUNIZED, ({ standing }) => standing.disinfectScanningRate);
  }
  if (dormancy !== undefined) {
    add('sleep', [SCANNING], DORMANT, () => dormancy.sleepRatePerSecond);
    add('waking', [DORMANT], SCANNING, () => dormancy.wakeRatePerSecond);
  }
  return rows;
}
