/**
 * The identification field of IPv4 headers: a counter for each pair of hosts, so that nobody learns from the packets that he
 * gets how many others get (RFC 7739 5.3 and 5.4 say the same of IPv6). Pairs that meet in one place of the table displace each
 * other, and each begins at a number drawn anew.
 */
import { mixWord, type RandomStream } from '@wormwood/base';

const PLACES = 4096;

/** The counters of all pairs. */
export class IdentificationCounters {
  readonly #stream: RandomStream;
  readonly #placeKey: number;
  /** Source and destination of each place. */
  readonly #pairs: Int32Array = new Int32Array(2 * PLACES);
  readonly #counters: Uint16Array = new Uint16Array(PLACES);

  /** `stream` draws the places and the first numbers: strangers must not know its seed. */
  constructor(stream: RandomStream) {
    this.#stream = stream;
    this.#placeKey = stream.nextUint32();
  }

  /** Returns the next identification between two addresses, of packets that count together: 16 bits. */
  next(source: number, destination: number, group = 0): number {
    // Groups are few and small: they share no place with other addresses that meet often.
    const to = (destination ^ (group << 24)) | 0;
    const place = this.#placeOf(source, to);
    const pairs = this.#pairs;
    if (pairs[2 * place] !== (source | 0) || pairs[2 * place + 1] !== to) {
      pairs[2 * place] = source;
      pairs[2 * place + 1] = to;
      this.#counters[place] = this.#stream.nextUint32() >>> 16;
    }
    // The array keeps 16 bits.
    return this.#counters[place]!++;
  }

  #placeOf(source: number, destination: number): number {
    return mixWord(mixWord(source ^ this.#placeKey) ^ destination) & (PLACES - 1);
  }
}
