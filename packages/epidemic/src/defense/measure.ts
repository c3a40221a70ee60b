/**
 * Everything that acts on an outbreak besides honeypots, as plain data. All combine with each other and with honeypots.
 * `coverage` is the fraction of hosts, paths or probes that the measure reaches, so 1 − coverage is its failure.
 */
import type { AddressBlacklisting } from './address-blacklisting.ts';
import type { AvoidedHoneypots } from './avoided-honeypots.ts';
import type { BandwidthCap } from './bandwidth-cap.ts';
import type { CleanUp } from './clean-up.ts';
import type { Congestion } from './congestion.ts';
import type { ContentFiltering } from './content-filtering.ts';
import type { CounterWorm } from './counter-worm.ts';
import type { Disinfection } from './disinfection.ts';
import type { DynamicQuarantine } from './dynamic-quarantine.ts';
import type { KillSwitch } from './kill-switch.ts';
import type { PatchScanning } from './patch-scanning.ts';
import type { Patching } from './patching.ts';
import type { VirusThrottle } from './virus-throttle.ts';

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

/** What every measure has. */
export interface MeasureStart {
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

/** Returns why the countermeasures of an outbreak cannot be modelled together, a sentence each; none when they can. */
export function countermeasureObstacles({
  countermeasures = [],
}: {
  readonly countermeasures?: readonly Countermeasure[];
}): readonly string[] {
  const obstacles: string[] = [];
  const count = (...kinds: readonly Countermeasure['kind'][]): number =>
    countermeasures.filter(({ kind }) => kinds.includes(kind)).length;
  if (count('blacklist', 'clean-up') > 1) {
    obstacles.push('Only one of the measures can block infected hosts.');
  }
  if (count('counter-worm') > 1) obstacles.push('Only one counter-worm can be modelled at a time.');
  return obstacles;
}

/** Returns a sentence that says so when the outbreak has measures, for engines that know honeypots alone. */
export function measuresUnknownTo(
  engine: string,
  { countermeasures: measures }: { readonly countermeasures?: readonly Countermeasure[] },
): readonly string[] {
  if (measures === undefined || measures.length === 0) return [];
  const kinds = [...new Set(measures.map(({ kind }) => kind))].join(', ');
  return [
    `The engine ${engine} knows no defenses but honeypots, so none of ${kinds}; ode, hosts and probes do.`,
  ];
}
