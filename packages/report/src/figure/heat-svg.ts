/** Draws a heat map as one standalone SVG. */
import { bandOf, bandScale, FIELD_BANDS, HALO, INK, inkOn } from './field-bands.ts';
import { type HeatMap, tileText } from './heat-map.ts';
import { TITLE_ROW, TITLE_SIZE, titleRows } from './layout.ts';
import { paletteOf, type Theme } from './palette.ts';
import { escapeXml } from './xml.ts';

const MARGIN = { top: 62, right: 132, bottom: 52 } as const;
const MARGIN_NARROW = 12;
const NARROW = 560;
/** Room for the key of the bands. */
const PLOT_HEIGHT_MIN = 196;
const PLOT_HEIGHT_MAX = 420;
const TILE_HEIGHT_MAX = 40;
const TEXT_SIZE = 12;
/** Widths of a digit and of a letter of the size of the text. */
const DIGIT = 7.7;
const LETTER = 7.2;
const LABEL_MAX = 16;
const LINE_HEIGHT = 16;
/** Room around values that do not fit into their tiles, in their own size: the borders stay visible between them. */
const SPARSE = 2;

interface Frame {
  readonly width: number;
  readonly height: number;
  readonly titleLines: readonly string[];
  readonly top: number;
  readonly left: number;
  readonly right: number;
  readonly tileWidth: number;
  readonly tileHeight: number;
  readonly isNarrow: boolean;
}

