/** The detector of the lab, and how many contacts it asks for. */
import type { RandomStreams } from '@wormwood/base';
import { createDetector, type Detector } from '@wormwood/defense';
import type { Outbreak } from '@wormwood/epidemic';
import type { Lab } from '@wormwood/files/lab';

export interface DetectorPlan {
  readonly lab: Lab;
  readonly outbreak: Outbreak;
  readonly streams: RandomStreams;
}

/** The detector finds scanners down to this fraction of the lab's scan rate. */
const SLOWEST_OF_SCAN_RATE = 0.1;
const MISS_RATE = 0.01;

/** Returns the detector of a lab with so many honeypots. */
export function labDetector({ lab, outbreak, streams }: DetectorPlan, honeypots: number): Detector {
  return createDetector({
    // No innocent host strays here: what the lab compares is the published test, whose course is known in advance.
    test: 'trw',
    streams,
    monitored: honeypots / outbreak.addressSpaceSize,
    falsePositiveRate: lab.detector.falsePositiveRate,
    missRate: MISS_RATE,
    slowestScanRatePerSecond: outbreak.worm.scanRatePerSecond * SLOWEST_OF_SCAN_RATE,
    strayRatePerSecond: lab.detector.strayRatePerSecond,
    sourcesMax: 2 * outbreak.population.vulnerable,
  });
}
