/**
 * Draws a chart in a terminal: Braille dots, eight per character, in the colours of the compartments; letters if there are no
 * colours; plain ASCII if the terminal has no Braille characters.
 */
import type { Axis, Line, LineChart } from './chart.ts';
import { axisTicks, chartLimits, type ChartLimits, tickText } from './chart-limits.ts';
import { firstOfEachName } from './layout.ts';
import { brailleCanvas, type Canvas, setDot } from './terminal-canvas.ts';
import { printable } from './printable.ts';

export interface TerminalOptions {
  /** Width of the whole figure in characters. @default 80 */
  readonly columns?: number;
  /** Height of the plot itself in characters. @default 16 */
  readonly rows?: number;
  /** ANSI colours. @default false */
  readonly color?: boolean;
  /** @default true */
  readonly unicode?: boolean;
}

/** ANSI colours of the 256-colour cube that are legible on light and dark backgrounds. */
const ROLE_COLORS: Readonly<Record<Exclude<Line['role'], 'sequence'>, number>> = {
  susceptible: 32,
  infected: 202,
  immunized: 36,
  everInfected: 135,
  reference: 245,
};
const SEQUENCE_COLORS = [63, 99, 135, 170, 168, 203, 209, 178] as const;
const MARKS = 'abcdefghijklmnopqrstuvwxyz';
const COLUMNS_MIN = 24;
const ROWS_MIN = 3;

/** How to draw: what the terminal can show. */
interface Pen {
  readonly color: boolean;
  readonly unicode: boolean;
  /** Text in the colour of a line. */
  readonly paint: (index: number, text: string) => string;
  /** The letter of a line; lines of one name share it. */
  readonly mark: (index: number) => string;
}

/** Returns the chart as lines of text without a final line break. */
export function toTerminal(chart: LineChart, options: TerminalOptions = {}): string {
  const columns = Math.max(COLUMNS_MIN, options.columns ?? 80);
  const rows = Math.max(ROWS_MIN, options.rows ?? 16);
  // Bands are not drawn, so they do not stretch the axis.
  const limits = chartLimits({
    ...chart,
    lines: chart.lines.map(({ name, role, x, y }) => ({ name, role, x, y })),
  });
  const yTicks = axisTicks(chart.y, { min: limits.yMin, max: limits.yMax, most: Math.max(2, rows >> 1) });
  const margin = Math.max(...yTicks.map((tick) => tickText(tick).length)) + 1;
  const width = columns - margin - 1;
  const pen = penFor(chart.lines, options);
  const canvas = brailleCanvas({ columns: width, rows });
  // A cell belongs to the line drawn last, so references come first.
  for (const isReference of [true, false]) {
    for (const [index, line] of chart.lines.entries()) {
      if ((line.role === 'reference') === isReference) drawLine(canvas, line, index, limits);
    }
  }

  const indent = ' '.repeat(margin + 1);
  return [
    indent + shorten(printableFor(pen, chart.title), width),
    ...legendLines(chart, pen, width).map((text) => indent + text),
    printableFor(pen, chart.y.label).slice(0, columns),
    ...momentLines(chart, { limits, margin, width, pen }),
    ...plotRows(chart, { canvas, limits, yTicks, margin, pen }),
    ...xAxisLines(chart.x, { limits, margin, width, pen }),
  ]
    .map((line) => line.trimEnd())
    .join('\n');
}

function penFor(lines: readonly Line[], { color = false, unicode = true }: TerminalOptions): Pen {
  const names = firstOfEachName(lines).map(({ line }) => line.name);
  return {
    color,
    unicode,
    paint: (index, text) => (color ? `\u001b[38;5;${colorOf(lines, index)}m${text}\u001b[0m` : text),
    mark: (index) => MARKS[names.indexOf(lines[index]?.name ?? '') % MARKS.length] ?? '*',
  };
}

/** Steps along the dots of the x axis and joins neighbouring values by vertical runs. */
function drawLine(canvas: Canvas, line: Line, index: number, { xMin, xMax, yMin, yMax }: ChartLimits): void {
  const dotsAcross = canvas.columns * 2;
  const dotsDown = canvas.rows * 4;
  const end = line.x.length - 1;
  let previous = -1;
  let point = 0;
  for (let dot = 0; dot < dotsAcross; dot++) {
    const x = xMin + ((xMax - xMin) * dot) / (dotsAcross - 1);
    while (point < end && line.x[point + 1]! <= x) point++;
    const y = end < 0 || x < line.x[0]! || x > line.x[end]! ? Number.NaN : interpolate(line, point, x);
    if (!Number.isFinite(y)) {
      previous = -1;
      continue;
    }
    const fraction = Math.min(1, Math.max(0, (y - yMin) / (yMax - yMin)));
    const down = Math.round((1 - fraction) * (dotsDown - 1));
    // The first dot of the run belongs to the column before.
    const from = previous < 0 || previous === down ? down : previous + Math.sign(down - previous);
    for (let at = Math.min(from, down); at <= Math.max(from, down); at++)
      setDot(canvas, { across: dot, down: at, index });
    previous = down;
  }
}

function interpolate(line: Line, point: number, x: number): number {
  const next = Math.min(point + 1, line.x.length - 1);
  const span = line.x[next]! - line.x[point]!;
  const share = span > 0 ? (x - line.x[point]!) / span : 0;
  return line.y[point]! + (line.y[next]! - line.y[point]!) * share;
}

interface Plot {
  readonly canvas: Canvas;
  readonly limits: ChartLimits;
  readonly yTicks: readonly number[];
  readonly margin: number;
  readonly pen: Pen;
}

