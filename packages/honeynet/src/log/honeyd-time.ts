/** The time in Honeyd's logs: local, to a tenth of a millisecond (docs/honeynet.md#honeyds-logs). */
import { civilTime } from '@wormwood/base';

/** `YYYY-MM-DD-hh:mm:ss.ffff` of seconds since 1970 where clocks stand `offsetSeconds` ahead of UTC. */
export function formatHoneydTime(seconds: number, offsetSeconds: number): string {
  // A double holds today's seconds to 2.4e-7: what lies so close below a step of 1e-4 is meant to be on it.
  const tenths = Math.floor((seconds + offsetSeconds) * 10_000 + 0.005);
  const whole = Math.floor(tenths / 10_000);
  const { date, time } = civilTime(whole);
  return `${date}-${time}.${String(tenths - whole * 10_000).padStart(4, '0')}`;
}
