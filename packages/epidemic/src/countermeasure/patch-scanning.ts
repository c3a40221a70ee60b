/**
 * Scanning of the whole space by somebody who patches what he finds, as a model only: Wormwood has no such scanner,
 * because machines are changed by their owners alone. A susceptible host is found at the rate of all probes over Ω, and
 * the scanner does not grow with the outbreak, so it is late against any worm that does.
 */
import type { Effect } from './effect.ts';
import type { PatchScanning } from '../outbreak/countermeasure.ts';

export function patchScanning(
  { probesPerSecond, coverage }: PatchScanning,
  addressSpaceSize: number,
): Effect {
  return { reachedPatchRate: (coverage * probesPerSecond) / addressSpaceSize };
}
