/** What walking hosts may meet, in the order of their track: hosts and honeypots, those that count at present marked. */
import type { PlacedPopulation } from '../population.ts';
import type { Track } from '../scan/scan.ts';
import { IndexSet } from './index-set.ts';
import { firstAtLeast } from './placed-ranks.ts';

export interface WalkTargets {
  /** Rising. */
  readonly place: Float64Array;
  /** A host; or N + the group of the honeypot. */
  readonly what: Int32Array;
  /** By host; −1 for one that no probe reaches. */
  readonly entryOf: Int32Array;
  /** Those that may be met. */
  readonly present: IndexSet;
  listen(group: number): void;
}

/** Returns the targets of a track; all hosts are present, no honeypots yet. */
export function walkTargets(track: Track, { hostAddress, honeypotAddress }: PlacedPopulation): WalkTargets {
  const hosts = hostAddress.length;
  const count = honeypotAddress.reduce((sum, { length }) => sum + length, hosts);
  const placeOf = new Float64Array(count);
  const whatOf = new Int32Array(count);
  let row = 0;
  const add = (address: number, what: number): void => {
    const place = track.placeOf(address);
    if (place < 0) return;
    placeOf[row] = place;
    whatOf[row++] = what;
  };
  hostAddress.forEach((address, host) => add(address, host));
  honeypotAddress.forEach((addresses, group) => addresses.forEach((address) => add(address, hosts + group)));
  const order = orderOf(placeOf.subarray(0, row), track.size);
  const place = new Float64Array(row);
  const what = new Int32Array(row);
  const entryOf = new Int32Array(hosts).fill(-1);
  const present = new IndexSet(row);
  for (let entry = 0; entry < row; entry++) {
    place[entry] = placeOf[order[entry]!]!;
    what[entry] = whatOf[order[entry]!]!;
    if (what[entry]! >= hosts) continue;
    entryOf[what[entry]!] = entry;
    present.add(entry);
  }
  return {
    place,
    what,
    entryOf,
    present,
    listen: (group) => {
      for (let entry = 0; entry < row; entry++) if (what[entry] === hosts + group) present.add(entry);
    },
  };
}

/** Rows by rising place. */
function orderOf(place: Float64Array, size: number): Int32Array {
  const rows = place.length;
  if (size * rows >= 2 ** 53) {
    return Int32Array.from({ length: rows }, (_, row) => row).toSorted((a, b) => place[a]! - place[b]!);
  }
  // Place and row in one number sort five times as fast as rows by a comparison.
  const keys = place.map((at, row) => at * rows + row).toSorted();
  return Int32Array.from(keys, (key) => key % rows);
}

/** The next target present from `from` on, on a walk round the arc of places; `probes` away, 1 for `from` itself. */
export function nextTarget(
  { place, present }: WalkTargets,
  from: number,
  arc: { readonly first: number; readonly size: number },
  step: Step,
): void {
  const end = arc.first + arc.size;
  const ahead = present.next(firstAtLeast(place, from));
  if (ahead >= 0 && place[ahead]! < end) {
    step.entry = ahead;
    step.probes = place[ahead]! - from + 1;
    return;
  }
  const round = present.next(firstAtLeast(place, arc.first));
  if (round >= 0 && place[round]! < from) {
    step.entry = round;
    step.probes = end - from + (place[round]! - arc.first) + 1;
    return;
  }
  step.entry = -1;
  step.probes = Infinity;
}

/** A stretch of a walk: its probes, and what its last one meets; −1 for nothing. */
export interface Step {
  entry: number;
  probes: number;
}
