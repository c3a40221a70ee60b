/** Times as other programs read them, made from Unix seconds; a package has no `Date`. */
import { assert } from '@wormwood/base';

const DAYS = ['Thu', 'Fri', 'Sat', 'Sun', 'Mon', 'Tue', 'Wed'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** 2106-02-07: up to here a double of Unix seconds resolves half a microsecond, so that microseconds survive. */
const TIME_END = 2 ** 32;

/** Digits after the point of the second: milliseconds, microseconds, or none. */
export type Precision = 0 | 3 | 6;

/** Returns the Unix time in RFC 3339 form and UTC, such as `2026-03-01T12:00:00.000250Z`; rounded down. */
export function formatTimestamp(timeSeconds: number, precision: Precision = 6): string {
  const { year, month, day, time, fraction } = civil(timeSeconds, precision);
  return `${digits(year, 4)}-${digits(month)}-${digits(day)}T${time}${fraction}Z`;
}

/** Returns the Unix time as a message header has it, RFC 5322 §3.3: `Sun, 1 Mar 2026 12:00:00 +0000`. */
export function formatMessageDate(timeSeconds: number): string {
  const { year, month, day, time } = civil(timeSeconds, 0);
  const weekday = DAYS[Math.floor(timeSeconds / 86_400) % 7];
  return `${weekday}, ${day} ${MONTHS[month - 1]} ${digits(year, 4)} ${time} +0000`;
}

/** Returns the Unix time of an RFC 3339 timestamp in UTC as `formatTimestamp` writes it, or undefined. */
export function readTimestamp(text: string): number | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,6}))?Z$/.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as CivilNumbers;
  const days = daysFromCivil(year, month, day);
  // A day that no calendar has is another day when it comes back.
  if (days < 0 || civilFromDays(days).day !== day || month < 1 || month > 12) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const seconds = days * 86_400 + hour * 3600 + minute * 60 + second;
  if (seconds >= TIME_END) return undefined;
  return seconds + Number((match[7] ?? '').padEnd(6, '0')) / 1e6;
}

type CivilNumbers = [number, number, number, number, number, number];

interface CivilTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly time: string;
  readonly fraction: string;
}

function civil(timeSeconds: number, precision: Precision): CivilTime {
  assert(timeSeconds >= 0 && timeSeconds < TIME_END, `a Unix time before 2106, not ${timeSeconds}`);
  const ticks = Math.floor(timeSeconds * 1e6 + 0.5);
  const seconds = Math.floor(ticks / 1e6);
  const micros = digits(ticks % 1e6, 6);
  const ofDay = seconds % 86_400;
  return {
    ...civilFromDays(Math.floor(seconds / 86_400)),
    time: `${digits(Math.floor(ofDay / 3600))}:${digits(Math.floor(ofDay / 60) % 60)}:${digits(ofDay % 60)}`,
    fraction: precision === 0 ? '' : `.${micros.slice(0, precision)}`,
  };
}

/** Days since 1970-01-01 into the proleptic Gregorian calendar, counted in years that begin with March. */
function civilFromDays(days: number): {
  readonly year: number;
  readonly month: number;
  readonly day: number;
} {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return { year: era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, day };
}

function daysFromCivil(year: number, month: number, day: number): number {
  const yearFromMarch = month <= 2 ? year - 1 : year;
  const era = Math.floor(yearFromMarch / 400);
  const yearOfEra = yearFromMarch - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

function digits(value: number, width: number = 2): string {
  return String(value).padStart(width, '0');
}
