/** The hosts that a worm can infect, and where they lie, as plain data. */

/** The hosts that the worm can infect. */
export interface Population {
  /** N: vulnerable hosts, the first infected included. */
  readonly vulnerable: number;
  /** I0: hosts infected at time 0. */
  readonly infected: number;
  /** Where the vulnerable hosts lie. @default uniform */
  readonly placement?: HostPlacement;
  /** Reboots a second of each infected host: it loses the worm and is susceptible again. @default 0 */
  readonly rebootRatePerSecond?: number;
  /**
   * Departures a second of each vulnerable host, of which one that is new and susceptible takes the address at once.
   * @default 0
   */
  readonly churnRatePerSecond?: number;
}

/** Where the vulnerable hosts lie: each on an address of its own, no honeypot among them. */
export type HostPlacement = UniformPlacement | ClusteredPlacement | RangedPlacement;

/** Anywhere in the space, all arrangements equally likely. */
export interface UniformPlacement {
  readonly kind: 'uniform';
}

/**
 * In some networks only. The networks of the first level are drawn from the space, those of each later level from the
 * networks of the one before; each host lies in any network of the last level with the same chance.
 */
export interface ClusteredPlacement {
  readonly kind: 'clustered';
  /** From large networks to small: addresses in each, a divisor of those of the level before, and how many are populated. */
  readonly levels: readonly { readonly networkSize: number; readonly networks: number }[];
}

/** In given ranges of addresses, which do not overlap: as many hosts in each as its share of all weights, rounded. */
export interface RangedPlacement {
  readonly kind: 'ranges';
  readonly ranges: readonly PopulatedRange[];
}

export interface AddressRange {
  /** The lowest address, of the outbreak's space. */
  readonly first: number;
  readonly size: number;
}

/** A range of addresses and its share of the vulnerable hosts. */
export interface PopulatedRange extends AddressRange {
  /** @default its size */
  readonly weight?: number;
}

/** Shares hosts out by weight: each range gets the whole part of its share, those with the largest rests one more. */
export function hostsByRange(ranges: readonly PopulatedRange[], hosts: number): readonly number[] {
  const weight = ranges.map((range) => range.weight ?? range.size);
  const sum = weight.reduce((total, one) => total + one, 0);
  const share = weight.map((one) => (hosts * one) / sum);
  const count = share.map(Math.floor);
  const missing = hosts - count.reduce((total, one) => total + one, 0);
  const byRest = share.map((_, row) => row).toSorted((a, b) => (share[b]! % 1) - (share[a]! % 1) || a - b);
  for (const row of byRest.slice(0, missing)) count[row]!++;
  return count;
}
