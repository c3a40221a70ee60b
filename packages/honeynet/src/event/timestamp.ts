/** Moments as events tell them. */
import { civilTime } from '../log/civil-time.ts';

/** RFC 3339 in UTC with six digits, of seconds since 1970. */
export function formatTimestamp(seconds: number): string {
  const whole = Math.floor(seconds);
  const micros = Math.min(999_999, Math.round((seconds - whole) * 1e6));
  const { date, time } = civilTime(whole);
  return `${date}T${time}.${String(micros).padStart(6, '0')}Z`;
}
