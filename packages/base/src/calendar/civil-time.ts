/** Calendar and clock of a moment, by arithmetic alone: packages have no `Date`. */

const DAY_SECONDS = 86_400;
/** Days from 1 March of year 0 to 1 January 1970, and of 400 years: the calendar repeats after them. */
const EPOCH_DAYS = 719_468;
const ERA_DAYS = 146_097;

/** Returns `YYYY-MM-DD` and `hh:mm:ss` of whole seconds since 1970, in the proleptic Gregorian calendar (years 0 to 9999). */
export function civilTime(wholeSeconds: number): { readonly date: string; readonly time: string } {
  const days = Math.floor(wholeSeconds / DAY_SECONDS);
  const second = wholeSeconds - days * DAY_SECONDS;
  const { year, month, day } = civilDate(days);
  return {
    date: `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`,
    time: `${two(Math.floor(second / 3600))}:${two(Math.floor(second / 60) % 60)}:${two(second % 60)}`,
  };
}

/**
 * Returns the date in the proleptic Gregorian calendar of a day, counted from 1 January 1970. Years are counted from March
 * inside, so that the leap day is the last of its year.
 */
export function civilDate(days: number): {
  readonly year: number;
  readonly month: number;
  readonly day: number;
} {
  const sinceMarch = days + EPOCH_DAYS;
  const era = Math.floor(sinceMarch / ERA_DAYS);
  const dayOfEra = sinceMarch - era * ERA_DAYS;
  const leapDays =
    Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / (ERA_DAYS - 1));
  const yearOfEra = Math.floor((dayOfEra - leapDays) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  // Five months from March have 153 days, twice in a row.
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return {
    year: era * 400 + yearOfEra + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1,
  };
}

/** Returns the day of a date, counted from 1 January 1970; a day that the month does not have runs into the next month. */
export function dayOfDate(year: number, month: number, day: number): number {
  const yearFromMarch = month <= 2 ? year - 1 : year;
  const era = Math.floor(yearFromMarch / 400);
  const yearOfEra = yearFromMarch - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * ERA_DAYS + dayOfEra - EPOCH_DAYS;
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}
