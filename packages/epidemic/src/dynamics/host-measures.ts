/**
 * Countermeasures that act on single hosts: through a trait that a host has or has not, or a clock of its own.
 *
 * A trait belongs to an address, is drawn once, for each countermeasure independently, and stays through reboots and churn:
 * a throttle, a way to the kill-switch, a watch that may isolate it. A clock runs from when a host begins to scan, or from
 * the start of the countermeasure if that is later, and ends with the infection; an isolation ends by itself.
 *
 * Source: docs/models.md#defenses-together.
 */
import { stagesOf } from './delay-stages.ts';
import type { DelayLaw } from '../outbreak/delay-law.ts';
import type { Countermeasure } from '../outbreak/countermeasure.ts';
import type { Outbreak } from '../outbreak/outbreak.ts';

/** `position`: of the countermeasure in the outbreak's list. */
export interface Trait {
  readonly position: number;
  /** Fraction of hosts that have it. */
  readonly coverage: number;
}

export interface Throttle extends Trait {
  readonly allowedPerSecond: number;
}

export interface Watch extends Trait {
  /** Alarms a second on an infected and on a susceptible host that is not isolated. */
  readonly alarmRatePerSecond: number;
  readonly falseAlarmRatePerSecond: number;
  /** Mean time of an isolation. */
  readonly isolatedSeconds: number;
  readonly law: DelayLaw | undefined;
  /** Stages of its clock in models of counts. */
  readonly stages: number;
}

/** After `seconds` in the mean, by the law, a scanning host is blocked: of its probes the fraction `passing` still gets out. */
export interface Blocker {
  readonly position: number;
  readonly seconds: number;
  readonly law: DelayLaw | undefined;
  /** Stages of its clock in models of counts. */
  readonly stages: number;
  readonly passing: number;
}

export interface HostMeasures {
  readonly throttles: readonly Throttle[];
  readonly killSwitches: readonly Trait[];
  readonly watches: readonly Watch[];
  readonly blockers: readonly Blocker[];
}

/** Returns the countermeasures of an outbreak that act on single hosts. */
export function hostMeasuresOf({ countermeasures = [] }: Pick<Outbreak, 'countermeasures'>): HostMeasures {
  const throttles: Throttle[] = [];
  const killSwitches: Trait[] = [];
  const watches: Watch[] = [];
  const blockers: Blocker[] = [];
  for (const [position, measure] of countermeasures.entries()) {
    const { coverage = 0 } = measure as { readonly coverage?: number };
    if (measure.kind === 'throttle') {
      throttles.push({ position, coverage, allowedPerSecond: measure.allowedPerSecond });
    } else if (measure.kind === 'kill-switch') killSwitches.push({ position, coverage });
    else if (measure.kind === 'quarantine') watches.push(watchOf(measure, position));
    else if (measure.kind === 'blacklist') {
      const { reactionSeconds: seconds, reactionLaw: law } = measure;
      blockers.push({ position, seconds, law, stages: stagesOf(law), passing: 1 - coverage });
    } else if (measure.kind === 'clean-up' && coverage > 0) {
      const { containSeconds: seconds, containLaw: law } = measure;
      blockers.push({ position, seconds, law, stages: stagesOf(law), passing: 1 - coverage });
    }
  }
  return { throttles, killSwitches, watches, blockers };
}

function watchOf(measure: Extract<Countermeasure, { kind: 'quarantine' }>, position: number): Watch {
  return {
    position,
    coverage: measure.coverage,
    alarmRatePerSecond: measure.alarmRatePerSecond,
    falseAlarmRatePerSecond: measure.falseAlarmRatePerSecond,
    isolatedSeconds: measure.quarantineSeconds,
    law: measure.quarantineLaw,
    stages: stagesOf(measure.quarantineLaw),
  };
}

/** Returns the fraction of a host's probes that gets out past the blockers of which `mask` has the bit. */
export function passingOf(blockers: readonly Blocker[], mask: number): number {
  return blockers.reduce((rest, { passing }, row) => ((mask >>> row) & 1 ? rest * passing : rest), 1);
}

/** Returns whether anything cleans infected hosts, latent ones among them, or those that scan alone. */
export function cleaningOf({ countermeasures = [] }: Pick<Outbreak, 'countermeasures'>): {
  readonly all: boolean;
  readonly scanning: boolean;
} {
  const cleans = (sparesLatent: boolean): boolean =>
    countermeasures.some(
      (measure) =>
        (measure.kind === 'disinfection' || measure.kind === 'clean-up') &&
        (measure.sparesLatent === true) === sparesLatent,
    );
  return { all: cleans(false), scanning: cleans(true) };
}
