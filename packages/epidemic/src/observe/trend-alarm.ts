/**
 * The trend alarm: not a high count but growth that persists says "worm". The counts of a telescope, interval by
 * interval, go through the filter that the detector of the sensor uses too; what it says when it first finds growth that has
 * persisted through a doubling is the alarm. From the growth α of an interval, with η probes of a host in it, follows the number
 * of vulnerable hosts, N = α Ω/η.
 *
 * Source: Zou, Gao, Gong, Towsley, CCS 2003; Zou, Gong, Towsley, Gao, IEEE/ACM ToN 13(5), 2005; docs/models.md#trend-alarm.
 */
import { exp, expm1, SeriesTrend } from '@wormwood/base';

export interface TrendAlarm {
  /** Which of the counts raised it. */
  readonly row: number;
  /** α: growth per interval, and its 95 % interval. */
  readonly growth: number;
  readonly low: number;
  readonly high: number;
}

/** The 97.5 % quantile of the standard normal distribution. */
const QUANTILE = 1.959963984540054;

/** Returns the first alarm in a series of counts; null when there is none. The first counts are taken for usual ones. */
export function trendAlarm(counts: ArrayLike<number>): TrendAlarm | null {
  const trend = new SeriesTrend({ isQuietBefore: false });
  for (let row = 0; row < counts.length; row++) {
    trend.close(counts[row]!);
    const { growth } = trend;
    if (growth === null) continue;
    const { perInterval, standardDeviation } = growth;
    const half = QUANTILE * standardDeviation;
    return {
      row,
      growth: expm1(perInterval),
      low: exp(perInterval - half) - 1,
      high: exp(perInterval + half) - 1,
    };
  }
  return null;
}

/** Returns N = α Ω/η: the vulnerable hosts, from the growth per interval and the probes of a host in one. */
export function vulnerableFromGrowth(
  growth: number,
  {
    addressSpaceSize,
    probesPerInterval,
  }: { readonly addressSpaceSize: number; readonly probesPerInterval: number },
): number {
  return (growth * addressSpaceSize) / probesPerInterval;
}
