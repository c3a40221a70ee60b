/**
 * Draws a heat map in a terminal: the values as a table, on the colours of their bands where there are colours; where they do not
 * fit, the digit of each band, and a key to the digits.
 */
import { bandNames, bandOf } from './field-bands.ts';
import { type HeatMap, tileText } from './heat-map.ts';
import { printable } from './printable.ts';
import type { TerminalOptions } from './terminal.ts';

/** Of the 256-colour cube, as near to the bands of figures as it has them, and black or white on each. */
const BANDS: readonly (readonly [background: number, text: number])[] = [
  [195, 16],
  [152, 16],
  [187, 16],
  [222, 16],
  [215, 16],
  [167, 16],
  [124, 231],
  [88, 231],
];
const COLUMNS_MIN = 24;
const ROWS_MAX = 24;
const LABEL_MAX = 16;

/** What is shown of an axis: every n-th place. */
interface Shown {
  readonly every: number;
  readonly at: readonly number[];
}

/** Returns the chart as lines of text without a final line break; the first place of `y` stands at the bottom. */
export function heatTerminal(
  chart: HeatMap,
  { columns: asked = 80, color = false, unicode = true }: TerminalOptions = {},
): string {
  const columns = Math.max(COLUMNS_MIN, asked);
  const { x, y, value, levels } = chart;
  const plain = (text: string): string =>
    unicode
      ? printable(text)
      : printable(text)
          .replaceAll('–', '-')
          .replaceAll(/[^ -~]/g, '?');
  const names = y.places.map((place) => plain(place).slice(0, LABEL_MAX));
  const margin = Math.max(...names.map(({ length }) => length)) + 1;
  const texts = Array.from(value, (fraction) => plain(tileText(fraction)));
  const heads = x.places.map((place) => plain(place).slice(0, LABEL_MAX));
  const wanted = Math.max(...texts.map(({ length }) => length), ...heads.map(({ length }) => length)) + 2;
  const room = columns - margin - 1;
  const isWritten = wanted * heads.length <= room;
  const width = isWritten ? wanted : Math.max(1, Math.min(4, Math.floor(room / heads.length)));
  const across = shown(heads.length, Math.floor(room / width));
  const down = shown(y.places.length, ROWS_MAX);
  const digit = (band: number): string =>
    String(band)
      .padStart((width + 1) >> 1)
      .padEnd(width);
  const tile = (at: number): string => {
    const fraction = value[at]!;
    const band = Number.isNaN(fraction) ? -1 : bandOf(fraction, levels);
    const text = isWritten
      ? `${texts[at]!.padStart(width - 1)} `
      : band < 0
        ? ' '.repeat(width)
        : digit(band);
    const paint = BANDS[band];
    return color && paint !== undefined ? `\u001b[48;5;${paint[0]};38;5;${paint[1]}m${text}\u001b[0m` : text;
  };
  const bar = unicode ? '│' : '|';
  const rows = down.at
    .toReversed()
    .map(
      (row) =>
        `${names[row]!.padStart(margin)}${bar}${across.at.map((column) => tile(row * heads.length + column)).join('')}`,
    );
  const line = unicode
    ? `└${'─'.repeat(width * across.at.length)}`
    : `+${'-'.repeat(width * across.at.length)}`;
  const indent = ' '.repeat(margin + 1);
  const label = plain(x.name);
  return [
    plain(chart.title).slice(0, columns),
    plain(y.name).slice(0, columns),
    ...rows,
    `${' '.repeat(margin)}${line}`,
    `${indent}${headLine(
      across.at.map((column) => heads[column]!),
      width,
    )}`.slice(0, columns),
    `${indent}${label.padStart((width * across.at.length + label.length) >> 1)}`.slice(0, columns),
    ...(isWritten ? [] : keyLines(levels, columns)),
    ...leftOut(across, x.places.length, label),
    ...leftOut(down, y.places.length, plain(y.name)),
  ]
    .map((text) => (color ? text : text.trimEnd()))
    .join('\n');
}

/** Every n-th place, so that no more than `most` are shown. */
function shown(places: number, most: number): Shown {
  const every = Math.ceil(places / Math.max(1, most));
  return { every, at: Array.from({ length: Math.ceil(places / every) }, (_, index) => index * every) };
}

/** The names of the columns, as many as stay apart. */
function headLine(heads: readonly string[], width: number): string {
  const longest = Math.max(...heads.map(({ length }) => length));
  const every = Math.ceil((longest + 1) / width);
  return heads
    .filter((_, index) => index % every === 0)
    .map((head) => (every === 1 ? `${head.padStart(width - 1)} ` : head.padEnd(width * every)))
    .join('');
}

function keyLines(levels: readonly number[], columns: number): readonly string[] {
  const lines: string[] = [''];
  for (const [band, name] of bandNames(levels).entries()) {
    const entry = `${band}: ${name}`;
    const before = lines.at(-1)!;
    if (before === '') lines[lines.length - 1] = entry;
    else if (before.length + 3 + entry.length <= columns) lines[lines.length - 1] = `${before}   ${entry}`;
    else lines.push(entry);
  }
  return lines;
}

function leftOut({ every, at }: Shown, places: number, name: string): readonly string[] {
  return every === 1 ? [] : [`Of ${places} values of ${name}, ${at.length} are shown.`];
}
