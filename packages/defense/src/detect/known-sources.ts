/** Sources that are known to contact addresses that are not in use, and why. Beside a verdict they explain it. */
import { AddressSet, type Cidr } from '@wormwood/base';
import type { KnownSource } from '../verdict.ts';

/** A known source and its addresses. */
export interface KnownPrefix extends KnownSource {
  readonly prefix: Cidr;
}

export class KnownSources {
  readonly #entries: readonly { readonly addresses: AddressSet; readonly entry: KnownSource }[];
  readonly #all: AddressSet;

  /** Of prefixes that overlap, the longest one counts. */
  constructor(prefixes: readonly KnownPrefix[]) {
    this.#entries = prefixes
      .toSorted((a, b) => b.prefix.prefixLength - a.prefix.prefixLength)
      .map(({ prefix, role, name, reason }) => ({
        addresses: AddressSet.fromCidrs([prefix]),
        entry: { role, name, reason },
      }));
    this.#all = AddressSet.fromCidrs(prefixes.map(({ prefix }) => prefix));
  }

  /** Who the source is; null for a stranger. */
  of(source: number): KnownSource | null {
    if (!this.#all.contains(source)) return null;
    return this.#entries.find(({ addresses }) => addresses.contains(source))?.entry ?? null;
  }
}
