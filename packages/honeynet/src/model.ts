/**
 * The honeynet as data: what `honeyd.conf` and `net.yaml` both say. It is made once, checked, and never changed while
 * packets flow; a reload makes a new one. Times in seconds, rates in bits a second, probabilities as fractions.
 */
import type { Ipv6Prefix } from '@wormwood/wire';

/** Everything that the configuration says about the honeynet. */
export interface Honeynet {
  /** Templates by name, in the order of their creation. */
  readonly templates: ReadonlyMap<string, Template>;
  /** What answers at which addresses; of overlapping bindings the longest prefix wins. */
  readonly bindings: readonly Binding[];
  /** The same of IPv6: of those that cover an address, the longest prefix answers. */
  readonly ipv6Bindings: readonly Ipv6Binding[];
  /**
   * Whether the first and the last address of a bound network answer, too; no host of a network has them, nor the first of an
   * IPv6 prefix (RFC 4291 2.6.1).
   */
  readonly answersEdges: boolean;
  /** Answers at every address that we claim and that no binding covers; null: nothing answers there. */
  readonly defaultTemplate: Template | null;
  readonly topology: Topology;
  /** Real machines that take part in the topology: their address and the interface behind which they live. */
  readonly externals: readonly External[];
  readonly dhcpClients: readonly DhcpClient[];
  readonly broadcasts: readonly Broadcast[];
  /** Changes to personalities by name. */
  readonly annotations: readonly Annotation[];
  /** Settings of plug-ins, kept as they were written. */
  readonly options: readonly PluginOption[];
}

/** A kind of host: what answers at each address that is bound to it. */
export interface Template {
  readonly name: string;
  /** Name of the personality; `random` picks one when the file is loaded; null answers as a plain stack. */
  readonly personality: string | null;
  /** A MAC address, or the words of a vendor whose prefix gets random low bits; null: not visible on the link. */
  readonly ethernet: string | null;
  /** Seconds since the host was started, as its TCP timestamps show; null: chosen at random. */
  readonly uptimeSeconds: number | null;
  /** Fraction of all packets, and of SYN segments, that get lost on their way in. */
  readonly dropIncoming: number;
  readonly dropSyn: number;
  readonly spoof: Spoof | null;
  readonly defaultActions: Readonly<Record<TransportProtocol, PortAction>>;
  readonly ports: readonly PortRule[];
  readonly subsystems: readonly Subsystem[];
  readonly process: ProcessLimits;
  /** A dynamic template stands for the first template whose condition holds; null for an ordinary one. */
  readonly dynamic: readonly DynamicRule[] | null;
}

/** The protocols that templates have default actions for. */
export type TransportProtocol = 'tcp' | 'udp' | 'icmp';

/** A port and what answers there. */
export interface PortRule {
  readonly protocol: 'tcp' | 'udp';
  readonly port: number;
  readonly action: PortAction;
}

/** What answers at a port. */
export type PortAction =
  /** TCP: handshake, data acknowledged and thrown away. UDP: taken silently. ICMP: answered. */
  | { readonly kind: 'open'; readonly tarpit: boolean }
  /** TCP: reset. UDP: port unreachable. ICMP: silent. */
  | { readonly kind: 'closed' }
  | { readonly kind: 'filtered' }
  /** A program whose stdin and stdout are the connection. */
  | { readonly kind: 'script'; readonly command: string; readonly tarpit: boolean }
  /** A service inside the daemon, by name and arguments. */
  | { readonly kind: 'internal'; readonly service: string; readonly tarpit: boolean }
  /** Forwarded to another machine; host and port may hold variables such as `$dport`. */
  | { readonly kind: 'proxy'; readonly host: string; readonly port: string; readonly tarpit: boolean };

/** Replies leave from another address, or go to another one. */
export interface Spoof {
  readonly fromAddress: number | null;
  readonly toAddress: number | null;
}

/** A program meant to run inside the virtual address (Honeyd's LD_PRELOAD servers). */
export interface Subsystem {
  readonly command: string;
  readonly shared: boolean;
  readonly restart: boolean;
}

