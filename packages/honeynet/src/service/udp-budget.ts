/**
 * No reflector: what a host answers to a datagram is never more than the datagram was, and a source, which may be forged,
 * gets only so many answers a second. The table of sources has a fixed size; sources that share a row share its budget, and
 * a keyed hash sorts them, so that nobody can choose addresses that use up the share of another.
 */
import { type Clock, mixWord } from '@wormwood/base';
import type { AnswerLimit, UdpDatagram } from '@wormwood/netstack';
import type { IpAddress } from '@wormwood/wire';

const ROWS = 1 << 14;
const ANSWERS_PER_SECOND = 10;

export class UdpBudget {
  readonly #clock: Clock;
  readonly #key: number;
  /** Answers left, and when that was so, in seconds. */
  readonly #left: Float64Array = new Float64Array(ROWS).fill(ANSWERS_PER_SECOND);
  readonly #since: Float64Array = new Float64Array(ROWS);

  /** `key` sorts the sources in a way that strangers cannot predict: 32 bits. */
  constructor(clock: Clock, key: number) {
    this.#clock = clock;
    this.#key = key;
  }

  /**
   * Returns a `reply` that keeps to the budget of the datagram and its source; what exceeds it is dropped, and `limited`
   * told.
   */
  limit(
    datagram: UdpDatagram,
    reply: (payload: Uint8Array) => void,
    limited: (limit: AnswerLimit) => void,
  ): (payload: Uint8Array) => void {
    let octets = datagram.payload.length;
    const { remoteAddress } = datagram;
    return (payload) => {
      if (payload.length > octets) return limited('udp-answer-length');
      if (!this.#take(remoteAddress)) return limited('udp-answer-rate');
      octets -= payload.length;
      reply(payload);
    };
  }

  #take(source: IpAddress): boolean {
    const row = mixWord(this.#shareOf(source) ^ this.#key) & (ROWS - 1);
    const now = this.#clock.nowSeconds();
    const gained = (now - this.#since[row]!) * ANSWERS_PER_SECOND;
    const left = Math.min(ANSWERS_PER_SECOND, this.#left[row]! + Math.max(0, gained));
    this.#since[row] = now;
    this.#left[row] = left < 1 ? left : left - 1;
    return left >= 1;
  }

  /** An IPv4 address, or what stands for an IPv6 network of 64 bits, whose owner has every address of it. */
  #shareOf(source: IpAddress): number {
    if (typeof source === 'number') return source;
    const low = Number((source >> 64n) & 0xffff_ffffn);
    return mixWord(mixWord(low ^ this.#key) ^ Number(source >> 96n));
  }
}
