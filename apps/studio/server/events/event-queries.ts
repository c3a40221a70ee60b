/** Questions to the index of events: which events a filter lets through, what there is of a source, what stands out. */
import { formatIp, type IpAddress } from '@wormwood/wire';
import type { Overview, PortCount, SourceSummary, TimelinePoint } from '../interface/answers.ts';
import type { EventIndex, EventPlace } from './event-index.ts';
import type { AddressSpan, EventFilter } from './filter.ts';
import { ipv6Digits, ipv6OfDigits } from './ipv6-numbers.ts';
import { PROTOCOL_NUMBERS } from './event-row.ts';

/** Which events are asked for: between two numbers, from the newest or from the oldest on. */
export interface EventRequest {
  readonly filter: EventFilter;
  readonly before: number | null;
  readonly after: number | null;
  readonly from: 'newest' | 'oldest';
  readonly limit: number;
}

const NAMES: ReadonlyMap<number, string> = new Map(
  Array.from(PROTOCOL_NUMBERS, ([name, number]) => [number, String(name)]),
);
const MICROSECONDS = 1e6;
const MINUTE_SECONDS = 60;
/** Beyond that many rows it is quicker to go from the newest event on than to sort what an index finds. */
const INDEXED_MAX = 50_000;

interface SourceRow {
  readonly src: number;
  readonly digits: string | null;
  readonly first_us: number;
  readonly last_us: number;
  readonly events: number;
  readonly contacts: number;
  readonly handshakes: number;
}

export class EventQueries {
  readonly #index: EventIndex;

  constructor(index: EventIndex) {
    this.#index = index;
  }

  /** The places of the events asked for. */
  events({ filter, before, after, from, limit }: EventRequest): readonly EventPlace[] {
    const kinds = filter.kind === null ? null : this.#kindsNamed(filter.kind);
    if (kinds?.length === 0) return [];
    if (filter.host !== null && !this.#index.hosts.names.includes(filter.host)) return [];
    const terms: string[] = [];
    const values: (number | string)[] = [];
    const add = (term: string, ...of: readonly (number | string)[]): void => {
      terms.push(term);
      values.push(...of);
    };
    if (before !== null) add('seq < ?', before);
    if (after !== null) add('seq > ?', after);
    if (filter.source !== null) add(...spanTerm('src', filter.source));
    if (filter.destination !== null) add(...spanTerm('dst', filter.destination));
    if (filter.port !== null) add('port = ?', filter.port);
    if (filter.protocol !== null) add('proto = ?', filter.protocol);
    if (kinds !== null) add(`kind IN (${kinds.map(() => '?').join(',')})`, ...kinds);
    if (filter.host !== null) add('host = ?', this.#index.hosts.idOf(filter.host));
    const where = terms.length === 0 ? '' : `WHERE ${terms.join(' AND ')}`;
    const order = from === 'newest' ? 'DESC' : 'ASC';
    const sql = `SELECT seq, offset, length FROM events ${this.#hint(filter)} ${where} ORDER BY seq ${order} LIMIT ?`;
    return this.#all<EventPlace>(sql, ...values, limit);
  }

  /** Counts of the last `seconds` before `endSeconds`, in intervals of whole minutes, at most `points` of them. */
  timeline(endSeconds: number, seconds: number, points: number): readonly TimelinePoint[] {
    const step = Math.max(1, Math.ceil(seconds / MINUTE_SECONDS / points));
    const end = Math.floor(endSeconds / MINUTE_SECONDS);
    const rows = this.#all<{ at: number; contacts: number; events: number }>(
      `SELECT minute / ? AS at, sum(contacts) AS contacts, sum(events) AS events FROM minutes
       WHERE minute BETWEEN ? AND ? GROUP BY at ORDER BY at`,
      step,
      end - Math.ceil(seconds / MINUTE_SECONDS),
      end,
    );
    return rows.map(({ at, contacts, events }) => ({
      seconds: at * step * MINUTE_SECONDS,
      contacts,
      events,
    }));
  }

  /** First and last moment of all events in seconds; null while there is none. */
  span(): Overview['span'] {
    const [row] = this.#all<{ first: number | null; last: number | null }>(
      'SELECT min(minute) AS first, max(minute) AS last FROM minutes',
    );
    if (row === undefined || row.first === null || row.last === null) return null;
    return { firstSeconds: row.first * MINUTE_SECONDS, lastSeconds: (row.last + 1) * MINUTE_SECONDS };
  }

  topPorts(limit: number): readonly PortCount[] {
    return portsOf(
      this.#all('SELECT proto, port, contacts FROM ports ORDER BY contacts DESC, port LIMIT ?', limit),
    );
  }

  topHosts(limit: number): Overview['hosts'] {
    return this.#all('SELECT name, contacts FROM hosts ORDER BY contacts DESC, name LIMIT ?', limit);
  }

  kinds(): Overview['kinds'] {
    return this.#all('SELECT name, events FROM kinds ORDER BY events DESC, name');
  }

