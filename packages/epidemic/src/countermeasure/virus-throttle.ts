/**
 * Virus throttle: a host with the throttle contacts at most one new peer a second, so of the scan rate s it keeps
 * min(1, r/s), and K becomes K [(1 − q) + q r/s] at deployment q. A host whose queue fills up is blocked after
 * queue/(s − r) seconds, in which it has sent only r a second: left out here, which errs towards the worm.
 *
 * Source: Williamson, "Throttling viruses", ACSAC 2002; Twycross, Williamson, USENIX Security 2003;
 * docs/models.md#virus-throttle.
 */
import { constant, type Effect } from './effect.ts';
import type { VirusThrottle } from '../outbreak/countermeasure.ts';

export function virusThrottle(
  { coverage, allowedPerSecond }: VirusThrottle,
  scanRatePerSecond: number,
): Effect {
  const kept = Math.min(1, allowedPerSecond / scanRatePerSecond);
  return { scanFactor: constant(1 - coverage + coverage * kept) };
}

/** Returns after how many seconds a full queue blocks a host: queue/(s − r); Infinity without a surplus. */
export function throttleStopSeconds(options: {
  readonly scanRatePerSecond: number;
  readonly allowedPerSecond: number;
  readonly queue: number;
}): number {
  const surplus = options.scanRatePerSecond - options.allowedPerSecond;
  return surplus > 0 ? options.queue / surplus : Infinity;
}
