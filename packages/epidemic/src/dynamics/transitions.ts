/**
 * The one table of what happens to a vulnerable host: from which states to which, at what rate, and why. Engines read it in
 * their own ways: `stochastic` draws events from the rates, `hosts` and `probes` draw those that no probe causes, and
 * `ode` integrates what they come to in the mean (`derivatives`). Loops that stay unrolled for speed are tested against it.
 *
 * Source: docs/models.md#active-immunization, docs/models.md#latency-reboots-and-churn.
 */
import type { Outbreak } from '../outbreak/outbreak.ts';

/** States of a host; those that wait for their immunization by the group of honeypots g are in `WAITING + g`. */
export const SUSCEPTIBLE = 0;
/** Infected, not yet scanning. */
export const LATENT = 1;
/** Infected, scanning, not yet caught by anything. */
export const FRESH = 2;
/** Infected; a countermeasure drops its probes or some of them. */
export const BLOCKED = 3;
export const IMMUNIZED = 4;
export const WAITING = 5;

/** Rates a second for each host, besides those that its probes or those of others cause. */
export interface SpontaneousRates {
  readonly patch: number;
  readonly disinfect: number;
  /** Contacts with honeypots that the worm learns to avoid. */
  readonly contact: number;
  readonly block: number;
  readonly counterPatch: number;
  readonly counterClean: number;
}

/** All rates a second at one moment. */
export interface Hazards extends SpontaneousRates {
  /** Infections of each susceptible host. */
  readonly infection: number;
  /** For each group of honeypots the contacts of each scanning host that lead to its immunization; 0 before their start. */
  readonly caught: ArrayLike<number>;
}

export type Cause =
  | 'infection'
  | 'honeypot contact'
  | 'onset'
  | 'immunization'
  | 'reboot'
  | 'churn'
  | 'patching'
  | 'counter-worm'
  | 'disinfection'
  | 'avoided honeypots'
  | 'blocking';

/** One way of leaving a state. */
export interface Transition<Rates = SpontaneousRates> {
  /** Hosts in any of these states take it. */
  readonly from: readonly number[];
  readonly to: number;
  readonly cause: Cause;
  /** Returns the rate a second for each such host. */
  readonly ratePerSecond: (rates: Rates) => number;
}

/** Returns the states of hosts that send probes: blocked and contacted hosts do too. */
export function scanningStates({ honeypots }: Pick<Outbreak, 'honeypots'>): readonly number[] {
  return [FRESH, BLOCKED, ...honeypots.map((_, group) => WAITING + group)];
}

/** Returns the transitions that a probe causes: infections and contacts with honeypots. */
function probedTransitions({ honeypots, worm }: Outbreak): readonly Transition<Hazards>[] {
  const isLatent = (worm.latentSeconds ?? 0) > 0;
  return [
    {
      from: [SUSCEPTIBLE],
      to: isLatent ? LATENT : FRESH,
      cause: 'infection',
      ratePerSecond: ({ infection }) => infection,
    },
    ...honeypots.map(({ delaySeconds }, group): Transition<Hazards> => {
      return {
        from: [FRESH],
        to: delaySeconds > 0 ? WAITING + group : IMMUNIZED,
        cause: 'honeypot contact',
        ratePerSecond: ({ caught }) => caught[group]!,
      };
    }),
  ];
}

/** Returns all other transitions of an outbreak. */
export function spontaneousTransitions({
  honeypots,
  worm,
  population,
  countermeasures = [],
}: Outbreak): readonly Transition[] {
  const infected = [LATENT, ...scanningStates({ honeypots })];
  const { latentSeconds = 0 } = worm;
  const { rebootRatePerSecond = 0, churnRatePerSecond = 0 } = population;
  const transitions: Transition[] = [];
  const add = (
    cause: Cause,
    from: readonly number[],
    to: number,
    ratePerSecond: Transition['ratePerSecond'],
  ): void => {
    transitions.push({ cause, from, to, ratePerSecond });
  };
  if (latentSeconds > 0) add('onset', [LATENT], FRESH, () => 1 / latentSeconds);
  for (const [group, { delaySeconds }] of honeypots.entries()) {
    if (delaySeconds > 0) add('immunization', [WAITING + group], IMMUNIZED, () => 1 / delaySeconds);
  }
  if (rebootRatePerSecond > 0) add('reboot', infected, SUSCEPTIBLE, () => rebootRatePerSecond);
  if (churnRatePerSecond > 0) {
    add('churn', [...infected, IMMUNIZED], SUSCEPTIBLE, () => churnRatePerSecond);
  }
  if (countermeasures.length > 0) {
    add('patching', [SUSCEPTIBLE], IMMUNIZED, ({ patch }) => patch);
    add('counter-worm', [SUSCEPTIBLE], IMMUNIZED, ({ counterPatch }) => counterPatch);
    add('counter-worm', infected, IMMUNIZED, ({ counterClean }) => counterClean);
    add('disinfection', infected, IMMUNIZED, ({ disinfect }) => disinfect);
    add('avoided honeypots', [FRESH], IMMUNIZED, ({ contact }) => contact);
    add('blocking', [FRESH], BLOCKED, ({ block }) => block);
  }
  return transitions;
}

/** Returns the whole table of an outbreak. */
export function transitionsOf(outbreak: Outbreak): readonly Transition<Hazards>[] {
  return [...probedTransitions(outbreak), ...spontaneousTransitions(outbreak)];
}

/** Returns the expected change a second of the hosts in each state: the right-hand side of the mean field. */
export function derivatives(
  transitions: readonly Transition<Hazards>[],
  hosts: ArrayLike<number>,
  hazards: Hazards,
): Float64Array {
  const change = new Float64Array(hosts.length);
  for (const { from, to, ratePerSecond } of transitions) {
    const rate = ratePerSecond(hazards);
    for (const state of from) {
      change[state]! -= rate * hosts[state]!;
      change[to]! += rate * hosts[state]!;
    }
  }
  return change;
}
