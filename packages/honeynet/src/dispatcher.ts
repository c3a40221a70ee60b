/**
 * The single entrance of packets: who answers at this address, for this source, now? Bindings first, then the default
 * template for the addresses that we answer for; a dynamic template is resolved anew for each packet
 * (docs/honeynet.md#who-answers-over-which-route).
 */
import { type AddressSet, type RandomStream, unreachable } from '@wormwood/base';
import type { HostDirectory, StackBehavior, StackHost } from '@wormwood/netstack';
import { type IpAddress, ipProtocol, type Ipv6Prefix, isInIpv6Prefix } from '@wormwood/wire';
import { BindingTable, silentEdges } from './binding-table.ts';
import { Ipv6Table, isRoutersAddress } from './ipv6-table.ts';
import type { Binding, Condition, Honeynet, Template, TransportProtocol } from './model.ts';
import { withAnnotations, withSpoofedSource, withUptime } from './template-behavior.ts';
import { type ServiceRunner, VirtualHost } from './virtual-host.ts';

/** What a dispatcher is made of. */
export interface DispatcherComponents {
  readonly honeynet: Honeynet;
  /** Addresses that the default template answers for. */
  readonly claimed: AddressSet;
  /** The same of IPv6. @default none */
  readonly claimedIpv6?: readonly Ipv6Prefix[];
  readonly services: ServiceRunner;
  /** For the drop rates of templates. */
  readonly stream: RandomStream;
  /** How a template's operating system behaves on the wire. */
  behaviorOf(template: Template): StackBehavior;
  /**
   * Returns the Ethernet address of the host at an address, one a host, whose template says `ethernet`; null: that of the
   * interface.
   */
  linkAddressesOf(ethernet: string): ((address: IpAddress) => number) | null;
  /** Minutes after midnight, local time: for templates that depend on the time of day. */
  minuteOfDay(): number;
  /** The operating system that a source's SYN gave away, as `class version`, or null. */
  sourceSystem(source: IpAddress): string | null;
}

type LinkAddresses = ((address: IpAddress) => number) | null;

interface Rule {
  readonly condition: Condition;
  readonly host: VirtualHost;
}

/** What answers at a binding: one host, or the first whose condition holds. */
interface Resolved {
  readonly host: VirtualHost;
  readonly rules: readonly Rule[] | null;
}

const PROTOCOL_NUMBERS: Readonly<Record<TransportProtocol, readonly number[]>> = {
  tcp: [ipProtocol.tcp],
  udp: [ipProtocol.udp],
  icmp: [ipProtocol.icmpv4, ipProtocol.icmpv6],
};

/** Who answers a question that is about no packet. */
const NO_PROTOCOL = -1;

/**
 * Returns the words for the Ethernet address of a template; a dynamic one without any has those of its first rule that has
 * some.
 */
export function ethernetOf({ ethernet, dynamic }: Template): string | null {
  return ethernet ?? dynamic?.find((rule) => rule.template.ethernet !== null)?.template.ethernet ?? null;
}

export class Dispatcher implements HostDirectory {
  readonly #components: DispatcherComponents;
  readonly #table: BindingTable;
  readonly #hosts: readonly Resolved[];
  readonly #ipv6Table: Ipv6Table;
  readonly #ipv6Hosts: readonly Resolved[];
  readonly #default: Resolved | null;
  /** Addresses of real machines, which answer themselves. */
  readonly #externals: ReadonlySet<number>;
  /** Addresses of bound networks that no host has. */
  readonly #edges: ReadonlySet<number>;
  /** Ethernet addresses of virtual routers: what comes there is for the hosts behind them. */
  readonly #routers: ReadonlySet<number>;