function plotRows(chart: LineChart, { canvas, limits, yTicks, margin, pen }: Plot): readonly string[] {
  const { rows, columns } = canvas;
  const rowOf = (tick: number): number =>
    Math.round((1 - (tick - limits.yMin) / (limits.yMax - limits.yMin)) * (rows - 1));
  const labels = new Map(yTicks.map((tick) => [rowOf(tick), tickText(tick)]));
  const moments = new Set(chart.moments.map(({ x }) => columnOf(x, limits, columns)));
  const background = Array.from({ length: columns }, (_, column) =>
    moments.has(column) ? ruleOf(pen) : ' ',
  );
  return Array.from({ length: rows }, (_, row) => {
    const label = labels.get(row);
    const axis = pen.unicode ? (label === undefined ? '│' : '┤') : label === undefined ? '|' : '+';
    return `${(label ?? '').padStart(margin)}${axis}${rowText(canvas, row, pen, background)}`;
  });
}

/** Returns the labels of the moments, one row each, above their rules. */
function momentLines({ moments }: LineChart, { limits, margin, width, pen }: AxisFrame): readonly string[] {
  return moments.map(({ x, label }) => {
    const column = columnOf(x, limits, width);
    const text = printableFor(pen, label);
    const before = column + 2 + text.length > width;
    const cells = before
      ? `${text} ${ruleOf(pen)}`.padStart(column + 1)
      : `${' '.repeat(column)}${ruleOf(pen)} ${text}`;
    return `${' '.repeat(margin + 1)}${cells}`.slice(0, margin + 1 + width);
  });
}

function ruleOf({ unicode }: Pen): string {
  return unicode ? '┊' : ':';
}

/** Returns a row of cells, with one escape sequence for each run of cells of the same line. */
function rowText(canvas: Canvas, row: number, pen: Pen, background: readonly string[]): string {
  let text = '';
  for (let column = 0; column < canvas.columns;) {
    const first = row * canvas.columns + column;
    const owner = canvas.owner[first]!;
    let run = '';
    for (; column < canvas.columns; column++) {
      const cell = row * canvas.columns + column;
      if (canvas.owner[cell] !== owner) break;
      run += owner < 0 ? (background[column] ?? ' ') : cellText(canvas, cell, pen);
    }
    text += owner < 0 ? run : pen.paint(owner, run);
  }
  return text;
}

function cellText(canvas: Canvas, cell: number, { color, unicode, mark }: Pen): string {
  if (!color) return mark(canvas.owner[cell]!);
  return unicode ? canvas.character(cell) : '*';
}

function legendLines({ lines, legend }: LineChart, pen: Pen, width: number): readonly string[] {
  const rows: string[] = [];
  let row = '';
  let used = 0;
  const put = (length: number, text: string): void => {
    if (used > 0 && used + length > width) {
      rows.push(row);
      row = '';
      used = 0;
    }
    row += `${text}   `;
    used += length + 3;
  };
  if (legend !== undefined) put(legend.length + 1, `${printableFor(pen, legend)}:`);
  for (const { line, index } of firstOfEachName(lines)) {
    const swatch = pen.color ? (pen.unicode ? '━━' : '**') : `${pen.mark(index)}:`;
    const name = shorten(printableFor(pen, line.name), width - 4);
    put(3 + name.length, `${pen.paint(index, swatch)} ${name}`);
  }
  return [...rows, row];
}

interface AxisFrame {
  readonly limits: ChartLimits;
  readonly margin: number;
  readonly width: number;
  readonly pen: Pen;
}

function xAxisLines(axis: Axis, { limits, margin, width, pen }: AxisFrame): readonly string[] {
  const { xMin: min, xMax: max } = limits;
  const most = Math.max(2, Math.floor(width / (tickText(max).length + 5)));
  const line = Array.from({ length: width }, (): string => (pen.unicode ? '─' : '-'));
  const numbers = Array.from({ length: width }, (): string => ' ');
  for (const tick of axisTicks(axis, { min, max, most: Math.min(most, 11) })) {
    const column = columnOf(tick, limits, width);
    const text = tickText(tick);
    line[column] = pen.unicode ? '┬' : '+';
    write(numbers, Math.min(width - text.length, Math.max(0, column - ((text.length - 1) >> 1))), text);
  }
  const label = printableFor(pen, axis.label).slice(0, width);
  return [
    `${' '.repeat(margin)}${pen.unicode ? '└' : '+'}${line.join('')}`,
    `${' '.repeat(margin + 1)}${numbers.join('')}`,
    `${' '.repeat(margin + 1 + Math.max(0, (width - label.length) >> 1))}${label}`,
  ];
}

function columnOf(x: number, { xMin, xMax }: ChartLimits, columns: number): number {
  return Math.round(((x - xMin) / (xMax - xMin)) * (columns - 1));
}

function write(cells: string[], at: number, text: string): void {
  Array.from(text).forEach((character, offset) => {
    if (cells[at + offset] !== undefined) cells[at + offset] = character;
  });
}

/** Names come from files, so they must not control the terminal, and be plain ASCII where nothing else can be shown. */
function printableFor({ unicode }: Pen, text: string): string {
  return unicode ? printable(text) : printable(text).replaceAll(/[^ -~]/g, '?');
}

function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, Math.max(0, length - 3))}...`;
}

function colorOf(lines: readonly Line[], index: number): number {
  const line = lines[index];
  if (line === undefined) return ROLE_COLORS.reference;
  if (line.role !== 'sequence') return ROLE_COLORS[line.role];
  const ordered = lines.filter(({ role }) => role === 'sequence');
  const place = ordered.length > 1 ? ordered.indexOf(line) / (ordered.length - 1) : 0;
  return SEQUENCE_COLORS[Math.round(place * (SEQUENCE_COLORS.length - 1))] ?? ROLE_COLORS.reference;
}
