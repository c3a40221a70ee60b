/**
 * A day of virtual time with everything that comes and goes: no contact without an event, no event without a contact. What is
 * expected comes from what the clients sent and received. `WORMWOOD_LONG_RUN=full` has eight times the contacts.
 */
import { formatIp } from '@wormwood/wire';
import { expect, it } from 'vitest';
import type { Contact } from './contact-machine.ts';
import { longRun, type LongRunReport } from './long-run.ts';

const SEED = process.env['WORMWOOD_SEED'] ?? '20261130';
const IS_FULL = process.env['WORMWOOD_LONG_RUN'] === 'full';
const HOURS = 24;
const CONTACTS_PER_HOUR = IS_FULL ? 5000 : 600;

type Event = Readonly<Record<string, unknown>> & { readonly event: string };

/** The events of a contact, by what its machine saw. */
function expectedOf({ kind, answers }: Contact): readonly string[] {
  // Nobody is there who could have noticed.
  if (answers.length === 0) return [];
  if (kind === 'ping') return ['probe.icmp'];
  if (kind === 'datagram') return ['probe.udp'];
  if (kind === 'segment' || !answers.includes('syn-ack')) return ['probe.tcp'];
  return ['probe.tcp', 'flow.open', 'service.data', 'flow.close'];
}

/** What a full disk has torn is written whole into the next file that has a line. */
function eventsOf({ texts }: LongRunReport): readonly Event[] {
  return texts.flatMap((text, i) => {
    const lines = text.split('\n');
    const torn = lines.pop() ?? '';
    const next = texts.slice(i + 1).find((later) => later.includes('\n')) ?? '';
    expect(next.startsWith(torn), `the line that was torn: ${torn}`).toBe(true);
    return lines.map((line) => JSON.parse(line) as Event);
  });
}

function countOf(events: readonly Event[], ...kinds: readonly string[]): number {
  return events.filter(({ event }) => kinds.includes(event)).length;
}

it(`reports each contact, and of nothing else: ${HOURS} h, seed ${SEED}`, { timeout: 600_000 }, async () => {
  const report = await longRun({ seed: SEED, hours: HOURS, contactsPerHour: CONTACTS_PER_HOUR });
  const { contacts, done } = report;
  const events = eventsOf(report);
  const told = new Map<string, string[]>();
  for (const { event, src_ip: source } of events)
    if (typeof source === 'string') told.set(source, [...(told.get(source) ?? []), event]);
  const wrong: string[] = [];
  for (const contact of contacts) {
    const source = formatIp(contact.source);
    const [expected, found] = [expectedOf(contact), told.get(source) ?? []];
    told.delete(source);
    if (expected.join() !== found.join())
      wrong.push(
        `${JSON.stringify({ ...contact, source, destination: formatIp(contact.destination) })}: ${found.join()} instead of ${expected.join()}`,
      );
    if (!contact.isDelivered && contact.answers.length > 0)
      wrong.push(`${source} heard through a dead interface`);
  }
  try {
    expect(wrong.slice(0, 5)).toEqual([]);
    expect([...told], 'events of nobody').toEqual([]);
    expect(countOf(events, 'interface.down'), 'down').toBe(done.down);
    expect(countOf(events, 'interface.up'), 'up').toBe(done.up);
    expect(countOf(events, 'interface.mtu'), 'MTU').toBe(done.mtu);
    expect(countOf(events, 'sensor.reload'), 'reloads').toBe(done.reload);
    expect(countOf(events, 'dhcp.lease', 'dhcp.renewal'), 'leases').toBe(report.leasesGiven);
    expect(report.linesDropped).toBe(0);
    // The run has had everything that it is about.
    const answered = contacts.filter(({ answers }) => answers.length > 0);
    for (const kind of ['ping', 'segment', 'datagram', 'connection'])
      for (const type of ['number', 'bigint'])
        expect(
          answered.some((contact) => contact.kind === kind && typeof contact.source === type),
          `${kind} of a ${type}`,
        ).toBe(true);
    expect(contacts.some(({ isDelivered }) => !isDelivered)).toBe(true);
    for (const [what, times] of Object.entries(done)) expect(times, what).toBeGreaterThan(0);
    expect(countOf(events, 'dhcp.lost')).toBeGreaterThan(0);
    expect(report.refusals).toBeGreaterThan(0);
    expect(
      report.troubles.filter((sentence) => sentence.includes('nothing was lost')).length,
    ).toBeGreaterThan(0);
  } catch (error) {
    console.error(
      `WORMWOOD_SEED=${SEED}${IS_FULL ? ' WORMWOOD_LONG_RUN=full' : ''} npx vitest run simtest/long-run.test.ts`,
    );
    throw error;
  }
});
