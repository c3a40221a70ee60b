/**
 * The alarm "this is a worm": on each port that enough sources contact, the number of different sources per interval is
 * followed, at intervals from a second to an hour, so that worms that double in half a minute and in a day are both
 * seen. Growth that persists raises the alarm. It names no source, and nothing acts on it.
 */
import { formatDuration, formatRange, type Growth, SeriesTrend, WITHHELD } from '@wormwood/base';
import type { Observation } from '../observation.ts';
import { formatPort, portOf } from '../evidence/evidence-detector.ts';

const INTERVALS_SECONDS = [1, 10, 60, 600, 3600] as const;
const PORT_KEYS = 3 * 0x10000;
/** A port is followed after so many contacts, those of one source within a second taken as one. */
const FOLLOWED_FROM = 16;
/** Ports followed at a time; the one without contacts for longest is evicted. */
const FOLLOWED_MAX = 256;
/** A port found so many intervals after the first observation had no contacts to speak of before. */
const QUIET_INTERVALS = 10;
/** More empty intervals in a row teach nothing new. */
const EMPTY_INTERVALS_MAX = 1000;
/** The 97.5 % quantile of the standard normal distribution. */
const NORMAL_QUANTILE = 1.959963984540054;

/** An estimate with its 95 % interval. */
export interface Interval {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

/** A surge of sources at one port that grows as a worm does, with its pace. Rates are per second, intervals 95 %. */
export interface WormAlarm {
  readonly protocol: Observation['protocol'];
  readonly port: number;
  readonly raisedSeconds: number;
  /** When the surge was over; null while it goes on. */
  readonly endedSeconds: number | null;
  /** Whether it now grows at less than half the pace that was measured. */
  readonly hasSlowed: boolean;
  /** End of the interval to which the figures belong: at the latest two doublings after the alarm was raised. */
  readonly measuredSeconds: number;
  readonly growthPerSecond: Interval;
  readonly doublingSeconds: Interval;
  /** Different sources per interval, beyond the usual number, and the length of the interval they were counted in. */
  readonly sourcesPerInterval: number;
  readonly intervalSeconds: number;
  readonly text: string;
}

interface Series {
  readonly trend: SeriesTrend;
  /** Number of the interval that is being counted. */
  interval: number;
  count: number;
  raisedSeconds: number | null;
  measuredSeconds: number;
}

/** What an alarm is made of. */
interface Findings {
  readonly key: number;
  readonly seconds: number;
  readonly growth: Growth;
  readonly raisedSeconds: number;
  readonly measuredSeconds: number;
  readonly endedSeconds: number | null;
  readonly hasSlowed: boolean;
}

export class WormTrend {
  readonly bytes: number =
    PORT_KEYS + FOLLOWED_MAX * INTERVALS_SECONDS.length * (WITHHELD + 16) * Float64Array.BYTES_PER_ELEMENT;
  readonly #contacts: Uint8Array = new Uint8Array(PORT_KEYS);
  /** By port key, the one with the latest contact last. */
  readonly #ports: Map<number, readonly Series[]> = new Map();
  /** Stands last. */
  #latestKey = -1;
  #firstSeconds = Infinity;
  #lastSeconds = -Infinity;
  #ended: WormAlarm | null = null;

  /** Takes in a contact to a dark address; `previousSeconds` is when the same source made one before, or −Infinity. */
  observe(key: number, nowSeconds: number, previousSeconds: number): void {
    this.#firstSeconds = Math.min(this.#firstSeconds, nowSeconds);
    this.#lastSeconds = Math.max(this.#lastSeconds, nowSeconds);
    const all = this.#ports.get(key) ?? this.#admit(key, previousSeconds);
    if (all === null) return;
    // The shortest interval decides whether the source counts in any.
    if (isSameInterval(INTERVALS_SECONDS[0], nowSeconds, previousSeconds)) return;
    if (key !== this.#latestKey) {
      this.#ports.delete(key);
      this.#ports.set(key, all);
      this.#latestKey = key;
    }
    for (let scale = 0; scale < INTERVALS_SECONDS.length; scale++) {
      const [seconds, series] = [INTERVALS_SECONDS[scale], all[scale]];
      if (seconds === undefined || series === undefined) continue;
      if (isSameInterval(seconds, nowSeconds, previousSeconds)) continue;
      this.#advance(series, { key, seconds });
      series.count++;
    }
  }

