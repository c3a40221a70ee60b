/**
 * A template as the stack sees it: which ports answer, and with what. One virtual host serves all addresses that its
 * template is bound to; nothing is kept for an address.
 */
import type { RandomStream } from '@wormwood/base';
import type {
  PortState,
  StackBehavior,
  StackHost,
  TcpConnection,
  TcpPortState,
  TcpService,
  UdpDatagram,
} from '@wormwood/netstack';
import type { IpAddress } from '@wormwood/wire';
import type { PortAction, Template } from './model.ts';

/** What stands behind the ports of a template. Programs and other machines are the app's; the honeynet only names them. */
export interface ServiceRunner {
  /** Returns the service of an open connection, or null: data is acknowledged and thrown away. */
  tcp(action: PortAction, connection: TcpConnection, template: Template): TcpService | null;
  udp(
    action: PortAction,
    datagram: UdpDatagram,
    reply: (payload: Uint8Array) => void,
    template: Template,
  ): void;
}

export interface VirtualHostComponents {
  readonly template: Template;
  readonly behavior: StackBehavior;
  /** Its Ethernet address at each of its addresses; null: that of the interface. */
  readonly linkAddresses: ((address: IpAddress) => number) | null;
  readonly services: ServiceRunner;
  /** For the packets and SYN segments that get lost. */
  readonly stream: RandomStream;
}

export class VirtualHost implements StackHost {
  readonly template: Template;
  readonly behavior: StackBehavior;
  readonly #linkAddresses: ((address: IpAddress) => number) | null;
  readonly #services: ServiceRunner;
  readonly #stream: RandomStream;
  readonly #tcp: ReadonlyMap<number, PortAction>;
  readonly #udp: ReadonlyMap<number, PortAction>;

  constructor({ template, behavior, linkAddresses, services, stream }: VirtualHostComponents) {
    this.template = template;
    this.behavior = behavior;
    this.#linkAddresses = linkAddresses;
    this.#services = services;
    this.#stream = stream;
    const actionsOf = (protocol: 'tcp' | 'udp'): ReadonlyMap<number, PortAction> =>
      new Map(
        template.ports.filter((rule) => rule.protocol === protocol).map(({ port, action }) => [port, action]),
      );
    this.#tcp = actionsOf('tcp');
    this.#udp = actionsOf('udp');
  }

  linkAddressAt(address: IpAddress): number | null {
    return this.#linkAddresses === null ? null : this.#linkAddresses(address);
  }

  get answersEcho(): boolean {
    // A service of ICMP runs nothing, and Honeyd answers all the same.
    return stateOf(this.template.defaultActions.icmp) === 'open';
  }

  losesPacket(): boolean {
    const { dropIncoming } = this.template;
    return dropIncoming > 0 && this.#stream.nextDouble() < dropIncoming;
  }

  /** The stack asks for each segment outside a connection; one that gets lost meets a port that is silent. */
  tcpPort(port: number): TcpPortState {
    const { dropSyn } = this.template;
    if (dropSyn > 0 && this.#stream.nextDouble() < dropSyn) return 'filtered';
    const action = this.#tcpAction(port);
    const state = stateOf(action);
    return state === 'open' && 'tarpit' in action && action.tarpit ? 'tarpit' : state;
  }

  udpPort(port: number): PortState {
    return stateOf(this.#udpAction(port));
  }

  acceptTcp(connection: TcpConnection): TcpService | null {
    return this.#services.tcp(this.#tcpAction(connection.localPort), connection, this.template);
  }

  receiveUdp(datagram: UdpDatagram, reply: (payload: Uint8Array) => void): void {
    this.#services.udp(this.#udpAction(datagram.localPort), datagram, reply, this.template);
  }

  #tcpAction(port: number): PortAction {
    return this.#tcp.get(port) ?? this.template.defaultActions.tcp;
  }

  #udpAction(port: number): PortAction {
    return this.#udp.get(port) ?? this.template.defaultActions.udp;
  }
}

/** Everything but a refusal is an open port. */
function stateOf(action: PortAction): PortState {
  return action.kind === 'closed' || action.kind === 'filtered' ? action.kind : 'open';
}
