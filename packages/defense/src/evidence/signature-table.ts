/**
 * The payloads seen on dark addresses, each with the number of different sources and destinations, in memory that never
 * grows: a payload that many sources send to many honeypots is what a worm looks like from outside. Only hashes of
 * payloads are kept. The counts do not depend on the order of observations while no signature is displaced.
 *
 * Source: Singh, Estan, Varghese, Savage, "Automated worm fingerprinting", OSDI 2004: prevalence and address dispersion.
 */
import type { RandomStreams } from '@wormwood/base';
import type { WordObservation } from '../observation.ts';
import { DistinctCounts } from './distinct-counts.ts';
import { KeyedHash } from './keyed-hash.ts';
import { SourceRows } from './source-rows.ts';

const SIGNATURES = 4096;
const SLOTS_PER_GROUP = 8;
const COUNT_BITS = 256;
/** Longer texts are not a hash; they are cut, so that nobody fills the memory. */
const HASH_LENGTH_MAX = 128;

/** How far a payload has spread. */
export interface Spread {
  readonly payloadHash: string;
  /** Estimates of the numbers of different addresses, exact to a few percent up to some hundred. */
  readonly sources: number;
  readonly destinations: number;
}

export class SignatureTable {
  /** Bytes of the columns; a hash kept as text takes another 128 at most. */
  readonly bytes: number;
  readonly #keys: Uint32Array = new Uint32Array(SIGNATURES);
  readonly #lastSeconds: Float64Array = new Float64Array(SIGNATURES);
  readonly #texts: string[] = Array.from({ length: SIGNATURES }, () => '');
  readonly #sources: DistinctCounts;
  readonly #destinations: DistinctCounts;
  readonly #hash: KeyedHash;

  constructor(streams: RandomStreams) {
    const stream = streams.stream('detect/signatures');
    this.#hash = new KeyedHash(stream);
    const rows = new SourceRows(SIGNATURES);
    const counts = { rows, bitsPerRow: COUNT_BITS, hash: new KeyedHash(stream) };
    this.#sources = new DistinctCounts(counts);
    this.#destinations = new DistinctCounts(counts);
    rows.take();
    this.bytes = SIGNATURES * (12 + rows.bytesPerRow);
  }

  /** Counts a payload; returns the key of its signature, not 0, or 0 if the observation has no payload. */
  observe({ protocol, payloadHash, payloadLength, ...at }: WordObservation): number {
    if (payloadHash === null || payloadHash === '' || !(payloadLength > 0)) return 0;
    const text = `${protocol}:${payloadHash.slice(0, HASH_LENGTH_MAX)}`;
    const key = this.#hash.ofText(text) || 1;
    const row = this.#rowOf(key) ?? this.#claim(key, text);
    this.#lastSeconds[row] = Math.max(this.#lastSeconds[row] ?? 0, at.timeSeconds);
    this.#sources.add(row, at.source);
    this.#destinations.add(row, at.destination);
    return key;
  }

  /** How far the signature has spread; null when it was evicted. */
  spread(key: number): Spread | null {
    const row = this.#rowOf(key);
    if (row === null) return null;
    const text = this.#texts[row] ?? '';
    return {
      payloadHash: text.slice(text.indexOf(':') + 1),
      sources: this.#sources.estimate(row),
      destinations: this.#destinations.estimate(row),
    };
  }

  #rowOf(key: number): number | null {
    const first = groupOf(key);
    for (let row = first; row < first + SLOTS_PER_GROUP; row++) if (this.#keys[row] === key) return row;
    return null;
  }

  /** A row for a new signature: a free one, or that of the fewest sources, among equals the one unseen for longest. */
  #claim(key: number, text: string): number {
    const first = groupOf(key);
    let row = first;
    for (let other = first; other < first + SLOTS_PER_GROUP; other++) {
      if (this.#gaveLess(other, row)) row = other;
    }
    this.#keys[row] = key;
    this.#texts[row] = text;
    this.#lastSeconds[row] = -Infinity;
    this.#sources.clear(row);
    this.#destinations.clear(row);
    return row;
  }

  #gaveLess(row: number, other: number): boolean {
    const fewer = this.#sources.estimate(row) - this.#sources.estimate(other);
    return fewer < 0 || (fewer === 0 && (this.#lastSeconds[row] ?? 0) < (this.#lastSeconds[other] ?? 0));
  }
}

function groupOf(key: number): number {
  return (key & (SIGNATURES / SLOTS_PER_GROUP - 1)) * SLOTS_PER_GROUP;
}
