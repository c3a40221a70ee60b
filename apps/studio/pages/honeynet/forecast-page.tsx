/** `/forecast`: how the number of different sources grows, and what says what comes of it. */
import { formatCount } from '@wormwood/base';
import type { JSX } from 'preact';
import type { Growth } from './api.ts';
import { HoneynetPage, Missing, useFetched } from './frame.tsx';
import { progress } from './news.ts';
import { Timeline } from './parts.tsx';
import { counted, roughly } from './words.ts';

/** A fit needs intervals that begin with an infected host. */
const POINTS_MIN = 5;

export function ForecastPage(): JSX.Element {
  const { value, failure } = useFetched<Growth>('growth', () =>
    Math.floor((progress.value?.events ?? 0) / 100),
  );
  return (
    <HoneynetPage title={value === null ? 'Forecast' : titleOf(value)}>
      {value === null ? <Missing failure={failure} /> : <Grown growth={value} />}
    </HoneynetPage>
  );
}

function titleOf({ points }: Growth): string {
  const last = points.at(-1);
  const first = points[0];
  if (last === undefined || first === undefined) return 'No source has been seen yet.';
  return `${counted(last.sources, 'different source')} in ${roughly(last.seconds - first.seconds + 60)}.`;
}

function Grown({ growth: { points, monitored } }: { readonly growth: Growth }): JSX.Element {
  const path = progress.value?.path ?? 'events.jsonl';
  return (
    <>
      {points.length === 0 ? null : (
        <Timeline
          points={points.map(({ seconds, sources }) => ({ seconds, value: sources }))}
          label="Different sources so far"
        />
      )}
      <p class="why">
        The honeypots watch {formatCount(monitored)} addresses.{' '}
        {points.length < POINTS_MIN
          ? `A fit needs new sources in ${POINTS_MIN} different minutes; there are ${points.length}. The page fills by itself.`
          : 'A worm shows as a number of sources that doubles in equal times; strays alone grow in a straight line.'}
      </p>
      <section class="card">
        <h2>What comes of it</h2>
        <p>
          A fit with its band, and what more honeypots now would do, take a model of the worm, and minutes of
          computing. The command line does both from the same events:
        </p>
        <pre tabIndex={0} aria-label="Command">{`wormwood sim forecast --events ${path}`}</pre>
      </section>
    </>
  );
}
