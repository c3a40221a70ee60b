/**
 * An outbreak as a film on a map: where each host lies along a Hilbert curve, and which state each cell of the map has at any
 * time. Forward, events are applied one by one; backward, the film begins anew.
 */
import { hilbertCell } from '@wormwood/report';
import type { PlacedRun } from '../engine/task.ts';

/** The part of the address space that a map shows. */
export interface View {
  readonly first: number;
  readonly size: number;
}

/** States of cells, the last that applies wins. */
export const CELL = { empty: 0, honeypot: 1, susceptible: 2, immunized: 3, infected: 4 } as const;

const SIDE_MAX = 512;
const SIDE_ZOOMED = 256;

/** Returns the cells on each side of the map of a view: none is smaller than an address. */
function sideOf({ size }: View, isWhole: boolean): number {
  const most = isWhole ? SIDE_MAX : SIDE_ZOOMED;
  return Math.min(most, 2 ** Math.floor(Math.log2(size) / 2));
}

/** A host and what is known of it. */
export interface HostFacts {
  readonly host: number;
  readonly address: number;
  /** Seconds; infinite where it never happens. */
  readonly infectedSeconds: number;
  readonly immunizedSeconds: number;
  /** From the host that infected it to one that was infected at the start. */
  readonly ancestors: readonly number[];
  readonly children: readonly number[];
  readonly descendants: number;
}

export class Film {
  readonly side: number;
  readonly view: View;
  /** The state of each cell, row after row. */
  readonly state: Uint8Array;
  /** Hosts infected so far by generation; those of the start are generation 0. */
  readonly generations: Int32Array;
  readonly counts = { infected: 0, immunized: 0, everInfected: 0 };
  #seconds = -1;
  #infections = 0;
  #immunizations = 0;
  readonly #tree: Tree;
  readonly #run: PlacedRun;
  readonly #startSeconds: number;
  /** By host: its cell, −1 outside of the view. */
  readonly #cell: Int32Array;
  readonly #honeypotCells: Int32Array;
  readonly #infected: Uint16Array;
  readonly #immunized: Uint16Array;
  readonly #isInfected: Uint8Array;
  readonly #blank: Uint8Array;
  #hasHoneypots = false;

  /** `startSeconds`: when honeypots show. */
  constructor(
    run: PlacedRun,
    tree: Tree,
    view: View,
    options: { readonly isWhole: boolean; readonly startSeconds: number },
  ) {
    this.#run = run;
    this.#tree = tree;
    this.view = view;
    this.side = sideOf(view, options.isWhole);
    this.#startSeconds = options.startSeconds;
    const cells = this.side * this.side;
    const address = run.run.infections?.address ?? new Float64Array(0);
    this.#cell = cellsOf(address, view, this.side);
    this.#honeypotCells = Int32Array.from(
      run.honeypotAddress.flatMap((group) =>
        Array.from(cellsOf(group, view, this.side)).filter((cell) => cell >= 0),
      ),
    );
    this.#blank = new Uint8Array(cells);
    for (const cell of this.#cell) if (cell >= 0) this.#blank[cell] = CELL.susceptible;
    this.state = this.#blank.slice();
    this.#infected = new Uint16Array(cells);
    this.#immunized = new Uint16Array(cells);
    this.#isInfected = new Uint8Array(address.length);
    this.generations = new Int32Array(tree.depth + 1);
  }

  get seconds(): number {
    return this.#seconds;
  }

