/**
 * Judges the sources of the events as `wormwood detect` does. It reads the file on its own, behind the index, so that the
 * events can be looked at long before the last of them is judged.
 */
import { randomBytes } from 'node:crypto';
import { randomStreams } from '@wormwood/base';
import { formatIp, formatIpPrefix, type IpAddress, ipPrefixOf, type IpSet } from '@wormwood/wire';
import {
  createDetector,
  type Detector,
  EventObserver,
  explanationWords,
  type Verdict,
} from '@wormwood/defense';
import { type AlarmedSeries, OutbreakWatch } from '@wormwood/study';
import type { LineReader } from './line-reader.ts';

/** Verdicts of a source that are kept, the latest ones. */
const VERDICTS_OF_SOURCE_MAX = 20;
/** As many sources as the detector remembers. */
const SOURCES_MAX = 131_072;
/** Sources, counted at each port anew, whose contacts are kept for a forecast. */
const WATCHED_MAX = 262_144;
/** Verdicts that nobody has taken yet. */
const NEWS_MAX = 1000;

/** Of an IPv6 address, the network that is judged as one source. */
const NETWORK_BITS = 64;

export class Judge {
  readonly #reader: LineReader;
  readonly #file: string;
  readonly #observer: EventObserver;
  readonly #detector: Detector;
  readonly #watch: OutbreakWatch;
  readonly #verdicts: Map<string, Verdict[]> = new Map();
  #news: Verdict[] = [];
  #lines = 0;
  readonly monitored: IpSet;

  /** `reader` is its own, at the beginning of the file. */
  constructor(reader: LineReader, file: string, monitored: IpSet) {
    this.#reader = reader;
    this.#file = file;
    this.monitored = monitored;
    this.#observer = new EventObserver(monitored);
    // An attacker who knew the keys could choose addresses that collide in the tables.
    const seed = randomBytes(8).readBigUInt64BE().toString();
    this.#detector = createDetector({ streams: randomStreams(seed), monitored });
    this.#watch = new OutbreakWatch({
      detector: this.#detector,
      honeypots: monitored.ipv4,
      sourcesMax: WATCHED_MAX,
    });
  }

  /** Octets of the file that are judged. */
  get offset(): number {
    return this.#reader.offset;
  }

  /** Judges about a megabyte of events; returns false when there is none left. */
  step(): boolean {
    const octets = this.#reader.read(({ text }) => {
      const reading = this.#observer.read({ text, file: this.#file, line: ++this.#lines });
      if (reading.kind !== 'observations') return;
      for (const observation of reading.observations) {
        const verdict = this.#watch.take(observation);
        if (verdict !== null) this.#keep(verdict);
      }
    });
    return octets > 0;
  }

  /** The latest verdict of each source, the latest one first. */
  latest(): readonly Verdict[] {
    return [...this.#verdicts.values()]
      .flatMap((verdicts) => verdicts.at(-1) ?? [])
      .toSorted((a, b) => b.timeSeconds - a.timeSeconds);
  }

  latestOf(source: IpAddress): Verdict | null {
    return this.verdictsOf(source).at(-1) ?? null;
  }

  /** Verdicts on the source, or on the network of IPv6 that it is judged with. */
  verdictsOf(source: IpAddress): readonly Verdict[] {
    const own = this.#verdicts.get(formatIp(source));
    if (own !== undefined || typeof source === 'number') return own ?? [];
    return this.#verdicts.get(formatIpPrefix(ipPrefixOf(source, NETWORK_BITS))) ?? [];
  }

  /** What `wormwood detect explain` prints of the source. */
  explain(source: IpAddress): string {
    return explanationWords(this.#detector.explain(source), this.verdictsOf(source));
  }

  /** Everything that the detector knows of the source, as data. */
  evidenceOf(source: IpAddress): ReturnType<Detector['explain']> {
    return this.#detector.explain(source);
  }

  alarm(): string | null {
    return this.#watch.alarm()?.text ?? null;
  }

  /** The contacts that a forecast is made from; or, as a sentence, why there are none. */
  alarmed(responseSeconds: number | undefined): AlarmedSeries | string {
    return this.#watch.alarmed(responseSeconds);
  }

  /** Verdicts since this was called last. */
  takeNews(): readonly Verdict[] {
    const news = this.#news;
    this.#news = [];
    return news;
  }

  close(): void {
    this.#reader.close();
  }

  #keep(verdict: Verdict): void {
    this.#news.push(verdict);
    if (this.#news.length > NEWS_MAX) this.#news.shift();
    const name = verdict.prefix ?? formatIp(verdict.source);
    const known = this.#verdicts.get(name);
    if (known !== undefined) {
      known.push(verdict);
      if (known.length > VERDICTS_OF_SOURCE_MAX) known.shift();
    } else if (this.#verdicts.size < SOURCES_MAX) this.#verdicts.set(name, [verdict]);
  }
}
