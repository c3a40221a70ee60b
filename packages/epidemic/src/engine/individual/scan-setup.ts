/** What both engines that follow hosts one by one draw before an outbreak begins. */
import type { Randomness } from '../engine.ts';
import type { Outbreak } from '../../outbreak/outbreak.ts';
import {
  placePopulation,
  PLACEMENT_STREAM,
  type PlacedPopulation,
} from '../../placement/place-population.ts';
import { scanOf } from '../../scan/scan-of.ts';
import type { Scan, Track } from '../../scan/scan.ts';
import { drawDistinctIndexes } from '../../placement/distinct-indexes.ts';
import { HitlistShares } from '../../scan/hitlist.ts';
import { orderPlaces, type PlaceOrder } from './place-order.ts';
import { drawScanWeights, type ScanWeights } from './scan-weights.ts';

export interface ScanSetup {
  /** Hosts are numbered in the order of the track, those that no probe reaches last. */
  readonly placed: PlacedPopulation;
  readonly scan: Scan;
  /** Places of the hosts that probes reach: that of host i is the i-th. Without a track none. */
  readonly hostPlaces: PlaceOrder;
  readonly weights: ScanWeights;
  /** Hosts infected at the start. */
  readonly seeds: ReadonlySet<number>;
  /** When the worm has a hitlist. */
  readonly shares: HitlistShares | undefined;
}

/**
 * Draws where hosts lie, how fast each scans, and the order and the list by which they scan: in the same way for both
 * engines.
 */
export function setUpScanning(outbreak: Outbreak, { streams, replicate }: Randomness): ScanSetup {
  const { worm, population, firstAddress, addressSpaceSize } = outbreak;
  const drawn = placePopulation(outbreak, streams.stream(PLACEMENT_STREAM, replicate));
  const stream = streams.stream('scan', replicate);
  const key = stream.nextUint32();
  const { strategy } = worm;
  const scan = scanOf(strategy, { firstAddress, addressSpaceSize, infected: population.infected, key });
  const seeds = drawDistinctIndexes(population.infected, population.vulnerable, stream);
  const ordered = scan.kind === 'neighbors' ? unordered(drawn) : orderHosts(drawn, scan.track);
  return {
    ...ordered,
    scan,
    seeds,
    weights: drawScanWeights(outbreak, stream),
    shares:
      strategy.kind === 'hitlist' ? new HitlistShares(strategy, population, { seeds, stream }) : undefined,
  };
}

type Ordered = Pick<ScanSetup, 'placed' | 'hostPlaces'>;

function unordered(placed: PlacedPopulation): Ordered {
  return { placed, hostPlaces: orderPlaces(new Float64Array(0), 1) };
}

/** Numbers the hosts by their place: those that a strategy treats alike then lie side by side in memory too. */
function orderHosts({ hostAddress, honeypotAddress }: PlacedPopulation, track: Track): Ordered {
  const count = hostAddress.length;
  const places = new Float64Array(count);
  const reachedAddress = new Float64Array(count);
  const ordered = new Float64Array(count);
  let reached = 0;
  let unreached = count;
  for (let host = 0; host < count; host++) {
    const address = hostAddress[host]!;
    const place = track.placeOf(address);
    if (place < 0) {
      ordered[--unreached] = address;
      continue;
    }
    places[reached] = place;
    reachedAddress[reached++] = address;
  }
  const hostPlaces = orderPlaces(places.subarray(0, reached), track.size);
  for (let host = 0; host < reached; host++) ordered[host] = reachedAddress[hostPlaces.row[host]!]!;
  return { placed: { hostAddress: ordered, honeypotAddress }, hostPlaces };
}
