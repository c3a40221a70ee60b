/**
 * From contacts on a monitored part of the address space to probes over the whole of it, for a source that scans
 * uniformly: it meets monitored addresses as a Poisson process whose rate is its scan rate times the monitored fraction.
 *
 * Source: Moore, Shannon, Voelker, Savage, "Network telescopes", CAIDA technical report, 2004.
 */
import { assert, expm1, log1p } from '@wormwood/base';
import { poissonInterval } from './poisson-interval.ts';

/** A rate per second with a 95 % interval. */
export interface RateEstimate {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

/** Contacts of one source, counted from the one after the first: the first one only starts the clock. */
export interface Exposure {
  readonly contacts: number;
  readonly seconds: number;
  readonly monitoredFraction: number;
}

/** Sensors tell times in microseconds; a shorter exposure is as good as this. */
const SECONDS_MIN = 1e-6;

/**
 * Probes per second over the whole space, r̂ = X/(pT), with the exact Poisson interval. A source that prefers its own
 * networks, or walks through them in order, is over- or underestimated as far as it favours or avoids the sensor.
 */
export function estimateScanRate({ contacts, seconds, monitoredFraction }: Exposure): RateEstimate {
  assertFraction(monitoredFraction);
  const watched = monitoredFraction * Math.max(seconds, SECONDS_MIN);
  const { low, high } = poissonInterval(contacts);
  return { estimate: contacts / watched, low: low / watched, high: high / watched };
}

/** The probability that at least one of `probes` uniform probes reaches a monitored address, 1 − (1 − p)^probes. */
export function seenProbability(options: {
  readonly probes: number;
  readonly monitoredFraction: number;
}): number {
  assertFraction(options.monitoredFraction);
  return -expm1(options.probes * log1p(-options.monitoredFraction));
}

/** The seconds within which a uniform scanner reaches a monitored address with that probability. */
export function secondsUntilSeen(options: {
  readonly scanRatePerSecond: number;
  readonly monitoredFraction: number;
  readonly probability: number;
}): number {
  assertFraction(options.monitoredFraction);
  return log1p(-options.probability) / (options.scanRatePerSecond * log1p(-options.monitoredFraction));
}

function assertFraction(monitoredFraction: number): void {
  assert(monitoredFraction > 0 && monitoredFraction < 1, 'a monitored fraction lies between 0 and 1');
}
