/** A line that reads all curves of a chart at one time, moved by the pointer or the arrow keys. */
import { useSignal } from '@preact/signals';
import { formatCount, formatDuration } from '@wormwood/base';
import type { LineChart } from '@wormwood/report';
import type { JSX } from 'preact';
import { type Geometry, nearestIndex } from './geometry.ts';

export interface ReadingProps {
  readonly chart: LineChart;
  readonly geometry: Geometry;
}

/** Seconds of the units of a time axis. */
export const UNIT_SECONDS = { s: 1, min: 60, h: 3600, d: 86_400 } as const;

const STEPS = 60;

export function Reading({ chart, geometry }: ReadingProps): JSX.Element {
  const at = useSignal<number | null>(null);
  const { left, right, top, bottom } = geometry;
  const times = chart.lines[0]?.x ?? [];
  const last = times.length - 1;
  const index = at.value === null ? null : nearestIndex(times, at.value);
  const seconds = (row: number): number => (times[row] ?? 0) * UNIT_SECONDS[chart.x.unit ?? 's'];
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = Math.max(1, Math.round(last / STEPS));
    const from = index ?? 0;
    const to = { ArrowLeft: from - step, ArrowRight: from + step, Home: 0, End: last, Escape: null }[
      event.key
    ];
    if (to === undefined) return;
    event.preventDefault();
    at.value = to === null ? null : (times[Math.min(last, Math.max(0, to))] ?? 0);
  };
  return (
    <div
      class="reading"
      style={{ left: `${left}px`, top: `${top}px`, width: `${right - left}px`, height: `${bottom - top}px` }}
      role="slider"
      tabIndex={0}
      aria-label="Read the curves"
      aria-valuemin={0}
      aria-valuemax={Math.round(seconds(last))}
      aria-valuenow={Math.round(seconds(index ?? 0))}
      aria-valuetext={wordsAt(chart, index ?? 0, seconds(index ?? 0))}
      onPointerMove={(event) => {
        at.value = geometry.valueAt(left + event.offsetX);
      }}
      onPointerLeave={() => {
        at.value = null;
      }}
      onBlur={() => {
        at.value = null;
      }}
      onKeyDown={onKeyDown}
    >
      {index !== null && <Readout chart={chart} geometry={geometry} index={index} seconds={seconds(index)} />}
    </div>
  );
}

function wordsAt({ lines }: LineChart, index: number, seconds: number): string {
  const values = lines.map(({ name, y }) => `${name} ${formatCount(y[index] ?? 0)}`);
  return `after ${formatDuration(seconds)}: ${values.join(', ')}`;
}

interface ReadoutProps extends ReadingProps {
  readonly index: number;
  readonly seconds: number;
}

function Readout({ chart, geometry, index, seconds }: ReadoutProps): JSX.Element {
  const { left, right } = geometry;
  const place = geometry.x(chart.lines[0]?.x[index] ?? 0);
  const side =
    place > (left + right) / 2 ? { right: `${right - place + 10}px` } : { left: `${place - left + 10}px` };
  return (
    <>
      <i class="hair" style={{ left: `${place - left}px` }} />
      <div class="readout" style={side}>
        <b>{formatDuration(seconds)}</b>
        {chart.lines.map(({ name, role, y }) => (
          <span key={name} class={role}>
            <i>{name}</i> {formatCount(y[index] ?? 0)}
          </span>
        ))}
      </div>
    </>
  );
}
