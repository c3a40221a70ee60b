/**
 * Hitlist scanning: the worm starts with a list of addresses, most of them vulnerable. Those infected at the start
 * share it; each infection passes on half of what is left; a host that has finished its part scans by another
 * strategy. It skips the slow start, which takes ln(H/I0)/K for H entries.
 *
 * Source: Staniford, Paxson, Weaver, "How to 0wn the Internet in Your Spare Time", USENIX Security 2002, section 4;
 * docs/models.md#hitlist.
 */
import type { RandomStream } from '@wormwood/base';
import type { Outbreak } from '../outbreak/outbreak.ts';
import type { HitlistScan } from '../outbreak/scan-strategy.ts';

/** Returns the addresses on the worm's hitlist and the fraction of them that are vulnerable hosts; null without a list. */
export function listOf({
  worm: { strategy },
}: Outbreak): { readonly size: number; readonly fraction: number } | null {
  if (strategy.kind !== 'hitlist' || strategy.size === 0) return null;
  const { size, vulnerableFraction } = strategy;
  return { size, fraction: Math.round(size * vulnerableFraction) / size };
}

interface Drawing {
  /** Hosts infected at the start. */
  readonly seeds: ReadonlySet<number>;
  readonly stream: RandomStream;
}

/**
 * The part of the hitlist that each host holds: a run of entries. A host passes half of the entries that it has not
 * used to each host it infects.
 */
export class HitlistShares {
  /** Of each entry the host that it names; −1 for an address where nothing is. */
  readonly #entry: Int32Array;
  readonly #next: Float64Array;
  readonly #end: Float64Array;
  readonly #infected: number;
  #begun = 0;

  constructor(strategy: HitlistScan, population: Outbreak['population'], drawing: Drawing) {
    this.#entry = drawEntries(strategy, population, drawing);
    this.#next = new Float64Array(population.vulnerable);
    this.#end = new Float64Array(population.vulnerable);
    this.#infected = population.infected;
  }

  /** A host becomes infected and gets its part. */
  begin(host: number, infector: number): void {
    if (infector < 0) {
      this.#next[host] = Math.floor((this.#entry.length * this.#begun) / this.#infected);
      this.#begun++;
      this.#end[host] = Math.floor((this.#entry.length * this.#begun) / this.#infected);
      return;
    }
    const left = this.#end[infector]! - this.#next[infector]!;
    const kept = Math.ceil(left / 2);
    this.#next[host] = this.#next[infector]! + kept;
    this.#end[host] = this.#end[infector]!;
    this.#end[infector] = this.#next[host];
  }

  isDone(host: number): boolean {
    return this.#next[host]! >= this.#end[host]!;
  }

  /** Returns the host that the next entry of a host's part names; −1 for none. An entry must be left. */
  take(host: number): number {
    return this.#entry[this.#next[host]!++]!;
  }
}

/** Hosts not infected at the start, and unused addresses, in random order. */
function drawEntries(
  { size, vulnerableFraction }: HitlistScan,
  { vulnerable }: Outbreak['population'],
  { seeds, stream }: Drawing,
): Int32Array {
  const named = Math.round(size * vulnerableFraction);
  const hosts = Int32Array.from({ length: vulnerable }, (_, host) => host).filter((host) => !seeds.has(host));
  const entry = new Int32Array(size).fill(-1);
  for (let row = 0; row < named; row++) {
    const other = row + stream.nextBelow(hosts.length - row);
    entry[row] = hosts[other]!;
    hosts[other] = hosts[row]!;
  }
  for (let row = size - 1; row > 0; row--) {
    const other = stream.nextBelow(row + 1);
    [entry[row], entry[other]] = [entry[other]!, entry[row]!];
  }
  return entry;
}
