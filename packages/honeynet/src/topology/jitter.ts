/**
 * How long packets wait on a link for traffic that nobody simulates. The wait is a function of time that falls less steeply than
 * time passes, so no packet overtakes another on the same link, and nothing is remembered: the same seed gives the same waits.
 */
import { mixWord } from '@wormwood/base';

/** The longest wait as a share of the link's latency. */
const SHARE_MAX = 0.04;
/** Between two moments whose waits are independent, in longest waits: the wait falls by half of the time at most. */
const SPACING = 2;
const WORD = 2 ** 32;

/** Returns the seconds that a packet waits which crosses a link from `atSeconds` on; links with other seeds are independent. */
export function jitterSeconds(latencySeconds: number, seed: number, atSeconds: number): number {
  const longest = SHARE_MAX * latencySeconds;
  if (longest <= 0) return 0;
  const place = atSeconds / (SPACING * longest);
  const moment = Math.floor(place);
  const share = place - moment;
  return longest * ((1 - share) * queueAt(seed, moment) + share * queueAt(seed, moment + 1));
}

/** Queues are short most of the time: the cube of a uniform number, a quarter on average. */
function queueAt(seed: number, moment: number): number {
  return (mixWord(seed ^ mixWord(moment % WORD)) / WORD) ** 3;
}