/** Returns the chart as a standalone SVG. */
export function heatSvg(
  chart: HeatMap,
  { width, theme }: { readonly width: number; readonly theme: Theme },
): string {
  const frame = frameOf(chart, width);
  const palette = paletteOf(theme);
  const { height, left, right, isNarrow } = frame;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="ww-figure" viewBox="0 0 ${width} ${height}" width="${width}" `,
    `height="${height}" role="img" font-family="'DejaVu Sans', 'Segoe UI', system-ui, sans-serif" font-size="${TEXT_SIZE}">`,
    `<title>${escapeXml(chart.title)}</title><desc>${escapeXml(chart.caption)}</desc>`,
    `<rect width="${width}" height="${height}" fill="${palette.background}"/>`,
    ...frame.titleLines.map(
      (line, row) =>
        `<text x="12" y="${25 + row * TITLE_ROW}" fill="${palette.text}" font-size="${TITLE_SIZE}" font-weight="bold">` +
        `${escapeXml(line)}</text>`,
    ),
    `<text x="12" y="${frame.top - 12}" fill="${palette.muted}">${escapeXml(chart.y.name)}</text>`,
    drawTiles(chart, frame),
    drawBorders(chart, frame),
    drawValues(chart, frame),
    drawAxes(chart, frame, palette.muted),
    `<text x="${round((left + width - right) / 2)}" y="${height - 12}" text-anchor="middle" fill="${palette.muted}">`,
    `${escapeXml(chart.x.name)}</text>`,
    isNarrow ? '' : bandScale(chart, { x: width - right + 14, y: frame.top, theme }),
    '</svg>',
  ].join('');
}

function frameOf({ x, y, title }: HeatMap, width: number): Frame {
  const titleLines = titleRows(title, width);
  const top = MARGIN.top + (titleLines.length - 1) * TITLE_ROW;
  const isNarrow = width < NARROW;
  const right = isNarrow ? MARGIN_NARROW : MARGIN.right;
  const longest = Math.max(...y.places.map((place) => shortened(place).length));
  const left = Math.ceil(18 + longest * LETTER);
  const plot = Math.min(PLOT_HEIGHT_MAX, Math.max(PLOT_HEIGHT_MIN, y.places.length * TILE_HEIGHT_MAX));
  return {
    titleLines,
    top,
    width,
    height: top + plot + MARGIN.bottom,
    left,
    right,
    tileWidth: (width - left - right) / x.places.length,
    tileHeight: plot / y.places.length,
    isNarrow,
  };
}

/** Neighbours of one band in a row are one rectangle. */
function drawTiles({ x, y, value, levels }: HeatMap, frame: Frame): string {
  const columns = x.places.length;
  const drawn: string[] = [];
  for (let row = 0; row < y.places.length; row++) {
    for (let first = 0; first < columns;) {
      const band = bandAt(value, row * columns + first, levels);
      let end = first + 1;
      while (end < columns && bandAt(value, row * columns + end, levels) === band) end++;
      if (band >= 0) {
        const top = topOf(row, y.places.length, frame);
        drawn.push(
          `<rect x="${round(frame.left + first * frame.tileWidth)}" y="${round(top)}" ` +
            `width="${round((end - first) * frame.tileWidth)}" height="${round(frame.tileHeight)}" fill="${FIELD_BANDS[band]}"/>`,
        );
      }
      first = end;
    }
  }
  // Tiles share their edges; without smoothing no background shines through between them.
  return `<g shape-rendering="crispEdges">${drawn.join('')}</g>`;
}

/** Lines between tiles of different bands, dark on light, so that they show on any band. */
function drawBorders({ x, y, value, levels }: HeatMap, frame: Frame): string {
  const [columns, rows] = [x.places.length, y.places.length];
  const differ = (one: number, other: number): boolean => {
    const [a, b] = [bandAt(value, one, levels), bandAt(value, other, levels)];
    return a !== b && a >= 0 && b >= 0;
  };
  const parts: string[] = [];
  for (let row = 0; row < rows; row++) {
    const top = topOf(row, rows, frame);
    for (let column = 0; column < columns; column++) {
      const at = row * columns + column;
      const left = frame.left + column * frame.tileWidth;
      if (column > 0 && differ(at, at - 1))
        parts.push(`M${round(left)},${round(top)}v${round(frame.tileHeight)}`);
      if (row > 0 && differ(at, at - columns))
        parts.push(`M${round(left)},${round(top + frame.tileHeight)}h${round(frame.tileWidth)}`);
    }
  }
  if (parts.length === 0) return '';
  const path = (stroke: string, width: number): string =>
    `<path d="${parts.join('')}" fill="none" stroke="${stroke}" stroke-width="${width}" stroke-linecap="square"/>`;
  return path(HALO, 3) + path(INK, 1.2);
}

/** The values, in every tile or in every n-th row and column, so that they stay apart. */
function drawValues({ x, y, value, levels }: HeatMap, frame: Frame): string {
  const [columns, rows] = [x.places.length, y.places.length];
  const texts = Array.from(value, tileText);
  const longest = Math.max(...texts.map(({ length }) => length));
  const isInside = longest * DIGIT + 6 <= frame.tileWidth && LINE_HEIGHT <= frame.tileHeight;
  const space = isInside ? 1 : SPARSE;
  const everyColumn = Math.ceil((space * (longest * DIGIT + 6)) / frame.tileWidth);
  const everyRow = Math.ceil((space * LINE_HEIGHT) / frame.tileHeight);
  const drawn: string[] = [];
  for (let row = everyRow >> 1; row < rows; row += everyRow) {
    for (let column = everyColumn >> 1; column < columns; column += everyColumn) {
      const at = row * columns + column;
      const band = bandAt(value, at, levels);
      if (band < 0) continue;
      // A value that reaches over its tile lies on other bands too.
      const paint = isInside
        ? `fill="${inkOn(band)}"`
        : `fill="${INK}" stroke="${HALO}" stroke-width="3" stroke-opacity="0.85" paint-order="stroke"`;
      const left = frame.left + (column + 0.5) * frame.tileWidth;
      const top = topOf(row, rows, frame) + frame.tileHeight / 2 + 4;
      drawn.push(`<text x="${round(left)}" y="${round(top)}" ${paint}>${escapeXml(texts[at]!)}</text>`);
    }
  }
  return `<g text-anchor="middle">${drawn.join('')}</g>`;
}

function drawAxes({ x, y }: HeatMap, frame: Frame, color: string): string {
  const rows = y.places.length;
  const bottom = frame.height - MARGIN.bottom;
  const longest = Math.max(...x.places.map((place) => shortened(place).length));
  const everyColumn = Math.ceil((longest * LETTER + 8) / frame.tileWidth);
  const everyRow = Math.ceil(LINE_HEIGHT / frame.tileHeight);
  const across = x.places.map((place, column) => {
    if (column % everyColumn !== 0) return '';
    const at = round(frame.left + (column + 0.5) * frame.tileWidth);
    return (
      `<path d="M${at},${bottom}v4" stroke="${color}"/>` +
      `<text x="${at}" y="${bottom + 17}" text-anchor="middle" fill="${color}">${escapeXml(shortened(place))}</text>`
    );
  });
  const down = y.places.map((place, row) => {
    if (row % everyRow !== 0) return '';
    const at = round(topOf(row, rows, frame) + frame.tileHeight / 2);
    return (
      `<path d="M${frame.left},${at}h-4" stroke="${color}"/>` +
      `<text x="${frame.left - 8}" y="${round(at + 4)}" text-anchor="end" fill="${color}">${escapeXml(shortened(place))}</text>`
    );
  });
  return [...across, ...down].join('');
}

/** The band of a tile; −1 for one without a value. */
function bandAt(value: Float64Array, at: number, levels: readonly number[]): number {
  return Number.isNaN(value[at]) ? -1 : bandOf(value[at]!, levels);
}

/** The first row lies at the bottom. */
function topOf(row: number, rows: number, { top, tileHeight }: Frame): number {
  return top + (rows - 1 - row) * tileHeight;
}

function shortened(place: string): string {
  return place.length <= LABEL_MAX ? place : `${place.slice(0, LABEL_MAX - 1)}…`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
