/**
 * The outbreak: what every engine is asked to run, as one plain object.
 *
 * Start here. `Outbreak` is data only: it survives `structuredClone`, so a worker or a browser page receives it as it
 * is. Nothing here knows of files, units in text, or packets; `scenario` turns a YAML file into an `Outbreak`.
 */

import type { Countermeasure } from './countermeasure.ts';
import type { Honeypots } from './honeypots.ts';
import type { Population } from './population.ts';
import type { Worm } from './worm.ts';

/** A worm, the hosts that it can infect, and what is done against it. */
export interface Outbreak {
  /** Ω: the number of addresses that the worm scans; 2^32 for IPv4. An integer of at most 2^53. */
  readonly addressSpaceSize: number;
  /** The lowest address of the space; addresses run from here to `firstAddress + addressSpaceSize - 1`. */
  readonly firstAddress: number;
  readonly population: Population;
  readonly worm: Worm;
  readonly honeypots: readonly Honeypots[];
  /** What else acts on the outbreak: rates rather than addresses. @default [] */
  readonly countermeasures?: readonly Countermeasure[];
  /** How long the outbreak is followed, in seconds from its start. */
  readonly durationSeconds: number;
  /** Spacing of the reported series, in seconds. */
  readonly sampleSeconds: number;
}
