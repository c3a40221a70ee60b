/** What both engines that follow hosts one by one draw before an outbreak begins. */
import type { Randomness } from '../engine.ts';
import type { Outbreak } from '../outbreak.ts';
import { placePopulation, PLACEMENT_STREAM, type PlacedPopulation } from '../population.ts';
import { scanOf } from '../scan/scan-of.ts';
import type { Scan } from '../scan/scan.ts';
import { HitlistShares } from './hitlist-shares.ts';
import { drawScanWeights, type ScanWeights } from './scan-weights.ts';

export interface ScanSetup {
  readonly placed: PlacedPopulation;
  readonly scan: Scan;
  readonly weights: ScanWeights;
  /** When the worm has a hitlist. */
  readonly shares: HitlistShares | undefined;
}

/** Draws where hosts lie, how fast each scans, and the order and the list by which they scan: alike for both engines. */
export function setUpScanning(outbreak: Outbreak, { streams, replicate }: Randomness): ScanSetup {
  const { worm, population, firstAddress, addressSpaceSize } = outbreak;
  const placed = placePopulation(outbreak, streams.stream(PLACEMENT_STREAM, replicate));
  const stream = streams.stream('scan', replicate);
  const key = stream.nextUint32();
  const { strategy } = worm;
  return {
    placed,
    scan: scanOf(strategy, { firstAddress, addressSpaceSize, infected: population.infected, key }),
    weights: drawScanWeights(worm, population.vulnerable, stream),
    shares: strategy.kind === 'hitlist' ? new HitlistShares(strategy, outbreak, stream) : undefined,
  };
}
