/**
 * A full network: all infected hosts together send at most so many probes a second, s(I) = min(s, C/I). It is nobody's measure,
 * but it acts as one; with 55 million a second Slammer's growth bends after 117 s, as it did.
 *
 * Source: Moore et al., "Inside the Slammer worm", IEEE Security & Privacy 2003; docs/models.md#bandwidth-cap.
 */
import type { Effect } from './effect.ts';
import type { BandwidthCap } from '../outbreak/countermeasure.ts';

export function bandwidthCap({ probesPerSecond }: BandwidthCap): Effect {
  return { probesPerSecondMax: probesPerSecond };
}
