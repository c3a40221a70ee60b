/**
 * Scan rates of single hosts as whole numbers of a small quantum, so that their sums stay exact however often hosts
 * are added and removed.
 */
import { exp, normal, type RandomStream } from '@wormwood/base';
import type { Outbreak } from '../../outbreak/outbreak.ts';

/** Quanta in the mean scan rate where rates differ: the rounding of a rate is then below 10^-6 of the mean. */
const QUANTA_IN_MEAN = 2 ** 20;
/** So that the sum over 2^26 hosts stays below 2^53 even if all were at the limit. */
const QUANTA_MAX = 2 ** 27 - 1;
/** A throttle may leave little of a rate, so quanta are finer then; the mean over 2^26 hosts leaves room for that. */
const FINENESS = 2 ** 6;

export class ScanWeights {
  /** Probes a second of one quantum. */
  readonly quantumPerSecond: number;
  /** Whether all hosts scan at one rate. */
  readonly areAlike: boolean;
  readonly #full: Float64Array | undefined;
  readonly #weight: Float64Array | undefined;

  /** `full`: quanta of each host; without them each scans at one quantum, and nothing throttles it. */
  constructor(quantumPerSecond: number, full?: Float64Array, isThrottled: boolean = false) {
    this.quantumPerSecond = quantumPerSecond;
    this.areAlike = full === undefined;
    this.#full = full;
    this.#weight = isThrottled ? full?.slice() : full;
  }

  /** The scan rate of a host in quanta, at present. */
  weightOf(host: number): number {
    return this.#weight === undefined ? 1 : this.#weight[host]!;
  }

  /** The same before anything throttles it. */
  fullWeightOf(host: number): number {
    return this.#full === undefined ? 1 : this.#full[host]!;
  }

  set(host: number, weight: number): void {
    if (this.#weight !== undefined) this.#weight[host] = weight;
  }
}

/** Draws the scan rate of each host. */
export function drawScanWeights(outbreak: Outbreak, stream: RandomStream): ScanWeights {
  const { scanRatePerSecond, scanRates } = outbreak.worm;
  const hosts = outbreak.population.vulnerable;
  const isThrottled = (outbreak.countermeasures ?? []).some(({ kind }) => kind === 'throttle');
  if (scanRates === undefined && !isThrottled) return new ScanWeights(scanRatePerSecond);
  const quanta = isThrottled ? QUANTA_IN_MEAN * FINENESS : QUANTA_IN_MEAN;
  const most = isThrottled ? QUANTA_MAX * FINENESS : QUANTA_MAX;
  const full = new Float64Array(hosts).fill(quanta);
  if (scanRates !== undefined) {
    for (let host = 0; host < hosts; host++) {
      const factor =
        scanRates.kind === 'classes'
          ? classRate(scanRates.classes, stream) / scanRatePerSecond
          : logNormalFactor(scanRates.sigma, stream);
      full[host] = Math.min(most, Math.round(factor * quanta));
    }
  }
  return new ScanWeights(scanRatePerSecond / quanta, full, isThrottled);
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
  // A rounding error left the sum of the fractions below 1.
  return classes.at(-1)?.scanRatePerSecond ?? 0;
}

/** Log-normal of mean 1. */
function logNormalFactor(sigma: number, stream: RandomStream): number {
  return exp(sigma * normal(stream) - (sigma * sigma) / 2);
}
