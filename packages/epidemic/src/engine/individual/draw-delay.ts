/** Draws times about a mean, by their law. */
import { exp, exponential, gamma, normal, type RandomStream, unreachable } from '@wormwood/base';
import type { DelayLaw } from '../../outbreak/delay-law.ts';

/** Returns a time in seconds; exponential without a law. */
export function drawDelay(meanSeconds: number, law: DelayLaw | undefined, stream: RandomStream): number {
  if (law === undefined) return meanSeconds * exponential(stream);
  switch (law.kind) {
    case 'exponential':
      return meanSeconds * exponential(stream);
    case 'fixed':
      return meanSeconds;
    case 'uniform':
      return meanSeconds * (1 + law.spread * (2 * stream.nextDouble() - 1));
    case 'gamma':
      return (meanSeconds * gamma(stream, law.shape)) / law.shape;
    case 'log-normal':
      return meanSeconds * exp(law.sigma * normal(stream) - law.sigma ** 2 / 2);
    default:
      return unreachable(law);
  }
}
