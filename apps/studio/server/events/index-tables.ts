/** The tables of the index of events, and what of a batch of events is summed up before it is written there. */
import type { EventRow } from './event-row.ts';

/** Raised whenever the tables change: an index of another version is made anew. */
export const INDEX_VERSION = 2;

/**
 * Events without their text: it is read from the file of events, by its place. An address of IPv4 is its number; one of IPv6 has
 * a negative number of `ipv6`, where its 32 hexadecimal digits stand, so that a prefix is a range of texts.
 */
export const TABLES = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE kinds (id INTEGER PRIMARY KEY, name TEXT NOT NULL, events INTEGER NOT NULL);
CREATE TABLE hosts (id INTEGER PRIMARY KEY, name TEXT NOT NULL, contacts INTEGER NOT NULL);
CREATE TABLE ipv6 (id INTEGER PRIMARY KEY, address TEXT NOT NULL UNIQUE);
CREATE TABLE events (
  seq INTEGER PRIMARY KEY, offset INTEGER NOT NULL, length INTEGER NOT NULL, us INTEGER NOT NULL, kind INTEGER NOT NULL,
  src INTEGER, dst INTEGER, proto INTEGER NOT NULL, port INTEGER, session INTEGER, host INTEGER);
CREATE TABLE sources (
  src INTEGER PRIMARY KEY, first_us INTEGER NOT NULL, last_us INTEGER NOT NULL, events INTEGER NOT NULL,
  contacts INTEGER NOT NULL, handshakes INTEGER NOT NULL);
CREATE TABLE source_ports (
  src INTEGER NOT NULL, proto INTEGER NOT NULL, port INTEGER NOT NULL, contacts INTEGER NOT NULL,
  PRIMARY KEY (src, proto, port)) WITHOUT ROWID;
CREATE TABLE ports (proto INTEGER NOT NULL, port INTEGER NOT NULL, contacts INTEGER NOT NULL, PRIMARY KEY (proto, port))
  WITHOUT ROWID;
CREATE TABLE minutes (minute INTEGER PRIMARY KEY, contacts INTEGER NOT NULL, events INTEGER NOT NULL);
CREATE TABLE networks (network INTEGER PRIMARY KEY, contacts INTEGER NOT NULL);
`;

/**
 * Made once the events that are there are in: an index that grows with a million rows in any order costs most of the time.
 * Ports, hosts and kinds have none: looking at each of a million rows takes less than 50 ms.
 */
export const INDEXES = `
CREATE INDEX IF NOT EXISTS events_src ON events (src, seq);
CREATE INDEX IF NOT EXISTS events_session ON events (session, seq) WHERE session IS NOT NULL;
`;

const MICROSECONDS_OF_MINUTE = 60_000_000;
const PORTS = 65_536;
/** More than the highest protocol number that is counted by itself, and few enough for keys below 2^53. */
const PROTOCOLS = 32;
/** A network of the map of dark space is a /24. */
const NETWORK_ADDRESSES = 256;
const NAMES_MAX = 1000;
const OTHERS = '(others)';

interface SourceSum {
  first: number;
  last: number;
  events: number;
  contacts: number;
  handshakes: number;
}

/** Names that are written as numbers; beyond a thousand, which no sensor has, all are one. */
export class NameTable {
  readonly #ids: Map<string, number> = new Map();
  readonly counts: Map<number, number> = new Map();

  /** `known`: the names in the order of their numbers, from 1. */
  constructor(known: readonly string[] = []) {
    for (const name of known) this.#ids.set(name, this.#ids.size + 1);
  }

  idOf(name: string): number {
    const known = this.#ids.get(name);
    if (known !== undefined) return known;
    if (this.#ids.size >= NAMES_MAX && name !== OTHERS) return this.idOf(OTHERS);
    const id = this.#ids.size + 1;
    this.#ids.set(name, id);
    return id;
  }

  get names(): readonly string[] {
    return [...this.#ids.keys()];
  }

  nameOf(id: number): string {
    return this.names[id - 1] ?? OTHERS;
  }

  count(id: number, by: number): void {
    this.counts.set(id, (this.counts.get(id) ?? 0) + by);
  }
}

/** What the events since the last commit come to; written in one go, since sources and ports repeat. */
export class PendingSums {
  readonly sources: Map<number, SourceSum> = new Map();
  readonly sourcePorts: Map<number, number> = new Map();
  readonly ports: Map<number, number> = new Map();
  readonly minutes: Map<number, { contacts: number; events: number }> = new Map();
  readonly networks: Map<number, number> = new Map();
  events = 0;

  /** `source` and `destination`: the numbers of the addresses in the index. */
  add(
    { microseconds, protocol, port, contacts, isHandshake }: EventRow,
    source: number | null,
    destination: number | null,
  ): void {
    this.events++;
    const minute = Math.floor(microseconds / MICROSECONDS_OF_MINUTE);
    const sum = this.minutes.get(minute);
    if (sum === undefined) this.minutes.set(minute, { contacts, events: 1 });
    else {
      sum.contacts += contacts;
      sum.events++;
    }
    if (source !== null) this.#addSource(source, microseconds, contacts, isHandshake);
    if (contacts === 0) return;
    const portKey = protocol * PORTS + (port ?? 0);
    this.ports.set(portKey, (this.ports.get(portKey) ?? 0) + contacts);
    if (source !== null) {
      const key = source * PROTOCOLS * PORTS + portKey;
      this.sourcePorts.set(key, (this.sourcePorts.get(key) ?? 0) + contacts);
    }
    // The map of dark space is one of IPv4.
    if (destination !== null && destination >= 0) {
      const network = Math.floor(destination / NETWORK_ADDRESSES);
      this.networks.set(network, (this.networks.get(network) ?? 0) + contacts);
    }
  }

  #addSource(source: number, microseconds: number, contacts: number, isHandshake: boolean): void {
    let sum = this.sources.get(source);
    if (sum === undefined) {
      sum = { first: microseconds, last: microseconds, events: 0, contacts: 0, handshakes: 0 };
      this.sources.set(source, sum);
    }
    if (microseconds < sum.first) sum.first = microseconds;
    if (microseconds > sum.last) sum.last = microseconds;
    sum.events++;
    sum.contacts += contacts;
    if (isHandshake) sum.handshakes++;
  }

  /** The source, protocol and port of a key of `sourcePorts`; the source is 0 for one of `ports`. */
  static partsOf(key: number): readonly [number, number, number] {
    const source = Math.floor(key / (PROTOCOLS * PORTS));
    const rest = key - source * PROTOCOLS * PORTS;
    return [source, Math.floor(rest / PORTS), rest % PORTS];
  }
}
