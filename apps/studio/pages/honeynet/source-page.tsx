/** `/sources/ADDRESS`: everything known about one source. */
import { formatCount, formatRange } from '@wormwood/base';
import type { JSX } from 'preact';
import type { PageProps } from '../shell/page.ts';
import { addressOf } from '../shell/address.ts';
import type { Evidence, ShownVerdict, SourceReport } from '../../server/interface/answers.ts';
import { HoneynetPage, Missing, useFetched } from './frame.tsx';
import { progress, serverState } from './news.ts';
import { Bars, DecisionLines, EventLines, HostLink, portName, SessionLink, VerdictBadge } from './parts.tsx';
import { addressIn, counted, figure, moment, strange } from './words.ts';

type Summary = NonNullable<SourceReport['summary']>;

export function SourcePage({ parameters }: PageProps): JSX.Element {
  const address = addressIn(parameters['address']);
  const found = useFetched<SourceReport>(address === null ? null : `sources/${address}`, () => [
    Math.floor((progress.value?.events ?? 0) / 50),
    serverState.value?.decisionsStamp,
  ]);
  if (address === null)
    return (
      <HoneynetPage title="No such source">
        <Missing failure="The address of this page is not an IPv4 address; the list of sources has those that came." />
      </HoneynetPage>
    );
  const { value, failure } = found;
  return (
    <HoneynetPage title={value === null ? address : titleOf(address, value)}>
      {value === null ? <Missing failure={failure} /> : <Report address={address} report={value} />}
    </HoneynetPage>
  );
}

/** The first sentence of `explain`, which names the source; of an address of IPv6 perhaps the network that it is judged with. */
function titleOf(address: string, { explanation, summary }: SourceReport): string {
  if (summary === null) return `${address} has not contacted the honeynet.`;
  const [sentence = ''] = explanation?.split('\n') ?? [];
  if (sentence === '') return address;
  return sentence.startsWith(`${address} `) ? sentence : `${address}: ${sentence}`;
}

function Report({
  address,
  report,
}: {
  readonly address: string;
  readonly report: SourceReport;
}): JSX.Element {
  const { summary, verdicts, explanation, events } = report;
  const verdict = verdicts.at(-1) ?? null;
  // What the verdict rests on, with the weights of its moment; before there is one, what there is.
  const evidence = verdict?.evidence ?? report.evidence;
  if (summary === null)
    return (
      <Missing failure="No event names it. A source stands here once it has contacted an address of the honeynet." />
    );
  return (
    <>
      <Facts summary={summary} verdict={verdict} />
      {verdict === null ? null : <Rate verdict={verdict} />}
      <section class="card">
        <h2>Evidence</h2>
        {evidence.length === 0 ? <p class="soft">Nothing counts for or against it yet.</p> : null}
        <ul class="evidence">
          {evidence.map((each) => (
            <EvidenceLine key={each.detector} evidence={each} />
          ))}
        </ul>
      </section>
      {explanation === null ? null : (
        <section class="card">
          <h2>
            What <code>wormwood detect explain {address}</code> says
          </h2>
          <pre tabIndex={0} aria-label="Explanation">
            {explanation}
          </pre>
        </section>
      )}
      <Around report={report} />
      <section class="tail">
        <h2>Its latest events</h2>
        <EventLines events={events} label={`Events of ${address}`} omits="source" />
        <p>
          <a href={addressOf({ path: '/sources' })}>All sources</a>
        </p>
      </section>
    </>
  );
}

