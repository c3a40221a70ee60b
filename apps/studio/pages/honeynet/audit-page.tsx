/** `/audit`: the log of all decisions, with its chain and its promises checked by the server of the page. */
import { formatCount } from '@wormwood/base';
import type { JSX } from 'preact';
import type { AuditReport } from '../../server/interface/answers.ts';
import { HoneynetPage, Missing, useFetched } from './frame.tsx';
import { serverState } from './news.ts';
import { strange } from './words.ts';

export function AuditPage(): JSX.Element {
  const { value, failure } = useFetched<AuditReport>('audit', () => serverState.value?.decisionsStamp);
  return (
    <HoneynetPage
      title={value === null ? 'Audit' : value.ok ? 'The audit log holds.' : 'The audit log does not hold.'}
    >
      {value === null ? <Missing failure={failure} /> : <Report report={value} />}
    </HoneynetPage>
  );
}

function Report({
  report: { summary, faults, lines, entries },
}: {
  readonly report: AuditReport;
}): JSX.Element {
  return (
    <>
      {summary.split('\n').map((line) => (
        <p class="why" key={line}>
          {strange(line)}
        </p>
      ))}
      {faults.map(({ sequence, message }) => (
        <p class="problem" key={`${sequence} ${message}`}>
          Line {sequence} breaks a promise: {strange(message)}
        </p>
      ))}
      {lines.length === 0 ? <p>The log is empty: nothing has been proposed, approved or done yet.</p> : null}
      <ol class="audit" aria-label="Lines of the log, the latest first">
        {lines.map(({ sequence, ts, event, message, hash }) => (
          <li key={sequence}>
            <span class="sequence">{formatCount(sequence)}</span>
            <time>{ts.replace('T', ' ').replace('Z', '')}</time>
            <span class="kind">{strange(event)}</span>
            <span class="what">{strange(message)}</span>
            <code title="The beginning of the hash of this line, which the next line repeats">
              {strange(hash)}
            </code>
          </li>
        ))}
      </ol>
      {entries > lines.length ? (
        <p class="soft">
          The {formatCount(entries - lines.length)} lines before were checked, too;{' '}
          <code>wormwood respond audit</code> prints them.
        </p>
      ) : null}
    </>
  );
}
