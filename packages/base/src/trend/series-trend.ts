/**
 * The trend of one series of counts, interval by interval: usual noise, a surge, or the steady exponential growth that
 * only something that multiplies shows. "Detect the trend, not the rate" (Zou et al. 2003): a surge alone, however
 * large, raises no alarm.
 */
import { type Background, GrowthFilter } from './growth-filter.ts';

/** Counts enter the background this many intervals late, so that what is growing now is not taken for usual. */
export const WITHHELD = 60;
/** The background remembers about so many intervals. */
const BACKGROUND_MEMORY = 200;
/** A surge: so many intervals in a row, each so many standard deviations above the background. */
const SURGE_INTERVALS = 3;
const SURGE_DEVIATIONS = 2;
/** A level that after so long does not grow significantly is the new background. */
const PATIENCE_INTERVALS = 60;
const PATIENCE_DEVIATIONS = 2;
/** Where nothing is known of the time before, the first counts are taken for usual. */
const FIRST_COUNTS = 3;
/** The growth must exceed 0 by so many standard deviations to be looked at … */
const GROWTH_DEVIATIONS = 4;
/** … be looked at only when the level is so many times that of the start, so that an error about the background fades … */
const LEVEL_FACTOR = 4;
/** … and still have this share of itself once the level has doubled: linear growth has half. */
const PERSISTING_SHARE = 0.75;
/** Slower doubling than this leaks into the background and belongs to longer intervals. */
const DOUBLING_INTERVALS_MAX = 30;

/** The growth is measured until the level is so many times that at which it had persisted: saturation is far then. */
const MEASURED_FACTOR = 4;
/** The growth has slowed once it is less than this share of what was measured. */
const SLOWED_SHARE = 0.5;

/** Exponential growth that has persisted through a doubling; per interval. */
export interface Growth {
  /** κ: logarithm of the growth factor, with its standard deviation. */
  readonly perInterval: number;
  readonly standardDeviation: number;
  /** Expected count per interval beyond the background. */
  readonly level: number;
}

export class SeriesTrend {
  /** The latest counts, which the background does not know yet; a ring. */
  readonly #withheld: Float64Array = new Float64Array(WITHHELD);
  readonly #isQuietBefore: boolean;
  #counted = 0;
  #mean = 0;
  #variance = 0;
  #averaged = 0;
  #surging = 0;
  #filter: GrowthFilter | null = null;
  #active = 0;
  #startLevel = 0;
  /** Growth and level when the growth was first worth a look, or last found wanting. */
  #reference: { readonly growth: number; readonly level: number } | null = null;
  #growth: Growth | null = null;
  /** Level when the growth had persisted. */
  #raisedLevel = 0;

  /** `isQuietBefore`: whether all counts before the first were 0; otherwise they are unknown. */
  constructor(options: { readonly isQuietBefore: boolean }) {
    this.#isQuietBefore = options.isQuietBefore;
  }

  /**
   * The growth, from the moment it has persisted until the surge is over; null before and after. It is measured for two
   * more doublings and then kept: once saturation or defenses slow the growth, the filter lags behind, and its latest
   * figure would be that of no time at all.
   */
  get growth(): Growth | null {
    return this.#growth;
  }

  /** Whether the latest growth is less than half of the one measured. */
  get hasSlowed(): boolean {
    const latest = this.#filter?.growth ?? 0;
    return this.#growth !== null && latest < SLOWED_SHARE * this.#growth.perInterval;
  }

