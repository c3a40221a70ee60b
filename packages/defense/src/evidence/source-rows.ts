/**
 * What is known of each source, a row for each slot of the table: what is asked together lies together, for the rows of a
 * hundred thousand sources are larger than the processor's caches, and a line that is fetched from memory takes as long as
 * all arithmetic of a contact. Whoever keeps something of a source claims fields first; then the memory is taken, all at once.
 */
import { assert } from '@wormwood/base';

/** Rows begin with a line of the cache, or share one with others. */
const LINE = 64;

export class SourceRows {
  readonly capacity: number;
  readonly #fields: { take(memory: ArrayBuffer, bytesPerRow: number): void }[] = [];
  #claimed = 0;
  #bytesPerRow = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  get bytesPerRow(): number {
    return this.#bytesPerRow;
  }

  /** Each of these claims fields of its kind, one behind the other. */
  octets(count = 1): Octets {
    return this.#add(new Octets(this.#claim(1, count)));
  }

  halves(count = 1): Halves {
    return this.#add(new Halves(this.#claim(2, count)));
  }

  words(count = 1): Words {
    return this.#add(new Words(this.#claim(4, count)));
  }

  floats(count = 1): Floats {
    return this.#add(new Floats(this.#claim(4, count)));
  }

  doubles(count = 1): Doubles {
    return this.#add(new Doubles(this.#claim(8, count)));
  }

  /** Takes the memory, all zero. */
  take(): void {
    let bytes = 8;
    while (bytes < this.#claimed && bytes < LINE) bytes *= 2;
    if (bytes < this.#claimed) bytes = Math.ceil(this.#claimed / LINE) * LINE;
    this.#bytesPerRow = bytes;
    const memory = new ArrayBuffer(this.capacity * bytes);
    for (const field of this.#fields) field.take(memory, bytes);
  }

  /** The octet of a row at which the fields begin. */
  #claim(octets: number, count: number): number {
    assert(this.#bytesPerRow === 0, 'fields are claimed before the memory is taken');
    const start = Math.ceil(this.#claimed / octets) * octets;
    this.#claimed = start + octets * count;
    return start;
  }

  #add<T extends { take(memory: ArrayBuffer, bytesPerRow: number): void }>(field: T): T {
    this.#fields.push(field);
    return field;
  }
}

// One class for each kind: a view that might be of any kind would be asked slowly.

export class Octets {
  readonly #start: number;
  #view: Uint8Array = new Uint8Array(0);
  #stride = 0;

  constructor(start: number) {
    this.#start = start;
  }

  take(memory: ArrayBuffer, bytesPerRow: number): void {
    this.#view = new Uint8Array(memory);
    this.#stride = bytesPerRow;
  }

  get(slot: number, index = 0): number {
    return this.#view[slot * this.#stride + this.#start + index] ?? 0;
  }

  set(slot: number, value: number, index = 0): void {
    this.#view[slot * this.#stride + this.#start + index] = value;
  }
}

export class Halves {
  readonly #start: number;
  #view: Uint16Array = new Uint16Array(0);
  #stride = 0;

  constructor(start: number) {
    this.#start = start / 2;
  }

  take(memory: ArrayBuffer, bytesPerRow: number): void {
    this.#view = new Uint16Array(memory);
    this.#stride = bytesPerRow / 2;
  }

  get(slot: number, index = 0): number {
    return this.#view[slot * this.#stride + this.#start + index] ?? 0;
  }

  set(slot: number, value: number, index = 0): void {
    this.#view[slot * this.#stride + this.#start + index] = value;
  }
}

export class Words {
  readonly #start: number;
  #view: Uint32Array = new Uint32Array(0);
  #stride = 0;

  constructor(start: number) {
    this.#start = start / 4;
  }

  take(memory: ArrayBuffer, bytesPerRow: number): void {
    this.#view = new Uint32Array(memory);
    this.#stride = bytesPerRow / 4;
  }

  get(slot: number, index = 0): number {
    return this.#view[slot * this.#stride + this.#start + index] ?? 0;
  }

  set(slot: number, value: number, index = 0): void {
    this.#view[slot * this.#stride + this.#start + index] = value;
  }

  /** The first `count` of the slot, as they lie in memory. */
  of(slot: number, count: number): Uint32Array {
    const first = slot * this.#stride + this.#start;
    return this.#view.subarray(first, first + count);
  }
}

export class Floats {
  readonly #start: number;
  #view: Float32Array = new Float32Array(0);
  #stride = 0;

  constructor(start: number) {
    this.#start = start / 4;
  }

  take(memory: ArrayBuffer, bytesPerRow: number): void {
    this.#view = new Float32Array(memory);
    this.#stride = bytesPerRow / 4;
  }

  get(slot: number, index = 0): number {
    return this.#view[slot * this.#stride + this.#start + index] ?? 0;
  }

  set(slot: number, value: number, index = 0): void {
    this.#view[slot * this.#stride + this.#start + index] = value;
  }
}

export class Doubles {
  readonly #start: number;
  #view: Float64Array = new Float64Array(0);
  #stride = 0;

  constructor(start: number) {
    this.#start = start / 8;
  }

  take(memory: ArrayBuffer, bytesPerRow: number): void {
    this.#view = new Float64Array(memory);
    this.#stride = bytesPerRow / 8;
  }

  get(slot: number, index = 0): number {
    return this.#view[slot * this.#stride + this.#start + index] ?? 0;
  }

  set(slot: number, value: number, index = 0): void {
    this.#view[slot * this.#stride + this.#start + index] = value;
  }
}
