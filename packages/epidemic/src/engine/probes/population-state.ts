/** Who is infected, contacted or immunized, host by host, while the probes fall. */
import type { RandomStream } from '@wormwood/base';
import type { InfectionLog } from '../engine.ts';
import type { Outbreak } from '../../outbreak/outbreak.ts';

/** State of a host; a host that waits for its immunization by group g has the state `contacted + g`. */
const SUSCEPTIBLE = 0;
const FRESH = 1;
const IMMUNIZED = 2;
const CONTACTED = 3;

export class PopulationState {
  susceptible: number;
  everInfected = 0;
  readonly #state: Uint8Array;
  /** The hosts that scan, in no order, and where each of them stands in this list. */
  readonly #active: Int32Array;
  readonly #activePlace: Int32Array;
  #activeCount = 0;
  /** For each honeypot group, the hosts that wait for their immunization. */
  readonly #waiting: readonly number[][];
  readonly #infected: Int32Array;
  readonly #infector: Int32Array;
  readonly #infectedAt: Float64Array;

  constructor(outbreak: Outbreak) {
    const { vulnerable, infected } = outbreak.population;
    this.susceptible = vulnerable;
    this.#state = new Uint8Array(vulnerable);
    this.#active = new Int32Array(vulnerable);
    this.#activePlace = new Int32Array(vulnerable);
    this.#waiting = outbreak.honeypots.map(() => []);
    this.#infected = new Int32Array(vulnerable);
    this.#infector = new Int32Array(vulnerable);
    this.#infectedAt = new Float64Array(vulnerable);
    // Which hosts are the first does not follow from their addresses: host numbers say nothing about addresses.
    for (let host = 0; host < infected; host++) this.infect(host, -1, 0);
  }

  get active(): number {
    return this.#activeCount;
  }

  waitingFor(group: number): number {
    return this.#waiting[group]!.length;
  }

  get waiting(): number {
    return this.#waiting.reduce((sum, hosts) => sum + hosts.length, 0);
  }

  isSusceptible(host: number): boolean {
    return this.#state[host] === SUSCEPTIBLE;
  }

  isFresh(host: number): boolean {
    return this.#state[host] === FRESH;
  }

  /** Any host that scans, each with equal chance. */
  drawActive(stream: RandomStream): number {
    return this.#active[stream.nextBelow(this.#activeCount)]!;
  }

  infect(host: number, infector: number, timeSeconds: number): void {
    this.#state[host] = FRESH;
    this.#activePlace[host] = this.#activeCount;
    this.#active[this.#activeCount++] = host;
    this.#infected[this.everInfected] = host;
    this.#infector[this.everInfected] = infector;
    this.#infectedAt[this.everInfected++] = timeSeconds;
    this.susceptible--;
  }

  /** A honeypot of the group has caught the host, which scans on until `immunizeWaiting` takes it. */
  contact(host: number, group: number): void {
    this.#state[host] = CONTACTED + group;
    this.#waiting[group]!.push(host);
  }

  immunize(host: number): void {
    this.#state[host] = IMMUNIZED;
    const place = this.#activePlace[host]!;
    const last = this.#active[--this.#activeCount]!;
    this.#active[place] = last;
    this.#activePlace[last] = place;
  }

  /** Immunizes one of the hosts that wait for the group, each with equal chance. */
  immunizeWaiting(group: number, stream: RandomStream): void {
    const hosts = this.#waiting[group]!;
    const place = stream.nextBelow(hosts.length);
    const host = hosts[place]!;
    const last = hosts.pop()!;
    if (place < hosts.length) hosts[place] = last;
    this.immunize(host);
  }

  infections(address: Float64Array): InfectionLog {
    return {
      host: this.#infected.slice(0, this.everInfected),
      infector: this.#infector.slice(0, this.everInfected),
      timeSeconds: this.#infectedAt.slice(0, this.everInfected),
      address,
    };
  }
}
