/**
 * How many answers of a kind we send: for each source and in all (RFC 1812 4.3.2.8, RFC 5961 section 10). Sources are sorted
 * into places by a keyed hash, so nobody can choose addresses that use up the share of another. What we send in all changes
 * from second to second at random: with a fixed number, a source that counts its own share learns how many answers others
 * get (Cao and others, "Off-Path TCP Exploits: Global Rate Limit Considered Dangerous", USENIX Security 2016).
 */
import { mixWord, type RandomStream } from '@wormwood/base';

/** How many answers may be sent. */
export interface ReplyRates {
  /** Answers a second to one source; as many may come at once. */
  readonly perSource: number;
  /** Answers a second in all, on the average. */
  readonly inAll: number;
}

const PLACES = 4096;

export class ReplyLimiter {
  readonly #rates: ReplyRates;
  readonly #stream: RandomStream;
  readonly #key: number;
  /** Of each place: answers that may be sent, and since when they have been counted. */
  readonly #tokens: Float64Array = new Float64Array(PLACES);
  readonly #since: Float64Array = new Float64Array(PLACES);
  #second: number = Number.NaN;
  #left = 0;
  /** Answers that were not sent. */
  suppressed = 0;

  constructor(rates: ReplyRates, stream: RandomStream) {
    this.#rates = rates;
    this.#stream = stream;
    this.#key = stream.nextUint32();
    this.#since.fill(Number.NEGATIVE_INFINITY);
  }

  /** Returns whether one more answer may go to the source, and counts it if so. */
  allows(source: number, nowSeconds: number): boolean {
    const { perSource } = this.#rates;
    const place = this.#placeOf(source);
    const gained = Math.max(0, nowSeconds - this.#since[place]!) * perSource;
    const tokens = Math.min(perSource, this.#tokens[place]! + gained);
    this.#since[place] = nowSeconds;
    this.#tokens[place] = tokens;
    this.#beginSecond(Math.floor(nowSeconds));
    if (tokens < 1 || this.#left < 1) {
      this.suppressed++;
      return false;
    }
    this.#tokens[place] = tokens - 1;
    this.#left--;
    return true;
  }

  #beginSecond(second: number): void {
    if (second === this.#second) return;
    const { inAll } = this.#rates;
    this.#second = second;
    this.#left = Math.floor(inAll / 2) + this.#stream.nextBelow(inAll + 1);
  }

  #placeOf(source: number): number {
    return mixWord(source ^ this.#key) & (PLACES - 1);
  }
}