/** What limits the scripts of a template; null: the daemon's defaults. */
export interface ProcessLimits {
  readonly openFilesMax: number | null;
  readonly userId: number | null;
  readonly groupId: number | null;
}

/** A rule of a dynamic template: the first one whose condition holds says who answers. */
export interface DynamicRule {
  readonly condition: Condition;
  readonly template: Template;
}

/** When a rule of a dynamic template holds. */
export type Condition =
  | { readonly kind: 'source-os'; readonly name: string }
  | { readonly kind: 'source-ip'; readonly first: number; readonly last: number }
  /** Local time of day in minutes after midnight; a span from late to early runs over midnight. */
  | { readonly kind: 'time'; readonly fromMinute: number; readonly toMinute: number }
  | { readonly kind: 'protocol'; readonly protocol: TransportProtocol }
  | { readonly kind: 'otherwise' };

/** All addresses from `first` to `last` answer as `template`, a copy named after them. */
export interface Binding {
  readonly first: number;
  readonly last: number;
  /** They were bound as a network, such as 10.1.0.0/16, and not as a range. */
  readonly isNetwork: boolean;
  /** Name of the template that was copied; the addresses' own where there was none. */
  readonly original: string;
  readonly template: Template;
}

/** All addresses of an IPv6 prefix answer as `template`, a copy named after it. */
export interface Ipv6Binding {
  readonly prefix: Ipv6Prefix;
  /** Name of the template that was copied; the prefix's own where there was none. */
  readonly original: string;
  readonly template: Template;
}

/** An address that a real machine behind an interface answers for. */
export interface External {
  readonly address: number;
  readonly interfaceName: string;
}

/** A virtual host that asks for its address by DHCP. */
export interface DhcpClient {
  /** Name of the template that was copied; the copy's own where that one was deleted. */
  readonly original: string;
  readonly template: Template;
  readonly interfaceName: string;
}

export interface Broadcast {
  readonly template: string;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly everySeconds: number;
  readonly action: PortAction;
}

/** A note of `honeyd.conf` on a personality, which overrides what its fingerprint says. */
export type Annotation =
  | { readonly kind: 'fin-scan'; readonly personality: string; readonly allowed: boolean }
  | { readonly kind: 'fragments'; readonly personality: string; readonly policy: FragmentPolicy };

/** What reassembly keeps where fragments overlap. */
export type FragmentPolicy = 'drop' | 'old' | 'new';

/** A setting for a plugin of Honeyd; kept, and used by nothing here. */
export interface PluginOption {
  readonly plugin: string;
  readonly key: string;
  readonly value: string;
}

/** The virtual network between the outside and the virtual hosts; without entries every host is on the outside link. */
export interface Topology {
  readonly entries: readonly RouteEntry[];
  readonly routers: readonly Router[];
}

/** A router through which packets from outside enter the virtual network. */
export interface RouteEntry {
  readonly router: number;
  /** Destinations for which packets enter here. */
  readonly network: Network;
}

/** An IPv4 network in CIDR notation. */
export interface Network {
  readonly address: number;
  readonly prefixLength: number;
}

export interface Router {
  readonly address: number;
  /** Networks whose hosts are directly attached. */
  readonly links: readonly Network[];
  readonly unreachable: readonly Network[];
  readonly routes: readonly Route[];
  readonly tunnels: readonly Tunnel[];
}

export interface Route {
  readonly network: Network;
  readonly nextHop: number;
  readonly link: LinkQuality;
}

/** What happens to packets on a link of the virtual network. */
export interface LinkQuality {
  readonly latencySeconds: number;
  /** Fraction of packets lost. */
  readonly loss: number;
  /** Bits a second; null: without limit. */
  readonly bandwidth: number | null;
  /** Random early drop, growing from none at `fromSeconds` of queue to all at `toSeconds`; null: none. */
  readonly drop: { readonly fromSeconds: number; readonly toSeconds: number } | null;
}

/** Packets for `network` are carried in GRE (RFC 2784) between two addresses. */
export interface Tunnel {
  readonly network: Network;
  readonly source: number;
  readonly destination: number;
}
