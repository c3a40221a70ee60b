/** `/honeynet`: is it working, and what comes. */
import { useSignal, useSignalEffect } from '@preact/signals';
import { formatCount } from '@wormwood/base';
import type { JSX } from 'preact';
import type { Overview } from '../../server/interface/answers.ts';
import { HoneynetPage, Missing, useFetched } from './frame.tsx';
import { DarkMap } from './dark-map.tsx';
import { connection, filter, filterProblem, paused, progress, serverState, skipped, tail } from './news.ts';
import { Pace } from './pace.tsx';
import { Bars, EventLines, portName, SourceLink, Timeline, VerdictBadge } from './parts.tsx';
import { ago, counted, figure, roughly, strange } from './words.ts';

const OVERVIEW_MS = 3000;

export function LivePage(): JSX.Element {
  const beat = useBeat();
  // Asked for anew while events come, and not oftener than a reader can read.
  const overview = useFetched<Overview>('overview', () => beat.value);
  return (
    <HoneynetPage title={<Working />}>
      <Counters />
      {overview.value === null ? <Missing failure={overview.failure} /> : <Seen overview={overview.value} />}
      <Tail />
    </HoneynetPage>
  );
}

function useBeat(): { readonly value: number } {
  const beat = useSignal(0);
  useSignalEffect(() => {
    let seen = -1;
    const timer = setInterval(() => {
      const now = progress.peek()?.events ?? 0;
      if (now !== seen) beat.value++;
      seen = now;
    }, OVERVIEW_MS);
    return () => clearInterval(timer);
  });
  return beat;
}

/** The answer to the question of the page, in a sentence. */
function Working(): JSX.Element {
  return <span aria-live="polite">{workingWords()}</span>;
}

function workingWords(): string {
  const state = serverState.value;
  if (state === null)
    return connection.value.kind === 'lost' ? 'The studio does not answer.' : 'The honeynet';
  const { sensor } = state;
  const wrong = sensor?.checks.filter(({ ok }) => !ok) ?? [];
  if (sensor?.connected) {
    const addresses = formatCount(sensor.status?.addresses ?? 0);
    const but = wrong.length === 0 ? '' : ` ${counted(wrong.length, 'thing')} to look at.`;
    return `The sensor answers for ${addresses} addresses and is well.${but}`.replace(
      wrong.length === 0 ? '' : ' and is well',
      '',
    );
  }
  if (sensor !== null) return 'The sensor does not answer.';
  if (state.feeds.events) return 'These are the events of a file; no sensor is connected.';
  return 'No honeynet is connected.';
}

function Counters(): JSX.Element {
  const state = serverState.value;
  const now = progress.value;
  const sensor = state?.sensor;
  const last = now?.lastEventSeconds ?? null;
  const items: readonly (readonly [string, string, string])[] = [
    [
      'Events',
      now === null ? '–' : formatCount(now.events),
      now === null || now.malformed === 0 ? 'indexed' : `${counted(now.malformed, 'line')} malformed`,
    ],
    [
      'Last event',
      last === null ? '–' : ago(last, Date.now()),
      last === null ? 'none yet' : 'by the clock of the sensor',
    ],
    [
      'Packets',
      sensor?.framesPerSecond === null || sensor === null || sensor === undefined
        ? '–'
        : `${figure(sensor.framesPerSecond)}/s`,
      sensor?.status === null || sensor === null || sensor === undefined
        ? 'takes --control'
        : `${formatCount(sensor.status.frames)} in all`,
    ],
    [
      'Connections',
      sensor?.status ? formatCount(sensor.status.connections) : '–',
      sensor?.status ? `now; up ${roughly(sensor.status.uptimeSeconds)}` : 'takes --control',
    ],
  ];
  const wrong = sensor?.checks.filter(({ ok }) => !ok) ?? [];
  return (
    <>
      <dl class="counters">
        {items.map(([name, value, small]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <b>{value}</b>
              <small>{small}</small>
            </dd>
          </div>
        ))}
      </dl>
      {wrong.map(({ what, remedy }) => (
        <p class="look" key={what}>
          <b>{strange(what)}.</b> {strange(remedy)}
        </p>
      ))}
    </>
  );
}

function Seen({ overview }: { readonly overview: Overview }): JSX.Element {
  if (overview.span === null)
    return (
      <Missing failure="No event has come yet. The page fills by itself when somebody contacts the honeynet." />
    );
  const contacts = overview.timeline.map(({ seconds, contacts: value }) => ({ seconds, value }));
  return (
    <>
      {overview.alarm === null ? null : (
        <p class="alarm" role="alert">
          {strange(overview.alarm)}
        </p>
      )}
      <div class="pictures">
        <Timeline points={contacts} label="Contacts" />
        <Pace />
      </div>
      <div class="cards">
        <Bars
          label={`Sources, ${formatCount(overview.sourceCount)} so far`}
          rows={overview.sources.map(({ address, contacts: count, verdict }) => ({
            key: address,
            name: (
              <>
                <SourceLink address={address} />{' '}
                {verdict === null ? null : <VerdictBadge verdict={verdict} />}
              </>
            ),
            count,
          }))}
        />
        <div class="stack">
          <Bars
            label="Ports"
            rows={overview.ports.map((each) => ({
              key: portName(each),
              name: portName(each),
              count: each.contacts,
            }))}
          />
          <Bars
            label="Templates"
            rows={overview.hosts.map(({ name, contacts: count }) => ({
              key: name,
              name: strange(name),
              count,
            }))}
          />
        </div>
        <DarkMap networks={overview.networks} />
      </div>
    </>
  );
}

function Tail(): JSX.Element {
  const typed = useSignal(filter.peek());
  const shown = tail.value;
  return (
    <section class="tail" aria-labelledby="tail-title">
      <h2 id="tail-title">Events as they come</h2>
      <form
        class="tools"
        onSubmit={(event) => {
          event.preventDefault();
          filter.value = typed.value;
        }}
      >
        <label>
          <span class="hidden">Filter</span>
          <input
            type="search"
            value={typed.value}
            maxLength={400}
            placeholder="src_ip:192.0.2.0/24 dst_port:445 event:service.*"
            aria-describedby={filterProblem.value === null ? undefined : 'filter-problem'}
            onInput={(event) => (typed.value = event.currentTarget.value)}
          />
        </label>
        <button type="submit">Filter</button>
        <button type="button" aria-pressed={paused.value} onClick={() => (paused.value = !paused.value)}>
          {paused.value ? 'Go on' : 'Pause'}
        </button>
      </form>
      {filterProblem.value === null ? null : (
        <p class="problem" id="filter-problem" role="alert">
          {filterProblem.value}
        </p>
      )}
      {skipped.value === 0 ? null : (
        <p class="soft">More come than can be read; the latest are shown, a filter shows the rest.</p>
      )}
      {shown.length === 0 ? <p class="soft">Nothing that the filter lets through has come yet.</p> : null}
      <EventLines events={shown} label="Latest events" />
    </section>
  );
}
