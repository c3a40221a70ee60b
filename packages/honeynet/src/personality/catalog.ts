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
  readonly #indices: readonly FingerprintIndex[];
  #names: readonly string[] | null = null;

  /** Of a name that several databases have, the first counts. */
  constructor(indices: readonly FingerprintIndex[]) {
    this.#indices = indices;
  }

  /** Every name once, in the order of the databases. */
  get names(): readonly string[] {
    this.#names ??= [...new Set(this.#indices.flatMap(({ places }) => [...places.keys()]))];
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

  /** Of several fingerprints of a name, one that answers pings and refuses datagrams if any does, and of which most is played. */
  #exact(name: string): Personality | null {
    for (const index of this.#indices) {
      let best: Personality | null = null;
      let least = Infinity;
      for (const fingerprint of fingerprintsOf(index, name)) {
        const personality = personalityOf(fingerprint);
        const missing = SILENT * silences(personality) + personality.unmet.length;
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

/** Kinds of packets that the system, or a filter before it, left without an answer. */
function silences({ echo, unreachable }: Personality): number {
  return Number(!echo.answers) + Number(!unreachable.answers);
}
