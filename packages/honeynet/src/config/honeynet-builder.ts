/**
 * A honeynet in the making: what the statements of a configuration change, in their order. `clone` and `bind` copy a
 * template as it is at that moment, so later changes to the original do not reach the copy (Honeyd's rule).
 */
import { formatIpv4 } from '@wormwood/base';
import { formatIpv6Prefix, type Ipv6Prefix, isIpv6Martian } from '@wormwood/wire';
import type {
  Annotation,
  Binding,
  Broadcast,
  Condition,
  DhcpClient,
  External,
  Honeynet,
  Ipv6Binding,
  Network,
  PluginOption,
  PortRule,
  RouteEntry,
  Route,
  Router,
  Template,
  Tunnel,
} from '../model.ts';

/** A template while it is being written; the arrays are replaced, never changed, so that copies can share them. */
export type TemplateDraft = { -readonly [Key in keyof Template]: Template[Key] };

export type RouterDraft = {
  readonly [Key in keyof Router]: Router[Key] extends readonly (infer Item)[] ? Item[] : Router[Key];
};

/** Honeyd's defaults for a fresh template: TCP and ICMP open, UDP closed. */
export function emptyTemplate(name: string): TemplateDraft {
  return {
    name,
    personality: null,
    ethernet: null,
    uptimeSeconds: null,
    dropIncoming: 0,
    dropSyn: 0,
    spoof: null,
    defaultActions: {
      tcp: { kind: 'open', tarpit: false },
      udp: { kind: 'closed' },
      icmp: { kind: 'open', tarpit: false },
    },
    ports: [],
    subsystems: [],
    process: { openFilesMax: null, userId: null, groupId: null },
    dynamic: null,
  };
}

/** Addresses as they are bound. */
export interface AddressRange {
  readonly first: number;
  readonly last: number;
  /** They were written as a network. */
  readonly isNetwork: boolean;
}

/** Returns the first address of a range that no host can have (RFC 1122 3.2.1.3); null where there is none. */
export function nobodysAddress(first: number, last: number): number | null {
  const nobodys = [
    [0, 0x00ff_ffff],
    [0x7f00_0000, 0x7fff_ffff],
    [0xe000_0000, 0xffff_ffff],
  ] as const;
  const hit = nobodys.find(([from, to]) => first <= to && last >= from);
  return hit === undefined ? null : Math.max(first, hit[0]);
}

/** Whether no host can have any address of a prefix. */
export function isNobodysPrefix({ first, length }: Ipv6Prefix): boolean {
  return length === 0 || isIpv6Martian(first === 0n && length < 128 ? 0n : first);
}

export class HoneynetBuilder {
  readonly templates: Map<string, TemplateDraft> = new Map();
  readonly externals: External[] = [];
  readonly dhcpClients: DhcpClient[] = [];
  readonly broadcasts: Broadcast[] = [];
  readonly annotations: Annotation[] = [];
  readonly options: PluginOption[] = [];
  readonly entries: RouteEntry[] = [];
  readonly #routers: Map<number, RouterDraft> = new Map();
  /** Bindings by their first and last address, each with the name under which its copy can be changed. */
  readonly #bindings: Map<string, Binding> = new Map();
  readonly #ipv6Bindings: Map<string, Ipv6Binding> = new Map();

