/**
 * The single entrance of packets: who answers at this address, for this source, now? Bindings first, then the default
 * template for the addresses that we answer for; a dynamic template is resolved anew for each packet
 * (docs/honeynet.md#who-answers-over-which-route).
 */
import { type AddressSet, type RandomStream, unreachable } from '@wormwood/base';
import type { HostDirectory, StackBehavior, StackHost } from '@wormwood/netstack';
import { ipProtocol } from '@wormwood/wire';
import { BindingTable } from './binding-table.ts';
import type { Condition, Honeynet, Template, TransportProtocol } from './model.ts';
import { withAnnotations, withSpoofedSource, withUptime } from './template-behavior.ts';
import { type ServiceRunner, VirtualHost } from './virtual-host.ts';

export interface DispatcherComponents {
  readonly honeynet: Honeynet;
  /** Addresses that the default template answers for. */
  readonly claimed: AddressSet;
  readonly services: ServiceRunner;
  /** For the drop rates of templates. */
  readonly stream: RandomStream;
  /** How a template's operating system behaves on the wire. */
  behaviorOf(template: Template): StackBehavior;
  /** Ethernet address of a template; null: that of the interface. */
  linkAddressOf(template: Template): number | null;
  /** Minutes after midnight, local time: for templates that depend on the time of day. */
  minuteOfDay(): number;
  /** The operating system that a source's SYN gave away, as `class version`, or null. */
  sourceSystem(source: number): string | null;
}

interface Rule {
  readonly condition: Condition;
  readonly host: VirtualHost;
}

/** What answers at a binding: one host, or the first whose condition holds. */
interface Resolved {
  readonly host: VirtualHost;
  readonly rules: readonly Rule[] | null;
}

const PROTOCOL_NUMBERS: Readonly<Record<TransportProtocol, number>> = {
  tcp: ipProtocol.tcp,
  udp: ipProtocol.udp,
  icmp: ipProtocol.icmpv4,
};

export class Dispatcher implements HostDirectory {
  readonly #components: DispatcherComponents;
  readonly #table: BindingTable;
  readonly #hosts: readonly Resolved[];
  readonly #default: Resolved | null;
  /** Addresses of real machines, which answer themselves. */
  readonly #externals: ReadonlySet<number>;

  constructor(components: DispatcherComponents) {
    const { honeynet } = components;
    this.#components = components;
    this.#table = new BindingTable(honeynet.bindings);
    this.#externals = new Set(honeynet.externals.map(({ address }) => address));
    // 65,536 bindings of one template share one virtual host.
    const made = new Map<string, Resolved>();
    this.#hosts = honeynet.bindings.map(({ template }) => this.#shared(made, template));
    this.#default = honeynet.defaultTemplate === null ? null : this.#resolve(honeynet.defaultTemplate);
  }

  find(address: number, source: number, protocol: number): StackHost | null {
    if (this.#externals.size > 0 && this.#externals.has(address)) return null;
    const index = this.#table.find(address);
    const resolved =
      index >= 0 ? this.#hosts[index]! : this.#components.claimed.contains(address) ? this.#default : null;
    if (resolved === null) return null;
    return resolved.rules === null ? resolved.host : this.#choose(resolved.rules, source, protocol);
  }

  /**
   * Templates that differ in nothing but the name under which they were bound are one. Those with an Ethernet address are
   * not: a vendor's words mean another address for each.
   */
  #shared(made: Map<string, Resolved>, template: Template): Resolved {
    const key = JSON.stringify(template.ethernet === null ? { ...template, name: '' } : template);
    let resolved = made.get(key);
    if (resolved === undefined) {
      resolved = this.#resolve(template);
      made.set(key, resolved);
    }
    return resolved;
  }

  #resolve(template: Template): Resolved {
    const rules =
      template.dynamic?.map((rule) => ({ condition: rule.condition, host: this.#hostOf(rule.template) })) ??
      [];
    // A dynamic template without rules answers as itself.
    return { host: this.#hostOf(template), rules: rules.length > 0 ? rules : null };
  }

  #hostOf(template: Template): VirtualHost {
    return new VirtualHost({
      template,
      behavior: this.#behaviorOf(template),
      linkAddress: this.#components.linkAddressOf(template),
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
  #choose(rules: readonly Rule[], source: number, protocol: number): VirtualHost {
    return (rules.find(({ condition }) => this.#holds(condition, source, protocol)) ?? rules[0]!).host;
  }

  #holds(condition: Condition, source: number, protocol: number): boolean {
    switch (condition.kind) {
      case 'otherwise':
        return true;
      case 'protocol':
        return PROTOCOL_NUMBERS[condition.protocol] === protocol;
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
