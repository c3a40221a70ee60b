/**
 * Draws a chart in a terminal: Braille dots, eight to a character, in the colours of the compartments; letters in place
 * of colour where there is none; plain ASCII where Braille would be boxes.
 */
import type { Line, LineChart } from './chart.ts';
import { type ChartLimits, chartLimits, tickText } from './chart-limits.ts';

export interface TerminalOptions {
  /** Width of the whole figure in characters. @default 80 */
  readonly columns?: number;
  /** Height of the plot itself in characters. @default 16 */
  readonly rows?: number;
  /** @default false */
  readonly color?: boolean;
  /** @default true */
  readonly unicode?: boolean;
}

/** ANSI colours of the 256-colour cube that read on light and dark backgrounds. */
const ROLE_COLORS: Readonly<Record<Exclude<Line['role'], 'sequence'>, number>> = {
  susceptible: 33,
  infected: 160,
  immunized: 35,
  everInfected: 178,
  reference: 245,
};
const SEQUENCE_COLORS = [99, 133, 161, 160, 166, 172, 142, 71] as const;
const MARKS = 'abcdefghijklmnop';

/** Bits of a Braille character, by column and row of its dots (Unicode 10.0, chapter 21.1). */
const BRAILLE_BITS = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const;
const BRAILLE_BASE = 0x2800;

interface Canvas {
  readonly columns: number;
  readonly rows: number;
  readonly bits: Uint8Array;
  /** Index of the line that owns each cell, or -1; the later line wins. */
  readonly owner: Int8Array;
}

/** Returns the chart as lines of text without a final line break. */
export function toTerminal(chart: LineChart, options: TerminalOptions = {}): string {
  const { columns = 80, rows = 16, color = false, unicode = true } = options;
  const { xMin, xMax, yMin, yMax } = chartLimits(chart);
  const yTicks = [yMax, (yMax + yMin) / 2, yMin].map(tickText);
  const margin = Math.max(...yTicks.map((text) => text.length)) + 1;
  const width = Math.max(10, columns - margin - 2);
  const canvas: Canvas = {
    columns: width,
    rows,
    bits: new Uint8Array(width * rows),
    owner: new Int8Array(width * rows).fill(-1),
  };
  chart.lines.forEach((line, index) => drawLine(canvas, line, index, { xMin, xMax, yMin, yMax }));
  const paint = (index: number, text: string): string =>
    color ? `\u001b[38;5;${colorOf(chart.lines, index)}m${text}\u001b[0m` : text;

  const [vertical, corner, horizontal] = unicode ? ['┤', '└', '─'] : ['|', '+', '-'];
  const body = Array.from({ length: rows }, (_, row) => {
    const label =
      row === 0 ? yTicks[0] : row === (rows - 1) >> 1 ? yTicks[1] : row === rows - 1 ? yTicks[2] : '';
    return `${(label ?? '').padStart(margin)}${vertical}${rowText(canvas, row, paint, { color, unicode })}`;
  });
  return [
    `${' '.repeat(margin + 1)}${chart.title}`,
    ...legendLines(chart.lines, paint, { columns: width, color, unicode }).map(
      (text) => `${' '.repeat(margin + 1)}${text}`,
    ),
    ...body,
    `${' '.repeat(margin)}${corner}${horizontal.repeat(width)}`,
    xAxisText(chart, { margin, width, xMin, xMax }),
  ].join('\n');
}

/** Steps along the dots of the x axis and joins neighbouring values by vertical runs. */
function drawLine(canvas: Canvas, line: Line, index: number, { xMin, xMax, yMin, yMax }: ChartLimits): void {
  const dotsAcross = canvas.columns * 2;
  const dotsDown = canvas.rows * 4;
  let previous = -1;
  let point = 0;
  for (let dot = 0; dot < dotsAcross; dot++) {
    const x = xMin + ((xMax - xMin) * dot) / (dotsAcross - 1);
    if (line.x.length === 0 || x < line.x[0]! || x > line.x[line.x.length - 1]!) {
      previous = -1;
      continue;
    }
    while (point + 1 < line.x.length && line.x[point + 1]! <= x) point++;
    const y = interpolate(line, point, x);
    const fraction = Math.min(1, Math.max(0, (y - yMin) / (yMax - yMin)));
    const down = Math.round((1 - fraction) * (dotsDown - 1));
    const from = previous < 0 ? down : Math.min(previous, down);
    const to = previous < 0 ? down : Math.max(previous, down);
    for (let at = from; at <= to; at++) setDot(canvas, dot, at, index);
    previous = down;
  }
}