  /** The alarm that is most certain of those that stand; when none does, the last one that ended. */
  alarm(): WormAlarm | null {
    let standing: WormAlarm | null = null;
    let certainty = 0;
    for (const [key, all] of this.#ports) {
      all.forEach((series, scale) => {
        const seconds = INTERVALS_SECONDS[scale] ?? 1;
        this.#advance(series, { key, seconds });
        const { growth } = series.trend;
        if (growth === null || growth.perInterval / growth.standardDeviation <= certainty) return;
        certainty = growth.perInterval / growth.standardDeviation;
        standing = alarmOf({
          key,
          seconds,
          growth,
          endedSeconds: null,
          hasSlowed: series.trend.hasSlowed,
          raisedSeconds: series.raisedSeconds ?? 0,
          measuredSeconds: series.measuredSeconds,
        });
      });
    }
    return standing ?? this.#ended;
  }

  /** The series of a port that has become worth following; null for one that has not. */
  #admit(key: number, previousSeconds: number): readonly Series[] | null {
    if (isSameInterval(INTERVALS_SECONDS[0], this.#lastSeconds, previousSeconds)) return null;
    const contacts = Math.min((this.#contacts[key] ?? 0) + 1, FOLLOWED_FROM);
    this.#contacts[key] = contacts;
    if (contacts < FOLLOWED_FROM) return null;
    const all = INTERVALS_SECONDS.map((seconds) => this.#newSeries(seconds));
    this.#ports.set(key, all);
    this.#latestKey = key;
    const [oldest] = this.#ports.keys();
    if (this.#ports.size > FOLLOWED_MAX && oldest !== undefined) {
      this.#ports.delete(oldest);
      this.#contacts[oldest] = 0;
    }
    return all;
  }

  #newSeries(seconds: number): Series {
    const isQuietBefore = this.#lastSeconds - this.#firstSeconds >= QUIET_INTERVALS * seconds;
    return {
      trend: new SeriesTrend({ isQuietBefore }),
      interval: Math.floor(this.#lastSeconds / seconds),
      count: 0,
      raisedSeconds: null,
      measuredSeconds: 0,
    };
  }

  /** Closes the intervals of the series that are over by now. */
  #advance(series: Series, of: { readonly key: number; readonly seconds: number }): void {
    const interval = Math.floor(this.#lastSeconds / of.seconds);
    if (interval <= series.interval) return;
    const over = Math.min(interval - series.interval, EMPTY_INTERVALS_MAX);
    for (let i = 1; i <= over; i++) {
      const before = series.trend.growth;
      series.trend.close(series.count);
      series.count = 0;
      const { growth } = series.trend;
      if (growth === before) continue;
      const endSeconds = (series.interval + i) * of.seconds;
      const { measuredSeconds } = series;
      series.measuredSeconds = endSeconds;
      series.raisedSeconds ??= endSeconds;
      if (growth !== null || before === null) continue;
      const { raisedSeconds } = series;
      const when = { raisedSeconds, measuredSeconds, endedSeconds: endSeconds };
      this.#ended = alarmOf({ ...of, ...when, growth: before, hasSlowed: true });
      series.raisedSeconds = null;
    }
    series.interval = interval;
  }
}

function isSameInterval(seconds: number, a: number, b: number): boolean {
  return Math.floor(a / seconds) === Math.floor(b / seconds);
}

function alarmOf(found: Findings): WormAlarm {
  const { key, seconds, raisedSeconds, measuredSeconds, endedSeconds, hasSlowed } = found;
  const { perInterval, standardDeviation, level } = found.growth;
  const margin = NORMAL_QUANTILE * standardDeviation;
  const growthPerSecond = {
    estimate: perInterval / seconds,
    low: (perInterval - margin) / seconds,
    high: (perInterval + margin) / seconds,
  };
  const doublingSeconds = {
    estimate: Math.LN2 / growthPerSecond.estimate,
    low: Math.LN2 / growthPerSecond.high,
    high: Math.LN2 / growthPerSecond.low,
  };
  return {
    ...portOf(key),
    raisedSeconds,
    endedSeconds,
    hasSlowed,
    measuredSeconds,
    growthPerSecond,
    doublingSeconds,
    sourcesPerInterval: level,
    intervalSeconds: seconds,
    text: wordsOf(found, doublingSeconds),
  };
}

function wordsOf({ key, endedSeconds, hasSlowed }: Findings, doubling: Interval): string {
  const pace =
    `every ${formatDuration(doubling.estimate)}` +
    ` (95%: ${formatRange([doubling.low, doubling.high], formatDuration)})`;
  const subject = `The number of sources that contact ${formatPort(key)}`;
  if (endedSeconds !== null) return `${subject} doubled ${pace}; that surge is over.`;
  if (hasSlowed) return `${subject} doubled ${pace} and now grows at less than half that pace.`;
  return `${subject} doubles ${pace}: something multiplies there.`;
}
