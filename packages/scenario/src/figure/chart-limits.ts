/** The limits of a chart's axes, stated or taken from its lines, and the text of a tick: the same in every renderer. */
import { formatCount } from '@wormwood/base';
import type { LineChart } from './chart.ts';

export interface ChartLimits {
  readonly xMin: number;
  readonly xMax: number;
  readonly yMin: number;
  readonly yMax: number;
}

/** Room above the highest point, where the chart does not state its limit. */
const HEADROOM = 1.04;

/** Returns limits with xMin < xMax and yMin < yMax, whatever the lines hold. */
export function chartLimits({ x, y, lines }: LineChart): ChartLimits {
  let highest = 0;
  let rightmost = 0;
  for (const line of lines) {
    for (let i = 0; i < line.x.length; i++) {
      rightmost = Math.max(rightmost, line.x[i]!);
      highest = Math.max(highest, line.y[i]!, line.band?.high[i] ?? 0);
    }
  }
  const xMin = x.min ?? 0;
  const xMax = x.max ?? rightmost;
  const yMin = y.min ?? 0;
  const yMax = y.max ?? highest * HEADROOM;
  return { xMin, xMax: xMax > xMin ? xMax : xMin + 1, yMin, yMax: yMax > yMin ? yMax : yMin + 1 };
}

/** Returns whole numbers with separators, others with three significant digits. */
export function tickText(value: number): string {
  return Number.isInteger(value) || Math.abs(value) >= 1000
    ? formatCount(value)
    : String(Number(value.toPrecision(3)));
}
