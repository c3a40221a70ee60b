/**
 * A quantity over two others as bands of colour, like heights on a map; the design map is such a chart. Observable Plot draws
 * it, like the line charts.
 */
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import type { Axis } from './chart.ts';
import { bandScale, FIELD_BANDS, HALO, INK } from './field-bands.ts';
import { paletteOf, type Theme } from './palette.ts';
import { escapeXml } from './xml.ts';

export interface FieldChart {
  readonly kind: 'field';
  readonly id: string;
  readonly title: string;
  readonly caption: string;
  /** Evenly spaced places; of `y` on a logarithmic scale. */
  readonly x: Axis & { readonly values: readonly number[] };
  readonly y: Axis & { readonly values: readonly number[] };
  /** Row after row, the lowest `y` first: the fraction at each place. */
  readonly value: Float64Array;
  /** Fractions that separate the bands. */
  readonly levels: readonly number[];
  readonly levelLabel: string;
  readonly curves: readonly {
    readonly name: string;
    readonly x: readonly number[];
    readonly y: readonly number[];
  }[];
  readonly points: readonly { readonly name: string; readonly x: number; readonly y: number }[];
}

/** For names on bands of any lightness. */
const LABEL = { fill: INK, stroke: HALO, strokeWidth: 6, fontSize: 13, fontWeight: 600 } as const;
const MARGIN = { top: 62, right: 132, bottom: 52, left: 84 } as const;

const HEIGHT = 460;

/** Returns the chart as a standalone SVG. */
export function fieldSvg(
  chart: FieldChart,
  { width, theme }: { readonly width: number; readonly theme: Theme },
): string {
  const height = HEIGHT;
  const palette = paletteOf(theme);
  const isNarrow = width < 560;
  const right = isNarrow ? 12 : MARGIN.right;
  const text = (x: number, y: number, content: string, attributes = ''): string =>
    `<text x="${x}" y="${y}" fill="${palette.text}" ${attributes}>${escapeXml(content)}</text>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="ww-figure" viewBox="0 0 ${width} ${height}" width="${width}" `,
    `height="${height}" role="img" font-family="'DejaVu Sans', 'Segoe UI', system-ui, sans-serif" font-size="13">`,
    `<title>${escapeXml(chart.title)}</title><desc>${escapeXml(chart.caption)}</desc>`,
    `<rect width="${width}" height="${height}" fill="${palette.background}"/>`,
    text(12, 25, chart.title, 'font-size="16" font-weight="bold"'),
    text(12, MARGIN.top - 12, chart.y.label),
    drawBands(chart, { width, height, right, theme }),
    isNarrow ? '' : bandScale(chart, { x: width - right + 14, y: MARGIN.top, theme }),
    '</svg>',
  ].join('');
}

function drawBands(
  chart: FieldChart,
  { width, height, right, theme }: { width: number; height: number; right: number; theme: Theme },
): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const palette = paletteOf(theme);
  const { x, y, value, levels, curves, points } = chart;
  const octaves = y.values.map((place) => Math.log2(place));
  const [x1, x2, y1, y2] = [x.values[0]!, x.values.at(-1)!, octaves[0]!, octaves.at(-1)!];
  const axis = { color: palette.muted, fontSize: 13, labelArrow: 'none' } as const;
  const svg = Plot.plot({
    document,
    width,
    height,
    marginLeft: MARGIN.left,
    marginRight: right,
    marginTop: MARGIN.top,
    marginBottom: MARGIN.bottom,
    className: 'ww-plot',
    x: { domain: [x1, x2] },
    y: { domain: [y1, y2] },
    color: { type: 'threshold', domain: [...levels], range: FIELD_BANDS.slice(0, levels.length + 1) },
    marks: [
      Plot.contour(value, {
        width: x.values.length,
        height: y.values.length,
        // The values lie at the centres of the pixels of Plot's grid.
        ...centred({ x1, x2, columns: x.values.length }, { y1, y2, rows: y.values.length }),
        fill: Plot.identity,
        thresholds: [Number.NEGATIVE_INFINITY, ...levels],
        smooth: true,
        stroke: HALO,
        strokeOpacity: 0.35,
      }),
      Plot.axisX({ ...axis, label: x.label, labelAnchor: 'center', labelOffset: 38, tickSize: 5 }),
      Plot.axisY(everyOther(octaves), {
        ...axis,
        label: null,
        tickSize: 5,
        tickFormat: (octave: number) => Math.round(2 ** octave).toLocaleString('en-US'),
      }),
      ...curves.flatMap((curve) => curveMarks(curve, { y1, y2 })),
      ...points.flatMap(({ name, x: place, y: of }) => [
        Plot.dot([[place, Math.log2(of)]], { r: 5, fill: INK, stroke: HALO, strokeWidth: 1.5 }),
        Plot.text([[place, Math.log2(of)]], { text: () => name, ...LABEL, textAnchor: 'start', dx: 10 }),
      ]),
    ],
  });
  svg.querySelector('style')?.remove();
  return `<g text-anchor="middle">${svg.innerHTML}</g>`;
}

/** The part of a curve on the map, its name at the right end. */
function curveMarks(
  { name, x, y }: FieldChart['curves'][number],
  { y1, y2 }: { readonly y1: number; readonly y2: number },
): readonly Plot.Markish[] {
  const points = x
    .map((place, index) => [place, Math.log2(y[index]!)] as const)
    .filter(([, octave]) => octave >= y1 && octave <= y2);
  const end = points.at(-1);
  if (end === undefined) return [];
  return [
    // The darkest bands would swallow the ink.
    Plot.line(points, { stroke: HALO, strokeWidth: 5, strokeOpacity: 0.8 }),
    Plot.line(points, { stroke: INK, strokeWidth: 2, strokeDasharray: '6 4' }),
    Plot.text([end], { text: () => name, ...LABEL, textAnchor: 'start', dx: 8, dy: -12 }),
  ];
}

/** Half a step beyond the first and the last place on each axis. */
function centred(
  { x1, x2, columns }: { x1: number; x2: number; columns: number },
  { y1, y2, rows }: { y1: number; y2: number; rows: number },
): { x1: number; x2: number; y1: number; y2: number } {
  const stepX = (x2 - x1) / (columns - 1) / 2;
  const stepY = (y2 - y1) / (rows - 1) / 2;
  return { x1: x1 - stepX, x2: x2 + stepX, y1: y1 - stepY, y2: y2 + stepY };
}

function everyOther(octaves: readonly number[]): readonly number[] {
  const whole = octaves.filter((octave) => Math.abs(octave - Math.round(octave)) < 1e-9);
  return whole.filter((_, index) => index % 2 === 0);
}
