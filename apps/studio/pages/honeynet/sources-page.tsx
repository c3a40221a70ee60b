/** `/sources`: who has contacted the honeynet, and what is judged of each. */
import { type Signal, useSignal } from '@preact/signals';
import { formatCount } from '@wormwood/base';
import type { JSX } from 'preact';
import { addressOf } from '../shell/address.ts';
import type { JudgedSource, SourceList } from '../../server/interface/answers.ts';
import { HoneynetPage, Missing, useFetched } from './frame.tsx';
import { progress } from './news.ts';
import { SourceLink, VerdictBadge } from './parts.tsx';
import { addressIn, ago, counted, moment } from './words.ts';

const PAGE = 50;
const ORDERS = [
  ['verdict', 'judged last'],
  ['contacts', 'most contacts'],
  ['last', 'seen last'],
] as const;
type Order = (typeof ORDERS)[number][0];

export function SourcesPage(): JSX.Element {
  const order = useSignal<Order>('contacts');
  const offset = useSignal(0);
  const found = useFetched<SourceList>(
    `sources?order=${order.value}&offset=${offset.value}&limit=${PAGE}`,
    () => Math.floor((progress.value?.events ?? 0) / 50),
  );
  const { value, failure } = found;
  return (
    <HoneynetPage title={value === null ? 'Sources' : titleOf(value.count, order.value)}>
      <Chooser order={order} offset={offset} />
      {value === null ? (
        <Missing failure={failure} />
      ) : value.sources.length === 0 ? (
        <Missing
          failure={
            order.value === 'verdict'
              ? 'No source is judged yet: evidence takes some contacts.'
              : 'No source has come yet; the page fills by itself.'
          }
        />
      ) : (
        <>
          <SourceTable sources={value.sources} />
          <nav class="tools" aria-label="Further sources">
            <button
              type="button"
              disabled={offset.value === 0}
              onClick={() => (offset.value = Math.max(0, offset.value - PAGE))}
            >
              Previous
            </button>
            <button
              type="button"
              disabled={offset.value + PAGE >= value.count}
              onClick={() => (offset.value += PAGE)}
            >
              Next
            </button>
            <span class="soft">
              {formatCount(offset.value + 1)} to {formatCount(Math.min(value.count, offset.value + PAGE))} of{' '}
              {formatCount(value.count)}
            </span>
          </nav>
        </>
      )}
    </HoneynetPage>
  );
}

/** In which order, or which one. */
function Chooser({
  order,
  offset,
}: {
  readonly order: Signal<Order>;
  readonly offset: Signal<number>;
}): JSX.Element {
  const wanted = useSignal('');
  const problem = useSignal<string | null>(null);
  return (
    <>
      <form
        class="tools"
        onSubmit={(event) => {
          event.preventDefault();
          const address = addressIn(wanted.value.trim());
          problem.value = address === null ? 'Write an address such as 192.0.2.23 or 2001:db8::23.' : null;
          if (address !== null) location.hash = addressOf({ path: `/sources/${address}` });
        }}
      >
        <label>
          <span>Order</span>
          <select
            value={order.value}
            onChange={(event) => {
              order.value = event.currentTarget.value as Order;
              offset.value = 0;
            }}
          >
            {ORDERS.map(([key, name]) => (
              <option key={key} value={key}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span>Address</span>
          <input
            type="search"
            value={wanted.value}
            maxLength={45}
            placeholder="192.0.2.23"
            onInput={(event) => (wanted.value = event.currentTarget.value)}
          />
        </label>
        <button type="submit">Show</button>
      </form>
      {problem.value === null ? null : (
        <p class="problem" role="alert">
          {problem.value}
        </p>
      )}
    </>
  );
}

function titleOf(count: number, order: string): string {
  return order === 'verdict' ? `${counted(count, 'source')} judged` : `${counted(count, 'source')} so far`;
}

function SourceTable({ sources }: { readonly sources: readonly JudgedSource[] }): JSX.Element {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Sources">
      <table>
        <thead>
          <tr>
            <th scope="col">Source</th>
            <th scope="col">Verdict</th>
            <th scope="col" class="number">
              Contacts
            </th>
            <th scope="col" class="number">
              Handshakes
            </th>
            <th scope="col">First seen</th>
            <th scope="col">Last seen</th>
          </tr>
        </thead>
        <tbody>
          {sources.map(({ address, verdict, contacts, handshakes, firstSeconds, lastSeconds }) => (
            <tr key={address}>
              <th scope="row">
                <SourceLink address={address} />
              </th>
              <td>
                <VerdictBadge verdict={verdict} />
              </td>
              <td class="number" data-column="Contacts">
                {formatCount(contacts)}
              </td>
              <td class="number" data-column="Handshakes">
                {formatCount(handshakes)}
              </td>
              <td data-column="First seen">{moment(firstSeconds)}</td>
              <td data-column="Last seen">{ago(lastSeconds, Date.now())}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
