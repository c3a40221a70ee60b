/** Events a second over the last two minutes, as they come: the picture that moves. */
import { formatCount } from '@wormwood/base';
import type { JSX } from 'preact';
import { pace } from './news.ts';

const SECONDS = 120;
const HEIGHT = 100;

export function Pace(): JSX.Element {
  const rates = ratesOf(pace.value);
  const most = Math.max(1, ...rates);
  const last = rates.at(-1) ?? 0;
  const points = rates.map(
    (rate, index) => `${SECONDS - rates.length + 1 + index},${(HEIGHT * (1 - rate / most)).toFixed(1)}`,
  );
  const first = SECONDS - rates.length + 1;
  return (
    <figure class="timeline pace">
      <figcaption>
        {rates.length === 0 ? (
          'Events a second: measuring …'
        ) : (
          <>
            Now: <b>{formatCount(Math.round(last))}</b> events a second
          </>
        )}
      </figcaption>
      <svg
        viewBox={`0 0 ${SECONDS} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Events a second over the last two minutes, at most ${formatCount(Math.round(most))}`}
      >
        {points.length < 2 ? null : (
          <path d={`M${first},${HEIGHT}L${points.join('L')}L${SECONDS},${HEIGHT}Z`} />
        )}
      </svg>
      <div class="ends" aria-hidden="true">
        <span>2 min ago</span>
        <span>{rates.length === 0 ? '' : `at most ${formatCount(Math.round(most))}/s`}</span>
        <span>now</span>
      </div>
    </figure>
  );
}

/** Rates second by second, the latest last, each over the three seconds that end there. */
function ratesOf(counts: readonly { readonly atMs: number; readonly events: number }[]): readonly number[] {
  const last = counts.at(-1);
  if (last === undefined) return [];
  const rates: number[] = [];
  const eventsAt = (ms: number): number => {
    let events = counts[0]?.events ?? 0;
    for (const count of counts) {
      if (count.atMs > ms) break;
      events = count.events;
    }
    return events;
  };
  const span = Math.min(SECONDS, Math.floor((last.atMs - (counts[0]?.atMs ?? 0)) / 1000));
  for (let ago = span - 3; ago >= 0; ago--) {
    const to = last.atMs - ago * 1000;
    rates.push(Math.max(0, (eventsAt(to) - eventsAt(to - 3000)) / 3));
  }
  return rates;
}
