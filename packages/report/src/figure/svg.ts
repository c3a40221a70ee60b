/**
 * Draws a chart as one standalone SVG: Observable Plot for scales, axes and curves, on a document of linkedom's, so it
 * runs where there is no DOM. The same chart gives the same bytes.
 */
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import type { Line, LineChart } from './chart.ts';
import { chartLimits, type ChartLimits, tickText } from './chart-limits.ts';
import {
  type Layout,
  LEADER,
  layoutOf,
  MOMENT_ROW,
  MOMENT_ROWS_MAX,
  SWATCH,
  TEXT_SIZE,
  TITLE_SIZE,
} from './layout.ts';
import { darkFigureStyle, lineColors, lineDashes, type Palette, paletteOf, type Theme } from './palette.ts';
import { thinLine } from './thin-line.ts';
import { escapeXml } from './xml.ts';

export interface SvgOptions {
  /** Pixels; below 560 curves are named in a legend instead of at their ends. @default 760 */
  readonly width?: number;
  /** Pixels. @default 420 */
  readonly height?: number;
  /** `auto` follows the reader's preference by CSS; a program without media queries shows it light. @default 'light' */
  readonly theme?: Theme;
}

const FONT = "'DejaVu Sans', 'Segoe UI', system-ui, sans-serif";
const CURVE_WIDTH = 2.2;
/** Wider than a curve, so that it shows on both sides of the curve that lies on it. */
const REFERENCE_WIDTH = 5;
const REFERENCE_OPACITY = 0.45;
/** The most that a drawn curve may deviate from its data, as a fraction of the height of the plot. */
const TOLERANCE = 0.0005;

