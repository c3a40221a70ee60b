/**
 * Virus throttle: a host with the throttle contacts at most r new peers a second, so it sends min(s, r), and K becomes
 * K [(1 − q) + q r/s] at deployment q. A host whose queue fills up is blocked after queue/(s − r) seconds, in which it has
 * sent only r a second: left out here, which errs towards the worm. It acts on single hosts: `throttles` of
 * dynamics/host-measures.ts.
 *
 * Source: Williamson, "Throttling viruses", ACSAC 2002; Twycross, Williamson, USENIX Security 2003;
 * docs/models.md#virus-throttle.
 */

/** Returns after how many seconds a full queue blocks a host: queue/(s − r); Infinity without a surplus. */
export function throttleStopSeconds(options: {
  readonly scanRatePerSecond: number;
  readonly allowedPerSecond: number;
  readonly queue: number;
}): number {
  const surplus = options.scanRatePerSecond - options.allowedPerSecond;
  return surplus > 0 ? options.queue / surplus : Infinity;
}
