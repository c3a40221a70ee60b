/**
 * Who answers at an address: the bindings flattened into disjoint runs of addresses, looked up by binary search. The
 * cost does not depend on how many addresses a binding covers, so a /8 costs what one host costs.
 */
import { AddressSet } from '@wormwood/base';
import type { Binding, Honeynet } from './model.ts';

const NOBODY = -1;
/** RFC 3021: a network of two addresses has no others. */
const EDGED_MIN = 4;

/** Returns the first and the last address of a bound network, which no host of it has (RFC 1122 3.2.1.3); else none. */
export function edgesOf({ first, last, isNetwork }: Binding): readonly number[] {
  return isNetwork && last - first + 1 >= EDGED_MIN ? [first, last] : [];
}

/** Returns the addresses that are covered by a binding and answer nothing, as edges of the network that was bound. */
export function silentEdges({ bindings, answersEdges }: Honeynet, table: BindingTable): ReadonlySet<number> {
  if (answersEdges) return new Set();
  return new Set(
    bindings.flatMap((binding, index) => edgesOf(binding).filter((address) => table.find(address) === index)),
  );
}

/** Returns every address that a honeynet answers at by a binding. */
export function boundAddresses(honeynet: Honeynet): AddressSet {
  const edges = [...silentEdges(honeynet, new BindingTable(honeynet.bindings))];
  const silent = AddressSet.fromRanges(edges.map((address) => ({ first: address, last: address })));
  return AddressSet.fromRanges(honeynet.bindings).difference(silent);
}

export class BindingTable {
  /** First address of each run; a run ends where the next one begins. */
  readonly #first: Uint32Array;
  /** Index of the binding of each run, or -1. */
  readonly #binding: Int32Array;

  /** Of overlapping bindings the one with fewer addresses answers; of two with as many, the later. */
  constructor(bindings: readonly Binding[]) {
    const runs = flatten(bindings);
    this.#first = Uint32Array.from(runs, (run) => run.first);
    this.#binding = Int32Array.from(runs, (run) => run.binding);
  }

  /** Returns the index of the binding that answers at the address, or -1. */
  find(address: number): number {
    const first = this.#first;
    let low = 0;
    let high = first.length;
    // The last run that begins at or before the address.
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (first[middle]! <= address) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? NOBODY : this.#binding[low - 1]!;
  }
}

interface Run {
  readonly first: number;
  readonly binding: number;
}

/** Sweeps over the addresses where a binding begins or ends; the narrowest open binding owns what follows. */
function flatten(bindings: readonly Binding[]): readonly Run[] {
  const width = (index: number): number => bindings[index]!.last - bindings[index]!.first;
  const starts = bindings
    .map((_, index) => index)
    .sort((a, b) => bindings[a]!.first - bindings[b]!.first || a - b);
  const runs: Run[] = [];
  /** Open bindings, narrowest last. Bindings nest in practice, so this stays short. */
  const open: number[] = [];
  let next = 0;

  const emit = (first: number): void => {
    const binding = open.at(-1) ?? NOBODY;
    if (runs.at(-1)?.first === first) runs.pop();
    if (runs.at(-1)?.binding !== binding) runs.push({ first, binding });
  };
  const closeBefore = (address: number): void => {
    while (open.length > 0) {
      const end = Math.min(...open.map((index) => bindings[index]!.last)) + 1;
      if (end > address) return;
      for (let i = open.length - 1; i >= 0; i--) if (bindings[open[i]!]!.last + 1 <= end) open.splice(i, 1);
      if (end < 2 ** 32) emit(end);
    }
  };
  while (next < starts.length) {
    const first = bindings[starts[next]!]!.first;
    closeBefore(first);
    while (next < starts.length && bindings[starts[next]!]!.first === first) {
      const index = starts[next++]!;
      let place = open.length;
      while (place > 0 && isNarrower(open[place - 1]!, index, width)) place--;
      open.splice(place, 0, index);
    }
    emit(first);
  }
  closeBefore(Number.POSITIVE_INFINITY);
  return runs;
}

function isNarrower(a: number, b: number, width: (index: number) => number): boolean {
  return width(a) < width(b) || (width(a) === width(b) && a > b);
}
