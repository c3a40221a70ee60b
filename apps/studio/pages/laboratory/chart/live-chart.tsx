/**
 * A chart of the reports in the page: the same lines, limits, ticks and colours, drawn anew at each move. Names stand at the ends
 * of the lines, and a line to read all values at once follows the pointer or the arrow keys.
 */
import { useSignal } from '@preact/signals';
import type { Line, LineChart } from '@wormwood/report';
import type { ComponentChildren, JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { bandPath, endLabels, type Geometry, geometryOf, pathOf, type Size } from './geometry.ts';
import { Reading } from './reading.tsx';

export interface LiveChartProps {
  readonly chart: LineChart;
  /** Bands of runs, drawn under the lines of the same role. */
  readonly band?: LineChart | null;
  /** Lines of before, drawn thin. */
  readonly ghost?: LineChart | null;
  readonly isLog?: boolean;
  readonly height?: (width: number) => number;
  readonly hasLabels?: boolean;
  readonly yMax?: number | undefined;
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
        {ghost?.lines
          .filter(({ role }) => role === 'infected' || role === 'everInfected')
          .map((line) => (
            <path key={line.role} class={`curve ghost ${line.role}`} d={pathOf(line, geometry)} />
          ))}
        {chart.lines.map((line) => (
          <path key={line.name} class={`curve ${line.role}`} d={pathOf(line, geometry)} />
        ))}
        {hasLabels && <Labels lines={chart.lines} geometry={geometry} />}
      </svg>
      <Reading chart={chart} geometry={geometry} />
      {props.children?.(geometry)}
    </div>
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
      {xTicks.map(({ at, text }, index) => (
        <text key={text} x={at} y={bottom + 20} text-anchor={at > right - 12 ? 'end' : 'middle'}>
          {index === 0 ? text : `${text} ${unit}`}
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
  lines,
  geometry,
}: {
  readonly lines: readonly Line[];
  readonly geometry: Geometry;
}): JSX.Element {
  const { right, isNarrow } = geometry;
  return (
    <g class="ends">
      {endLabels(lines, geometry).map(({ line, text, from, at }) =>
        isNarrow ? (
          <text key={line.name} class={line.role} x={right - 4} y={at - 5} text-anchor="end">
            {text}
          </text>
        ) : (
          <g key={line.name} class={line.role}>
            <path d={`M${right + 2},${from}L${right + 10},${at}H${right + 16}`} />
            <text x={right + 20} y={at + 4}>
              {text}
            </text>
          </g>
        ),
      )}
    </g>
  );
}
