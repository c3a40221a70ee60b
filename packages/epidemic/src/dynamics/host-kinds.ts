/**
 * Hosts by what stays the same of them: their scan rate and the traits that countermeasures act on. Models of counts keep
 * each kind apart; that is exact, and what a mean over hosts that differ would miss.
 */
import { type HostMeasures, hostMeasuresOf, type Trait } from './host-measures.ts';
import type { Outbreak } from '../outbreak/outbreak.ts';

export interface HostKind {
  /** Of all hosts; all kinds together 1. */
  readonly fraction: number;
  readonly scanRatePerSecond: number;
  /** Bit masks of the throttles, kill-switches and watches that the host has. */
  readonly throttled: number;
  readonly killed: number;
  readonly watched: number;
}

interface RateClass {
  readonly fraction: number;
  readonly scanRatePerSecond: number;
}

/** Returns the kinds of an outbreak's hosts, none empty, for given classes of scan rates. */
export function hostKindsOf(
  outbreak: Pick<Outbreak, 'countermeasures'>,
  classes: readonly RateClass[],
): readonly HostKind[] {
  const { throttles, killSwitches, watches } = hostMeasuresOf(outbreak);
  let kinds: HostKind[] = classes.map((rates) => ({ ...rates, throttled: 0, killed: 0, watched: 0 }));
  kinds = split(kinds, throttles, 'throttled');
  kinds = split(kinds, killSwitches, 'killed');
  return split(kinds, watches, 'watched');
}

function split(
  kinds: readonly HostKind[],
  traits: readonly Trait[],
  mask: 'throttled' | 'killed' | 'watched',
): HostKind[] {
  let all = [...kinds];
  for (const [row, { coverage }] of traits.entries()) {
    const withTrait = all.map((kind) => ({
      ...kind,
      fraction: kind.fraction * coverage,
      [mask]: kind[mask] | (1 << row),
    }));
    const without = all.map((kind) => ({ ...kind, fraction: kind.fraction * (1 - coverage) }));
    all = [...withTrait, ...without].filter(({ fraction }) => fraction > 0);
  }
  return all;
}

/**
 * Returns the probes a second of a host of a kind at large, before what changes the rates of all hosts alike, of which `pace`
 * is the factor in time (rate-changes.ts); `isWorking` says of a position in the outbreak's countermeasures whether that has
 * started.
 */
export function ownRatePerSecond(
  { scanRatePerSecond, throttled, killed }: Omit<HostKind, 'fraction' | 'watched'>,
  { throttles, killSwitches }: HostMeasures,
  isWorking: (position: number) => boolean,
  pace: number,
): number {
  for (const [row, { position }] of killSwitches.entries()) {
    if ((killed >>> row) & 1 && isWorking(position)) return 0;
  }
  let rate = scanRatePerSecond;
  for (const [row, { position, allowedPerSecond }] of throttles.entries()) {
    if ((throttled >>> row) & 1 && isWorking(position)) rate = Math.min(rate, allowedPerSecond / pace);
  }
  return rate;
}