function interpolate(line: Line, point: number, x: number): number {
  const next = Math.min(point + 1, line.x.length - 1);
  const span = line.x[next]! - line.x[point]!;
  const share = span > 0 ? (x - line.x[point]!) / span : 0;
  return line.y[point]! + (line.y[next]! - line.y[point]!) * share;
}

function setDot(canvas: Canvas, across: number, down: number, index: number): void {
  const cell = (down >> 2) * canvas.columns + (across >> 1);
  canvas.bits[cell]! |= BRAILLE_BITS[(across & 1) as 0 | 1][(down & 3) as 0 | 1 | 2 | 3];
  canvas.owner[cell] = index;
}

interface Style {
  readonly color: boolean;
  readonly unicode: boolean;
}

function rowText(
  canvas: Canvas,
  row: number,
  paint: (index: number, text: string) => string,
  { color, unicode }: Style,
): string {
  let text = '';
  for (let column = 0; column < canvas.columns;) {
    const owner = canvas.owner[row * canvas.columns + column]!;
    // One escape sequence for a run of cells of the same line.
    let run = '';
    do run += cellText(canvas, row * canvas.columns + column, { color, unicode });
    while (++column < canvas.columns && canvas.owner[row * canvas.columns + column] === owner);
    text += owner < 0 ? run : paint(owner, run);
  }
  return text.trimEnd();
}

function cellText(canvas: Canvas, cell: number, { color, unicode }: Style): string {
  const owner = canvas.owner[cell]!;
  if (owner < 0) return ' ';
  if (!color) return MARKS[owner % MARKS.length]!;
  return unicode ? String.fromCharCode(BRAILLE_BASE + canvas.bits[cell]!) : '*';
}

function legendLines(
  lines: readonly Line[],
  paint: (index: number, text: string) => string,
  { columns, color, unicode }: Style & { readonly columns: number },
): readonly string[] {
  const rows: string[] = [];
  let row = '';
  let used = 0;
  lines.forEach(({ name }, index) => {
    const swatch = color ? (unicode ? '━━' : '**') : `${MARKS[index % MARKS.length]!}:`;
    const entryWidth = 2 + 1 + name.length + 3;
    if (used > 0 && used + entryWidth > columns) {
      rows.push(row.trimEnd());
      row = '';
      used = 0;
    }
    row += `${paint(index, swatch)} ${name}   `;
    used += entryWidth;
  });
  return [...rows, row.trimEnd()];
}

function xAxisText(
  chart: LineChart,
  { margin, width, xMin, xMax }: { margin: number; width: number; xMin: number; xMax: number },
): string {
  const [left, middle, right] = [xMin, (xMin + xMax) / 2, xMax].map(tickText);
  const cells = Array.from({ length: width }, () => ' ');
  const put = (text: string, at: number): void => {
    Array.from(text).forEach((character, i) => {
      if (at + i >= 0 && at + i < width) cells[at + i] = character;
    });
  };
  put(left ?? '', 0);
  put(middle ?? '', Math.round(width / 2) - Math.round((middle ?? '').length / 2));
  put(right ?? '', width - (right ?? '').length);
  const label = chart.x.label;
  put(label, Math.round(width * 0.75) - Math.round(label.length / 2));
  return `${' '.repeat(margin + 1)}${cells.join('').trimEnd()}`;
}

function colorOf(lines: readonly Line[], index: number): number {
  const line = lines[index];
  if (line === undefined) return ROLE_COLORS.reference;
  if (line.role !== 'sequence') return ROLE_COLORS[line.role];
  const ordered = lines.filter(({ role }) => role === 'sequence');
  const place = ordered.indexOf(line);
  const step = ordered.length > 1 ? (SEQUENCE_COLORS.length - 1) / (ordered.length - 1) : 0;
  return SEQUENCE_COLORS[Math.round(place * step)] ?? ROLE_COLORS.reference;
}
