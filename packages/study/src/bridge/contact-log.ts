/**
 * What the honeypots of a honeynet see of an outbreak at one port: when each source made its first contact, and how often it came
 * back. The first contacts show how many hosts are infected, the later ones how fast a host scans.
 */

import { exp } from '@wormwood/base';

/** A contact of a source with a honeypot. */
export interface SeenContact {
  readonly timeSeconds: number;
  readonly source: number;
  readonly destination: number;
}

/** The contacts with a honeynet, interval by interval. */
export interface ContactSeries {
  readonly startSeconds: number;
  readonly intervalSeconds: number;
  /** Sources that made their first contact in each interval. */
  readonly fresh: readonly number[];
  /** Sources seen that are infected still, at the beginning of each interval, and at the end of the last. */
  readonly active: readonly number[];
  /** Mean time from the first contact of a host to its immunization; undefined while nobody acts. */
  readonly responseSeconds: number | undefined;
  /** First contacts an interval that are expected without the worm. */
  readonly backgroundPerInterval: number;
  /** Contacts after the first of a source, and for how long sources were watched for them, all together. */
  readonly repeats: number;
  readonly watchedSeconds: number;
  /** Variance over mean of the contacts of single sources: 1 where all hosts scan alike. */
  readonly repeatsDispersion: number;
}

/** The stretch of time that a series is to cover, in whole intervals: what is left of it at the end has no first contacts. */
export interface SeriesStretch {
  readonly startSeconds: number;
  readonly endSeconds: number;
  readonly intervalSeconds: number;
  /** Mean time from the first contact of a host to its immunization; undefined while nobody acts. */
  readonly responseSeconds: number | undefined;
}

interface Source {
  readonly firstSeconds: number;
  repeats: number;
  destination: number;
}

/** The background is measured over at least so many intervals before the start. */
const BACKGROUND_INTERVALS = 10;

export class ContactLog {
  readonly #sources: Map<number, Source> = new Map();
  #firstSeconds = Infinity;
  #lastSeconds = -Infinity;
  #hasForgotten = false;

  /** Different sources that are remembered. */
  get sources(): number {
    return this.#sources.size;
  }

  /** Whether some were forgotten. */
  get hasForgotten(): boolean {
    return this.#hasForgotten;
  }

  /** When each of the sources was seen first. */
  firstContacts(): readonly number[] {
    return Array.from(this.#sources.values(), ({ firstSeconds }) => firstSeconds);
  }

  /** Forgets the sources first seen until a time, as if the log began then. */
  forgetUntil(timeSeconds: number): void {
    if (timeSeconds < this.#firstSeconds) return;
    for (const [source, { firstSeconds }] of this.#sources)
      if (firstSeconds <= timeSeconds) this.#sources.delete(source);
    this.#firstSeconds = timeSeconds;
    this.#hasForgotten = true;
  }

  /** When the first and the last contact were made. */
  get spanSeconds(): readonly [number, number] {
    return [this.#firstSeconds, this.#lastSeconds];
  }

  /** Takes in a contact. One that repeats the destination of the one before is the same attempt, sent again. */
  observe({ timeSeconds, source, destination }: SeenContact): void {
    this.#firstSeconds = Math.min(this.#firstSeconds, timeSeconds);
    this.#lastSeconds = Math.max(this.#lastSeconds, timeSeconds);
    const known = this.#sources.get(source);
    if (known === undefined) {
      this.#sources.set(source, { firstSeconds: timeSeconds, repeats: 0, destination });
      return;
    }
    if (known.destination === destination) return;
    known.destination = destination;
    known.repeats++;
  }

  /** How many different sources were seen from `startSeconds` until each of the times. */
  seenBy(startSeconds: number, timesSeconds: readonly number[]): readonly number[] {
    const firsts = this.#sourcesFrom(startSeconds).map(({ firstSeconds }) => firstSeconds);
    return timesSeconds.map((time) => firsts.filter((first) => first <= time).length);
  }

  /** Returns the series of the sources that are first seen from the start on; earlier ones are taken for usual noise. */
  series({ startSeconds, endSeconds, intervalSeconds, responseSeconds }: SeriesStretch): ContactSeries {
    const sources = this.#sourcesFrom(startSeconds);
    const intervals = Math.max(0, Math.floor((endSeconds - startSeconds) / intervalSeconds + 1e-9));
    const fresh = Array.from({ length: intervals }, () => 0);
    for (const { firstSeconds } of sources) {
      const place = (firstSeconds - startSeconds) / intervalSeconds;
      // What comes after the last whole interval belongs to none: added to the last one it would look like growth.
      if (place > intervals + 1e-9) continue;
      const interval = Math.min(intervals - 1, Math.floor(place));
      if (interval >= 0) fresh[interval] = (fresh[interval] ?? 0) + 1;
    }
    const watchedOf = ({ firstSeconds }: Source): number => {
      const seconds = Math.max(0, endSeconds - firstSeconds);
      // Of an exponential time to immunization, what lies before the end.
      return responseSeconds === undefined || responseSeconds <= 0
        ? seconds
        : responseSeconds * (1 - exp(-seconds / responseSeconds));
    };
    const isWatched = responseSeconds !== 0;
    const watchedSeconds = isWatched ? sum(sources.map(watchedOf)) : 0;
    const repeats = isWatched ? sum(sources.map((source) => source.repeats)) : 0;
    return {
      startSeconds,
      intervalSeconds,
      fresh,
      active: activeAt(fresh, intervalSeconds, responseSeconds),
      responseSeconds,
      backgroundPerInterval: this.#background(startSeconds, intervalSeconds),
      repeats,
      watchedSeconds,
      repeatsDispersion: dispersionOf(
        sources.map((source) => ({ repeats: source.repeats, watched: watchedOf(source) })),
      ),
    };
  }

  #sourcesFrom(startSeconds: number): readonly Source[] {
    return [...this.#sources.values()].filter(({ firstSeconds }) => firstSeconds >= startSeconds);
  }

  #background(startSeconds: number, intervalSeconds: number): number {
    const seconds = startSeconds - this.#firstSeconds;
    if (seconds < BACKGROUND_INTERVALS * intervalSeconds) return 0;
    const before = [...this.#sources.values()].filter(({ firstSeconds }) => firstSeconds < startSeconds);
    return (before.length / seconds) * intervalSeconds;
  }
}

/** Sources seen that still scan: all of them, or those that the response has not reached yet. */
function activeAt(
  fresh: readonly number[],
  intervalSeconds: number,
  responseSeconds: number | undefined,
): readonly number[] {
  const kept =
    responseSeconds === undefined ? 1 : responseSeconds <= 0 ? 0 : exp(-intervalSeconds / responseSeconds);
  const active = [0];
  // Those that come within an interval have waited for half of it at its end.
  for (const count of fresh) active.push((active.at(-1) ?? 0) * kept + count * Math.sqrt(kept));
  return active;
}

/** Pearson's χ² over its degrees of freedom of counts that share a rate. */
function dispersionOf(sources: readonly { readonly repeats: number; readonly watched: number }[]): number {
  const rate = sum(sources.map(({ repeats }) => repeats)) / sum(sources.map(({ watched }) => watched));
  if (!(rate > 0)) return 1;
  const terms = sources.flatMap(({ repeats, watched }) =>
    watched > 0 ? [(repeats - rate * watched) ** 2 / (rate * watched)] : [],
  );
  return Math.max(1, sum(terms) / Math.max(1, terms.length - 1));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
