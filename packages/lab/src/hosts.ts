/**
 * The hosts of the lab: the state of each, which of the infected ones scan, and what was measured. The state is a flag; it
 * changes when the marker arrives at a host, and when the immunizer has acted.
 */
import { assert, type RandomStream } from '@wormwood/base';
import type { Outbreak, PlacedPopulation, Trajectory } from '@wormwood/epidemic';
import { sampleTimes } from '@wormwood/epidemic';

export type Role = 'nobody' | 'host' | 'honeypot';

/** The history of a host that reached a honeypot; times in seconds from the start, null for events that did not happen. */
export interface ContactRecord {
  readonly address: number;
  /** Handshakes with honeypots until the verdict, or until the end. */
  readonly contacts: number;
  readonly contactSeconds: number;
  readonly verdictSeconds: number | null;
  readonly immunizedSeconds: number | null;
}

const SUSCEPTIBLE = 0;
const INFECTED = 1;
const IMMUNIZED = 2;
const NOBODY = -1;
const HONEYPOT = -2;

export class LabHosts {
  readonly address: Float64Array;
  /** The number of samples taken so far. */
  readonly #trajectory: Trajectory;
  readonly #firstAddress: number;
  /** By offset into the space: index of the host, or one of the constants. */
  readonly #owner: Int32Array;
  readonly #status: Uint8Array;
  /** Indices of the hosts that scan, the first `#scanning` of them, and where each host stands among them. */
  readonly #scanner: Int32Array;
  readonly #place: Int32Array;
  readonly #contacts: Int32Array;
  readonly #contactSeconds: Float64Array;
  readonly #verdictSeconds: Float64Array;
  readonly #immunizedSeconds: Float64Array;
  #scanning = 0;
  #susceptible: number;
  #infected = 0;
  #immunized = 0;
  #sampled = 0;

  constructor(outbreak: Outbreak, { hostAddress, honeypotAddress }: PlacedPopulation) {
    const { vulnerable, infected } = outbreak.population;
    const time = sampleTimes(outbreak);
    const column = (): Float64Array => new Float64Array(time.length);
    this.#trajectory = { time, susceptible: column(), infected: column(), immunized: column() };
    this.address = hostAddress;
    this.#firstAddress = outbreak.firstAddress;
    this.#owner = new Int32Array(outbreak.addressSpaceSize).fill(NOBODY);
    for (const [host, address] of hostAddress.entries()) this.#owner[address - this.#firstAddress] = host;
    for (const addresses of honeypotAddress) {
      for (const address of addresses) this.#owner[address - this.#firstAddress] = HONEYPOT;
    }
    this.#status = new Uint8Array(vulnerable);
    this.#scanner = new Int32Array(vulnerable);
    this.#place = new Int32Array(vulnerable);
    this.#contacts = new Int32Array(vulnerable);
    this.#contactSeconds = new Float64Array(vulnerable).fill(NaN);
    this.#verdictSeconds = new Float64Array(vulnerable).fill(NaN);
    this.#immunizedSeconds = new Float64Array(vulnerable).fill(NaN);
    this.#susceptible = vulnerable;
    for (let host = 0; host < infected; host++) this.infect(host);
  }

  /** Hosts that scan. */
  get scanning(): number {
    return this.#scanning;
  }

  /** Hosts that are infected and not immunized. */
  get infected(): number {
    return this.#infected;
  }

  role(address: number): Role {
    const owner = this.#ownerOf(address);
    return owner >= 0 ? 'host' : owner === HONEYPOT ? 'honeypot' : 'nobody';
  }

