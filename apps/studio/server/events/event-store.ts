/**
 * Events, indexed and judged as their file grows: everything that the pages ask about them. It works in slices, so that
 * questions are answered between them however long a file takes to read.
 */
import { rmSync } from 'node:fs';
import { formatCidr, systemReason } from '@wormwood/base';
import { formatIpPrefix, IpSet, parseIpPrefix } from '@wormwood/wire';
import type { Verdict } from '@wormwood/defense';
import type { FoundEvent, StoreProgress } from '../interface/answers.ts';
import { EventIndex, type EventPlace } from './event-index.ts';
import { EventQueries, type EventRequest } from './event-queries.ts';
import { EventRowReader } from './event-row.ts';
import { NO_FILTER } from './filter.ts';
import { Judge } from './judge.ts';
import { LineReader } from './line-reader.ts';

/** Work between two looks at what is asked. */
const SLICE_MS = 40;
/** A commit costs more than many events. */
const COMMIT_EVENTS = 100_000;
const NETS_EVENTS_MAX = 1000;

export class EventStore {
  readonly #path: string;
  readonly #rows: EventRowReader = new EventRowReader();
  readonly #troubles: Map<string, string> = new Map();
  #reader: LineReader | null = null;
  #index: EventIndex;
  #queries: EventQueries;
  #judge: Judge | null = null;
  #lines = 0;
  #malformed = 0;
  #lastMicroseconds = 0;
  /** Number of `sensor.start` events that the judge knows of. */
  #starts = -1;
  #isInMemory = false;

  constructor(path: string) {
    this.#path = path;
    this.#index = this.#openIndex();
    this.#queries = new EventQueries(this.#index);
  }

  get queries(): EventQueries {
    return this.#queries;
  }

  get judge(): Judge | null {
    return this.#judge;
  }

