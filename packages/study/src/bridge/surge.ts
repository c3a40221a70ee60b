/** The stretch of a surge that a trend alarm has found: where its series begins, and how fine its intervals are. */
import { log as logarithm } from '@wormwood/base';
import type { ContactLog, ContactSeries } from './contact-log.ts';

/** What an alarm says of the growth, per second and per interval of its own. */
export interface Surge {
  readonly growthPerSecond: number;
  /** New sources per interval beyond the usual number, and when that was so. */
  readonly sourcesPerInterval: number;
  readonly measuredSeconds: number;
}

const INTERVALS_PER_DOUBLING = 4;
const INTERVALS_MAX = 300;

/** Returns the series from the moment at which the surge had one source an interval, or the first contact if that is later. */
export function surgeSeries(
  log: ContactLog,
  { growthPerSecond, sourcesPerInterval, measuredSeconds }: Surge,
  {
    nowSeconds,
    responseSeconds,
  }: { readonly nowSeconds: number; readonly responseSeconds: number | undefined },
): ContactSeries {
  const [first] = log.spanSeconds;
  const began = measuredSeconds - logarithm(Math.max(1, sourcesPerInterval)) / growthPerSecond;
  const startSeconds = Math.max(first, began);
  const length = nowSeconds - startSeconds;
  const finest = Math.LN2 / growthPerSecond / INTERVALS_PER_DOUBLING;
  // Whole intervals that end now.
  const intervals = Math.min(INTERVALS_MAX, Math.max(1, Math.ceil(length / finest)));
  return log.series({
    startSeconds,
    endSeconds: nowSeconds,
    intervalSeconds: length / intervals,
    responseSeconds,
  });
}
