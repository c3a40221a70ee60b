/**
 * What a telescope, or a honeynet of as many addresses, would have seen of an outbreak under uniform scanning: of each
 * infected host the first probe that reaches it, and the probes of every interval. Hosts that are infected and not yet seen are
 * seen at the rate s p; who is removed is drawn from all that are infected. A host infected within an interval has been so
 * for part of it, evenly distributed.
 */
import { binomial, expm1, poisson, type RandomStream } from '@wormwood/base';
import type { Trajectory } from '../engine/trajectory.ts';
import type { Telescope } from './telescope.ts';

export interface ObservedOutbreak {
  /** Ends of the intervals, in seconds: the samples of the trajectory. */
  readonly time: Float64Array;
  /** C: different hosts seen until then. */
  readonly sources: Float64Array;
  /** Z: probes seen in the interval that ends then. */
  readonly probes: Float64Array;
}

/** Draws what is seen of a run whose counts are whole numbers; the samples are the intervals. */
export function observeOutbreak(
  { time, susceptible, infected, everInfected }: Trajectory,
  { telescope, scanRatePerSecond }: { readonly telescope: Telescope; readonly scanRatePerSecond: number },
  stream: RandomStream,
): ObservedOutbreak {
  const sources = new Float64Array(time.length);
  const probes = new Float64Array(time.length);
  const everAt = (row: number): number =>
    everInfected?.[row] ?? susceptible[0]! + infected[0]! - susceptible[row]!;
  let unseen = infected[0] ?? 0;
  let active = unseen;
  let seen = 0;
  for (let row = 1; row < time.length; row++) {
    const seconds = time[row]! - time[row - 1]!;
    const contacts = scanRatePerSecond * telescope.fraction * seconds;
    const arrived = Math.max(0, everAt(row) - everAt(row - 1));
    // Those there before are seen with probability 1 − e^−x, those that came meanwhile with its mean over the interval.
    const old = binomial(stream, unseen, -expm1(-contacts));
    const partial = contacts > 0 ? 1 + expm1(-contacts) / contacts : 0;
    const fresh = binomial(stream, arrived, partial);
    seen += old + fresh;
    unseen += arrived - old - fresh;
    active += arrived;
    const removed = Math.max(0, active - infected[row]!);
    unseen -= drawUnseen(unseen, active, removed, stream);
    active -= removed;
    sources[row] = seen;
    probes[row] = poisson(stream, (contacts * (infected[row]! + infected[row - 1]!)) / 2);
  }
  return { time, sources, probes };
}

/** Of `removed` out of `active` hosts, how many of the `unseen` ones: hypergeometric, host by host where they are few. */
function drawUnseen(unseen: number, active: number, removed: number, stream: RandomStream): number {
  let left = unseen;
  let all = active;
  for (let drawn = 0; drawn < removed && left > 0 && all > 0; drawn++, all--) {
    if (stream.nextDouble() * all < left) left--;
  }
  return unseen - left;
}
