/** Moments as other programs read them, made from Unix seconds (RFC 3339, RFC 5322). */
import { assert } from '../assert.ts';
import { civilDate, civilTime, dayOfDate } from './civil-time.ts';

const DAY_SECONDS = 86_400;
const WEEKDAYS = ['Thu', 'Fri', 'Sat', 'Sun', 'Mon', 'Tue', 'Wed'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** 2106-02-07: up to here a double of Unix seconds resolves half a microsecond, so that microseconds survive. */
const TIME_END = 2 ** 32;

/** Digits after the point of the second: milliseconds, microseconds, or none. */
export type Precision = 0 | 3 | 6;

/** Returns the Unix time in RFC 3339 form and UTC, such as `2026-03-01T12:00:00.000250Z`; rounded down. */
export function formatTimestamp(timeSeconds: number, precision: Precision = 6): string {
  const { seconds, micros } = split(timeSeconds);
  const { date, time } = civilTime(seconds);
  if (precision === 0) return `${date}T${time}Z`;
  return `${date}T${time}.${String(micros).padStart(6, '0').slice(0, precision)}Z`;
}

/** Returns the Unix time as a message header has it, RFC 5322 §3.3: `Sun, 1 Mar 2026 12:00:00 +0000`. */
export function formatMessageDate(timeSeconds: number): string {
  const { seconds } = split(timeSeconds);
  const days = Math.floor(seconds / DAY_SECONDS);
  const { year, month, day } = civilDate(days);
  return `${WEEKDAYS[days % 7]}, ${day} ${MONTHS[month - 1]} ${year} ${civilTime(seconds).time} +0000`;
}

/** Returns the Unix time of an RFC 3339 timestamp in UTC as `formatTimestamp` writes it, or undefined. */
export function readTimestamp(text: string): number | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,6}))?Z$/.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as CivilNumbers;
  const days = dayOfDate(year, month, day);
  // A day that no calendar has is another day when it comes back.
  if (days < 0 || civilDate(days).day !== day || month < 1 || month > 12) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const seconds = days * DAY_SECONDS + hour * 3600 + minute * 60 + second;
  if (seconds >= TIME_END) return undefined;
  return seconds + Number((match[7] ?? '').padEnd(6, '0')) / 1e6;
}

type CivilNumbers = [number, number, number, number, number, number];

/** Whole seconds, and microseconds to the nearest one. */
function split(timeSeconds: number): { readonly seconds: number; readonly micros: number } {
  if (!(timeSeconds >= 0 && timeSeconds < TIME_END))
    assert(false, `a Unix time before 2106, not ${timeSeconds}`);
  const ticks = Math.floor(timeSeconds * 1e6 + 0.5);
  return { seconds: Math.floor(ticks / 1e6), micros: ticks % 1e6 };
}