  /** Takes in the count of the next interval. */
  close(count: number): void {
    // Most intervals of most ports are empty; nothing but the background learns from them.
    const isEmpty = count === 0 && this.#filter === null;
    if (isEmpty) this.#surging = 0;
    else if (this.#averaged > 0 || this.#isQuietBefore) this.#compare(count);
    this.#withhold(count);
  }

  #compare(count: number): void {
    const background = this.#background();
    const excess = (count - background.mean) / deviationOf(background);
    if (this.#filter === null) this.#watch(count, { background, excess });
    else this.#follow(this.#filter, { count, excess });
  }

  #background(): Background {
    const dispersion = this.#mean > 0 ? Math.max(this.#variance / this.#mean, 1) : 1;
    return { mean: this.#mean, dispersion };
  }

  #watch(count: number, at: { readonly background: Background; readonly excess: number }): void {
    this.#surging = at.excess > SURGE_DEVIATIONS ? this.#surging + 1 : 0;
    if (this.#surging < SURGE_INTERVALS) return;
    const filter = new GrowthFilter(this.#countBefore(SURGE_INTERVALS - 1), at.background);
    for (let before = SURGE_INTERVALS - 2; before > 0; before--) filter.update(this.#countBefore(before));
    filter.update(count);
    this.#filter = filter;
    this.#startLevel = filter.level;
    this.#surging = 0;
    this.#active = 0;
  }

  #follow(
    filter: GrowthFilter,
    { count, excess }: { readonly count: number; readonly excess: number },
  ): void {
    filter.update(count);
    this.#active++;
    this.#surging = excess > SURGE_DEVIATIONS ? 0 : this.#surging + 1;
    this.#judge(filter);
    const isNewUsual =
      this.#active >= PATIENCE_INTERVALS &&
      filter.growth < PATIENCE_DEVIATIONS * filter.growthStandardDeviation;
    if (this.#surging >= SURGE_INTERVALS || isNewUsual) this.#rest(isNewUsual);
  }

  #judge(filter: GrowthFilter): void {
    const { growth, growthStandardDeviation: standardDeviation, level } = filter;
    const isGrowing =
      growth > GROWTH_DEVIATIONS * standardDeviation &&
      growth * DOUBLING_INTERVALS_MAX >= Math.LN2 &&
      level >= LEVEL_FACTOR * this.#startLevel;
    if (!isGrowing) {
      if (this.#growth === null) this.#reference = null;
      return;
    }
    this.#reference ??= { growth, level };
    if (this.#growth === null) {
      if (level < 2 * this.#reference.level) return;
      if (growth < PERSISTING_SHARE * this.#reference.growth) {
        this.#reference = { growth, level };
        return;
      }
    }
    if (this.#growth === null) this.#raisedLevel = level;
    if (level <= MEASURED_FACTOR * this.#raisedLevel)
      this.#growth = { perInterval: growth, standardDeviation, level };
  }

  #rest(isNewUsual: boolean): void {
    this.#filter = null;
    this.#surging = 0;
    this.#reference = null;
    this.#growth = null;
    if (!isNewUsual) return;
    // The withheld counts are the new background; what came before them is history.
    this.#averaged = 0;
    for (let i = 0; i < Math.min(this.#counted, WITHHELD); i++) this.#average(this.#withheld[i] ?? 0);
  }

  #countBefore(intervals: number): number {
    return this.#withheld[(this.#counted - intervals + WITHHELD) % WITHHELD] ?? 0;
  }

  /** Puts the count into the ring; the one that it displaces enters the background, unless a surge goes on. */
  #withhold(count: number): void {
    const place = this.#counted % WITHHELD;
    if (this.#counted >= WITHHELD && this.#filter === null) this.#average(this.#withheld[place] ?? 0);
    if (this.#counted < FIRST_COUNTS && !this.#isQuietBefore) this.#average(count);
    this.#withheld[place] = count;
    this.#counted++;
  }

  #average(count: number): void {
    if (this.#averaged === 0) this.#variance = 0;
    const weight = 1 / Math.min(++this.#averaged, BACKGROUND_MEMORY);
    const difference = count - (this.#averaged === 1 ? count : this.#mean);
    this.#mean = this.#averaged === 1 ? count : this.#mean + weight * difference;
    this.#variance = (1 - weight) * (this.#variance + weight * difference * difference);
  }
}

function deviationOf({ mean, dispersion }: Background): number {
  return Math.sqrt(dispersion * Math.max(mean, 1));
}
