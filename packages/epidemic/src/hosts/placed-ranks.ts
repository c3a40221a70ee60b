/** Hosts and honeypots in the order of a track, so that those in a run of places are a run of ranks. */
import type { PlacedPopulation } from '../population.ts';
import type { Track } from '../scan/scan.ts';

export interface PlacedRanks {
  /** Host at each rank, and rank of each host. Hosts that no probe reaches come last. */
  readonly hostAt: Int32Array;
  readonly rankOf: Int32Array;
  /** Place of the host at each rank: rising, Infinity for those that no probe reaches. */
  readonly place: Float64Array;
  /** How many hosts can be reached. */
  readonly reached: number;
  /** Of each group of honeypots the places that can be reached, rising. */
  readonly honeypotPlace: readonly Float64Array[];
}

export function rankByPlace(track: Track, placed: PlacedPopulation): PlacedRanks {
  const { hostAddress, honeypotAddress } = placed;
  const hosts = hostAddress.length;
  const placeOfHost = hostAddress.map((address) => {
    const place = track.placeOf(address);
    return place < 0 ? Infinity : place;
  });
  const hostAt = orderOf(placeOfHost, track.size);
  const rankOf = new Int32Array(hosts);
  const place = new Float64Array(hosts);
  for (let rank = 0; rank < hosts; rank++) {
    rankOf[hostAt[rank]!] = rank;
    place[rank] = placeOfHost[hostAt[rank]!]!;
  }
  return {
    hostAt,
    rankOf,
    place,
    reached: firstAtLeast(place, track.size),
    honeypotPlace: honeypotAddress.map((addresses) =>
      addresses
        .map((address) => track.placeOf(address))
        .filter((at) => at >= 0)
        .toSorted(),
    ),
  };
}

/** Hosts by rising place. */
function orderOf(place: Float64Array, size: number): Int32Array {
  const hosts = place.length;
  if (size * hosts >= 2 ** 53) {
    return Int32Array.from({ length: hosts }, (_, host) => host).toSorted((a, b) => {
      const difference = place[a]! - place[b]!;
      // Two places at infinity have no difference.
      return difference < 0 ? -1 : difference > 0 ? 1 : a - b;
    });
  }
  // Place and host in one number sort five times as fast as hosts by a comparison.
  const keys = place.map((at, host) => Math.min(at, size) * hosts + host).toSorted();
  return Int32Array.from(keys, (key) => key % hosts);
}

/** The first index whose value is at least `value`; the length when there is none. Values rise. */
export function firstAtLeast(values: Float64Array, value: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
