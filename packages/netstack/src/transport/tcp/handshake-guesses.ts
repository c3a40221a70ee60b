/**
 * Wrong acknowledgments of half-open connections: what remains of an attempt to guess an initial sequence number. One guess in
 * 2^32 is right, so a handshake proves its source only as long as few were made. Counts are kept for an hour.
 */
import { mixWord } from '@wormwood/base';

/** Of one connection: then it is forgotten, and only another SYN begins anew. */
export const WRONG_ACKNOWLEDGMENTS_MAX = 3;
/** Of one source, after which its handshakes prove nothing: a mistaken client does not come so far. */
const GUESSES_OF_SOURCE = 8;
/** Of all sources, after which no handshake proves anything: by then one of 65,536 such hours has had a right guess. */
const GUESSES_IN_ALL = 65_536;
const PERIOD_SECONDS = 3600;
const PLACES = 65_536;
const COUNT_MAX = 255;

export class HandshakeGuesses {
  readonly #key: number;
  /** By a keyed hash of the source: those that share a place are doubted together. */
  readonly #counts: Uint8Array = new Uint8Array(PLACES);
  #inAll = 0;
  #untilSeconds: number = Number.NEGATIVE_INFINITY;

  constructor(key: number) {
    this.#key = key;
  }

  /** A wrong acknowledgment came in the name of a source. */
  note(source: number, nowSeconds: number): void {
    this.#expire(nowSeconds);
    if (this.#inAll === 0) this.#untilSeconds = nowSeconds + PERIOD_SECONDS;
    this.#inAll++;
    const place = this.#placeOf(source);
    if (this.#counts[place]! < COUNT_MAX) this.#counts[place]!++;
  }

  /** Returns whether so much was guessed in the name of a source, or of all, that its handshakes prove nothing. */
  areMany(source: number, nowSeconds: number): boolean {
    // Mostly nobody guesses: then no place is looked up.
    if (this.#inAll < GUESSES_OF_SOURCE) return false;
    this.#expire(nowSeconds);
    return this.#inAll >= GUESSES_IN_ALL || this.#counts[this.#placeOf(source)]! >= GUESSES_OF_SOURCE;
  }

  #expire(nowSeconds: number): void {
    if (this.#inAll === 0 || nowSeconds < this.#untilSeconds) return;
    this.#inAll = 0;
    this.#counts.fill(0);
  }

  #placeOf(source: number): number {
    return mixWord(source ^ this.#key) & (PLACES - 1);
  }
}
