/** A sequential test of a source: evidence of several kinds, and where its sum decides. */
import type { EvidenceDetector } from '../evidence/evidence-detector.ts';
import type { Thresholds } from '../statistics/sequential-test.ts';

/** Evidence whose logarithms are added up, and the thresholds of the sum. */
export interface SourceTest {
  readonly detectors: readonly EvidenceDetector[];
  readonly thresholds: Thresholds;
}

/** The evidence so far, of all observations. */
export function ratioOf({ detectors }: SourceTest, slot: number, nowSeconds: number): number {
  let sum = 0;
  for (const detector of detectors) sum += detector.logLikelihoodRatio(slot, nowSeconds);
  return sum;
}

/** The same of observations alone that nobody can forge. */
export function unforgeableRatioOf({ detectors }: SourceTest, slot: number, nowSeconds: number): number {
  let sum = 0;
  for (const detector of detectors) sum += detector.unforgeableLogLikelihoodRatio(slot, nowSeconds);
  return sum;
}