  /** Binds a copy of `template` to the addresses and keeps it under their name; false if they are bound already. */
  bind({ first, last, isNetwork }: AddressRange, template: Template): boolean {
    const name = bindingName(first, last);
    if (this.#bindings.has(name)) return false;
    const copy: TemplateDraft = { ...template, name };
    this.templates.set(name, copy);
    this.#bindings.set(name, { first, last, isNetwork, original: template.name, template: copy });
    return true;
  }

  /** The same of an IPv6 prefix. */
  bindIpv6(prefix: Ipv6Prefix, template: Template): boolean {
    const name = formatIpv6Prefix(prefix);
    if (this.#ipv6Bindings.has(name)) return false;
    const copy: TemplateDraft = { ...template, name };
    this.templates.set(name, copy);
    this.#ipv6Bindings.set(name, { prefix, original: template.name, template: copy });
    return true;
  }

  /** Adds a rule to the dynamic template of an address, which the first rule creates. */
  bindWhen(address: number, condition: Condition, template: Template): void {
    const name = formatIpv4(address);
    if (!this.#bindings.has(name))
      this.bind({ first: address, last: address, isNetwork: false }, { ...emptyTemplate(name), dynamic: [] });
    const draft = this.templates.get(name);
    if (draft !== undefined) this.addRule(draft, condition, template);
  }

  addRule(dynamic: TemplateDraft, condition: Condition, template: Template): void {
    const rules = dynamic.dynamic ?? [];
    const copy: Template = { ...template, name: `${dynamic.name}_${rules.length}_${template.name}` };
    dynamic.dynamic = [...rules, { condition, template: copy }];
  }

  /** Adds the port, or replaces its action; true when it was there before. */
  setPort(template: TemplateDraft, rule: PortRule): boolean {
    const others = withoutPort(template, rule.protocol, rule.port);
    const replaced = others.length < template.ports.length;
    template.ports = [...others, rule];
    return replaced;
  }

  /** Removes the port; false when it was not there. */
  deletePort(template: TemplateDraft, protocol: PortRule['protocol'], port: number): boolean {
    const others = withoutPort(template, protocol, port);
    if (others.length === template.ports.length) return false;
    template.ports = others;
    return true;
  }

  /** What was copied from the template stays, and is from now on a template of its own. */
  deleteTemplate(name: string): void {
    this.templates.delete(name);
    this.#bindings.delete(name);
    this.#ipv6Bindings.delete(name);
    for (const [own, binding] of this.#ipv6Bindings)
      if (binding.original === name) this.#ipv6Bindings.set(own, { ...binding, original: own });
    for (const [own, binding] of this.#bindings)
      if (binding.original === name) this.#bindings.set(own, { ...binding, original: own });
    for (const [index, client] of this.dhcpClients.entries())
      if (client.original === name) this.dhcpClients[index] = { ...client, original: client.template.name };
    const others = this.broadcasts.filter(({ template }) => template !== name);
    this.broadcasts.splice(0, this.broadcasts.length, ...others);
  }

  /** Asks for an address for a copy of `template`, with an Ethernet address of its own. */
  addDhcpClient(template: Template, ethernet: string | null, interfaceName: string): void {
    const name = dhcpName(this.dhcpClients.length);
    this.dhcpClients.push({
      original: template.name,
      template: { ...template, name, ethernet },
      interfaceName,
    });
  }

  /** The entry that shares addresses with `network`; undefined without one. */
  overlappingEntry(network: Network): RouteEntry | undefined {
    const last = network.address + 2 ** (32 - network.prefixLength);
    return this.entries.find(
      ({ network: other }) =>
        network.address < other.address + 2 ** (32 - other.prefixLength) && other.address < last,
    );
  }

  router(address: number): RouterDraft {
    let router = this.#routers.get(address);
    if (router === undefined) {
      router = { address, links: [], unreachable: [], routes: [], tunnels: [] };
      this.#routers.set(address, router);
    }
    return router;
  }

  /**
   * Adds a route and, unless it is the default route, the way back: the next hop's default route to this router
   * (Honeyd's rule; the first stated link quality of a pair stays).
   */
  addRoute(address: number, route: Route): void {
    this.router(address).routes.push(route);
    this.addWayBack(address, route);
  }

  addWayBack(address: number, { network, nextHop, link }: Route): void {
    const back = this.router(nextHop);
    if (network.prefixLength === 0 || back.routes.some((route) => route.network.prefixLength === 0)) return;
    back.routes.push({ network: { address: 0, prefixLength: 0 }, nextHop: address, link });
  }

  addTunnel(address: number, tunnel: Tunnel): void {
    this.router(address).tunnels.push(tunnel);
  }

  build(): Honeynet {
    return {
      templates: this.templates,
      bindings: [...this.#bindings.values()],
      ipv6Bindings: [...this.#ipv6Bindings.values()],
      answersEdges: false,
      defaultTemplate: this.templates.get('default') ?? null,
      topology: { entries: this.entries, routers: [...this.#routers.values()] },
      externals: this.externals,
      dhcpClients: this.dhcpClients,
      broadcasts: this.broadcasts,
      annotations: this.annotations,
      options: this.options,
    };
  }
}

/** Returns the name of the template that is bound to these addresses. */
export function bindingName(first: number, last: number): string {
  return first === last ? formatIpv4(first) : `${formatIpv4(first)}-${formatIpv4(last)}`;
}

function dhcpName(index: number): string {
  return `dhcp-${index + 1}`;
}

function withoutPort(template: Template, protocol: PortRule['protocol'], port: number): readonly PortRule[] {
  return template.ports.filter((rule) => rule.protocol !== protocol || rule.port !== port);
}
