/** `/sessions`: the latest connections. */
import type { JSX } from 'preact';
import type { EventList } from '../../server/interface/answers.ts';
import { HoneynetPage, Missing, useFetched } from './frame.tsx';
import { progress } from './news.ts';
import { HostLink, SessionLink, SourceLink } from './parts.tsx';
import { strange } from './words.ts';

const SHOWN = 100;

export function SessionsPage(): JSX.Element {
  const { value, failure } = useFetched<EventList>(
    `events?limit=${SHOWN}&filter=${encodeURIComponent('event:flow.open proto:tcp')}`,
    () => Math.floor((progress.value?.events ?? 0) / 20),
  );
  const events = value?.events ?? [];
  return (
    <HoneynetPage title="The latest sessions">
      {value === null ? (
        <Missing failure={failure} />
      ) : events.length === 0 ? (
        <Missing failure="Nobody has completed a handshake yet; the page fills by itself." />
      ) : (
        <div class="scroll" tabIndex={0} role="region" aria-label="Sessions">
          <table>
            <thead>
              <tr>
                <th scope="col">Began</th>
                <th scope="col">Source</th>
                <th scope="col">Host</th>
                <th scope="col" class="number">
                  Port
                </th>
                <th scope="col">Template</th>
              </tr>
            </thead>
            <tbody>
              {events.map(({ seq, event }) => (
                <tr key={seq}>
                  <th scope="row">
                    <SessionLink
                      id={event['session']}
                      text={strange(event['ts']).slice(0, 19).replace('T', ' ')}
                    />
                  </th>
                  <td data-column="Source">
                    <SourceLink address={event['src_ip']} />
                  </td>
                  <td data-column="Host">
                    <HostLink address={event['dst_ip']} />
                  </td>
                  <td class="number" data-column="Port">
                    {strange(event['dst_port'])}
                  </td>
                  <td data-column="Template">{strange(event['host'])}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </HoneynetPage>
  );
}
