/**
 * Places in rising order, found without a search: the track is cut into equal runs of a few places on average, and of
 * each run it is known where its first place stands. Where places crowd in few runs, a search within the run helps.
 */
export class PlaceOrder {
  /** Rising; words of 32 bits if they all fit, so that more of them stay in the cache. */
  readonly place: Float64Array | Uint32Array;
  /** Which of the places that were given stands where. */
  readonly row: Int32Array;
  readonly #size: number;
  readonly #scale: number;
  /** Of each run the index of its first place, and one more at the end. */
  readonly #start: Int32Array;

  /** Places below `size`. */
  constructor(place: Float64Array | Uint32Array, row: Int32Array, start: Int32Array, size: number) {
    this.place = place;
    this.row = row;
    this.#start = start;
    this.#size = size;
    this.#scale = (start.length - 1) / size;
  }

  /** The first index whose place is at least `wanted`; the number of places when there is none. */
  firstAtLeast(wanted: number): number {
    const { place } = this;
    if (wanted >= this.#size) return place.length;
    const start = this.#start;
    const run = Math.min(start.length - 2, Math.max(0, Math.floor(wanted * this.#scale)));
    // By rounding, a place may fall into the neighboring run.
    let low = start[run]!;
    let high = start[run + 1]!;
    while (low > 0 && place[low - 1]! >= wanted) low--;
    while (high - low > INSERTED_MAX) {
      const middle = (low + high) >>> 1;
      if (place[middle]! < wanted) low = middle + 1;
      else high = middle;
    }
    while (low < place.length && place[low]! < wanted) low++;
    return low;
  }
}

/** So few runs that the list of their beginnings stays in the cache; a run of places is a cache line of them or two. */
const PLACES_IN_RUN = 6;
/** Longer runs are sorted by a library function. */
const INSERTED_MAX = 32;
const TWO_TO_32 = 2 ** 32;

/** Orders places below `size`; equal ones keep their order. */
export function orderPlaces(places: Float64Array, size: number): PlaceOrder {
  const count = places.length;
  const runs = Math.max(1, Math.ceil(count / PLACES_IN_RUN));
  const scale = runs / size;
  const start = new Int32Array(runs + 1);
  const runOf = new Int32Array(count);
  for (let row = 0; row < count; row++) {
    const run = Math.min(runs - 1, Math.floor(places[row]! * scale));
    runOf[row] = run;
    start[run + 1]!++;
  }
  for (let run = 0; run < runs; run++) start[run + 1]! += start[run]!;
  const next = start.slice();
  const place = size <= TWO_TO_32 ? new Uint32Array(count) : new Float64Array(count);
  const row = new Int32Array(count);
  for (let given = 0; given < count; given++) {
    const at = next[runOf[given]!]!++;
    place[at] = places[given]!;
    row[at] = given;
  }
  for (let run = 0; run < runs; run++) sortRun(place, row, start[run]!, start[run + 1]!);
  return new PlaceOrder(place, row, start, size);
}

function sortRun(place: Float64Array | Uint32Array, row: Int32Array, first: number, end: number): void {
  if (end - first < 2) return;
  if (end - first > INSERTED_MAX) {
    const order = Int32Array.from({ length: end - first }, (_, index) => first + index);
    order.sort((a, b) => place[a]! - place[b]! || a - b);
    const places = Float64Array.from(order, (at) => place[at]!);
    const rows = Int32Array.from(order, (at) => row[at]!);
    place.set(places, first);
    row.set(rows, first);
    return;
  }
  for (let at = first + 1; at < end; at++) {
    const movedPlace = place[at]!;
    const movedRow = row[at]!;
    let to = at;
    while (to > first && place[to - 1]! > movedPlace) {
      place[to] = place[to - 1]!;
      row[to] = row[to - 1]!;
      to--;
    }
    place[to] = movedPlace;
    row[to] = movedRow;
  }
}
