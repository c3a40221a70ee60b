/**
 * Everything that acts on an outbreak besides honeypots, as plain data. All combine with each other and with honeypots.
 * `coverage` is the fraction of hosts, paths or probes that it reaches, so 1 − coverage is its failure.
 */

import type { DelayLaw } from './delay-law.ts';

/** Everything that acts on an outbreak besides its honeypots. */
export type Countermeasure =
  | AddressBlacklisting
  | AvoidedHoneypots
  | BandwidthCap
  | CleanUp
  | Congestion
  | ContentFiltering
  | CounterWorm
  | Disinfection
  | DynamicQuarantine
  | KillSwitch
  | PatchScanning
  | Patching
  | VirusThrottle;

/** What every countermeasure has. */
export interface CountermeasureStart {
  /** When it begins to act. */
  readonly start: StartRule;
}

/**
 * At a time, or `prepareSeconds` after a telescope of so many addresses has seen so many probes of the worm: an observer's
 * alarm. In the mean field that is when the expected count reaches `probes`.
 */
export type StartRule =
  | { readonly kind: 'time'; readonly timeSeconds: number }
  | {
      readonly kind: 'observed';
      readonly monitoredAddresses: number;
      readonly probes: number;
      readonly prepareSeconds: number;
    };

/** Infected hosts are blocked some time after their infection. */
export interface AddressBlacklisting extends CountermeasureStart {
  readonly kind: 'blacklist';
  /** Mean time from the infection of a host, or the start if that is later, to its blocking. */
  readonly reactionSeconds: number;
  /** How that time spreads about its mean. @default exponential */
  readonly reactionLaw?: DelayLaw;
  /** Fraction of the probes of a blocked host that are dropped. */
  readonly coverage: number;
}

/** Honeypots that a worm learns to avoid. */
export interface AvoidedHoneypots extends CountermeasureStart {
  readonly kind: 'avoided-honeypots';
  /** h at the start. */
  readonly count: number;
  /** a: probability that a contact gives the address away. */
  readonly learning: number;
  /** Probability that a contact immunizes. */
  readonly coverage: number;
}

/** All infected hosts together send at most so many probes a second. */
export interface BandwidthCap extends CountermeasureStart {
  readonly kind: 'bandwidth-cap';
  /** C. */
  readonly probesPerSecond: number;
}

/** Infected hosts are contained fast and cleaned slowly. */
export interface CleanUp extends CountermeasureStart {
  readonly kind: 'clean-up';
  /** Mean time from infection to containment. */
  readonly containSeconds: number;
  /** How that time spreads about its mean. @default exponential */
  readonly containLaw?: DelayLaw;
  /** Mean time of cleaning a host, contained or not. */
  readonly cleanSeconds: number;
  /** Fraction of the probes of a contained host that are dropped. */
  readonly coverage: number;
  /** Whether hosts that have not begun to scan are left as they are. @default false */
  readonly sparesLatent?: boolean;
}

/** The traffic of the worm slows it down. */
export interface Congestion extends CountermeasureStart {
  readonly kind: 'congestion';
  /** η. */
  readonly exponent: number;
}

/** A signature drops probes on the filtered paths. */
export interface ContentFiltering extends CountermeasureStart {
  readonly kind: 'filter';
  /** Fraction of the probes whose path is filtered. */
  readonly coverage: number;
}

/** A worm that patches, as a model only. */
export interface CounterWorm extends CountermeasureStart {
  readonly kind: 'counter-worm';
  /** P0: hosts, not among the vulnerable ones, from which it scans at its start. */
  readonly hosts: number;
  readonly scanRatePerSecond: number;
  /** Whether it enters infected hosts too, or patches susceptible ones only. */
  readonly entersInfected: boolean;
}

/** Infected hosts are cleaned and patched. */
export interface Disinfection extends CountermeasureStart {
  readonly kind: 'disinfection';
  readonly ratePerSecond: number;
  readonly coverage: number;
  /** Whether hosts that have not begun to scan are left as they are. @default false */
  readonly sparesLatent?: boolean;
}

/** Alarms, right or wrong, put hosts away for a while. */
export interface DynamicQuarantine extends CountermeasureStart {
  readonly kind: 'quarantine';
  /** λ1 and λ2, alarms a second on an infected host, and false ones on a susceptible host. */
  readonly alarmRatePerSecond: number;
  readonly falseAlarmRatePerSecond: number;
  /** T: mean time of an isolation. */
  readonly quarantineSeconds: number;
  /** How that time spreads about its mean. @default exponential */
  readonly quarantineLaw?: DelayLaw;
  /** Fraction of hosts that the system watches. */
  readonly coverage: number;
}

/** Infected hosts that reach it stop scanning. */
export interface KillSwitch extends CountermeasureStart {
  readonly kind: 'kill-switch';
  /** Fraction of infected hosts that reach it. */
  readonly coverage: number;
}

/** A scan of the whole space that patches, as a model only. */
export interface PatchScanning extends CountermeasureStart {
  readonly kind: 'patch-scanning';
  /** Probes a second of all scanners together. */
  readonly probesPerSecond: number;
  /** Probability that a host that is found is patched. */
  readonly coverage: number;
}

/** Susceptible hosts are patched. */
export interface Patching extends CountermeasureStart {
  readonly kind: 'patching';
  readonly curve: PatchingCurve;
  /** Fraction of susceptible hosts, growing anew with time, that patching gets through to: it scales the rate. */
  readonly coverage: number;
}

/** How the rate of patching changes with time. */
export type PatchingCurve =
  | { readonly kind: 'constant'; readonly ratePerSecond: number }
  /** F(0) = `firstFraction`, growth `ratePerSecond`. */
  | { readonly kind: 'logistic'; readonly ratePerSecond: number; readonly firstFraction: number }
  /** Rate μ when every host is or has been infected. */
  | { readonly kind: 'awareness'; readonly ratePerSecond: number };

/** Hosts contact few new peers a second. */
export interface VirusThrottle extends CountermeasureStart {
  readonly kind: 'throttle';
  /** Fraction of hosts that have it. */
  readonly coverage: number;
  /** New peers a second that it lets through. */
  readonly allowedPerSecond: number;
}

/** Returns why the countermeasures of an outbreak cannot be modelled together, a sentence each; none when they can. */
export function countermeasureObstacles({
  countermeasures = [],
}: {
  readonly countermeasures?: readonly Countermeasure[];
}): readonly string[] {
  const obstacles: string[] = [];
  const count = (...kinds: readonly Countermeasure['kind'][]): number =>
    countermeasures.filter(({ kind }) => kinds.includes(kind)).length;
  if (count('counter-worm') > 1) obstacles.push('Only one counter-worm can be modelled at a time.');
  // A host keeps its traits and what blocks it as bits of an octet.
  for (const kinds of [['throttle'], ['kill-switch'], ['quarantine'], ['blacklist', 'clean-up']] as const) {
    if (count(...kinds) <= 8) continue;
    obstacles.push(`At most 8 countermeasures of kind ${kinds.join(' or ')} can be modelled together.`);
  }
  return obstacles;
}
