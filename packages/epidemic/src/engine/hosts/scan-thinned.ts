/** Returns how `hosts` scans without the misses, by the kind of strategy. */
import type { ScanSetup } from '../individual/scan-setup.ts';
import type { Scanning } from '../individual/scanning.ts';
import type { Outbreak } from '../../outbreak/outbreak.ts';
import { DrawnScanning } from './drawn-scanning.ts';
import { HitlistScanning } from './hitlist-scanning.ts';
import { NeighborScanning } from './neighbor-scanning.ts';
import { WalkScanning } from './walk-scanning.ts';

export function scanThinned(outbreak: Outbreak, setup: ScanSetup): Scanning {
  const { scan, weights, shares } = setup;
  const scanning =
    scan.kind === 'drawn'
      ? new DrawnScanning(scan, outbreak, setup)
      : scan.kind === 'walked'
        ? new WalkScanning(scan, outbreak, setup)
        : new NeighborScanning(scan, weights);
  return shares === undefined ? scanning : new HitlistScanning(scanning, shares, weights, outbreak);
}
