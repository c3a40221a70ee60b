/** The hitlist of a worm, as the mean field sees it: so many probes that each find a host with the same chance. */
import type { Outbreak } from '../outbreak.ts';

/** Returns the addresses on the worm's hitlist and the fraction of them that are vulnerable hosts; null without a list. */
export function listOf({
  worm: { strategy },
}: Outbreak): { readonly size: number; readonly fraction: number } | null {
  if (strategy.kind !== 'hitlist' || strategy.size === 0) return null;
  const { size, vulnerableFraction } = strategy;
  return { size, fraction: Math.round(size * vulnerableFraction) / size };
}
