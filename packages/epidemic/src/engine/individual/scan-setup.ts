/** What both engines that follow hosts one by one draw before an outbreak begins. */
import type { RandomStream } from '@wormwood/base';
import type { Randomness } from '../engine.ts';
import type { Outbreak } from '../../outbreak/outbreak.ts';
import type { Population } from '../../outbreak/population.ts';
import type { ScanStrategy } from '../../outbreak/scan-strategy.ts';
import {
  placePopulation,
  PLACEMENT_STREAM,
  type PlacedPopulation,
} from '../../placement/place-population.ts';
import { scanOf } from '../../scan/scan-of.ts';
import type { NeighborScan, Scan, Track } from '../../scan/scan.ts';
import { drawImmune } from '../../scan/immune-hosts.ts';
import { drawGraph } from '../../scan/random-graph.ts';
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
  /** Hosts infected at the start, and immunized before. */
  readonly seeds: ReadonlySet<number>;
  readonly immune: ReadonlySet<number>;
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
  const graphStream = streams.stream('graph', replicate);
  const graph = drawnGraph(strategy, population.vulnerable, graphStream);
  const scan = scanOf(strategy, {
    firstAddress,
    addressSpaceSize,
    infected: population.infected,
    key,
    graph,
  });
  const immune = immuneHosts(strategy, scan, graphStream);
  const seeds = drawSeeds(population, immune, stream);
  const ordered = scan.kind === 'neighbors' ? unordered(drawn) : orderHosts(drawn, scan.track);
  return {
    ...ordered,
    scan,
    seeds,
    immune,
    weights: drawScanWeights(outbreak, stream),
    shares:
      strategy.kind === 'hitlist' ? new HitlistShares(strategy, population, { seeds, stream }) : undefined,
  };
}

function searchOf(strategy: ScanStrategy): Exclude<ScanStrategy, { kind: 'hitlist' }> {
  return strategy.kind === 'hitlist' ? strategy.then : strategy;
}

function drawnGraph(strategy: ScanStrategy, hosts: number, stream: RandomStream): NeighborScan | undefined {
  const search = searchOf(strategy);
  if (search.kind !== 'topological' || !('kind' in search.neighbors)) return undefined;
  return drawGraph(search.neighbors, hosts, stream);
}

function immuneHosts(strategy: ScanStrategy, scan: Scan, stream: RandomStream): ReadonlySet<number> {
  const search = searchOf(strategy);
  const immune = search.kind === 'topological' ? search.immune : undefined;
  return immune === undefined || scan.kind !== 'neighbors' ? new Set() : drawImmune(immune, scan, stream);
}

function drawSeeds(
  { infected, vulnerable }: Population,
  immune: ReadonlySet<number>,
  stream: RandomStream,
): ReadonlySet<number> {
  const drawn = drawDistinctIndexes(infected, vulnerable - immune.size, stream);
  if (immune.size === 0) return drawn;
  const others = Array.from({ length: vulnerable }, (_, host) => host).filter((host) => !immune.has(host));
  return new Set(Array.from(drawn, (row) => others[row]!));
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