function Facts({
  summary,
  verdict,
}: {
  readonly summary: Summary;
  readonly verdict: ShownVerdict | null;
}): JSX.Element {
  return (
    <dl class="counters">
      <Fact
        name="Contacts"
        value={formatCount(summary.contacts)}
        small={`${counted(summary.handshakes, 'handshake')} completed`}
      />
      <Fact
        name="First seen"
        value={moment(summary.firstSeconds).slice(11, 19)}
        small={moment(summary.firstSeconds).slice(0, 10)}
      />
      <Fact
        name="Last seen"
        value={moment(summary.lastSeconds).slice(11, 19)}
        small={moment(summary.lastSeconds).slice(0, 10)}
      />
      <Fact
        name="Error promised"
        value={verdict === null ? '–' : `1 in ${formatCount(1 / verdict.falsePositiveRate)}`}
        small={
          verdict === null
            ? 'no verdict yet'
            : `of innocent hosts; ${(100 * verdict.missRate).toFixed(0)}% of infected ones are missed`
        }
      />
    </dl>
  );
}

/** Where it went, and what is done about it. */
function Around({ report: { ports, decisions, sessions } }: { readonly report: SourceReport }): JSX.Element {
  return (
    <div class="cards">
      <Bars
        label="Ports"
        rows={ports
          .slice(0, 12)
          .map((each) => ({ key: portName(each), name: portName(each), count: each.contacts }))}
      />
      <section class="card">
        <h2>Decisions</h2>
        <DecisionLines decisions={decisions} />
      </section>
      <section class="card">
        <h2>Sessions</h2>
        {sessions.length === 0 ? <p class="soft">It completed no handshake.</p> : null}
        <ul class="plain">
          {sessions.slice(0, 12).map(({ seq, event }) => (
            <li key={seq}>
              <SessionLink id={event['session']} text={strange(event['ts']).slice(11, 19)} /> to{' '}
              <HostLink address={event['dst_ip']} />, port {strange(event['dst_port'])}
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}

function Fact({
  name,
  value,
  small,
}: {
  readonly name: string;
  readonly value: string;
  readonly small: string;
}): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <b>{value}</b>
        <small>{small}</small>
      </dd>
    </div>
  );
}

/** The rate with its assumption. */
function Rate({ verdict }: { readonly verdict: ShownVerdict }): JSX.Element {
  const {
    contactsPerSecond: here,
    scanRatePerSecond: all,
    caution,
    kind,
    unforgeable,
    sinceSeconds,
    prefix,
  } = verdict;
  const interval = (of: typeof here): string =>
    `${figure(of.estimate)}/s (95%: ${formatRange([of.low, of.high], figure)})`;
  return (
    <p class="why">
      <VerdictBadge verdict={verdict} /> Judged {kind}
      {prefix === undefined ? '' : `, with its network ${prefix},`} since {moment(sinceSeconds)} at the
      latest, its address {unforgeable ? 'proven by handshakes' : 'forgeable, so that nothing acts on it'}. It
      makes {interval(here)} contacts here
      {all === null
        ? '; its contacts do not look as if it chose all addresses alike, so nothing is said of its whole rate.'
        : `, which is ${interval(all)} over all addresses if it chooses them alike, as its contacts look.`}{' '}
      {caution === null ? null : strange(caution)}
    </p>
  );
}

const NEEDED = 'threshold';
const WEIGHT = 'logLikelihoodRatio';

/** A finding, and how much of what a verdict takes it weighs. */
function EvidenceLine({
  evidence: { text, forgeable, figures },
}: {
  readonly evidence: Evidence;
}): JSX.Element {
  const weight = figures[WEIGHT];
  const needed = figures[NEEDED];
  const share =
    weight === undefined || needed === undefined ? null : Math.max(0, Math.min(1, weight / needed));
  return (
    <li>
      {strange(text)}{' '}
      {forgeable ? (
        <span class="badge none">forgeable</span>
      ) : (
        <span class="badge proven">not forgeable</span>
      )}
      {share === null ? null : (
        <span class="weight">
          <span class="track" aria-hidden="true">
            <span style={{ width: `${100 * share}%` }} />
          </span>
          <small>
            weight {figure(weight ?? 0)} of the {figure(needed ?? 0)} that a verdict takes
          </small>
        </span>
      )}
    </li>
  );
}
