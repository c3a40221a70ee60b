/** The picture of Explore: hosts over time, with the start of the honeypots as a line to drag. */
import { formatDuration } from '@wormwood/base';
import type { JSX } from 'preact';
import type { Geometry } from '../chart/geometry.ts';
import { Handle } from '../chart/handle.tsx';
import { LiveChart } from '../chart/live-chart.tsx';
import { UNIT_SECONDS } from '../chart/reading.tsx';
import { honeypotParameters, type Parameter } from '../controls/parameters.ts';
import { band, shown } from '../engine/state.ts';
import type { Setup } from '../scenario/setup.ts';
import { changeOf } from './actions.ts';
import { axisMax, bandChart, change, chart, ghost, isLog, switchScale } from './desk.ts';

export function Figure({ setup }: { readonly setup: Setup }): JSX.Element | null {
  const picture = chart.value;
  if (picture === null) return null;
  const start = honeypotParameters(setup.document).find(({ name }) => name === 'Honeypots start');
  const runs = shown.value !== null && shown.value.runs > 1 ? shown.value : band.value;
  return (
    <div class="figure">
      <LiveChart
        chart={picture}
        band={bandChart.value}
        ghost={ghost.value}
        isLog={isLog.value}
        yMax={axisMax.value}
        height={heightFor}
      >
        {(geometry) =>
          start !== undefined && (
            <StartLine
              parameter={start}
              geometry={geometry}
              unitSeconds={UNIT_SECONDS[picture.x.unit ?? 's']}
            />
          )
        }
      </LiveChart>
      <div class="figure-foot">
        <span class="soft">
          {runs === null ? '' : `Shaded: nine in ten of ${runs.runs} runs (${runs.engine}).`}
          {ghost.value === null ? '' : ' Thin: before the last move.'}
        </span>
        <button type="button" aria-pressed={isLog.value} onClick={switchScale}>
          Logarithmic
        </button>
      </div>
    </div>
  );
}

/** On a phone the chart stays in view while controls scroll, so it takes less than a third of the height. */
function heightFor(width: number): number {
  return width < 620 ? 250 : Math.round(Math.min(430, Math.max(290, width * 0.36)));
}

interface StartLineProps {
  readonly parameter: Parameter;
  readonly geometry: Geometry;
  readonly unitSeconds: number;
}

function StartLine({ parameter, geometry, unitSeconds }: StartLineProps): JSX.Element | null {
  const { left, right, top, bottom, valueAt } = geometry;
  const { value, scale } = parameter;
  const place = geometry.x(value / unitSeconds);
  if (place > right + 1) return null;
  const span = (valueAt(right) - valueAt(left)) * unitSeconds;
  const step = span > 7200 ? 60 : span > 600 ? 10 : span > 60 ? 1 : 0.1;
  const to = (seconds: number, isMove: boolean): void => {
    const within = Math.min(scale.max, Math.max(0, seconds));
    const whole = Math.round(Math.round(within / step) * step * 10) / 10;
    if (whole !== value) change([changeOf(parameter, whole)], { isMove });
    else if (!isMove) change([changeOf(parameter, whole)]);
  };
  const isLate = place > right - 130;
  return (
    <Handle
      class={isLate ? 'start-line late' : 'start-line'}
      label="Start line"
      words={`honeypots start after ${formatDuration(value)}`}
      share={(place - left) / (right - left)}
      style={{ left: `${place}px`, top: '2px', height: `${bottom - 2}px` }}
      onDrag={(clientX, isMove) => {
        const box = document.querySelector('.figure .chart')?.getBoundingClientRect();
        to(valueAt(clientX - (box?.left ?? 0)) * unitSeconds, isMove);
      }}
      onStep={(steps) =>
        to(value + (Math.abs(steps) > 100 ? steps * span : steps * step), Math.abs(steps) <= 100)
      }
    >
      <i style={{ top: `${top - 8}px` }} />
      <span>honeypots start</span>
    </Handle>
  );
}
