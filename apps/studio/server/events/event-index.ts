/**
 * The index of a file of events: a database beside it that can be deleted and is made anew. Events are added in batches and
 * committed with everything that is summed up of them and with how far the file is read, so that a crash loses no more than
 * what is read again.
 */
import Database from 'libsql';
import type { IpAddress } from '@wormwood/wire';
import type { EventRow } from './event-row.ts';
import { Ipv6Numbers } from './ipv6-numbers.ts';
import { INDEX_VERSION, INDEXES, NameTable, PendingSums, TABLES } from './index-tables.ts';

/** Where an event stands in the file, and its number in the index. */
export interface EventPlace {
  readonly seq: number;
  readonly offset: number;
  readonly length: number;
}

/** How far the file is read. */
export interface ReadState {
  /** What distinguishes the file from others: the hash of its first line; empty before there is one. */
  readonly file: string;
  readonly offset: number;
  readonly lines: number;
  readonly malformed: number;
}

const EVENT_COLUMNS = 11;
/** Rows of one statement: crossing into the library costs more than a row. */
const ROWS_AT_ONCE = 256;
const MEMORY = ':memory:';

type Statement = ReturnType<Database.Database['prepare']>;

export class EventIndex {
  readonly path: string;
  readonly database: Database.Database;
  readonly kinds: NameTable;
  readonly hosts: NameTable;
  #ipv6: Ipv6Numbers;
  readonly #insertMany: Statement;
  readonly #insertOne: Statement;
  #pending: PendingSums = new PendingSums();
  #rows: unknown[] = [];
  #isInTransaction = false;
  #hasIndexes: boolean;
  /** The number of the last event. */
  lastSeq: number;

