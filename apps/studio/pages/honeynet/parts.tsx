/** Pieces that several pages of the honeynet are made of. */
import { formatCount } from '@wormwood/base';
import type { JSX } from 'preact';
import { addressOf } from '../shell/address.ts';
import type { FoundEvent, PortCount, ShownDecision, ShownVerdict } from '../../server/interface/answers.ts';
import { addressIn, roughly, sessionIn, strange } from './words.ts';

export function SourceLink({ address }: { readonly address: unknown }): JSX.Element {
  const known = addressIn(address);
  if (known === null) return <span>{strange(address)}</span>;
  return <a href={addressOf({ path: `/sources/${known}` })}>{known}</a>;
}

export function HostLink({ address }: { readonly address: unknown }): JSX.Element {
  const known = addressIn(address);
  if (known === null) return <span>{strange(address)}</span>;
  return <a href={addressOf({ path: `/hosts/${known}` })}>{known}</a>;
}

export function SessionLink({ id, text }: { readonly id: unknown; readonly text: string }): JSX.Element {
  const known = sessionIn(id);
  return known === null ? (
    <span>{text}</span>
  ) : (
    <a href={addressOf({ path: `/sessions/${known}` })}>{text}</a>
  );
}

export function VerdictBadge({
  verdict,
}: {
  readonly verdict: Pick<ShownVerdict, 'kind' | 'unforgeable'> | null;
}): JSX.Element {
  if (verdict === null) return <span class="badge none">not judged</span>;
  return (
    <span class={`badge ${verdict.kind}`}>
      {verdict.kind}
      {verdict.unforgeable ? '' : ', forgeable'}
    </span>
  );
}

/** Rows with a bar as long as their count. */
export function Bars({
  label,
  rows,
}: {
  readonly label: string;
  readonly rows: readonly {
    readonly key: string;
    readonly name: JSX.Element | string;
    readonly count: number;
  }[];
}): JSX.Element {
  const most = Math.max(1, ...rows.map(({ count }) => count));
  return (
    <section class="card">
      <h2>{label}</h2>
      {rows.length === 0 ? <p class="soft">Nothing yet.</p> : null}
      <ul class="bars">
        {rows.map(({ key, name, count }) => (
          <li key={key}>
            <span class="name">{name}</span>
            <span class="count">{formatCount(count)}</span>
            <span class="track" aria-hidden="true">
              <span style={{ width: `${(100 * count) / most}%` }} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function portName({ protocol, port }: Pick<PortCount, 'protocol' | 'port'>): string {
  return protocol === 'icmp' || protocol === 'other' ? protocol : `${protocol}/${port}`;
}

/** Events as lines: when, what kind, whose, and the sensor's sentence. */
export function EventLines({
  events,
  label,
  omits = null,
}: {
  readonly events: readonly FoundEvent[];
  readonly label: string;
  /** What is the same in all of them. */
  readonly omits?: 'source' | 'session' | null;
}): JSX.Element {
  return (
    <ol class="events" aria-label={label}>
      {events.map(({ seq, event }) => (
        <li key={seq}>
          <time>{strange(event['ts']).slice(11, 19)}</time>
          <span class="kind">{strange(event['event']).slice(0, 40)}</span>
          <span class="from">
            {omits !== null || addressIn(event['src_ip']) === null ? null : (
              <SourceLink address={event['src_ip']} />
            )}
          </span>
          <span class="what">{strange(event['message'] ?? event)}</span>
          <span>
            {omits === 'session' || sessionIn(event['session']) === null ? null : (
              <SessionLink id={event['session']} text="session" />
            )}
          </span>
        </li>
      ))}
    </ol>
  );
}

/** Decisions without a way to change them: they are changed on their own page. */
export function DecisionLines({ decisions }: { readonly decisions: readonly ShownDecision[] }): JSX.Element {
  if (decisions.length === 0) return <p class="soft">None.</p>;
  return (
    <ul class="plain">
      {decisions.map(({ decision, secondsLeft }) => (
        <li key={decision.id}>
          <a href={addressOf({ path: '/decisions' })}>
            {decision.action} with {strange(decision.actuator)}
          </a>
          : {decision.status === 'proposed' ? 'waits for approval' : decision.status}
          {decision.dryRun ? ', dry run' : ''}
          {decision.ending === null ? `, ${roughly(secondsLeft)} left` : `, ${strange(decision.ending)}`}
        </li>
      ))}
    </ul>
  );
}

const SLOTS_MIN = 30;

/** Contacts over time as bars, with the peak and both ends named. */
export function Timeline({
  points,
  label,
}: {
  readonly points: readonly { readonly seconds: number; readonly value: number }[];
  readonly label: string;
}): JSX.Element {
  const [width, height] = [720, 120];

  const step =
    points.length > 1
      ? Math.min(...points.slice(1).map(({ seconds }, i) => seconds - (points[i]?.seconds ?? 0)))
      : 60;
  // A young file has few intervals; they stand at the right end, where the next ones come.
  const last = points.at(-1)?.seconds ?? 0;
  const first = Math.min(points[0]?.seconds ?? 0, last - (SLOTS_MIN - 1) * step);
  const slots = Math.max(1, (last - first) / step + 1);
  const most = Math.max(1, ...points.map(({ value }) => value));
  const bar = Math.max(1, Math.min(40, width / slots - 1));
  return (
    <figure class="timeline">
      <figcaption>
        {label}: at most {formatCount(most)} in {roughly(step)}
      </figcaption>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${label} over time`}
      >
        {points.map(({ seconds, value }) => (
          <rect
            key={seconds}
            x={((seconds - first) / step) * (width / slots)}
            y={height - (value / most) * (height - 4)}
            width={bar}
            height={(value / most) * (height - 4)}
          />
        ))}
      </svg>
      <div class="ends" aria-hidden="true">
        <span>
          {points.length === 0
            ? ''
            : `${new Date(first * 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC`}
        </span>
        <span>
          {points.length === 0 ? '' : new Date(last * 1000).toISOString().slice(0, 16).replace('T', ' ')}
        </span>
      </div>
    </figure>
  );
}
