/** Sources that are known to contact addresses that are not in use, and why. Beside a verdict they explain it. */
import { type IpAddress, type IpPrefix, IpSet, type Ipv6Prefix, isIpv6Prefix } from '@wormwood/wire';
import type { KnownSource } from '../verdict.ts';

/** A known source and its addresses. */
export interface KnownPrefix extends KnownSource {
  readonly prefix: IpPrefix;
}

export class KnownSources {
  readonly #entries: readonly { readonly addresses: IpSet; readonly entry: KnownSource }[];
  readonly #all: IpSet;

  /** Of prefixes that overlap, the longest one counts. */
  constructor(prefixes: readonly KnownPrefix[]) {
    this.#entries = prefixes
      .toSorted((a, b) => lengthOf(b.prefix) - lengthOf(a.prefix))
      .map(({ prefix, role, name, reason }) => ({
        addresses: IpSet.of([prefix]),
        entry: { role, name, reason },
      }));
    this.#all = IpSet.of(prefixes.map(({ prefix }) => prefix));
  }

  /** Who the source is; null for a stranger. */
  of(source: IpAddress): KnownSource | null {
    if (!this.#all.contains(source)) return null;
    return this.#entries.find(({ addresses }) => addresses.contains(source))?.entry ?? null;
  }

  /** Who has the whole network; null where nobody is known to. */
  ofNetwork(network: Ipv6Prefix): KnownSource | null {
    return this.#entries.find(({ addresses }) => addresses.covers(network))?.entry ?? null;
  }
}

function lengthOf(prefix: IpPrefix): number {
  return isIpv6Prefix(prefix) ? prefix.length : prefix.prefixLength;
}