  /** Opens the index at `path`, or makes a new one there; null: in memory. Throws the system's or the library's error. */
  constructor(path: string | null) {
    this.path = path ?? MEMORY;
    this.database = new Database(this.path);
    this.database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -65536;');
    if (this.#versionFound() !== INDEX_VERSION) this.#makeTables();
    this.kinds = new NameTable(this.#names('kinds'));
    this.hosts = new NameTable(this.#names('hosts'));
    this.#ipv6 = new Ipv6Numbers(this.database);
    const row = `(${Array.from({ length: EVENT_COLUMNS }, () => '?').join(',')})`;
    const rows = Array.from({ length: ROWS_AT_ONCE }, () => row).join(',');
    this.#insertMany = this.database.prepare(`INSERT INTO events VALUES ${rows}`);
    this.#insertOne = this.database.prepare(`INSERT INTO events VALUES ${row}`);
    this.#hasIndexes =
      this.database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'events_src'").get() !== undefined;
    this.lastSeq = this.#number('SELECT max(seq) AS n FROM events');
  }

  /** The number of an address in the tables; undefined where no event has it. */
  addressNumber(address: IpAddress): number | undefined {
    return this.#ipv6.find(address);
  }

  get pendingEvents(): number {
    return this.#pending.events;
  }

  /** Whether what looks events up quickly is there. */
  get hasIndexes(): boolean {
    return this.#hasIndexes;
  }

  readState(): ReadState {
    const value = (key: string): string => {
      const row = this.database.prepare('SELECT value FROM meta WHERE key = ?').get(key);
      return row === undefined ? '' : String((row as { value: unknown }).value);
    };
    return {
      file: value('file'),
      offset: Number(value('offset')),
      lines: Number(value('lines')),
      malformed: Number(value('malformed')),
    };
  }

  /** Takes an event of the file in; the caller commits. */
  add(row: EventRow, offset: number, length: number): void {
    this.#begin();
    const kind = this.kinds.idOf(row.kind);
    this.kinds.count(kind, 1);
    const host = row.host === null ? null : this.hosts.idOf(row.host);
    if (host !== null && row.contacts > 0) this.hosts.count(host, row.contacts);
    const source = row.source === null ? null : this.#ipv6.numberOf(row.source);
    const destination = row.destination === null ? null : this.#ipv6.numberOf(row.destination);
    this.#pending.add(row, source, destination);
    this.#rows.push(
      ++this.lastSeq,
      offset,
      length,
      row.microseconds,
      kind,
      source,
      destination,
      row.protocol,
      row.port,
      row.session,
      host,
    );
    if (this.#rows.length === ROWS_AT_ONCE * EVENT_COLUMNS) {
      this.#insertMany.run(this.#rows);
      this.#rows = [];
    }
  }

  /** Writes what was taken in, with how far the file is read. */
  commit({ file, offset, lines, malformed }: ReadState): void {
    this.#begin();
    for (let first = 0; first < this.#rows.length; first += EVENT_COLUMNS)
      this.#insertOne.run(this.#rows.slice(first, first + EVENT_COLUMNS));
    this.#rows = [];
    this.#writeSums();
    const put = this.database.prepare(
      'INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
    );
    for (const [key, value] of Object.entries({ file, offset, lines, malformed }))
      put.run(key, String(value));
    this.database.exec('COMMIT');
    this.#isInTransaction = false;
    this.#pending = new PendingSums();
  }

  /** Makes what looks events up quick; called once the file is read for the first time. */
  makeIndexes(): void {
    if (this.#hasIndexes) return;
    this.database.exec(INDEXES);
    this.#hasIndexes = true;
  }

  /** Forgets everything: the file is another one. */
  clear(): void {
    if (this.#isInTransaction) this.database.exec('ROLLBACK');
    this.#isInTransaction = false;
    this.#pending = new PendingSums();
    this.#rows = [];
    this.#makeTables();
    this.#ipv6 = new Ipv6Numbers(this.database);
    this.#hasIndexes = false;
    this.lastSeq = 0;
  }

  close(): void {
    this.database.close();
  }

  #begin(): void {
    if (this.#isInTransaction) return;
    this.database.exec('BEGIN');
    this.#isInTransaction = true;
  }

  #writeSums(): void {
    const { sources, sourcePorts, ports, minutes, networks } = this.#pending;
    const source = this.database.prepare(
      `INSERT INTO sources VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET first_us = min(first_us, excluded.first_us),
       last_us = max(last_us, excluded.last_us), events = events + excluded.events,
       contacts = contacts + excluded.contacts, handshakes = handshakes + excluded.handshakes`,
    );
    for (const [src, { first, last, events, contacts, handshakes }] of sources)
      source.run(src, first, last, events, contacts, handshakes);
    const sourcePort = this.database.prepare(
      'INSERT INTO source_ports VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET contacts = contacts + excluded.contacts',
    );
    for (const [key, contacts] of sourcePorts) sourcePort.run(...PendingSums.partsOf(key), contacts);
    const port = this.database.prepare(
      'INSERT INTO ports VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET contacts = contacts + excluded.contacts',
    );
    for (const [key, contacts] of ports) port.run(...PendingSums.partsOf(key).slice(1), contacts);
    const minute = this.database.prepare(
      `INSERT INTO minutes VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET contacts = contacts + excluded.contacts,
       events = events + excluded.events`,
    );
    for (const [start, { contacts, events }] of minutes) minute.run(start, contacts, events);
    const network = this.database.prepare(
      'INSERT INTO networks VALUES (?, ?) ON CONFLICT DO UPDATE SET contacts = contacts + excluded.contacts',
    );
    for (const [first, contacts] of networks) network.run(first, contacts);
    this.#writeNames('kinds', 'events', this.kinds);
    this.#writeNames('hosts', 'contacts', this.hosts);
  }

  #writeNames(table: string, column: string, names: NameTable): void {
    const statement = this.database.prepare(
      `INSERT INTO ${table} VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET ${column} = ${column} + excluded.${column}`,
    );
    for (const [index, name] of names.names.entries()) {
      const count = names.counts.get(index + 1);
      if (count !== undefined) statement.run(index + 1, name, count);
    }
    names.counts.clear();
  }

  #makeTables(): void {
    const found = this.database
      .prepare(
        "SELECT type, name FROM sqlite_master WHERE type IN ('table', 'index') AND name NOT LIKE 'sqlite_%'",
      )
      .all() as { type: string; name: string }[];
    this.database.exec('BEGIN');
    for (const { type, name } of found.toSorted((a, b) => a.type.localeCompare(b.type)))
      this.database.exec(`DROP ${type} IF EXISTS "${name}"`);
    this.database.exec(TABLES);
    this.database.exec(`INSERT INTO meta VALUES ('version', '${INDEX_VERSION}')`);
    this.database.exec('COMMIT');
  }

  #versionFound(): number {
    const table = this.database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'meta'").get();
    if (table === undefined) return 0;
    return this.#number("SELECT value AS n FROM meta WHERE key = 'version'");
  }

  #names(table: string): readonly string[] {
    const rows = this.database.prepare(`SELECT name FROM ${table} ORDER BY id`).all() as { name: string }[];
    return rows.map(({ name }) => name);
  }

  #number(sql: string): number {
    const row = this.database.prepare(sql).get() as { n: number | string | null } | undefined;
    return Number(row?.n ?? 0);
  }
}
