/** The space that a worm scans, and the key of its pseudo-random orders in this run. */
import type { NeighborScan } from './scan.ts';

export interface ScanSpace {
  readonly firstAddress: number;
  /** Ω. */
  readonly addressSpaceSize: number;
  /** Hosts infected at the start. */
  readonly infected: number;
  /** Key of the permutations of the addresses: the same key gives the same permutation. */
  readonly key: number;
  /** Who knows whom in this run, where the worm's strategy has that drawn. */
  readonly graph?: NeighborScan | undefined;
}
