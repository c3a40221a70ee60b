/**
 * A chart of the reports in the page: the same lines, limits, ticks and colours, drawn anew at each move. Names stand at the ends
 * of the lines, and a line to read all values at once follows the pointer or the arrow keys.
 */
import { useSignal } from '@preact/signals';
import { type Line, type LineChart, lineColors } from '@wormwood/report';
import type { ComponentChildren, JSX } from 'preact';
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { palette } from '../../shell/theme.ts';
import { bandPath, endLabels, type Geometry, geometryOf, pathOf, type Size } from './geometry.ts';
import { Reading } from './reading.tsx';

export interface LiveChartProps {
  readonly chart: LineChart;
  /** Bands of runs, drawn under the lines of the same role. */
  readonly band?: LineChart | null;
  /** The lines that are read, which share their times. @default those of the chart */
  readonly read?: LineChart;
  /** Lines of before, drawn thin. */
  readonly ghost?: LineChart | null;
  readonly isLog?: boolean;
  readonly height?: (width: number) => number;
  readonly hasLabels?: boolean;
  readonly yMax?: number | undefined;
  /** Whether the moments of the chart have lines of their own; handles may stand for them. @default false */
  readonly hasMoments?: boolean;
  /** Handles over the plot. */
  readonly children?: (geometry: Geometry) => ComponentChildren;
}

const usualHeight = (width: number): number => Math.round(Math.min(440, Math.max(270, width * 0.42)));

export function LiveChart(props: LiveChartProps): JSX.Element {
  const {
    chart,
    band = null,
    ghost = null,
    isLog = false,
    height = usualHeight,
    hasLabels = true,
    yMax,
  } = props;
  const box = useRef<HTMLDivElement>(null);
  const size = useSignal<Size>({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const measure = (): void => {
      const width = element.clientWidth;
      if (width > 0 && width !== size.peek().width) size.value = { width, height: height(width) };
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const { width, height: rows } = size.value;
  if (width === 0) return <div class="chart" ref={box} />;
  const geometry = geometryOf(chart, { width, height: rows, isLog, hasLabels, yMax });
  return (
    <div class="chart" ref={box}>
      <svg
        width={width}
        height={rows}
        viewBox={`0 0 ${width} ${rows}`}
        role="img"
        aria-label={`${chart.title}. ${chart.caption}`}
      >
        <Axes chart={chart} geometry={geometry} />
        {band !== null && <Bands chart={band} geometry={geometry} />}
        {ghost !== null && <Ghost ghost={ghost} geometry={geometry} />}
        {props.hasMoments === true && <Moments chart={chart} geometry={geometry} />}
        <Curves chart={chart} geometry={geometry} />
        {hasLabels && <Labels chart={chart} geometry={geometry} />}
      </svg>
      <Reading chart={props.read ?? chart} geometry={geometry} />
      {props.children?.(geometry)}
    </div>
  );
}

/** The lines, and the area under the hosts infected now, where it begins with the picture. */
function Curves({
  chart,
  geometry,
}: {
  readonly chart: LineChart;
  readonly geometry: Geometry;
}): JSX.Element {
  const { x: place, bottom, left, valueAt } = geometry;
  return (
    <g>
      {chart.lines.map((line) => {
        const { name, role, x } = line;
        const path = pathOf(line, geometry);
        const hasArea = role === 'infected' && (x[0] ?? 0) <= valueAt(left);
        return (
          <g key={name}>
            {hasArea && (
              <path class="area" d={`${path}L${place(x[x.length - 1] ?? 0)},${bottom}L${left},${bottom}Z`} />
            )}
            <path class={`curve ${role}`} style={colorOf(chart, line)} d={path} />
          </g>
        );
      })}
    </g>
  );
}

/** Lines of before. They are drawn anew only when the axes change, which stand still while a handle moves. */
function Ghost({ ghost, geometry }: { readonly ghost: LineChart; readonly geometry: Geometry }): JSX.Element {
  const { left, right, bottom, x, y } = geometry;
  const paths = useMemo(
    () =>
      ghost.lines
        .filter(({ role }) => role === 'infected' || role === 'everInfected')
        .map((line) => ({ role: line.role, path: pathOf(line, geometry) })),
    [ghost, left, right, bottom, x(1), y(1), y(2)],
  );
  return (
    <g>
      {paths.map(({ role, path }) => (
        <path key={role} class={`curve ghost ${role}`} d={path} />
      ))}
    </g>
  );
}

/** Roles have their colour from the style of the page; the lines of a sequence have one each. */
function colorOf({ lines }: LineChart, line: Line): { readonly color: string } | undefined {
  if (line.role !== 'sequence') return undefined;
  return { color: lineColors(lines, palette.value)[lines.indexOf(line)] ?? palette.value.text };
}

function Moments({
  chart: { moments },
  geometry: { x, top, bottom },
}: {
  readonly chart: LineChart;
  readonly geometry: Geometry;
}): JSX.Element {
  return (
    <g class="moments">
      {moments?.map(({ x: at, label }) => (
        <g key={label}>
          <line x1={x(at)} x2={x(at)} y1={top - 6} y2={bottom} />
          <text x={x(at)} y={top - 12} text-anchor="middle">
            {label}
          </text>
        </g>
      ))}
    </g>
  );
}

function Axes({ chart, geometry }: { readonly chart: LineChart; readonly geometry: Geometry }): JSX.Element {
  const { left, right, top, bottom, xTicks, yTicks } = geometry;
  const unit = chart.x.unit ?? '';
  return (
    <g class="axes">
      {yTicks.map(({ at, text }) => (
        <g key={text}>
          <line class="grid" x1={left} x2={right} y1={at} y2={at} />
          <text x={left - 8} y={at + 4} text-anchor="end">
            {text}
          </text>
        </g>
      ))}
      <text x={left - 8} y={top - 14} text-anchor="start" class="unit">
        {chart.y.label}
      </text>
      <line class="ground" x1={left} x2={right} y1={bottom} y2={bottom} />
      {xTicks.map(({ at, text }) => (
        <text key={text} x={at} y={bottom + 20} text-anchor={at > right - 12 ? 'end' : 'middle'}>
          {text === '0' ? text : `${text} ${unit}`}
        </text>
      ))}
    </g>
  );
}

function Bands({ chart, geometry }: { readonly chart: LineChart; readonly geometry: Geometry }): JSX.Element {
  return (
    <g>
      {chart.lines.map(
        ({ role, x, band }) =>
          band !== undefined && <path key={role} class={`band ${role}`} d={bandPath(x, band, geometry)} />,
      )}
    </g>
  );
}

function Labels({
  chart,
  geometry,
}: {
  readonly chart: LineChart;
  readonly geometry: Geometry;
}): JSX.Element {
  const { right } = geometry;
  return (
    <g class="ends">
      {endLabels(chart.lines, geometry).map(({ line, text, from, at, endsAt }) =>
        endsAt === null ? (
          <g key={line.name} class={line.role} style={colorOf(chart, line)}>
            <path d={`M${right + 2},${from}L${right + 8},${at}H${right + 12}`} />
            <text x={right + 15} y={at + 4}>
              {text}
            </text>
          </g>
        ) : (
          <text key={line.name} class={line.role} x={endsAt - 8} y={from - 6} text-anchor="end">
            {text}
          </text>
        ),
      )}
    </g>
  );
}
