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

  /** Of several fingerprints of a name, the one of which most is played. */
  #exact(name: string): Personality | null {
    for (const index of this.#indices) {
      let best: Personality | null = null;
      for (const fingerprint of fingerprintsOf(index, name)) {
        const personality = personalityOf(fingerprint);
        if (personality.unmet.length === 0) return personality;
        if (best === null || personality.unmet.length < best.unmet.length) best = personality;
      }
      if (best !== null) return best;
    }
    return null;
  }
}
