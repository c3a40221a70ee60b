/** Where the parts of a figure lie: title, legend, plot and the labels at the ends of the curves. */
import type { Line, LineChart } from './chart.ts';
import { axisTicks, type ChartLimits, tickText } from './chart-limits.ts';

export const TITLE_SIZE = 15;
export const TEXT_SIZE = 12;
/** Below this width curves are named in a legend, which needs no room beside the plot. */
const NARROW = 560;
const PADDING = 12;
export const TITLE_ROW = 21;
const LEGEND_ROW = 20;
/** Room over the plot for the label of the y axis, and for each row of labels of moments. */
const OVER_PLOT = 24;
export const MOMENT_ROW = 17;
const UNDER_PLOT = 42;
export const MOMENT_ROWS_MAX = 3;
const LEGEND_ROWS_MAX = 4;
const LABEL_SPACING = 17;
export const SWATCH = 20;
/** From the end of a curve to its label. */
export const LEADER = 18;
/** Mean advances of DejaVu Sans in em, regular and bold; only line breaks and margins depend on them. */
const ADVANCE = 0.61;
const ADVANCE_BOLD = 0.7;

export interface Layout {
  readonly titleLines: readonly string[];
  readonly legend: readonly LegendEntry[];
  readonly labels: readonly EndLabel[];
  /** Labels of the moments, none over another; each begins or ends at its rule. */
  readonly moments: readonly MomentLabel[];
  readonly plot: {
    readonly left: number;
    readonly right: number;
    readonly top: number;
    readonly bottom: number;
  };
  readonly xTicks: readonly number[];
  readonly yTicks: readonly number[];
}

interface LegendEntry {
  readonly name: string;
  /** Index of the first line of that name; null for the heading. */
  readonly index: number | null;
  readonly x: number;
  readonly y: number;
}

/** A name beside the end of its curve. */
interface EndLabel {
  readonly name: string;
  readonly index: number;
  /** Where the curve ends. */
  readonly from: { readonly x: number; readonly y: number };
  /** Middle of the label's height. */
  readonly y: number;
}

interface MomentLabel {
  readonly label: string;
  /** Of the rule, and the baseline of the text. */
  readonly x: number;
  readonly y: number;
  /** Text that starts at the rule would leave the plot. */
  readonly isBefore: boolean;
}

export interface FigureSize {
  readonly width: number;
  readonly height: number;
}

/** Returns the layout of a chart in pixels. */
export function layoutOf(chart: LineChart, limits: ChartLimits, { width, height }: FigureSize): Layout {
  const titleLines = titleRows(chart.title, width);
  const yTicks = axisTicks(chart.y, { min: limits.yMin, max: limits.yMax, most: height < 360 ? 6 : 8 });
  const left = PADDING + Math.max(24, ...yTicks.map((tick) => textWidth(tickText(tick)))) + 8;
  const top = PADDING + titleLines.length * TITLE_ROW;
  const named = firstOfEachName(chart.lines);
  const ends = width < NARROW ? [] : named.filter(({ line }) => line.role !== 'reference');
  const plotFor = (legend: readonly LegendEntry[], right: number): Layout['plot'] => {
    const legendBottom = Math.max(top, ...legend.map(({ y }) => y + LEGEND_ROW / 2));
    const over = OVER_PLOT + Math.min(chart.moments.length, MOMENT_ROWS_MAX) * MOMENT_ROW;
    return { left, right: width - right, top: legendBottom + over, bottom: height - UNDER_PLOT };
  };
  const legendOf = (entries: readonly NamedLine[]): readonly LegendEntry[] =>
    legendEntries(entries, { heading: chart.legend, left: PADDING, right: width - PADDING, top });

  const widest = Math.max(0, ...[...ends.map(({ line }) => line.name), chart.legend ?? ''].map(textWidth));
  const beside = plotFor(
    legendOf(named.filter(({ line }) => line.role === 'reference')),
    LEADER + widest + PADDING + 4,
  );
  const fits =
    ends.length > 0 && widest < width / 3 && ends.length * LABEL_SPACING <= beside.bottom - beside.top;
  const legend = legendOf(fits ? named.filter(({ line }) => line.role === 'reference') : named);
  const plot = fits ? beside : plotFor(legend, PADDING + 8);
  const xTickWidth = textWidth(tickText(limits.xMax)) + 24;
  const most = Math.max(3, Math.min(13, Math.floor((plot.right - plot.left) / Math.max(44, xTickWidth))));
  return {
    titleLines,
    legend,
    labels: fits ? endLabels(ends, limits, plot) : [],
    moments: momentLabels(chart, limits, plot),
    plot,
    xTicks: axisTicks(chart.x, { min: limits.xMin, max: limits.xMax, most }),
    yTicks,
  };
}

/** Returns a title as lines that fit into a figure of this width. */
export function titleRows(title: string, width: number): readonly string[] {
  return wrap(title, (width - 2 * PADDING) / (TITLE_SIZE * ADVANCE_BOLD));
}

interface NamedLine {
  readonly line: Line;
  readonly index: number;
}

/** Returns the first line of each name, with its index among all lines. */
export function firstOfEachName(lines: readonly Line[]): readonly NamedLine[] {
  const seen = new Set<string>();
  return lines
    .map((line, index) => ({ line, index }))
    .filter(({ line }) => !seen.has(line.name) && seen.add(line.name));
}