  /** Shows the outbreak as it is at a time. */
  seek(seconds: number): void {
    if (seconds < this.#seconds) this.#rewind();
    this.#seconds = seconds;
    if (!this.#hasHoneypots && seconds >= this.#startSeconds) this.#showHoneypots();
    const { infections } = this.#run.run;
    if (infections === undefined) return;
    const { host, timeSeconds, immunizedSeconds } = infections;
    while (this.#infections < host.length && timeSeconds[this.#infections]! <= seconds) {
      this.#infect(host[this.#infections]!, this.#infections);
      this.#infections++;
    }
    const { immunized } = this.#run;
    while (
      this.#immunizations < immunized.length &&
      immunizedSeconds![immunized[this.#immunizations]!]! <= seconds
    ) {
      this.#immunize(immunized[this.#immunizations]!);
      this.#immunizations++;
    }
  }

  #rewind(): void {
    this.state.set(this.#blank);
    this.#infected.fill(0);
    this.#immunized.fill(0);
    this.#isInfected.fill(0);
    this.generations.fill(0);
    Object.assign(this.counts, { infected: 0, immunized: 0, everInfected: 0 });
    this.#infections = 0;
    this.#immunizations = 0;
    this.#hasHoneypots = false;
  }

  #showHoneypots(): void {
    this.#hasHoneypots = true;
    for (const cell of this.#honeypotCells)
      if (this.state[cell] === CELL.empty) this.state[cell] = CELL.honeypot;
  }

  #infect(host: number, row: number): void {
    this.counts.everInfected++;
    this.counts.infected++;
    this.generations[this.#tree.generation[row]!]!++;
    this.#isInfected[host] = 1;
    const cell = this.#cell[host]!;
    if (cell < 0) return;
    this.#infected[cell]!++;
    this.state[cell] = CELL.infected;
  }

  #immunize(host: number): void {
    this.counts.immunized++;
    const wasInfected = this.#isInfected[host] === 1;
    if (wasInfected) this.counts.infected--;
    const cell = this.#cell[host]!;
    if (cell < 0) return;
    this.#immunized[cell]!++;
    if (wasInfected) this.#infected[cell]!--;
    if (this.#infected[cell] === 0) this.state[cell] = CELL.immunized;
  }

  /** Returns the host nearest to an address among those in the view; null where there is none. */
  nearestHost(address: number): number | null {
    const addresses = this.#run.run.infections?.address ?? new Float64Array(0);
    let nearest: number | null = null;
    let distance = Infinity;
    for (let host = 0; host < addresses.length; host++) {
      const away = Math.abs(addresses[host]! - address);
      if (away < distance && this.#cell[host]! >= 0) {
        distance = away;
        nearest = host;
      }
    }
    return nearest;
  }

  /** Returns the lowest address of the cell at a column and a row of the map. */
  addressAt(column: number, row: number): number {
    const cells = this.side * this.side;
    // The curve is searched quarter by quarter: each quarter of its length is a quarter of the square.
    let low = 0;
    let length = cells;
    for (let half = this.side / 2; length > 1; half /= 2) {
      length /= 4;
      for (let quarter = 0; quarter < 4; quarter++) {
        const { x, y } = hilbertCell(low + quarter * length, this.side);
        if (
          Math.floor(x / half) === Math.floor(column / half) &&
          Math.floor(y / half) === Math.floor(row / half)
        ) {
          low += quarter * length;
          break;
        }
      }
    }
    return this.view.first + (low / cells) * this.view.size;
  }
}

function cellsOf(addresses: Float64Array, { first, size }: View, side: number): Int32Array {
  const cells = new Int32Array(addresses.length).fill(-1);
  const count = side * side;
  for (let i = 0; i < addresses.length; i++) {
    const away = addresses[i]! - first;
    if (away < 0 || away >= size) continue;
    const { x, y } = hilbertCell(Math.floor((away / size) * count), side);
    cells[i] = y * side + x;
  }
  return cells;
}

/** Who infected whom. */
export interface Tree {
  /** By row of the infections. */
  readonly generation: Int32Array;
  readonly depth: number;
  /** By host: its row, −1 where it was never infected, and the infections that go back to it. */
  readonly rowOf: Int32Array;
  readonly descendants: Int32Array;
}

/** Returns the tree of a run's infections. */
export function treeOf({ run: { infections } }: PlacedRun): Tree {
  const { host, infector, address } = infections ?? {
    host: new Int32Array(0),
    infector: new Int32Array(0),
    address: new Float64Array(0),
  };
  const rowOf = new Int32Array(address.length).fill(-1);
  const generation = new Int32Array(host.length);
  const descendants = new Int32Array(address.length);
  let depth = 0;
  for (let row = 0; row < host.length; row++) {
    rowOf[host[row]!] = row;
    const by = infector[row]!;
    generation[row] = by < 0 ? 0 : generation[rowOf[by]!]! + 1;
    depth = Math.max(depth, generation[row]!);
  }
  for (let row = host.length - 1; row >= 0; row--) {
    const by = infector[row]!;
    if (by >= 0) descendants[by]! += descendants[host[row]!]! + 1;
  }
  return { generation, depth, rowOf, descendants };
}

const CHILDREN_MAX = 40;

/** Returns what is known of a host. */
export function factsOf({ run: { infections } }: PlacedRun, tree: Tree, host: number): HostFacts | null {
  if (infections === undefined) return null;
  const { infector, timeSeconds, address, immunizedSeconds } = infections;
  const row = tree.rowOf[host]!;
  const ancestors: number[] = [];
  for (let at = row < 0 ? -1 : infector[row]!; at >= 0; at = infector[tree.rowOf[at]!]!) ancestors.push(at);
  const children: number[] = [];
  for (let at = 0; at < infector.length && children.length < CHILDREN_MAX; at++)
    if (infector[at] === host) children.push(infections.host[at]!);
  return {
    host,
    address: address[host]!,
    infectedSeconds: row < 0 ? Infinity : timeSeconds[row]!,
    immunizedSeconds: immunizedSeconds?.[host] ?? Infinity,
    ancestors,
    children,
    descendants: tree.descendants[host]!,
  };
}
