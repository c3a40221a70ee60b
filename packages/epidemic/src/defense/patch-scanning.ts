/**
 * Scanning of the whole space by somebody who patches what he finds, as a model only: Wormwood has no such scanner,
 * because machines are changed by their owners alone. A susceptible host is found at the rate of all probes over Ω, and
 * the scanner does not grow with the outbreak, so it is late against any worm that does.
 */
import { constant, type Effect } from './effect.ts';
import type { MeasureStart } from './measure.ts';

export interface PatchScanning extends MeasureStart {
  readonly kind: 'patch-scanning';
  /** Probes a second of all scanners together. */
  readonly probesPerSecond: number;
  /** Probability that a host that is found is patched. */
  readonly coverage: number;
}

export function patchScanning(
  { probesPerSecond, coverage }: PatchScanning,
  addressSpaceSize: number,
): Effect {
  return { patchRate: constant((coverage * probesPerSecond) / addressSpaceSize) };
}
