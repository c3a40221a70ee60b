/**
 * How often innocent hosts stray onto watched addresses: each at a rate of its own, and the rates have a gamma distribution
 * of shape 1/2, so that some stray many times as often as the mean. The mean is learnt from the sources that were watched
 * and forgotten without a verdict; scanners are not among them.
 */
import { assert, exp, log } from '@wormwood/base';

const SHAPE = 0.5;
/** The prior mean weighs as much as so many contacts. */
const PRIOR_CONTACTS = 8;
/** However few contacts go astray, the mean is no smaller part of its first value. */
const LEAST_PART = 1e-3;
/** Later contacts change nothing: the test is decided long before. */
const CONTACTS_MAX = 1024;

export class StrayPrior {
  readonly #mostPerSecond: number;
  readonly #priorPerSecond: number;
  readonly #logRising: Float64Array = new Float64Array(CONTACTS_MAX + 1);
  #contacts = 0;
  #seconds = 0;
  #scaleSeconds: number;

  /** `meanPerSecond`: contacts of a source, before anything is learnt; `mostPerSecond`: the largest mean ever believed. */
  constructor(meanPerSecond: number, mostPerSecond: number) {
    assert(meanPerSecond > 0 && meanPerSecond <= mostPerSecond, 'an innocent host strays');
    this.#priorPerSecond = meanPerSecond;
    this.#mostPerSecond = mostPerSecond;
    this.#scaleSeconds = SHAPE / meanPerSecond;
    for (let k = 0; k < CONTACTS_MAX; k++)
      this.#logRising[k + 1] = (this.#logRising[k] ?? 0) + log(SHAPE + k);
  }

  /** The mean now, in contacts of a source per second. */
  get meanPerSecond(): number {
    return SHAPE / this.#scaleSeconds;
  }

  /** Takes in a source that made so many contacts after its first one, in the seconds after it, and was no scanner. */
  learn(contacts: number, seconds: number): void {
    this.#contacts += contacts;
    this.#seconds += seconds;
    const mean = (PRIOR_CONTACTS + this.#contacts) / (PRIOR_CONTACTS / this.#priorPerSecond + this.#seconds);
    const bounded = Math.min(Math.max(mean, this.#priorPerSecond * LEAST_PART), this.#mostPerSecond);
    this.#scaleSeconds = SHAPE / bounded;
  }

  /** ln of the probability density of so many contacts, at their times, within the seconds after the first one. */
  logDensity(contacts: number, seconds: number): number {
    const k = Math.min(contacts, CONTACTS_MAX);
    return (
      (this.#logRising[k] ?? 0) +
      SHAPE * log(this.#scaleSeconds) -
      (SHAPE + k) * log(this.#scaleSeconds + seconds)
    );
  }
}

/** The slowest scanner and faster ones, each four times as fast as the one before. */
const RATES = 12;
const RATE_STEP = 4;
const SLOWEST_WEIGHT = 0.3;

/** ln of the same density for a scanner of unknown rate, `slowestPerSecond` at least. */
export function scannerLogDensity(slowestPerSecond: number, contacts: number, seconds: number): number {
  const k = Math.min(contacts, CONTACTS_MAX);
  let rate = slowestPerSecond;
  let weight = log(SLOWEST_WEIGHT);
  let most = -Infinity;
  let sum = 0;
  for (let step = 0; step < RATES; step++) {
    const term = weight + k * log(rate) - rate * seconds;
    if (term > most) {
      sum = sum * exp(most - term) + 1;
      most = term;
    } else sum += exp(term - most);
    rate *= RATE_STEP;
    weight = log((1 - SLOWEST_WEIGHT) / (RATES - 1));
  }
  return most + log(sum);
}
