/**
 * How fast a source comes, and from that how fast it scans, should it choose all addresses alike: it then meets watched
 * addresses as a Poisson process whose rate is its scan rate times the watched fraction.
 *
 * Source: Moore, Shannon, Voelker, Savage, "Network telescopes", CAIDA technical report, 2004.
 */
import { assert, expm1, log1p } from '@wormwood/base';
import type { RateInterval } from '../verdict.ts';
import { poissonInterval } from './poisson-interval.ts';

/** Sensors tell times in microseconds; a shorter time is as good as this. */
const SECONDS_MIN = 1e-6;
/** Minimal frames on a line of 10 Gbit/s; no host sends faster. */
const LINE_RATE_PER_SECOND = 14_880_952;

/**
 * Contacts per second, from the time between the first contact and the last of `arrivals` after it. The verdict comes with
 * the contact that decides, so the number is given and the time is what varies: 2 r T has a χ² distribution of 2k degrees of
 * freedom, and the interval is exact. A count in a given time would have another upper limit (Garwood 1936).
 */
export function estimateContactRate(arrivals: number, seconds: number): RateInterval {
  if (arrivals === 0) return { estimate: 0, low: 0, high: 0 };
  const time = Math.max(seconds, SECONDS_MIN);
  const { low } = poissonInterval(arrivals);
  const { high } = poissonInterval(arrivals - 1);
  // (k − 1)/T is unbiased; of a single arrival, 1/T must do.
  return { estimate: Math.max(arrivals - 1, 1) / time, low: low / time, high: high / time };
}

/** The rate over the whole space; null where no host can send so fast, so that the assumption is wrong. */
export function extrapolated(contacts: RateInterval, monitoredFraction: number): RateInterval | null {
  assertFraction(monitoredFraction);
  const { estimate, low, high } = contacts;
  if (!(estimate / monitoredFraction <= LINE_RATE_PER_SECOND)) return null;
  return {
    estimate: estimate / monitoredFraction,
    low: low / monitoredFraction,
    high: high / monitoredFraction,
  };
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
