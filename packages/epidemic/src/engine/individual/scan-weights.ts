/**
 * Scan rates of single hosts as whole numbers of a small quantum, so that sums of them stay exact however often hosts come
 * and go.
 */
import { exp, normal, type RandomStream } from '@wormwood/base';
import type { Worm } from '../../outbreak/worm.ts';

/** Quanta in the mean scan rate where rates differ: the rounding of a rate is then below 10^-6 of the mean. */
const QUANTA_IN_MEAN = 2 ** 20;
/** So that the sum over 2^26 hosts stays below 2^53 even if all were at the limit. */
const QUANTA_MAX = 2 ** 27 - 1;

export interface ScanWeights {
  /** The scan rate of a host in quanta. */
  weightOf(host: number): number;
  /** Probes a second of one quantum. */
  readonly quantumPerSecond: number;
  /** Whether all hosts scan at one rate. */
  readonly areAlike: boolean;
}

/** Draws the scan rate of each host. */
export function drawScanWeights(worm: Worm, hosts: number, stream: RandomStream): ScanWeights {
  const { scanRatePerSecond, scanRates } = worm;
  if (scanRates === undefined) {
    return { weightOf: () => 1, quantumPerSecond: scanRatePerSecond, areAlike: true };
  }
  const quantumPerSecond = scanRatePerSecond / QUANTA_IN_MEAN;
  const weight = new Float64Array(hosts);
  for (let host = 0; host < hosts; host++) {
    const factor =
      scanRates.kind === 'classes'
        ? classRate(scanRates.classes, stream) / scanRatePerSecond
        : logNormalFactor(scanRates.sigma, stream);
    weight[host] = Math.min(QUANTA_MAX, Math.round(factor * QUANTA_IN_MEAN));
  }
  return { weightOf: (host) => weight[host]!, quantumPerSecond, areAlike: false };
}

function classRate(
  classes: readonly { readonly fraction: number; readonly scanRatePerSecond: number }[],
  stream: RandomStream,
): number {
  let left = stream.nextDouble();
  for (const { fraction, scanRatePerSecond } of classes) {
    left -= fraction;
    if (left < 0) return scanRatePerSecond;
  }
  // The fractions fell short of 1 by a rounding error.
  return classes.at(-1)?.scanRatePerSecond ?? 0;
}

/** Log-normal of mean 1. */
function logNormalFactor(sigma: number, stream: RandomStream): number {
  return exp(sigma * normal(stream) - (sigma * sigma) / 2);
}