  /** Reads and judges for a moment; returns whether there is more to do at once. */
  work(): boolean {
    try {
      const until = performance.now() + SLICE_MS;
      const reader = this.#opened();
      if (reader === null) return false;
      while (performance.now() < until) if (!this.#readSome(reader)) break;
      if (this.#hasMore) return true;
      return this.#judgeUntil(until);
    } catch (error) {
      return this.#survive(error);
    }
  }

  progress(): StoreProgress {
    const size = this.#sizeOctets();
    const read = this.#reader?.offset ?? 0;
    return {
      path: this.#path,
      sizeOctets: Math.max(size, read),
      readOctets: read,
      judgedOctets: this.#judge?.offset ?? 0,
      events: this.#index.lastSeq,
      malformed: this.#malformed,
      lastEventSeconds: this.#lastMicroseconds === 0 ? null : this.#lastMicroseconds / 1e6,
      lastSeq: this.#index.lastSeq,
      indexPath: this.#isInMemory ? null : this.#index.path,
      monitored: this.#judge === null ? [] : namesOf(this.#judge.monitored),
      troubles: [...this.#troubles.values()],
    };
  }

  /** The events asked for, read from the file; those whose line is gone are left out. */
  events(request: EventRequest): readonly FoundEvent[] {
    return this.read(this.#queries.events(request));
  }

  read(places: readonly EventPlace[]): readonly FoundEvent[] {
    const reader = this.#reader;
    if (reader === null) return [];
    return places.flatMap(({ seq, offset, length }): readonly FoundEvent[] => {
      try {
        return [{ seq, event: JSON.parse(reader.textAt(offset, length)) as FoundEvent['event'] }];
      } catch {
        // The file was cut since.
        return [];
      }
    });
  }

  takeVerdicts(): readonly Verdict[] {
    return this.#judge?.takeNews() ?? [];
  }

  close(): void {
    this.#reader?.close();
    this.#judge?.close();
    this.#index.close();
  }

  #hasMore = false;

  /** Indexes about a megabyte; returns whether there was anything. */
  #readSome(reader: LineReader): boolean {
    let microseconds = this.#lastMicroseconds;
    const octets = reader.read(({ text, offset, length }) => {
      this.#lines++;
      const row = this.#rows.read(text);
      if (row === undefined) {
        if (length > 0) this.#malformed++;
        return;
      }
      this.#index.add(row, offset, length);
      if (row.microseconds > microseconds) microseconds = row.microseconds;
    });
    this.#lastMicroseconds = microseconds;
    this.#hasMore = octets > 0;
    const isDue =
      this.#index.pendingEvents >= COMMIT_EVENTS || (octets === 0 && this.#index.pendingEvents > 0);
    if (isDue) this.#commit(reader);
    if (octets > 0) return true;
    this.#index.makeIndexes();
    if (!reader.followRotation()) return false;
    this.#startAnew(
      'The file of events was rotated or cut; the index begins again with the one that is there now.',
    );
    return true;
  }

  #commit(reader: LineReader): void {
    this.#index.commit({
      file: reader.firstLineHash(),
      offset: reader.offset,
      lines: this.#lines,
      malformed: this.#malformed,
    });
  }

  #judgeUntil(until: number): boolean {
    const judge = this.#judgeNow();
    if (judge === null) return false;
    while (performance.now() < until) if (!judge.step()) return false;
    return true;
  }

  /** The judge for the addresses that the sensors have said so far; another one once they say others. */
  #judgeNow(): Judge | null {
    const starts = this.#queries.kinds().find(({ name }) => name === 'sensor.start')?.events ?? 0;
    if (starts === this.#starts) return this.#judge;
    this.#starts = starts;
    const monitored = this.#netsOf();
    const isSame =
      this.#judge !== null && namesOf(this.#judge.monitored).join() === namesOf(monitored).join();
    if (isSame) return this.#judge;
    this.#judge?.close();
    this.#judge = monitored.isEmpty ? null : new Judge(new LineReader(this.#path), this.#path, monitored);
    if (monitored.isEmpty)
      this.#troubles.set(
        'nets',
        'No event says which addresses the sensor answers for, so nobody is judged: the file has no sensor.start.',
      );
    else this.#troubles.delete('nets');
    return this.#judge;
  }

  #netsOf(): IpSet {
    const filter = {
      source: null,
      destination: null,
      port: null,
      protocol: null,
      host: null,
      kind: 'sensor.start',
    };
    const found = this.events({ filter, before: null, after: null, from: 'oldest', limit: NETS_EVENTS_MAX });
    const prefixes = found.flatMap(({ event }) => {
      const nets: unknown = event['nets'];
      if (!Array.isArray(nets)) return [];
      return nets.flatMap((each) => {
        const prefix = parseIpPrefix(String(each));
        return prefix.ok ? [prefix.value] : [];
      });
    });
    return IpSet.of(prefixes);
  }

  #opened(): LineReader | null {
    if (this.#reader !== null) return this.#reader;
    let reader: LineReader;
    try {
      reader = new LineReader(this.#path);
    } catch (error) {
      this.#troubles.set(
        'file',
        `The events cannot be read: ${systemReason(error)}. They are looked for again.`,
      );
      return null;
    }
    this.#troubles.delete('file');
    this.#reader = reader;
    const { file, offset, lines, malformed } = this.#index.readState();
    const isSame = file !== '' && file === reader.firstLineHash() && offset <= reader.sizeOctets;
    if (isSame) {
      reader.goTo(offset);
      [this.#lines, this.#malformed] = [lines, malformed];
      const span = this.#queries.events({
        filter: NO_FILTER,
        before: null,
        after: null,
        from: 'newest',
        limit: 1,
      })[0];
      if (span !== undefined) this.#lastMicroseconds = this.#microsecondsAt(span.seq);
    } else if (this.#index.lastSeq > 0) this.#index.clear();
    return reader;
  }

  #microsecondsAt(seq: number): number {
    const row = this.#index.database.prepare('SELECT us FROM events WHERE seq = ?').get(seq);
    return (row as { us: number } | undefined)?.us ?? 0;
  }

  #startAnew(sentence: string): void {
    this.#troubles.set('rotation', sentence);
    this.#index.clear();
    this.#reset();
  }

  #reset(): void {
    [this.#lines, this.#malformed, this.#lastMicroseconds, this.#starts] = [0, 0, 0, -1];
    this.#judge?.close();
    this.#judge = null;
    this.#hasMore = true;
  }

  #openIndex(): EventIndex {
    const path = `${this.#path}.index`;
    try {
      return new EventIndex(path);
    } catch (error) {
      return this.#indexInMemory(error);
    }
  }

  /** A disk that is full, or that may not be written, costs the index beside the events and nothing else. */
  #indexInMemory(error: unknown): EventIndex {
    const reason = /full/i.test(String(error)) ? 'the disk is full' : systemReason(error);
    this.#troubles.set(
      'index',
      `The index cannot be kept beside the events: ${reason}. It is in memory and is made again at the next start.`,
    );
    this.#isInMemory = true;
    return new EventIndex(null);
  }

  #survive(error: unknown): boolean {
    if (this.#isInMemory) throw error;
    try {
      this.#index.close();
      for (const ending of ['', '-wal', '-shm']) rmSync(`${this.#path}.index${ending}`, { force: true });
    } catch {
      // What cannot be written cannot always be removed; nothing is read from it again.
    }
    this.#index = this.#indexInMemory(error);
    this.#queries = new EventQueries(this.#index);
    this.#reader?.goTo(0);
    this.#reset();
    return true;
  }

  #sizeOctets(): number {
    try {
      return this.#reader?.sizeOctets ?? 0;
    } catch {
      // A file system that went away.
      return 0;
    }
  }
}

/** The fewest blocks of a set, as they are written. */
function namesOf({ ipv4, ipv6 }: IpSet): readonly string[] {
  return [...ipv4.toCidrs().map(formatCidr), ...ipv6.prefixes().map(formatIpPrefix)];
}
