/**
 * What walking hosts may meet, in the order of their track: hosts and honeypots, with those that count at present
 * marked.
 */
import { orderPlaces, type PlaceOrder } from '../individual/place-order.ts';
import type { ScanSetup } from '../individual/scan-setup.ts';
import type { Track, Walks } from '../../scan/scan.ts';
import { IndexSet } from './index-set.ts';

export interface WalkTargets {
  readonly order: PlaceOrder;
  /** A host; or N + the group of the honeypot. */
  whatAt(entry: number): number;
  /** Of a host; −1 for one that no probe reaches. */
  entryOf(host: number): number;
  /** Those that may be met. */
  readonly present: IndexSet;
  listen(group: number): void;
}

/** Returns the targets of a track; all hosts are present, no honeypots yet. */
export function walkTargets(track: Track, { placed, hostPlaces }: ScanSetup): WalkTargets {
  const reached = hostPlaces.place.length;
  const hosts = placed.hostAddress.length;
  if (placed.honeypotAddress.every(({ length }) => length === 0)) {
    const present = new IndexSet(reached);
    for (let host = 0; host < reached; host++) present.add(host);
    // Hosts are numbered by place.
    const entryOf = (host: number): number => (host < reached ? host : -1);
    return { order: hostPlaces, whatAt: (entry) => entry, entryOf, present, listen: () => undefined };
  }
  return targetsWithHoneypots(track, hostPlaces, placed.honeypotAddress, hosts);
}

function targetsWithHoneypots(
  track: Track,
  hostPlaces: PlaceOrder,
  honeypotAddress: readonly Float64Array[],
  hosts: number,
): WalkTargets {
  const reached = hostPlaces.place.length;
  const places: number[] = Array.from(hostPlaces.place);
  const whats: number[] = places.map((_, host) => host);
  for (const [group, addresses] of honeypotAddress.entries()) {
    for (const address of addresses) {
      const place = track.placeOf(address);
      if (place < 0) continue;
      places.push(place);
      whats.push(hosts + group);
    }
  }
  const order = orderPlaces(Float64Array.from(places), track.size);
  const what = order.row.map((row) => whats[row]!);
  const entry = new Int32Array(hosts).fill(-1);
  const present = new IndexSet(what.length);
  for (let at = 0; at < what.length; at++) {
    if (what[at]! >= reached) continue;
    entry[what[at]!] = at;
    present.add(at);
  }
  return {
    order,
    whatAt: (at) => what[at]!,
    entryOf: (host) => entry[host]!,
    present,
    listen: (group) => {
      for (let at = 0; at < what.length; at++) if (what[at] === hosts + group) present.add(at);
    },
  };
}

/** A stretch of a walk: its probes, and what its last one meets; −1 for nothing. */
export interface Step {
  entry: number;
  probes: number;
}

/**
 * The next target present on a host's walk from place `from` on, which is `probes` away, 1 for `from` itself. `entry`: the
 * first target at or behind that place.
 */
export function nextTarget(
  { order, present }: WalkTargets,
  from: number,
  entry: number,
  walks: Walks,
  host: number,
  step: Step,
): void {
  const { place } = order;
  const first = walks.arcFirst(host);
  const end = first + walks.arcSize(host);
  const ahead = present.next(entry);
  if (ahead >= 0 && place[ahead]! < end) {
    step.entry = ahead;
    step.probes = place[ahead]! - from + 1;
    return;
  }
  const round = present.next(order.firstAtLeast(first));
  if (round >= 0 && place[round]! < from) {
    step.entry = round;
    step.probes = end - from + (place[round]! - first) + 1;
    return;
  }
  step.entry = -1;
  step.probes = Infinity;
}
