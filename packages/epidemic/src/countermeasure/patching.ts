/**
 * Patching of susceptible hosts: at a constant rate; along a logistic curve of the patched share F, whose rate for a host
 * not yet patched is F'/(1 − F) = r F; or driven by awareness, μ (I + R)/N, the second factor of the two-factor model.
 *
 * Source: Zou, Gong, Towsley, "Code Red worm propagation modeling and analysis", CCS 2002 (two-factor);
 * docs/models.md#two-factor-model.
 */
import { exp } from '@wormwood/base';
import { constant, type Effect, ofCounts, type Quantity, risingInTime } from './effect.ts';
import type { Patching, PatchingCurve } from '../outbreak/countermeasure.ts';

export function patching({ curve, coverage }: Patching): Effect {
  return { patchRate: rateOf(curve, coverage) };
}

function rateOf(curve: PatchingCurve, coverage: number): Quantity {
  const rate = coverage * curve.ratePerSecond;
  if (curve.kind === 'constant') return constant(rate);
  if (curve.kind === 'awareness')
    return ofCounts((counts) => (rate * counts.everInfected) / counts.vulnerable);
  const odds = (1 - curve.firstFraction) / curve.firstFraction;
  return risingInTime((seconds) => rate / (1 + odds * exp(-curve.ratePerSecond * seconds)));
}