  /** Networks of 256 addresses that were contacted, the busiest first. */
  networks(limit: number): Overview['networks'] {
    return this.#all('SELECT network, contacts FROM networks ORDER BY contacts DESC LIMIT ?', limit);
  }

  sources(order: 'contacts' | 'last', offset: number, limit: number): readonly SourceSummary[] {
    const column = order === 'contacts' ? 'contacts' : 'last_us';
    return this.#all<SourceRow>(
      `SELECT *, ${DIGITS} FROM (SELECT * FROM sources ORDER BY ${column} DESC, src LIMIT ? OFFSET ?)`,
      limit,
      offset,
    ).map(summaryOf);
  }

  sourceCount(): number {
    return this.#all<{ n: number }>('SELECT count(*) AS n FROM sources')[0]?.n ?? 0;
  }

  source(address: IpAddress): SourceSummary | undefined {
    const number = this.#index.addressNumber(address);
    if (number === undefined) return undefined;
    const [row] = this.#all<SourceRow>(`SELECT *, ${DIGITS} FROM sources WHERE src = ?`, number);
    return row === undefined ? undefined : summaryOf(row);
  }

  portsOfSource(address: IpAddress, limit: number): readonly PortCount[] {
    const number = this.#index.addressNumber(address);
    if (number === undefined) return [];
    return portsOf(
      this.#all(
        'SELECT proto, port, contacts FROM source_ports WHERE src = ? ORDER BY contacts DESC, port LIMIT ?',
        number,
        limit,
      ),
    );
  }

  /** The places of the connections that a source opened, the newest first. */
  sessionsOfSource(address: IpAddress, limit: number): readonly EventPlace[] {
    const [kind] = this.#kindsNamed('flow.open');
    const number = this.#index.addressNumber(address);
    if (kind === undefined || number === undefined) return [];
    return this.#all(
      `SELECT seq, offset, length FROM events WHERE src = ? AND kind = ? AND session IS NOT NULL
       ORDER BY seq DESC LIMIT ?`,
      number,
      kind,
      limit,
    );
  }

  /** The places of the events of a session, the oldest first; others whose identifiers have the same key may be among them. */
  session(key: number, limit: number): readonly EventPlace[] {
    return this.#all(
      'SELECT seq, offset, length FROM events WHERE session = ? ORDER BY seq LIMIT ?',
      key,
      limit,
    );
  }

  /** Sources by the minute in which each was seen first, for the growth of their number. */
  firstSeen(): readonly { readonly minute: number; readonly sources: number }[] {
    return this.#all(
      `SELECT first_us / 60000000 AS minute, count(*) AS sources FROM sources WHERE contacts > 0
       GROUP BY minute ORDER BY minute`,
    );
  }

  #hint({ source }: EventFilter): string {
    if (!this.#index.hasIndexes) return 'NOT INDEXED';
    if (source !== null) {
      const [term, first, last] = spanTerm('src', source);
      const [row] = this.#all<{ n: number | null }>(
        `SELECT sum(events) AS n FROM sources WHERE ${term}`,
        first,
        last,
      );
      if ((row?.n ?? 0) <= INDEXED_MAX) return 'INDEXED BY events_src';
    }
    return 'NOT INDEXED';
  }

  #kindsNamed(name: string): readonly number[] {
    const isBeginning = name.endsWith('*');
    const wanted = isBeginning ? name.slice(0, -1) : name;
    return this.#index.kinds.names.flatMap((each, index) =>
      (isBeginning ? each.startsWith(wanted) : each === wanted) ? [index + 1] : [],
    );
  }

  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- what a statement returns is known to whoever writes it
  #all<Row>(sql: string, ...values: readonly (string | number)[]): readonly Row[] {
    return this.#index.database.prepare(sql).all(...values) as Row[];
  }
}

/** The column of an address's digits; null for one of IPv4. */
const DIGITS = '(SELECT address FROM ipv6 WHERE id = src) AS digits';

/** The condition that an address lies in a span, with its two values. */
function spanTerm(
  column: 'src' | 'dst',
  { first, last }: AddressSpan,
): readonly [string, number | string, number | string] {
  if (typeof first === 'number') return [`${column} BETWEEN ? AND ?`, first, Number(last)];
  const term = `${column} IN (SELECT id FROM ipv6 WHERE address BETWEEN ? AND ?)`;
  return [term, ipv6Digits(first), ipv6Digits(BigInt(last))];
}

function portsOf(rows: readonly { proto: number; port: number; contacts: number }[]): readonly PortCount[] {
  return rows.map(({ proto, port, contacts }) => ({ protocol: NAMES.get(proto) ?? 'other', port, contacts }));
}

function summaryOf({
  src,
  digits,
  first_us,
  last_us,
  events,
  contacts,
  handshakes,
}: SourceRow): SourceSummary {
  return {
    address: formatIp(digits === null ? src : ipv6OfDigits(digits)),
    firstSeconds: first_us / MICROSECONDS,
    lastSeconds: last_us / MICROSECONDS,
    events,
    contacts,
    handshakes,
  };
}
