/** The course of the run below its map, and where the film is: a click or a drag goes there. */
import type { Trajectory } from '@wormwood/epidemic';
import type { JSX, TargetedPointerEvent } from 'preact';
import { useMemo } from 'preact/hooks';

export interface CourseProps {
  readonly trajectory: Trajectory;
  readonly untilSeconds: number;
  readonly seconds: number;
  readonly onSeek: (seconds: number) => void;
}

/** Points across; the picture is stretched to its place. */
const WIDTH = 400;
const HEIGHT = 100;

export function Course({ trajectory, untilSeconds, seconds, onSeek }: CourseProps): JSX.Element {
  const { infected, everInfected } = useMemo(() => pathsOf(trajectory, untilSeconds), [trajectory]);
  const seek = (event: TargetedPointerEvent<SVGSVGElement>): void => {
    const box = event.currentTarget.getBoundingClientRect();
    onSeek(Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)) * untilSeconds);
  };
  const place = (seconds / untilSeconds) * WIDTH;
  return (
    <svg
      class="course"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        seek(event);
      }}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) seek(event);
      }}
    >
      <path class="ever" d={everInfected} />
      <path class="now" d={infected} />
      <rect class="ahead" x={place} width={Math.max(0, WIDTH - place)} height={HEIGHT} />
      <line x1={place} x2={place} y1="0" y2={HEIGHT} />
    </svg>
  );
}

/** Areas under the hosts infected at some time and now, on a scale that ends with the most. */
function pathsOf(
  { time, susceptible, infected, immunized }: Trajectory,
  untilSeconds: number,
): { readonly infected: string; readonly everInfected: string } {
  const all = (susceptible[0] ?? 0) + (infected[0] ?? 0) + (immunized[0] ?? 0);
  const most = Math.max(1, all - (susceptible[susceptible.length - 1] ?? 0));
  const now: string[] = [];
  const ever: string[] = [];
  let row = 0;
  for (let place = 0; place <= WIDTH; place++) {
    const at = (place / WIDTH) * untilSeconds;
    while (row + 1 < time.length && time[row + 1]! <= at) row++;
    const height = (hosts: number): string => (HEIGHT * (1 - hosts / most)).toFixed(1);
    now.push(`${place},${height(infected[row]!)}`);
    ever.push(`${place},${height(all - susceptible[row]!)}`);
  }
  const area = (points: readonly string[]): string => `M0,${HEIGHT}L${points.join('L')}L${WIDTH},${HEIGHT}Z`;
  return { infected: area(now), everInfected: area(ever) };
}
