/**
 * What events remember of flows, in columns: when a flow was seen, and the session that it is. Found by its ends, and in the
 * order in which flows were last set, the oldest first. It grows by doubling and makes no garbage.
 */
import { assert, mixWord } from '@wormwood/base';
import { AddressNames, type Flow } from '@wormwood/netstack';
import { hashFlow } from '@wormwood/wire';

/** No place. */
export const NONE = -1;
/** Words of an identifier. */
const ID_WORDS = 4;
const PLACES_MIN = 64;

/** For each place. */
class Columns {
  /** Words of addresses (AddressNames), which the table holds. */
  readonly remote: Uint32Array;
  readonly local: Uint32Array;
  /** The remote port above the local one. */
  readonly ports: Uint32Array;
  readonly seconds: Float64Array;
  readonly ids: Uint32Array;
  readonly vlans: Float64Array;
  /** The next in the chain of the same hash, or of free places. */
  readonly next: Int32Array;
  readonly older: Int32Array;
  readonly newer: Int32Array;
  readonly heads: Int32Array;

  constructor(places: number, before?: Columns) {
    this.remote = new Uint32Array(places);
    this.local = new Uint32Array(places);
    this.ports = new Uint32Array(places);
    this.seconds = new Float64Array(places);
    this.ids = new Uint32Array(places * ID_WORDS);
    this.vlans = new Float64Array(places);
    this.next = new Int32Array(places);
    this.older = new Int32Array(places);
    this.newer = new Int32Array(places);
    this.heads = new Int32Array(2 * places).fill(NONE);
    if (before === undefined) return;
    for (const name of ['remote', 'local', 'ports', 'seconds', 'ids', 'vlans', 'older', 'newer'] as const)
      this[name].set(before[name]);
  }
}

export class FlowTable {
  readonly #seed: number;
  readonly #names: AddressNames;
  #columns: Columns = new Columns(PLACES_MIN);
  #places = PLACES_MIN;
  /** Places beyond were never used. */
  #used = 0;
  #free = NONE;
  #size = 0;
  #oldest = NONE;
  #newest = NONE;

  /** `seed`: a word that nobody outside knows, or flows could be chosen to collide. */
  constructor(seed: number) {
    this.#seed = mixWord(seed);
    this.#names = AddressNames.seeded(this.#seed);
  }

  get size(): number {
    return this.#size;
  }

  /** The place of the flow that was set before all others, or `NONE`. */
  get oldest(): number {
    return this.#oldest;
  }

  /** The place of a flow, or `NONE`. */
  find({ remoteAddress, remotePort, localAddress, localPort }: Flow): number {
    const { heads, remote, local, ports, next } = this.#columns;
    const both = ((remotePort << 16) | localPort) >>> 0;
    const [far, near] = [this.#names.find(remoteAddress), this.#names.find(localAddress)];
    let place = heads[this.#chainOf(far, near, both)]!;
    while (place !== NONE && (remote[place] !== far || ports[place] !== both || local[place] !== near))
      place = next[place]!;
    return place;
  }

  /** Makes a flow the newest, which it may have been in the table before or not; returns its place. */
  set(flow: Flow, seconds: number): number {
    let place = this.find(flow);
    if (place === NONE) place = this.#add(flow);
    else if (place === this.#newest) {
      this.#columns.seconds[place] = seconds;
      return place;
    } else this.#unlink(place);
    const { older, newer } = this.#columns;
    this.#columns.seconds[place] = seconds;
    older[place] = this.#newest;
    newer[place] = NONE;
    if (this.#newest === NONE) this.#oldest = place;
    else newer[this.#newest] = place;
    this.#newest = place;
    return place;
  }

  /** Forgets the flow at a place. */
  delete(place: number): void {
    const { heads, remote, local, ports, next } = this.#columns;
    const chain = this.#chainOf(remote[place]!, local[place]!, ports[place]!);
    if (heads[chain] === place) heads[chain] = next[place]!;
    else {
      let before = heads[chain]!;
      while (next[before] !== place) before = next[before]!;
      next[before] = next[place]!;
    }
    this.#unlink(place);
    this.#names.release(remote[place]!);
    this.#names.release(local[place]!);
    next[place] = this.#free;
    this.#free = place;
    this.#size--;
  }

  /** When the flow at a place was set. */
  secondsAt(place: number): number {
    return this.#columns.seconds[place]!;
  }

  vlanAt(place: number): number {
    return this.#columns.vlans[place]!;
  }

  /** Notes of which session a flow is: the four words of its identifier, and its VLAN. */
  setSession(place: number, id: Uint32Array, vlan: number): void {
    assert(id.length === ID_WORDS, 'an identifier has four words');
    this.#columns.ids.set(id, ID_WORDS * place);
    this.#columns.vlans[place] = vlan;
  }

  /** Copies the identifier of the session at a place. */
  readId(place: number, id: Uint32Array): void {
    const { ids } = this.#columns;
    for (let i = 0; i < ID_WORDS; i++) id[i] = ids[ID_WORDS * place + i]!;
  }

  #chainOf(remote: number, local: number, ports: number): number {
    return hashFlow(this.#seed, remote, local, ports) & (2 * this.#places - 1);
  }

  #add({ remoteAddress, remotePort, localAddress, localPort }: Flow): number {
    let place = this.#free;
    if (place !== NONE) this.#free = this.#columns.next[place]!;
    else {
      if (this.#used === this.#places) this.#grow();
      place = this.#used++;
    }
    const { heads, remote, local, ports, next } = this.#columns;
    remote[place] = this.#names.hold(remoteAddress);
    local[place] = this.#names.hold(localAddress);
    ports[place] = (remotePort << 16) | localPort;
    const chain = this.#chainOf(remote[place]!, local[place]!, ports[place]!);
    next[place] = heads[chain]!;
    heads[chain] = place;
    this.#size++;
    return place;
  }

  /** All places are taken: twice as many, with the chains made anew. */
  #grow(): void {
    const columns = new Columns(2 * this.#places, this.#columns);
    this.#columns = columns;
    this.#places *= 2;
    const { heads, remote, local, ports, next } = columns;
    for (let place = 0; place < this.#used; place++) {
      const chain = this.#chainOf(remote[place]!, local[place]!, ports[place]!);
      next[place] = heads[chain]!;
      heads[chain] = place;
    }
  }

  #unlink(place: number): void {
    const { older, newer } = this.#columns;
    if (older[place] === NONE) this.#oldest = newer[place]!;
    else newer[older[place]!] = newer[place]!;
    if (newer[place] === NONE) this.#newest = older[place]!;
    else older[newer[place]!] = older[place]!;
  }
}
