/** The limits and ticks of a chart's axes, given or taken from its lines; the same in every renderer. */
import { formatCount } from '@wormwood/base';
import type { Axis, LineChart, TimeUnitName } from './chart.ts';

export interface ChartLimits {
  readonly xMin: number;
  readonly xMax: number;
  readonly yMin: number;
  readonly yMax: number;
}

/** Room beyond the extreme points, if the chart gives no limit. */
const HEADROOM = 1.04;

/** Returns finite limits with xMin < xMax and yMin < yMax for any lines. */
export function chartLimits({ x, y, lines }: LineChart): ChartLimits {
  let highest = 0;
  let lowest = 0;
  let rightmost = 0;
  const areGiven = x.max !== undefined && y.min !== undefined && y.max !== undefined;
  for (const line of areGiven ? [] : lines) {
    for (let i = 0; i < line.x.length; i++) {
      rightmost = largest(rightmost, line.x[i]);
      highest = largest(largest(highest, line.y[i]), line.band?.high[i]);
      lowest = -largest(largest(-lowest, -line.y[i]!), -(line.band?.low[i] ?? 0));
    }
  }
  const xMin = x.min ?? 0;
  const xMax = x.max ?? rightmost;
  const yMin = y.min ?? lowest * HEADROOM;
  const yMax = y.max ?? highest * HEADROOM;
  return { xMin, xMax: xMax > xMin ? xMax : xMin + 1, yMin, yMax: yMax > yMin ? yMax : yMin + 1 };
}

function largest(current: number, value: number | undefined): number {
  return value !== undefined && Number.isFinite(value) && value > current ? value : current;
}

/** Steps between ticks on an axis of time, before decimal steps take over. */
const CLOCK_STEPS: Readonly<Record<TimeUnitName, readonly number[]>> = {
  s: [1, 2, 5, 10, 15, 20, 30, 60],
  min: [1, 2, 5, 10, 15, 20, 30, 60],
  h: [1, 2, 3, 6, 12, 24],
  d: [1, 2, 7, 14, 28],
};

export interface TickRange {
  readonly min: number;
  readonly max: number;
  /** No more ticks than this. */
  readonly most: number;
}

/** Returns round values within the range, ascending, at least one step and at most `most` of them. */
export function axisTicks(axis: Axis, { min, max, most }: TickRange): readonly number[] {
  const smallest = (max - min) / Math.max(1, most - 1);
  const clock = axis.unit === undefined ? [] : CLOCK_STEPS[axis.unit];
  const step =
    (smallest >= 0.5 ? clock.find((candidate) => candidate >= smallest) : undefined) ?? roundUp(smallest);
  const ticks: number[] = [];
  // Multiplies by the index, because repeated addition would drift.
  for (let index = Math.ceil(min / step - 1e-9); index * step <= max + step * 1e-9; index++) {
    ticks.push(Number((index * step).toPrecision(12)));
  }
  return ticks;
}

/** The next of 1, 2, 5 times a power of ten. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const factor = [1, 2, 5].find((candidate) => candidate * power >= value * (1 - 1e-9)) ?? 10;
  return factor * power;
}

/** Returns whole numbers with separators, others with three significant digits. */
export function tickText(value: number): string {
  return Number.isInteger(value) || Math.abs(value) >= 1000
    ? formatCount(value)
    : String(Number(value.toPrecision(3)));
}
