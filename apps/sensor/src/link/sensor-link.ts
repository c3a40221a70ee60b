/**
 * The link of the sensor: what the owner names of it, beside what the machine knows of the interface. It decides which sources
 * are proven, and captures use it to say whose frames are whose.
 */
import { AddressSet, formatCidr } from '@wormwood/base';
import { type DispatcherComponents, ethernetOf, type Honeynet, type Template } from '@wormwood/honeynet';
import type { LinkNetwork, LinkOptions, RouterName, RouterStatus } from '@wormwood/netstack';
import { formatMac } from '@wormwood/wire';
import { type InterfaceLink, readInterfaceLink } from './interface-link.ts';

/** What the owner names. */
export interface NamedLink {
  readonly networks: readonly LinkNetwork[];
  readonly routers: readonly RouterName[];
}

/** More addresses in the head of a capture are not a description of one sensor. */
const MACS_MAX = 1024;
const NOTHING: InterfaceLink = { ownAddresses: [], networks: [], routers: [] };

export class SensorLink {
  #interfaceName: string | null;
  readonly #named: NamedLink;
  #known: InterfaceLink = NOTHING;

  /** Without the name of an interface, nothing is known but what is named. */
  constructor(interfaceName: string | null, named: NamedLink) {
    this.#interfaceName = interfaceName;
    this.#named = named;
    this.refresh();
  }

  /** Null: no interface of this machine. */
  get interfaceName(): string | null {
    return this.#interfaceName;
  }

  set interfaceName(name: string | null) {
    this.#interfaceName = name;
  }

  get networks(): readonly LinkNetwork[] {
    return [...this.#named.networks, ...this.#known.networks];
  }

  get routers(): readonly RouterName[] {
    return [...this.#named.routers, ...this.#known.routers];
  }

  /** Reads from the machine again; returns whether something has changed. */
  refresh(): boolean {
    if (this.#interfaceName === null) return false;
    const before = JSON.stringify(this.#known);
    this.#known = readInterfaceLink(this.#interfaceName);
    return JSON.stringify(this.#known) !== before;
  }

  /** What a source can be proven by is missing: a sentence for each. */
  gaps(): readonly string[] {
    const isUnknown = this.#interfaceName !== null && this.networks.length === 0;
    const hasNoRouter = this.#interfaceName !== null && this.routers.length === 0;
    const of = `of ${this.#interfaceName ?? ''} is known`;
    return [
      ...(isUnknown
        ? [`No network ${of}, so handshakes of hosts on the link prove nothing; name it with --link-net.`]
        : []),
      ...(hasNoRouter
        ? [`No router ${of}, so handshakes of sources beyond the link prove nothing; name it with --router.`]
        : []),
    ];
  }

  /**
   * Returns from which address a router is asked for, as a host would: the first virtual host in a network of the router, else
   * the machine's own address there, else 0.
   */
  askFrom(router: number, vlan: number, answered: AddressSet): number {
    for (const { first, last } of this.networks.filter((network) => isIn(network, router, vlan))) {
      const itself = AddressSet.fromRanges([{ first: router, last: router }]);
      const hosts = answered.intersection(AddressSet.fromRanges([{ first, last }])).difference(itself);
      if (hosts.size > 0) return hosts.at(0);
      const own = this.#known.ownAddresses.find((address) => address >= first && address <= last);
      if (own !== undefined) return own;
    }
    return 0;
  }

  /** Returns the comment in the head of a capture, by which `detect` knows the sensor and the routers without a VLAN tag. */
  captureComment(macs: readonly number[], routers: readonly RouterStatus[]): string {
    const untagged = routers.filter(({ vlan }) => vlan === 0).map(({ linkAddress }) => linkAddress);
    const nets = AddressSet.fromRanges(this.networks.filter(({ vlan }) => vlan === 0)).toCidrs();
    const words = {
      macs: macs.slice(0, MACS_MAX).map(formatMac),
      routers: untagged.filter((mac) => mac !== null).map(formatMac),
      nets: nets.map(formatCidr),
    };
    return `wormwood-sensor ${JSON.stringify(words)}`;
  }
}

/** Returns the options of a stack on the link. */
export function linkOptionsOf(
  link: SensorLink,
  { answered, routersChanged }: { readonly answered: () => AddressSet; readonly routersChanged: () => void },
): LinkOptions {
  return {
    networks: link.networks,
    routers: link.routers,
    askFrom: (router, vlan) => link.askFrom(router, vlan, answered()),
    routersChanged,
  };
}

/** Returns the Ethernet addresses that a sensor answers from: that of its interface and those of its templates. */
export function answeringMacs(
  own: number,
  { bindings, defaultTemplate, dhcpClients }: Honeynet,
  linkAddressesOf: DispatcherComponents['linkAddressesOf'],
): readonly number[] {
  const macs = new Set([own]);
  const add = (template: Template, first: number, last: number): void => {
    const ethernet = ethernetOf(template);
    const macAt = ethernet === null ? null : linkAddressesOf(ethernet);
    if (macAt !== null)
      for (let address = first; address <= last && macs.size <= MACS_MAX; address++) macs.add(macAt(address));
  };
  for (const { template, first, last } of bindings) add(template, first, last);
  for (const [index, { template }] of dhcpClients.entries()) add(template, index + 1, index + 1);
  if (defaultTemplate !== null) add(defaultTemplate, 0, 0);
  macs.delete(0);
  return [...macs];
}

function isIn({ first, last, vlan }: LinkNetwork, address: number, inVlan: number): boolean {
  return vlan === inVlan && address >= first && address <= last;
}
