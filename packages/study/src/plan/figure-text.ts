/** What a condition of a goal came to, as it is shown. */
import { formatCount, formatDuration, formatPercent } from '@wormwood/base';

/** Returns the value in the unit of its condition: a percentage, a duration, or a number of hosts. */
export function figureText(condition: string, value: number): string {
  if (/^P\s*\(|Fraction/.test(condition)) return formatPercent(Number(value.toPrecision(4)));
  if (/Time|timeTo/.test(condition)) return formatDuration(value);
  return value >= 1000 ? formatCount(value) : String(Number(value.toPrecision(4)));
}
