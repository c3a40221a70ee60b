/**
 * The outbreak of the demonstration, as its honeynet sees one: hosts elsewhere are infected, each reaches an address of the
 * honeynet now and then, and after a while their owners clean them. Then all is quiet, and it begins anew. It is a number of
 * hosts and a rate; nothing spreads.
 */
import { poisson, type RandomStream } from '@wormwood/base';

/** Hosts that can be infected: a fifth of the addresses of the honeynet, so that a host is seen long before the next doubling. */
const HOSTS = 800;
const INFECTED_AT_FIRST = 4;
const DOUBLING_SECONDS = 30;
const GROWTH_PER_SECOND = Math.LN2 / DOUBLING_SECONDS;
/** A host that scans s of Ω addresses a second infects s N/Ω others and reaches s h/Ω honeypots; here h = 5 N. */
const CONTACTS_PER_SECOND = 5 * GROWTH_PER_SECOND;
/** After so long the owners begin to clean, a host after a minute on average. */
const CLEANED_AFTER_SECONDS = 330;
const CLEANED_PER_SECOND = 1 / 60;
const QUIET_SECONDS = 180;

export class DemoOutbreak {
  readonly #stream: RandomStream;
  #beganSeconds = 0;
  #nowSeconds = 0;
  #infected = INFECTED_AT_FIRST;

  constructor(stream: RandomStream) {
    this.#stream = stream;
  }

  /** Goes on until a time; calls `contact` with the number of a host for each contact that it makes. */
  step(nowSeconds: number, contact: (host: number) => void): void {
    const passed = nowSeconds - this.#nowSeconds;
    const age = nowSeconds - this.#beganSeconds;
    this.#nowSeconds = nowSeconds;
    if (age < 0) return;
    const draw = (rate: number): number => poisson(this.#stream, Math.max(0, rate * this.#infected * passed));
    for (let i = draw(CONTACTS_PER_SECOND); i > 0; i--) contact(this.#stream.nextBelow(this.#infected));
    const isCleaned = age > CLEANED_AFTER_SECONDS;
    const change = isCleaned
      ? -draw(CLEANED_PER_SECOND)
      : draw(GROWTH_PER_SECOND * (1 - this.#infected / HOSTS));
    this.#infected = Math.min(HOSTS, Math.max(0, this.#infected + change));
    if (this.#infected > 0) return;
    this.#infected = INFECTED_AT_FIRST;
    this.#beganSeconds = nowSeconds + QUIET_SECONDS;
  }
}
