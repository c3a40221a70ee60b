/** Where the parts of a live chart lie, in pixels of the place that it has; limits and ticks are those of the reports. */
import { formatCount } from '@wormwood/base';
import { axisTicks, chartLimits, type Line, type LineChart, thinLine, tickText } from '@wormwood/report';

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Geometry extends Size {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
  /** The value of the x axis at a pixel, within the axis. */
  readonly valueAt: (pixel: number) => number;
  readonly xTicks: readonly Tick[];
  readonly yTicks: readonly Tick[];
  readonly isNarrow: boolean;
  /** The heights of the plot that count as one value, in the y axis' own units after its transformation. */
  readonly height01: (value: number) => number;
}

export interface Tick {
  readonly at: number;
  readonly text: string;
}

/** Below this width lines have their names without values, and axes round numbers in short. */
const NARROW = 620;
const LABEL_WIDTH = 172;
const DIGIT = 7.2;
/** Of the bold names of lines, and what stands before them. */
const LETTER = 7.9;
const LEADER = 16;

export interface GeometryOptions extends Size {
  readonly isLog: boolean;
  /** Whether names stand at the ends of the lines. @default true */
  readonly hasLabels?: boolean;
  /** The largest value of the y axis, where it is not the chart's own. */
  readonly yMax?: number | undefined;
}

/** Returns where the parts of a chart lie. */
export function geometryOf(chart: LineChart, options: GeometryOptions): Geometry {
  const { width, height, isLog, hasLabels = true } = options;
  const limits = chartLimits(chart);
  const { xMin, xMax } = limits;
  const yMax = options.yMax ?? limits.yMax;
  const yMin = isLog ? 0.8 : Math.min(0, limits.yMin);
  const isNarrow = width < NARROW;
  const values = isLog
    ? powersUpTo(yMax)
    : axisTicks(chart.y, { min: yMin, max: yMax, most: height < 260 ? 4 : 6 });
  const text = isNarrow ? shortText : tickText;
  const left = 10 + Math.max(...values.map((value) => text(value).length)) * DIGIT + 6;
  const nameWidth = LEADER + LETTER * Math.max(0, ...chart.lines.map(({ name }) => name.length));
  const right = width - (hasLabels ? (isNarrow ? nameWidth : LABEL_WIDTH) : 10);
  const top = 30;
  const bottom = height - 30;
  const share = isLog
    ? (value: number): number => Math.log(Math.max(value, yMin) / yMin) / Math.log(yMax / yMin)
    : (value: number): number => (value - yMin) / (yMax - yMin);
  const x = (value: number): number => left + ((value - xMin) / (xMax - xMin)) * (right - left);
  const y = (value: number): number => bottom - share(value) * (bottom - top);
  const most = Math.max(3, Math.floor((right - left) / 72));
  return {
    width,
    height,
    left,
    right,
    top,
    bottom,
    x,
    y,
    valueAt: (pixel) => xMin + Math.min(1, Math.max(0, (pixel - left) / (right - left))) * (xMax - xMin),
    xTicks: axisTicks(chart.x, { min: xMin, max: xMax, most }).map((value) => ({
      at: x(value),
      text: tickText(value),
    })),
    yTicks: values.map((value) => ({ at: y(value), text: text(value) })),
    isNarrow,
    height01: share,
  };
}

/** `200k` for 200,000. */
function shortText(value: number): string {
  if (value >= 1e6) return `${tickText(value / 1e6)}M`;
  return value >= 1000 ? `${tickText(value / 1000)}k` : tickText(value);
}

function powersUpTo(most: number): readonly number[] {
  const powers = Math.floor(Math.log10(Math.max(1, most)));
  return Array.from({ length: powers + 1 }, (_, power) => 10 ** power);
}

/** The most that a drawn curve may deviate from its data, as a fraction of the height of the plot. */
const TOLERANCE = 0.0007;

/** Returns the path of a line through the plot. */
export function pathOf({ x, y }: Pick<Line, 'x' | 'y'>, geometry: Geometry): string {
  return `M${pointsOf(x, y, geometry).join('L')}`;
}

/** Returns the outline of a band. */
export function bandPath(x: ArrayLike<number>, band: NonNullable<Line['band']>, geometry: Geometry): string {
  const up = pointsOf(x, band.high, geometry);
  const down = pointsOf(x, band.low, geometry);
  return `M${[...up, ...down.toReversed()].join('L')}Z`;
}

function pointsOf(x: ArrayLike<number>, y: ArrayLike<number>, geometry: Geometry): readonly string[] {
  const { height01 } = geometry;
  const heights = new Float64Array(y.length);
  // A loop, since `Float64Array.from` asks an iterator for each value.
  for (let i = 0; i < heights.length; i++) heights[i] = height01(y[i]!);
  return thinLine(x, heights, TOLERANCE)
    .filter((index) => Number.isFinite(heights[index]))
    .map((index) => `${pixels(geometry.x(x[index]!))},${pixels(geometry.y(y[index]!))}`);
}

function pixels(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** A name beside the end of its line. */
export interface EndLabel {
  readonly line: Line;
  readonly text: string;
  /** Where the line ends, and the middle of the text. */
  readonly from: number;
  readonly at: number;
  /** Where a line that ends before the others does so; null for the others. */
  readonly endsAt: number | null;
}

const LABEL_SPACING = 17;

/** Returns the names at the ends of the lines with the last values, moved apart. */
export function endLabels(
  lines: readonly Line[],
  { x, y, top, bottom, right, isNarrow }: Geometry,
): readonly EndLabel[] {
  const labels = lines
    .map((line) => {
      const last = line.y[line.y.length - 1] ?? 0;
      const end = x(line.x[line.x.length - 1] ?? 0);
      const text = isNarrow ? line.name : `${line.name} ${formatCount(last)}`;
      return { line, text, from: y(last), at: y(last), endsAt: end < right - 12 ? end : null };
    })
    .toSorted((a, b) => a.from - b.from);
  let least = top + 4;
  const moved = labels.filter(({ endsAt }) => endsAt === null);
  for (const label of moved) {
    label.at = Math.max(least, label.at);
    least = label.at + LABEL_SPACING;
  }
  let most = bottom - 2;
  for (const label of moved.toReversed()) {
    label.at = Math.min(most, label.at);
    most = label.at - LABEL_SPACING;
  }
  return labels;
}

/** Returns the index of the sample nearest to a value of the x axis. */
export function nearestIndex(x: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = x.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (x[middle]! <= value) low = middle;
    else high = middle;
  }
  return value - x[low]! <= x[high]! - value ? low : high;
}
