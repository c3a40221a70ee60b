/** Longest-prefix match over the few dozen networks of a router: sorted by length, first match wins. */
import type { Network } from '../model.ts';

export class PrefixTable<Value> {
  readonly #rows: readonly (readonly [network: Network, size: number, value: Value])[];

  constructor(rows: readonly (readonly [Network, Value])[]) {
    this.#rows = rows
      .map(([network, value]) => [network, 2 ** (32 - network.prefixLength), value] as const)
      .sort((a, b) => b[0].prefixLength - a[0].prefixLength);
  }

  /** Returns the value of the longest prefix that covers the address. Of equal prefixes the first one given wins. */
  find(address: number): Value | undefined {
    for (const [network, size, value] of this.#rows) {
      const offset = address - network.address;
      if (offset >= 0 && offset < size) return value;
    }
    return undefined;
  }
}