/** Returns the chart as standalone SVG text, with namespace, fonts, title and description. */
export function toSvg(chart: LineChart, options: SvgOptions = {}): string {
  const { width = 760, height = 420, theme = 'light' } = options;
  const palette = paletteOf(theme);
  const colors = lineColors(chart.lines, palette);
  const limits = chartLimits(chart);
  const layout = layoutOf(chart, limits, { width, height });
  const style = theme === 'auto' ? `<style>${darkFigureStyle()}</style>` : '';
  const dashes = lineDashes(chart.lines);
  const drawing: Drawing = { chart, limits, layout, palette, colors, dashes };
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="ww-figure" viewBox="0 0 ${width} ${height}" width="${width}" `,
    `height="${height}" role="img" font-family="${escapeXml(FONT)}" font-size="${TEXT_SIZE}">`,
    `<title>${escapeXml(chart.title)}</title><desc>${escapeXml(chart.caption)}</desc>${style}`,
    `<rect width="${width}" height="${height}" fill="${palette.background}"/>`,
    drawTitle(drawing),
    drawLegend(drawing),
    drawMoments(drawing),
    drawPlot(drawing, { width, height }),
    drawEndLabels(drawing),
    '</svg>',
  ].join('');
}

interface Drawing {
  readonly chart: LineChart;
  readonly limits: ChartLimits;
  readonly layout: Layout;
  readonly palette: Palette;
  readonly colors: readonly string[];
  readonly dashes: readonly (string | null)[];
}

function drawTitle({ chart, layout, palette }: Drawing): string {
  const title = layout.titleLines.map(
    (line, index) =>
      `<text x="12" y="${25 + index * 21}" font-size="${TITLE_SIZE}" font-weight="bold" fill="${palette.text}">` +
      `${escapeXml(line)}</text>`,
  );
  const y = layout.plot.top - 10 - Math.min(layout.moments.length, MOMENT_ROWS_MAX) * MOMENT_ROW;
  return `${title.join('')}<text x="12" y="${round(y)}" fill="${palette.muted}">${escapeXml(chart.y.label)}</text>`;
}

function drawLegend({ chart, layout, palette, colors, dashes }: Drawing): string {
  return layout.legend
    .map(({ name, index, x, y }) => {
      const text = (left: number, fill: string): string =>
        `<text x="${round(left)}" y="${round(y + 4)}" fill="${fill}">${escapeXml(name)}</text>`;
      if (index === null) return text(x, palette.muted);
      const pattern = dashes[index] ?? null;
      const isReference = chart.lines[index]?.role === 'reference';
      const dashed = pattern === null ? '' : ` stroke-dasharray="${pattern}"`;
      const opacity = isReference ? ` stroke-opacity="${REFERENCE_OPACITY}"` : '';
      const swatch =
        `<line x1="${round(x)}" x2="${round(x + SWATCH)}" y1="${round(y)}" y2="${round(y)}" ` +
        `stroke="${colors[index]}" stroke-width="${isReference ? REFERENCE_WIDTH : 2.6}"${dashed}${opacity}/>`;
      return swatch + text(x + SWATCH + 6, palette.text);
    })
    .join('');
}

function drawMoments({ layout, palette }: Drawing): string {
  const { moments, plot } = layout;
  return moments
    .map(({ label, x, y, isBefore }) => {
      const at = round(x);
      const anchor = isBefore ? ' text-anchor="end"' : '';
      return (
        `<line x1="${at}" x2="${at}" y1="${round(y - 10)}" y2="${round(plot.bottom)}" stroke="${palette.muted}" ` +
        `stroke-dasharray="2 3"/><text x="${round(x + (isBefore ? -5 : 5))}" y="${round(y)}"${anchor} ` +
        `fill="${palette.muted}">${escapeXml(label)}</text>`
      );
    })
    .join('');
}

/** Names beside the ends of the curves, each joined to its own by a line in its colour. */
function drawEndLabels({ chart, layout, palette, colors }: Drawing): string {
  const { labels, plot } = layout;
  if (labels.length === 0) return '';
  const textLeft = plot.right + LEADER;
  const heading =
    chart.legend === undefined
      ? ''
      : `<text x="${round(textLeft)}" y="${round(plot.top - 10)}" fill="${palette.muted}">${escapeXml(chart.legend)}</text>`;
  const drawn = labels.map(({ name, index, from, y }) => {
    const path = `M${round(from.x)},${round(from.y)}L${round(plot.right + 5)},${round(y)}H${round(textLeft - 4)}`;
    return (
      `<path d="${path}" fill="none" stroke="${colors[index]}" stroke-opacity="0.75"/>` +
      `<text x="${round(textLeft)}" y="${round(y + 4)}" fill="${palette.text}">${escapeXml(name)}</text>`
    );
  });
  return heading + drawn.join('');
}

function drawPlot(
  drawing: Drawing,
  { width, height }: { readonly width: number; readonly height: number },
): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const { chart, palette, colors, dashes, layout, limits } = drawing;
  const { left, right, top, bottom } = layout.plot;
  const tolerance = (limits.yMax - limits.yMin) * TOLERANCE;
  const svg = Plot.plot({
    document,
    width,
    height,
    marginLeft: left,
    marginRight: width - right,
    marginTop: top,
    marginBottom: height - bottom,
    className: 'ww-plot',
    x: { domain: [limits.xMin, limits.xMax] },
    y: { domain: [limits.yMin, limits.yMax] },
    marks: [
      ...axisMarks(drawing),
      ...chart.lines.flatMap((line, index) => bandMarks(line, colors[index] ?? palette.text, limits)),
      // References lie under the curves that they are compared with.
      ...[true, false].flatMap((isReference) =>
        chart.lines.flatMap((line, index) =>
          (line.role === 'reference') === isReference
            ? [
                curveMark(
                  line,
                  { color: colors[index] ?? palette.text, dashes: dashes[index] ?? null },
                  tolerance,
                ),
              ]
            : [],
        ),
      ),
    ],
  });
  svg.querySelector('style')?.remove();
  // The figure has its own root, so only Plot's marks are kept.
  return `<g text-anchor="middle">${svg.innerHTML}</g>`;
}

function axisMarks({ chart, layout, limits, palette }: Drawing): readonly Plot.Markish[] {
  const axis = {
    color: palette.muted,
    fontSize: TEXT_SIZE,
    labelArrow: 'none',
    tickFormat: tickText,
  } as const;
  const zero = Math.min(limits.yMax, Math.max(limits.yMin, 0));
  return [
    Plot.gridY(layout.yTicks, { stroke: palette.grid, strokeOpacity: 1 }),
    Plot.axisX(layout.xTicks, {
      ...axis,
      label: chart.x.label,
      labelAnchor: 'center',
      labelOffset: 36,
      tickSize: 5,
    }),
    // The label stands over the axis, drawn with the title.
    Plot.axisY(layout.yTicks, { ...axis, label: null, tickSize: 0 }),
    Plot.ruleY([limits.yMin], { stroke: palette.muted }),
    ...(zero > limits.yMin ? [Plot.ruleY([zero], { stroke: palette.muted })] : []),
  ];
}

function bandMarks({ band, x }: Line, color: string, { yMin, yMax }: ChartLimits): readonly Plot.Markish[] {
  if (band === undefined) return [];
  const tolerance = (yMax - yMin) * TOLERANCE;
  const within = (value: number): number => Math.min(yMax, Math.max(yMin, value));
  const kept = new Set([...thinLine(x, band.low, tolerance), ...thinLine(x, band.high, tolerance)]);
  const points = [...kept]
    .toSorted((a, b) => a - b)
    .map((index) => ({ x: x[index]!, low: within(band.low[index]!), high: within(band.high[index]!) }))
    .filter((point) => Object.values(point).every(Number.isFinite));
  return [Plot.areaY(points, { x: 'x', y1: 'low', y2: 'high', fill: color, fillOpacity: 0.18 })];
}

interface Stroke {
  readonly color: string;
  readonly dashes: string | null;
}

function curveMark({ role, x, y }: Line, { color, dashes }: Stroke, tolerance: number): Plot.Markish {
  const points = thinLine(x, y, tolerance)
    .map((index) => ({ x: x[index]!, y: y[index]! }))
    .filter((point) => Number.isFinite(point.x) && Number.isFinite(point.y));
  const isReference = role === 'reference';
  return Plot.line(points, {
    x: 'x',
    y: 'y',
    stroke: color,
    strokeWidth: isReference ? REFERENCE_WIDTH : CURVE_WIDTH,
    strokeLinecap: dashes === null ? 'round' : 'butt',
    ...(isReference ? { strokeOpacity: REFERENCE_OPACITY } : {}),
    ...(dashes === null ? {} : { strokeDasharray: dashes }),
  });
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
