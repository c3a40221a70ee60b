/**
 * Congestion: the worm's own traffic slows it, β(t) = β0 (1 − I/N)^η, the first factor of the two-factor model. Nobody's
 * measure, but it acts as one.
 *
 * Source: Zou, Gong, Towsley, "Code Red worm propagation modeling and analysis", CCS 2002.
 */
import { exp, log } from '@wormwood/base';
import { type Effect, ofCounts } from './effect.ts';
import type { Congestion } from '../outbreak/countermeasure.ts';

export function congestion({ exponent }: Congestion): Effect {
  return {
    scanFactor: ofCounts(({ infected, vulnerable }) => {
      const left = 1 - infected / vulnerable;
      return left > 0 ? exp(exponent * log(left)) : 0;
    }),
  };
}
