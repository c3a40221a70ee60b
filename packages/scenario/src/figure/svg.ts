/**
 * Draws a chart as one standalone SVG: Observable Plot for scales, axes and curves, on a document of linkedom's, so it
 * runs where there is no DOM. The same chart gives the same bytes.
 */
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import type { Line, LineChart } from './chart.ts';
import { chartLimits, tickText } from './chart-limits.ts';
import { lineColors, type Palette, paletteOf, paletteStyle, type Theme } from './palette.ts';
import { thinLine } from './thin-line.ts';

export interface SvgOptions {
  /** Pixels. @default 760 */
  readonly width?: number;
  /** Pixels. @default 420 */
  readonly height?: number;
  /** `auto` follows the reader's preference by CSS; a renderer without media queries shows it light. @default 'light' */
  readonly theme?: Theme;
}

const FONT = "'DejaVu Sans', 'Segoe UI', system-ui, sans-serif";
const TITLE_HEIGHT = 30;
const LEGEND_ROW_HEIGHT = 20;
const LEGEND_FONT_SIZE = 12;
/** Mean advance of the font at the size of the legend: only the wrapping of rows depends on it. */
const CHARACTER_WIDTH = 7.2;
const SWATCH_WIDTH = 30;
const MARGIN = { left: 74, right: 20, top: 14, bottom: 44 } as const;

/** Returns the chart as SVG text that stands alone: namespace, fonts, title and description are inside. */
export function toSvg(chart: LineChart, options: SvgOptions = {}): string {
  const { width = 760, height = 420, theme = 'light' } = options;
  const palette = paletteOf(theme);
  const colors = lineColors(chart.lines, palette);
  const legend = legendRows(chart.lines, width - MARGIN.left - MARGIN.right);
  const plotTop = TITLE_HEIGHT + legend.length * LEGEND_ROW_HEIGHT;
  const plot = drawPlot(chart, { width, height: height - plotTop, palette, colors });
  const style = theme === 'auto' ? `<style>${paletteStyle()}</style>` : '';
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"`,
    ` role="img" font-family="${escapeXml(FONT)}">`,
    `<title>${escapeXml(chart.title)}</title><desc>${escapeXml(chart.caption)}</desc>${style}`,
    `<rect width="${width}" height="${height}" style="fill:${palette.background}"/>`,
    `<text x="${MARGIN.left}" y="20" font-size="15" font-weight="bold" style="fill:${palette.text}">`,
    `${escapeXml(chart.title)}</text>`,
    drawLegend(legend, colors, palette),
    `<g transform="translate(0 ${plotTop})">${plot}</g></svg>`,
  ].join('');
}

interface LegendEntry {
  readonly name: string;
  readonly index: number;
  readonly x: number;
  readonly isDashed: boolean;
}

/** Entries in rows no wider than the plot. */
function legendRows(lines: readonly Line[], width: number): readonly (readonly LegendEntry[])[] {
  const rows: LegendEntry[][] = [[]];
  let x = 0;
  lines.forEach(({ name, role }, index) => {
    const entryWidth = SWATCH_WIDTH + name.length * CHARACTER_WIDTH + 14;
    if (x > 0 && x + entryWidth > width) {
      rows.push([]);
      x = 0;
    }
    rows.at(-1)?.push({ name, index, x, isDashed: role === 'reference' });
    x += entryWidth;
  });
  return rows;
}

function drawLegend(
  rows: readonly (readonly LegendEntry[])[],
  colors: readonly string[],
  palette: Palette,
): string {
  return rows
    .flatMap((row, rowIndex) =>
      row.map(({ name, index, x, isDashed }) => {
        const left = MARGIN.left + x;
        const y = TITLE_HEIGHT + rowIndex * LEGEND_ROW_HEIGHT + 8;
        const dash = isDashed ? ' stroke-dasharray="5 4"' : '';
        return (
          `<line x1="${left}" x2="${left + 22}" y1="${y}" y2="${y}" stroke-width="3"${dash} style="stroke:${colors[index]}"/>` +
          `<text x="${left + SWATCH_WIDTH - 2}" y="${y + 4}" font-size="${LEGEND_FONT_SIZE}" style="fill:${palette.text}">` +
          `${escapeXml(name)}</text>`
        );
      }),
    )
    .join('');
}

interface PlotFrame {
  readonly width: number;
  readonly height: number;
  readonly palette: Palette;
  readonly colors: readonly string[];
}

interface Point {
  readonly x: number;
  readonly y: number;
  readonly low: number;
  readonly high: number;
}

function drawPlot(chart: LineChart, { width, height, palette, colors }: PlotFrame): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const { xMin, xMax, yMin, yMax } = chartLimits(chart);
  const tolerance = (yMax - yMin) / 2000;
  const axis = { color: palette.muted, fontSize: 12, labelArrow: 'none' as const };
  const svg = Plot.plot({
    document,
    width,
    height,
    marginLeft: MARGIN.left,
    marginRight: MARGIN.right,
    marginTop: MARGIN.top,
    marginBottom: MARGIN.bottom,
    // The page may hold several figures: a fixed name keeps bytes the same and styles apart.
    className: 'ww-plot',
    style: { fontFamily: 'inherit', background: 'none', color: palette.text },
    x: { domain: [xMin, xMax] },
    y: { domain: [yMin, yMax] },
    marks: [
      Plot.gridY({ stroke: palette.grid, strokeOpacity: 1 }),
      Plot.axisX({ ...axis, label: chart.x.label, tickFormat: tickText, tickSize: 4, labelAnchor: 'center' }),
      Plot.axisY({ ...axis, label: chart.y.label, tickFormat: tickText, tickSize: 0, ticks: 6 }),
      ...chart.moments.flatMap(({ x, label }) => [
        Plot.ruleX([x], { stroke: palette.muted, strokeDasharray: '2 3' }),
        Plot.text([{ x, label }], {
          x: 'x',
          text: 'label',
          frameAnchor: 'top',
          textAnchor: 'start',
          dx: 5,
          dy: 2,
          fontSize: 11,
          fill: palette.muted,
        }),
      ]),
      ...chart.lines.flatMap((line, index) => marksOf(line, colors[index] ?? palette.text, tolerance)),
      Plot.ruleY([yMin], { stroke: palette.muted }),
    ],
  });
  return String(svg.outerHTML).replace('<svg ', '<svg xmlns="http://www.w3.org/2000/svg" ');
}

function marksOf(line: Line, color: string, tolerance: number): readonly Plot.Markish[] {
  const points: Point[] = thinLine(line.x, line.y, tolerance).map((index) => ({
    x: line.x[index]!,
    y: line.y[index]!,
    low: line.band?.low[index] ?? line.y[index]!,
    high: line.band?.high[index] ?? line.y[index]!,
  }));
  const isReference = line.role === 'reference';
  const curve = Plot.line(points, {
    x: 'x',
    y: 'y',
    stroke: color,
    strokeWidth: isReference ? 1.6 : 2.2,
    strokeLinecap: 'round',
    ...(isReference ? { strokeDasharray: '5 4' } : {}),
  });
  if (line.band === undefined) return [curve];
  return [Plot.areaY(points, { x: 'x', y1: 'low', y2: 'high', fill: color, fillOpacity: 0.18 }), curve];
}

/** Returns text that is safe between tags and inside double quotes. */
export function escapeXml(text: string): string {
  return (
    text
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      // XML 1.0, 2.2: these have no place in a document, not even escaped.
      // oxlint-disable-next-line no-control-regex
      .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
  );
}
