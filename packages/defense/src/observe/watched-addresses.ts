/** The addresses that a capture is looked at for, of both versions. */
import { AddressSet } from '@wormwood/base';
import { type IpAddress, IpSet, Ipv6Set } from '@wormwood/wire';

/** Returns a set of both versions; a set of IPv4 addresses is one without others. */
export function ipSetOf(set: AddressSet | IpSet): IpSet {
  return set instanceof IpSet ? set : new IpSet(set, Ipv6Set.empty);
}

export class WatchedAddresses {
  readonly #dark: AddressSet;
  readonly #live: AddressSet;
  readonly #darkIpv6: Ipv6Set;
  readonly #liveIpv6: Ipv6Set;
  /** Whether any of them is one of IPv6. */
  readonly hasIpv6: boolean;

  constructor(dark: AddressSet | IpSet, live: AddressSet | IpSet = AddressSet.empty) {
    const [darkSet, liveSet] = [ipSetOf(dark), ipSetOf(live)];
    this.#dark = darkSet.ipv4;
    this.#live = liveSet.ipv4;
    this.#darkIpv6 = darkSet.ipv6;
    this.#liveIpv6 = liveSet.ipv6;
    this.hasIpv6 = !darkSet.ipv6.isEmpty || !liveSet.ipv6.isEmpty;
  }

  isDark(address: IpAddress): boolean {
    return typeof address === 'number' ? this.#dark.contains(address) : this.#darkIpv6.contains(address);
  }

  /** Dark or live. */
  isOurs(address: IpAddress): boolean {
    return typeof address === 'number'
      ? this.#dark.contains(address) || this.#live.contains(address)
      : this.#darkIpv6.contains(address) || this.#liveIpv6.contains(address);
  }
}
