/** The personalities of one or more databases by name. */
import { nearestPersonality } from '../config/known-names.ts';
import { personalityOf } from './compile.ts';
import { type FingerprintIndex, fingerprintsOf } from './fingerprint.ts';
import type { Personality } from './personality.ts';

/** What stands for a name. */
export interface FoundPersonality {
  readonly personality: Personality;
  /** Another name than the one that was asked for. */
  readonly isNearest: boolean;
}

/** Finds personalities; each is compiled when it is asked for. */
export class PersonalityCatalog {
  /** The databases, in the order in which they are asked. */
  readonly indices: readonly FingerprintIndex[];
  #names: readonly string[] | null = null;

  /** Of a name that several databases have, the first counts. */
  constructor(indices: readonly FingerprintIndex[]) {
    this.indices = indices;
  }

  /** Every name once, in the order of the databases. */
  get names(): readonly string[] {
    this.#names ??= [...new Set(this.indices.flatMap(({ places }) => [...places.keys()]))];
    return this.#names;
  }

  /** Returns the personality of a name, else of the one that is most like it; null: none is like it. */
  find(name: string): FoundPersonality | null {
    const exact = this.#exact(name);
    if (exact !== null) return { personality: exact, isNearest: false };
    const near = nearestPersonality(name, this.names);
    const personality = near === undefined ? null : this.#exact(near);
    return personality === null ? null : { personality, isNearest: true };
  }

  /**
   * Of several fingerprints of a name, one that answers pings and refuses datagrams if any does, of which most is played, and
   * that was taken as others will see it: over Ethernet.
   */
  #exact(name: string): Personality | null {
    for (const index of this.indices) {
      let best: Personality | null = null;
      let least = Infinity;
      for (const fingerprint of fingerprintsOf(index, name)) {
        const personality = personalityOf(fingerprint);
        const missing =
          SILENT * silences(personality) + UNMET * personality.unmet.length + oddity(personality);
        if (missing >= least) continue;
        [best, least] = [personality, missing];
        if (missing === 0) break;
      }
      if (best !== null) return best;
    }
    return null;
  }
}

/** What is filtered is for the configuration to say: a fingerprint that was taken through a filter comes last. */
const SILENT = 1000;
const UNMET = 10;
const ETHERNET_MSS_BYTES = 1460;
const WINDOWS_TIME_TO_LIVE = 128;
/** Slower clocks are those of emulators, where others of the same name are faster. */
const CLOCK_MIN = 100;

/**
 * How much of it comes from where it was taken. More than Ethernet carries is the segment size of a loopback interface, less
 * that of a tunnel; Windows with another time to live was seen through something that changed it.
 */
function oddity({ synAcks, classes, timeToLive, timestamps }: Personality): number {
  const mssBytes = synAcks[0]?.mssBytes ?? ETHERNET_MSS_BYTES;
  const isWindows = classes.length > 0 && classes.every((line) => / Windows \|/.test(line));
  return (
    (mssBytes > ETHERNET_MSS_BYTES ? 5 : mssBytes < ETHERNET_MSS_BYTES ? 1 : 0) +
    (synAcks[0]?.timestamps === true && timestamps.ticksPerSecond < CLOCK_MIN ? 1 : 0) +
    (isWindows && timeToLive['syn-ack'] !== WINDOWS_TIME_TO_LIVE ? 3 : 0)
  );
}

/** Kinds of packets that the system, or a filter before it, left without an answer. */
function silences({ echo, unreachable }: Personality): number {
  return Number(!echo.answers) + Number(!unreachable.answers);
}
