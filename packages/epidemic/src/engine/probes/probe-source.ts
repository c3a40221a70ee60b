/**
 * An endless sequence of probes, each to an address of its own drawing, of which only those that reach something are
 * seen: how many probes passed before, and what was reached.
 */
import type { RandomStream } from '@wormwood/base';
import { drawProbesBelow } from './draw-kernel.ts';
import { BLOCK_PROBES_MAX, vectorKernel } from './draw-vectors.ts';
import { keepFound, type LookUp } from './look-up.ts';

/**
 * Probes drawn at a time: enough to make the setting up of a block nothing, few enough for the second cache. Where many
 * probes reach something fewer are drawn, so that fewer stay unsent at the end.
 */
const SMALL_BLOCK_PROBES = 1 << 11;

export class ProbeSource {
  readonly #lookUp: LookUp;
  readonly #state: Int32Array;
  readonly #blockSize: number;
  /** Probes of the block that reach something: their place in it and what they reach. */
  readonly #hits: { readonly place: Int32Array; readonly found: Int32Array };
  #hitCount = 0;
  /** Probes of the present block: none before the first. */
  #blockProbes = 0;
  /** Place in the block of the next probe, and the next hit at or after it. */
  #place = 0;
  #next = 0;

  constructor(lookUp: LookUp, stream: RandomStream) {
    this.#lookUp = lookUp;
    this.#blockSize = lookUp.isForVectors ? BLOCK_PROBES_MAX : SMALL_BLOCK_PROBES;
    this.#state = lookUp.isForVectors ? vectorKernel().generators : new Int32Array(4);
    for (let word = 0; word < this.#state.length; word++) this.#state[word] = stream.nextUint32();
    const room = this.#blockSize + 1;
    this.#hits = { place: new Int32Array(room), found: new Int32Array(room) };
  }

  /** Probes from the present place up to the end of the block; draws a block when there is none. */
  probesInBlock(): number {
    if (this.#place === this.#blockProbes) this.#draw();
    return this.#blockProbes - this.#place;
  }

  /** The place, from 1 for the next probe, of the `ahead`-th probe of this block that reaches something; 0: no more. */
  placeOfHit(ahead: number): number {
    const index = this.#next + ahead;
    return index < this.#hitCount ? this.#hits.place[index]! - this.#place + 1 : 0;
  }

  /** What that probe reaches: a host, or N + a honeypot group. */
  hit(ahead: number): number {
    return this.#hits.found[this.#next + ahead]!;
  }

  /** Goes over `probes` of the block. */
  skip(probes: number): void {
    this.#place += probes;
    const { place } = this.#hits;
    while (this.#next < this.#hitCount && place[this.#next]! < this.#place) this.#next++;
  }

  #draw(): void {
    if (this.#lookUp.isForVectors) this.#drawVectors();
    else this.#drawWords();
    this.#place = 0;
    this.#next = 0;
    this.#blockProbes = this.#blockSize;
  }

  #drawVectors(): void {
    const kernel = vectorKernel();
    const { spaceBits, filterShift } = this.#lookUp;
    const shift = 32 - spaceBits;
    const count = kernel.draw(this.#blockSize, shift + filterShift);
    this.#hitCount = keepFound(
      this.#lookUp,
      { place: kernel.place, word: kernel.word, count, shift },
      this.#hits,
    );
  }

  #drawWords(): void {
    const { place, found: word } = this.#hits;
    const count = drawProbesBelow(this.#state, this.#lookUp, { place, offset: word }, this.#blockSize);
    this.#hitCount = keepFound(this.#lookUp, { place, word, count, shift: 0 }, this.#hits);
  }
}
