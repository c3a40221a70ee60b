/**
 * An endless sequence of probes, each to an address of its own drawing, of which only those that reach something are
 * seen: how many probes passed before, and what was reached.
 */
import type { RandomStream } from '@wormwood/base';
import {
  type Candidates,
  candidatesFor,
  drawProbes,
  drawProbesBelow,
  type GeneratorPair,
} from './draw-kernel.ts';
import { find, type LookUp, spaceBitsOf } from './look-up.ts';

/**
 * Probes drawn at a time: enough to make the setting up of a block nothing, few enough for the second cache. In a small
 * space, where many probes reach something, fewer are drawn, so that fewer stay unsent at the end.
 */
const BLOCK_PROBES = 1 << 15;
const SMALL_BLOCK_PROBES = 1 << 11;
const SMALL_SPACE_BITS = 20;

export class ProbeSource {
  readonly #lookUp: LookUp;
  readonly #spaceSize: number;
  readonly #spaceBits: number;
  readonly #state: GeneratorPair;
  readonly #blockSize: number;
  readonly #candidates: Candidates;
  /** Probes of the present block: none before the first. */
  #blockProbes = 0;
  /** Place in the block of the next probe, and the next candidate at or after it. */
  #place = 0;
  #candidate = 0;

  constructor(lookUp: LookUp, spaceSize: number, stream: RandomStream) {
    this.#lookUp = lookUp;
    this.#spaceSize = spaceSize;
    this.#spaceBits = spaceBitsOf(spaceSize);
    this.#blockSize = this.#spaceBits <= SMALL_SPACE_BITS ? SMALL_BLOCK_PROBES : BLOCK_PROBES;
    this.#candidates = candidatesFor(this.#blockSize);
    this.#state = Int32Array.from({ length: 8 }, () => stream.nextUint32());
  }

  /** Probes from the present place up to the end of the block; draws a block when there is none. */
  probesInBlock(): number {
    if (this.#place === this.#blockProbes) this.#draw();
    return this.#blockProbes - this.#place;
  }

  /** The place, from 1 for the next probe, of the `ahead`-th probe of this block that reaches something; 0: no more. */
  placeOfHit(ahead: number): number {
    const index = this.#candidate + ahead;
    return index < this.#candidates.count ? this.#candidates.place[index]! - this.#place + 1 : 0;
  }

  /** What that probe reaches: a host, or N + a honeypot group. */
  hit(ahead: number): number {
    return this.#candidates.offset[this.#candidate + ahead]!;
  }

  /** Goes over `probes` of the block. */
  skip(probes: number): void {
    this.#place += probes;
    const { place, count } = this.#candidates;
    while (this.#candidate < count && place[this.#candidate]! < this.#place) this.#candidate++;
  }

  #draw(): void {
    const candidates = this.#candidates;
    const block = { probes: this.#blockSize, spaceBits: this.#spaceBits };
    if (this.#spaceSize === 2 ** this.#spaceBits) drawProbes(this.#state, this.#lookUp, candidates, block);
    else drawProbesBelow(this.#spaceSize, this.#state, this.#lookUp, candidates, block);
    this.#place = 0;
    this.#candidate = 0;
    this.#blockProbes = this.#blockSize;
    this.#keepHits();
  }

  /** Replaces candidates by what they reach and drops those that reach nothing. */
  #keepHits(): void {
    const { place, offset } = this.#candidates;
    let kept = 0;
    for (let i = 0; i < this.#candidates.count; i++) {
      const what = find(this.#lookUp, offset[i]! >>> 0);
      if (what < 0) continue;
      place[kept] = place[i]!;
      offset[kept++] = what;
    }
    this.#candidates.count = kept;
  }
}
