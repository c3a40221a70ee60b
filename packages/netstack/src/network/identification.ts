/**
 * The identification field of IPv4 headers: a counter for each pair of hosts, or each flow between them, so that nobody learns
 * from the packets that he gets how many others get (RFC 7739 5.3 and 5.4 say the same of IPv6). Counters that meet in one place
 * of the table displace each other, and each begins at a number drawn anew.
 */
import { mixWord, type RandomStream } from '@wormwood/base';

const PLACES = 4096;

/** The counters of all flows. */
export class IdentificationCounters {
  readonly #stream: RandomStream;
  readonly #placeKey: number;
  /** Source, destination and flow of each place. */
  readonly #flows: Int32Array = new Int32Array(3 * PLACES);
  readonly #counters: Uint16Array = new Uint16Array(PLACES);

  /** `stream` draws the places and the first numbers: strangers must not know its seed. */
  constructor(stream: RandomStream) {
    this.#stream = stream;
    this.#placeKey = stream.nextUint32();
  }

  /** Returns the next identification of a flow between two addresses: 16 bits. */
  next(source: number, destination: number, flow: number): number {
    const place = this.#placeOf(source, destination, flow);
    const flows = this.#flows;
    const at = 3 * place;
    if (flows[at] !== (source | 0) || flows[at + 1] !== (destination | 0) || flows[at + 2] !== (flow | 0)) {
      flows[at] = source;
      flows[at + 1] = destination;
      flows[at + 2] = flow;
      this.#counters[place] = this.#stream.nextUint32() >>> 16;
    }
    // The array keeps 16 bits.
    return this.#counters[place]!++;
  }

  #placeOf(source: number, destination: number, flow: number): number {
    return mixWord(mixWord(mixWord(source ^ this.#placeKey) ^ destination) ^ flow) & (PLACES - 1);
  }
}