  constructor(components: DispatcherComponents) {
    const { honeynet } = components;
    this.#components = components;
    this.#table = new BindingTable(honeynet.bindings);
    this.#edges = silentEdges(honeynet, this.#table);
    this.#externals = new Set(honeynet.externals.map(({ address }) => address));
    // 65,536 bindings of one template share one virtual host.
    const made = new Map<string, Resolved>();
    this.#hosts = honeynet.bindings.map((binding) => this.#shared(made, binding));
    this.#ipv6Table = new Ipv6Table(honeynet.ipv6Bindings.map(({ prefix }) => prefix));
    this.#ipv6Hosts = honeynet.ipv6Bindings.map((binding) => this.#shared(made, binding));
    this.#default = honeynet.defaultTemplate === null ? null : this.#resolve(honeynet.defaultTemplate);
    this.#routers = new Set(
      honeynet.topology.routers.flatMap(({ address }) => {
        const host = this.find(address, 0, NO_PROTOCOL);
        return host?.linkAddressAt(address) ?? [];
      }),
    );
  }

  /** Whether a virtual host is bound to an address; the default template, which answers everywhere, does not count. */
  isBound(address: number): boolean {
    return this.#table.find(address) >= 0 && !this.#edges.has(address) && !this.#externals.has(address);
  }

  forwards(linkAddress: number): boolean {
    return this.#routers.size > 0 && this.#routers.has(linkAddress);
  }

  find(address: IpAddress, source: IpAddress, protocol: number): StackHost | null {
    const resolved = typeof address === 'number' ? this.#findIpv4(address) : this.#findIpv6(address);
    if (resolved === null) return null;
    return resolved.rules === null ? resolved.host : this.#choose(resolved.rules, source, protocol);
  }

  #findIpv4(address: number): Resolved | null {
    if (this.#externals.size > 0 && this.#externals.has(address)) return null;
    if (this.#edges.size > 0 && this.#edges.has(address)) return null;
    const index = this.#table.find(address);
    if (index >= 0) return this.#hosts[index]!;
    return this.#components.claimed.contains(address) ? this.#default : null;
  }

  #findIpv6(address: bigint): Resolved | null {
    const index = this.#ipv6Table.find(address);
    const { honeynet, claimedIpv6 = [] } = this.#components;
    const prefix =
      honeynet.ipv6Bindings[index]?.prefix ?? claimedIpv6.find((each) => isInIpv6Prefix(each, address));
    if (prefix === undefined || (!honeynet.answersEdges && isRoutersAddress(prefix, address))) return null;
    return this.#ipv6Hosts[index] ?? this.#default;
  }

  /** Equal copies of a template are one host, under the name of the template that was copied. */
  #shared(
    made: Map<string, Resolved>,
    { template, original }: Pick<Binding, 'template' | 'original'>,
  ): Resolved {
    const named = template.name === original ? template : { ...template, name: original };
    const key = JSON.stringify(named);
    let resolved = made.get(key);
    if (resolved === undefined) {
      resolved = this.#resolve(named);
      made.set(key, resolved);
    }
    return resolved;
  }

  #resolve(template: Template): Resolved {
    // Whoever asks, and for what: a host has one Ethernet address.
    const ethernet = ethernetOf(template);
    const linkAddresses = ethernet === null ? null : this.#components.linkAddressesOf(ethernet);
    const rules =
      template.dynamic?.map((rule) => ({
        condition: rule.condition,
        host: this.#hostOf(rule.template, linkAddresses),
      })) ?? [];
    // A dynamic template without rules answers as itself.
    return { host: this.#hostOf(template, linkAddresses), rules: rules.length > 0 ? rules : null };
  }

  #hostOf(template: Template, linkAddresses: LinkAddresses): VirtualHost {
    return new VirtualHost({
      template,
      behavior: this.#behaviorOf(template),
      linkAddresses,
      services: this.#components.services,
      stream: this.#components.stream,
    });
  }

  /** That of its operating system, as the template and the annotations change it. */
  #behaviorOf(template: Template): StackBehavior {
    const { annotations } = this.#components.honeynet;
    const own = this.#components.behaviorOf(template);
    const annotated = withAnnotations(own, template.personality, annotations);
    return withSpoofedSource(withUptime(annotated, template.uptimeSeconds), this.#spoofedSourceOf(template));
  }

  /** An address of our own: nobody else's name is used. */
  #spoofedSourceOf({ spoof }: Template): number | null {
    const from = spoof?.fromAddress ?? null;
    return from !== null && this.#table.find(from) >= 0 ? from : null;
  }

  /** The first rule that holds; when none does, the first of all (Honeyd's rule). */
  #choose(rules: readonly Rule[], source: IpAddress, protocol: number): VirtualHost {
    return (rules.find(({ condition }) => this.#holds(condition, source, protocol)) ?? rules[0]!).host;
  }

  #holds(condition: Condition, source: IpAddress, protocol: number): boolean {
    switch (condition.kind) {
      case 'otherwise':
        return true;
      case 'protocol':
        return PROTOCOL_NUMBERS[condition.protocol].includes(protocol);
      case 'source-ip':
        return source >= condition.first && source <= condition.last;
      case 'source-os':
        return (
          this.#components.sourceSystem(source)?.toLowerCase().includes(condition.name.toLowerCase()) === true
        );
      case 'time': {
        const minute = this.#components.minuteOfDay();
        const { fromMinute, toMinute } = condition;
        return fromMinute <= toMinute
          ? minute >= fromMinute && minute < toMinute
          : minute >= fromMinute || minute < toMinute;
      }
      default:
        return unreachable(condition);
    }
  }
}
