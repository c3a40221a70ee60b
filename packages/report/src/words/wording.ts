/** Numbers as they are written in sentences. */
import { formatCount, formatDuration, formatPercent } from '@wormwood/base';
import type { Honeypots } from '@wormwood/epidemic';
import { startSecondsOf } from '../result/result-series.ts';

/** Above this fraction, four digits would round to all. */
const NEARLY_ALL = 0.99995;

/** Returns a percentage with three significant digits, and never 100 % for a smaller fraction. */
export function percent(fraction: number): string {
  const rounded = Number(fraction.toPrecision(3));
  if (rounded < 1 || fraction >= 1) return formatPercent(Math.min(1, rounded));
  return fraction < NEARLY_ALL ? formatPercent(fraction) : 'more than 99.99%';
}

/** Returns a number with three significant digits, or more where three would round it to 1. */
export function ratio(value: number): string {
  for (const digits of [3, 4, 5]) {
    const rounded = Number(value.toPrecision(digits));
    if (rounded !== 1) return rounded >= 1000 ? formatCount(rounded) : String(rounded);
  }
  return '1';
}

/** Returns the honeypots as the subject of a sentence: `262,144 honeypots after 20 min`. */
export function honeypotsInWords(groups: readonly Honeypots[]): string {
  const total = groups.reduce((sum, { count }) => sum + count, 0);
  const count = `${formatCount(total)} ${total === 1 ? 'honeypot' : 'honeypots'}`;
  const starts = new Set(groups.map(startSecondsOf));
  const [start] = starts;
  if (start === undefined || starts.size > 1) return `${count} in ${groups.length} groups`;
  if (start === null) return `${count} that detect the worm themselves`;
  return start === 0 ? `${count} from the start` : `${count} after ${formatDuration(start)}`;
}
