/**
 * Congestion: the worm's own traffic slows it, β(t) = β0 (1 − I/N)^η, the first factor of the two-factor model, where I
 * counts the hosts whose probes enter the network. Nobody's measure, but it acts as one.
 *
 * Source: Zou, Gong, Towsley, "Code Red worm propagation modeling and analysis", CCS 2002.
 */
import { exp, log } from '@wormwood/base';
import type { Effect } from './effect.ts';
import type { Congestion } from '../outbreak/countermeasure.ts';

export function congestion({ exponent }: Congestion): Effect {
  return { congestionExponent: exponent };
}

/** Returns (1 − I/N)^η for the hosts that scan. */
export function congestionFactor(exponent: number, scanning: number, vulnerable: number): number {
  if (exponent === 0) return 1;
  const left = 1 - scanning / vulnerable;
  return left > 0 ? exp(exponent * log(left)) : 0;
}
