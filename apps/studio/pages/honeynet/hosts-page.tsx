/** `/hosts` and `/hosts/ADDRESS`: the virtual hosts as a scanner sees them, and the routers on the way. */
import { formatCount, formatDuration } from '@wormwood/base';
import { type IpAddress, parseIp } from '@wormwood/wire';
import type { JSX } from 'preact';
import type { PageProps } from '../shell/page.ts';
import { addressOf } from '../shell/address.ts';
import type { HostList, HostReport } from '../../server/interface/answers.ts';
import { HoneynetPage, Missing, useFetched } from './frame.tsx';
import { serverState } from './news.ts';
import { EventLines, HostLink } from './parts.tsx';
import { addressIn, counted, strange } from './words.ts';

const ROWS_MAX = 400;

export function HostsPage(): JSX.Element {
  const { value, failure } = useFetched<HostList>('hosts', () => serverState.value?.sensor?.connected);
  return (
    <HoneynetPage
      title={
        value === null
          ? 'Virtual hosts'
          : `${counted(groupsOf(value.hosts).length, 'range')} of virtual hosts`
      }
    >
      {value === null ? (
        <Missing failure={failure} />
      ) : (
        <>
          <Topology topology={value.topology} />
          <Hosts hosts={value.hosts} />
        </>
      )}
    </HoneynetPage>
  );
}

type Host = HostList['hosts'][number];

/** Neighbors of one template are one range: a scanner cannot distinguish them either. */
function groupsOf(hosts: readonly Host[]): readonly Host[] {
  const groups: Host[] = [];
  for (const host of hosts) {
    const last = groups.at(-1);
    const isNext = last !== undefined && last.template === host.template && isNextTo(host.first, last.last);
    if (isNext) groups[groups.length - 1] = { ...last, last: host.last };
    else groups.push(host);
  }
  return groups;
}

/** Whether an address is the next one; of what is no address, never. */
function isNextTo(address: string, before: string): boolean {
  const [now, then] = [parseIp(address), parseIp(before)];
  return now.ok && then.ok && typeof now.value === typeof then.value && now.value === next(then.value);
}

function next(address: IpAddress): IpAddress {
  return typeof address === 'number' ? address + 1 : address + 1n;
}

function Hosts({ hosts }: { readonly hosts: readonly Host[] }): JSX.Element {
  const groups = groupsOf(hosts);
  return (
    <section>
      <h2>What answers where</h2>
      <div class="scroll" tabIndex={0} role="region" aria-label="Virtual hosts">
        <table>
          <thead>
            <tr>
              <th scope="col">Addresses</th>
              <th scope="col">Template</th>
              <th scope="col">Personality</th>
              <th scope="col">Ports</th>
            </tr>
          </thead>
          <tbody>
            {groups.slice(0, ROWS_MAX).map(({ first, last, template, personality, ports }) => (
              <tr key={`${first}-${last}`}>
                <th scope="row">
                  <HostLink address={first} />
                  {first === last ? null : (
                    <>
                      {' '}
                      to <HostLink address={last} />
                    </>
                  )}
                </th>
                <td data-column="Template">{strange(template)}</td>
                <td data-column="Personality">
                  {personality === null ? 'plain stack' : strange(personality)}
                </td>
                <td data-column="Ports">{ports.map(strange).join(', ')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {groups.length > ROWS_MAX ? (
        <p class="soft">{formatCount(groups.length - ROWS_MAX)} further ranges are not shown.</p>
      ) : null}
    </section>
  );
}

function Topology({ topology: { entries, routers } }: Pick<HostList, 'topology'>): JSX.Element {
  if (routers.length === 0)
    return <p class="why">There are no virtual routers: every host is on the link of the sensor.</p>;
  const entry = new Set(entries.map(({ router }) => router));
  return (
    <section>
      <h2>Routers</h2>
      <ol class="routers">
        {routers.map(({ address, links, routes }) => (
          <li key={address}>
            <p>
              <HostLink address={address} />{' '}
              {entry.has(address) ? <span class="badge none">packets enter here</span> : null}
            </p>
            {links.length === 0 ? null : <p class="soft">Hosts attached: {links.map(strange).join(', ')}</p>}
            <ul class="plain">
              {routes.map(({ network, nextHop, latencySeconds, loss, bandwidth }) => (
                <li key={`${network} ${nextHop}`}>
                  {strange(network)} by <HostLink address={nextHop} />
                  {latencySeconds > 0 ? `, ${formatDuration(latencySeconds)} away` : ''}
                  {loss > 0 ? `, ${Number((loss * 100).toPrecision(3))}% lost` : ''}
                  {bandwidth === null ? '' : `, ${formatCount(bandwidth / 1e6)} Mb/s`}
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** What `net explain` says of an address. */
export function HostPage({ parameters }: PageProps): JSX.Element {
  const address = addressIn(parameters['address']);
  const { value, failure } = useFetched<HostReport>(address === null ? null : `hosts/${address}`);
  if (address === null)
    return (
      <HoneynetPage title="No such host">
        <Missing failure="The address of this page is not an IPv4 address; the list of hosts has those that answer." />
      </HoneynetPage>
    );
  return (
    <HoneynetPage title={`What ${address} answers`}>
      {value === null ? (
        <Missing failure={failure} />
      ) : (
        <>
          <section class="card">
            <h2>
              What <code>wormwood net explain</code> says
            </h2>
            <pre tabIndex={0} aria-label="Explanation">
              {value.texts.join('\n\n')}
            </pre>
          </section>
          <section class="tail">
            <h2>Who contacted it last</h2>
            {value.events.length === 0 ? <p class="soft">Nobody yet.</p> : null}
            <EventLines events={value.events} label={`Events at ${address}`} />
            <p>
              <a href={addressOf({ path: '/hosts' })}>All hosts</a>
            </p>
          </section>
        </>
      )}
    </HoneynetPage>
  );
}