  /** Index of the host with this address, or -1. */
  indexOf(address: number): number {
    return Math.max(this.#ownerOf(address), NOBODY);
  }

  /** The address of one of the scanning hosts, each as likely as the other. */
  drawScanner(stream: RandomStream): number {
    assert(this.#scanning > 0, 'somebody scans');
    return this.address[this.#scanner[stream.nextBelow(this.#scanning)] ?? 0] ?? 0;
  }

  /** Puts honeypots on so many unused addresses, or on all that there are; returns them. */
  placeHoneypots(count: number, stream: RandomStream): readonly number[] {
    const unused: number[] = [];
    for (const [offset, owner] of this.#owner.entries()) if (owner === NOBODY) unused.push(offset);
    const added = Math.min(count, unused.length);
    for (let place = 0; place < added; place++) {
      const chosen = place + stream.nextBelow(unused.length - place);
      const offset = unused[chosen] ?? 0;
      unused[chosen] = unused[place] ?? 0;
      unused[place] = offset;
      this.#owner[offset] = HONEYPOT;
    }
    return unused.slice(0, added).map((offset) => this.#firstAddress + offset);
  }

  /** Sets the flag of a susceptible host; returns whether it was one. */
  infect(host: number): boolean {
    if (this.#status[host] !== SUSCEPTIBLE) return false;
    this.#status[host] = INFECTED;
    this.#susceptible--;
    this.#infected++;
    this.#place[host] = this.#scanning;
    this.#scanner[this.#scanning++] = host;
    return true;
  }

  isImmunized(address: number): boolean {
    return this.#status[this.indexOf(address)] === IMMUNIZED;
  }

  /** The immunizer has acted on the host. `silences`: from now on the host does not scan. */
  immunize(address: number, timeSeconds: number, silences: boolean): void {
    const host = this.indexOf(address);
    assert(this.#status[host] === INFECTED, 'the lab immunizes infected hosts, once');
    this.#status[host] = IMMUNIZED;
    this.#infected--;
    this.#immunized++;
    this.#immunizedSeconds[host] = timeSeconds;
    if (silences) this.#silence(host);
  }

  /** A handshake of the host with a honeypot. */
  contacted(address: number, timeSeconds: number): void {
    const host = this.indexOf(address);
    if (host < 0 || !Number.isNaN(this.#verdictSeconds[host])) return;
    if (this.#contacts[host] === 0) this.#contactSeconds[host] = timeSeconds;
    this.#contacts[host] = (this.#contacts[host] ?? 0) + 1;
  }

  convicted(address: number, timeSeconds: number): void {
    const host = this.indexOf(address);
    if (host >= 0 && Number.isNaN(this.#verdictSeconds[host])) this.#verdictSeconds[host] = timeSeconds;
  }

  /** Records the samples up to a time; called before anything changes at that time. */
  sampleUntil(timeSeconds: number): void {
    const { time, susceptible, infected, immunized } = this.#trajectory;
    for (; (time[this.#sampled] ?? Infinity) <= timeSeconds; this.#sampled++) {
      susceptible[this.#sampled] = this.#susceptible;
      infected[this.#sampled] = this.#infected;
      immunized[this.#sampled] = this.#immunized;
    }
  }

  /** Returns the curve, after the lab has run to its end. */
  trajectory(): Trajectory {
    assert(this.#sampled === this.#trajectory.time.length, 'every sample was taken');
    return this.#trajectory;
  }

  /** Returns the records of the hosts that reached a honeypot, in the order of their index. */
  contactRecords(): readonly ContactRecord[] {
    const records: ContactRecord[] = [];
    for (const [host, contacts] of this.#contacts.entries()) {
      if (contacts === 0) continue;
      records.push({
        address: this.address[host] ?? 0,
        contacts,
        contactSeconds: this.#contactSeconds[host] ?? 0,
        verdictSeconds: numberOrNull(this.#verdictSeconds[host]),
        immunizedSeconds: numberOrNull(this.#immunizedSeconds[host]),
      });
    }
    return records;
  }

  #silence(host: number): void {
    const place = this.#place[host] ?? 0;
    const last = this.#scanner[--this.#scanning] ?? 0;
    this.#scanner[place] = last;
    this.#place[last] = place;
  }

  #ownerOf(address: number): number {
    return this.#owner[address - this.#firstAddress] ?? NOBODY;
  }
}

function numberOrNull(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : value;
}
