/**
 * How an infected host picks the addresses that it probes, as plain data: one strategy a file beside this one, each with
 * its source. What engines need of a strategy is a `Scan` (scan.ts), which `scanOf` makes.
 */
import type { CoverageHoleScan } from './coverage-hole.ts';
import type { HitlistScan } from './hitlist.ts';
import type { ListScan } from './lists.ts';
import type { LocalPreferenceScan } from './local-preference.ts';
import type { PermutationScan } from './permutation.ts';
import type { RoutableScan } from './routable.ts';
import type { SequentialScan } from './sequential.ts';
import type { ShortCycleScan } from './short-cycles.ts';
import type { TopologicalScan } from './topological.ts';
import type { UniformScan } from './uniform.ts';

export type ScanStrategy =
  | UniformScan
  | LocalPreferenceScan
  | RoutableScan
  | CoverageHoleScan
  | ListScan
  | SequentialScan
  | PermutationScan
  | ShortCycleScan
  | HitlistScan
  | TopologicalScan;