interface LegendFrame {
  readonly heading: string | undefined;
  readonly left: number;
  readonly right: number;
  readonly top: number;
}

/** Arranges entries in rows no wider than the figure; the last row says how many are missing. */
function legendEntries(entries: readonly NamedLine[], frame: LegendFrame): readonly LegendEntry[] {
  const width = frame.right - frame.left;
  const isSequence = entries.some(({ line }) => line.role === 'sequence');
  const named = entries.map(({ line, index }) => ({ name: shorten(line.name, width - SWATCH - 6), index }));
  const heading =
    frame.heading !== undefined && isSequence
      ? [{ name: shorten(`${frame.heading}:`, width), index: null }]
      : [];
  const placed = inRows([...heading, ...named], frame);
  const last = frame.top + LEGEND_ROW * (LEGEND_ROWS_MAX - 0.5);
  const fitting = placed.filter(({ y }) => y <= last);
  const dropped = placed.length - fitting.length;
  if (dropped === 0) return placed;
  const shown = fitting.slice(0, -1);
  return inRows([...shown, { name: `and ${dropped + 1} more`, index: null }], frame);
}

function inRows(
  entries: readonly Pick<LegendEntry, 'name' | 'index'>[],
  { left, right, top }: LegendFrame,
): readonly LegendEntry[] {
  let x = left;
  let y = top + LEGEND_ROW / 2;
  return entries.map(({ name, index }) => {
    const entryWidth = (index === null ? 0 : SWATCH + 6) + textWidth(name);
    if (x > left && x + entryWidth > right) {
      x = left;
      y += LEGEND_ROW;
    }
    const entry = { name, index, x, y };
    x += entryWidth + 16;
    return entry;
  });
}

/** Labels at the height where their curves end, moved apart as far as needed. */
function endLabels(
  entries: readonly NamedLine[],
  { xMin, xMax, yMin, yMax }: ChartLimits,
  { left, right, top, bottom }: Layout['plot'],
): readonly EndLabel[] {
  const clamp = (share: number): number => Math.min(1, Math.max(0, share));
  const labels = entries.flatMap(({ line, index }) => {
    const last = lastFinite(line);
    if (last < 0) return [];
    const x = left + clamp((line.x[last]! - xMin) / (xMax - xMin)) * (right - left);
    const y = bottom - clamp((line.y[last]! - yMin) / (yMax - yMin)) * (bottom - top);
    return [{ name: line.name, index, from: { x, y }, y }];
  });
  // Curves that end at one height keep the order in which they are listed.
  const ordered = labels.toSorted((a, b) => (Math.abs(a.y - b.y) < 0.5 ? a.index - b.index : a.y - b.y));
  const heights = spreadOut(
    ordered.map(({ y }) => y),
    { top, bottom },
  );
  return ordered.map(({ name, index, from }, place) => ({ name, index, from, y: heights[place] ?? from.y }));
}

/** Moves ascending heights apart to the spacing of labels: down from the top, then up from the bottom. */
function spreadOut(
  heights: readonly number[],
  { top, bottom }: Pick<Layout['plot'], 'top' | 'bottom'>,
): readonly number[] {
  const spread = [...heights];
  for (let i = 0, least = top; i < spread.length; i++, least += LABEL_SPACING) {
    least = Math.max(least, spread[i]!);
    spread[i] = least;
  }
  for (let i = spread.length - 1, most = bottom; i >= 0; i--, most -= LABEL_SPACING) {
    most = Math.min(most, spread[i]!);
    spread[i] = most;
  }
  return spread;
}

function momentLabels(
  { moments }: LineChart,
  { xMin, xMax }: ChartLimits,
  { left, right, top }: Layout['plot'],
): readonly MomentLabel[] {
  return moments.map(({ x, label }, index) => {
    const at = left + ((x - xMin) / (xMax - xMin)) * (right - left);
    const row = index % MOMENT_ROWS_MAX;
    return { label, x: at, y: top - 6 - row * MOMENT_ROW, isBefore: at + textWidth(label) > right };
  });
}

function lastFinite({ x, y }: Line): number {
  let last = x.length - 1;
  while (last >= 0 && !(Number.isFinite(x[last]) && Number.isFinite(y[last]))) last--;
  return last;
}

/** Returns the text, shortened with an ellipsis if it is wider than `width`. */
function shorten(text: string, width: number): string {
  const most = Math.floor(width / (TEXT_SIZE * ADVANCE));
  return text.length <= most ? text : `${text.slice(0, Math.max(0, most - 1))}…`;
}

function textWidth(text: string): number {
  return text.length * TEXT_SIZE * ADVANCE;
}

const TITLE_LINES_MAX = 3;

/** Breaks text into lines of at most `characters`; text that does not fit ends in an ellipsis. */
function wrap(text: string, characters: number): readonly string[] {
  const most = Math.max(8, Math.floor(characters));
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap((piece) => chunks(piece, most))) {
    if (line !== '' && line.length + 1 + word.length > most) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  lines.push(line);
  if (lines.length <= TITLE_LINES_MAX) return lines;
  const kept = lines.slice(0, TITLE_LINES_MAX);
  return [...kept.slice(0, -1), `${(kept.at(-1) ?? '').slice(0, most - 1)}…`];
}

function chunks(word: string, size: number): readonly string[] {
  const pieces: string[] = [];
  for (let start = 0; start < word.length; start += size) pieces.push(word.slice(start, start + size));
  return pieces;
}
