/**
 * Honeyd's packet log (docs/honeynet.md#honeyds-logs), line for line, so that what reads Honeyd's logs reads ours:
 *
 * - `TIME proto(num) S SRC SPORT DST DPORT[ [system]]` a connection or a conversation over UDP begins,
 * - `TIME proto(num) E SRC SPORT DST DPORT: RECEIVED SENT` it ends,
 * - `TIME proto(num) - …` a packet outside of both.
 */
import { type Clock, printable, RecentMap } from '@wormwood/base';
import type { Flow, StackObserver } from '@wormwood/netstack';
import { formatIp, type IpAddress, ipProtocol, tcp } from '@wormwood/wire';
import { formatHoneydTime } from './honeyd-time.ts';
import { formatTcpLetters } from './tcp-letters.ts';

export interface PacketLogComponents {
  /** Seconds since 1970. */
  readonly clock: Clock;
  /** Seconds that local time is ahead of UTC at a moment. */
  offsetSeconds(atSeconds: number): number;
  /** The operating system that a source's SYN gave away, as `class version subtype`, or null. */
  sourceSystem(source: IpAddress): string | null;
  /** Takes a line, which ends with a newline. */
  write(line: string): void;
}

interface Conversation {
  readonly flow: Flow;
  lastSeconds: number;
  received: number;
  sent: number;
}

const UDP_IDLE_SECONDS = 60;
const CONVERSATIONS_MAX = 65_536;
/** Names that are not protocol's own in /etc/protocols have this one. */
const UNKNOWN = 'unkn';
const NAMES: ReadonlyMap<number, string> = new Map([
  [0, 'ip'],
  [1, 'icmp'],
  [2, 'igmp'],
  [4, 'ipencap'],
  [6, 'tcp'],
  [8, 'egp'],
  [17, 'udp'],
  [41, 'ipv6'],
  [47, 'gre'],
  [50, 'esp'],
  [51, 'ah'],
  [58, 'ipv6-icmp'],
  [88, 'eigrp'],
  [89, 'ospf'],
  [103, 'pim'],
  [112, 'vrrp'],
  [132, 'sctp'],
]);

export class PacketLog implements StackObserver {
  readonly #components: PacketLogComponents;
  /** Conversations over UDP, the one silent for longest first. */
  readonly #conversations: RecentMap<string, Conversation> = new RecentMap();

  constructor(components: PacketLogComponents) {
    this.#components = components;
  }

  /** Honeyd's first line; `stopped` is its last one. */
  started(): void {
    this.#write('honeyd log started ------');
  }

  stopped(): void {
    this.#endConversations(Number.POSITIVE_INFINITY);
    this.#write('honeyd log stopped ------');
  }

  tcpProbe(flow: Flow, flags: number, lengthBytes: number, opens: boolean): void {
    if (opens) return this.#begin(ipProtocol.tcp, flow);
    // Honeyd's remark: no stack sends SYN with FIN or RST.
    const isScanner = (flags & tcp.flag.SYN) !== 0 && (flags & (tcp.flag.FIN | tcp.flag.RST)) !== 0;
    const remark = isScanner ? ' {Honeyd Scanner?}' : '';
    const detail = `${lengthBytes} ${formatTcpLetters(flags)}${this.#system(flow.remoteAddress)}${remark}`;
    this.#write(`tcp(6) - ${endsOf(flow)}: ${detail}`);
  }

  udpProbe(flow: Flow, lengthBytes: number): void {
    this.#write(`udp(17) - ${endsOf(flow)}: ${lengthBytes}${this.#system(flow.remoteAddress)}`);
  }

  udpReceived(flow: Flow, _lengthBytes: number, payloadBytes: number): void {
    const now = this.#components.clock.nowSeconds();
    this.#endConversations(now - UDP_IDLE_SECONDS);
    const key = endsOf(flow);
    let conversation = this.#conversations.get(key);
    if (conversation === undefined) {
      conversation = { flow, lastSeconds: now, received: 0, sent: 0 };
      this.#begin(ipProtocol.udp, flow);
    }
    conversation.lastSeconds = now;
    conversation.received += payloadBytes;
    // Set again, it is the last in order.
    this.#conversations.set(key, conversation);
  }

  udpSent(flow: Flow, payloadBytes: number): void {
    const conversation = this.#conversations.get(endsOf(flow));
    if (conversation !== undefined) conversation.sent += payloadBytes;
  }

  icmp(source: IpAddress, destination: IpAddress, type: number, code: number, lengthBytes: number): void {
    const protocol = typeof source === 'number' ? ipProtocol.icmpv4 : ipProtocol.icmpv6;
    const ends = `${formatIp(source)} ${formatIp(destination)}`;
    this.#write(`${protocolOf(protocol)} - ${ends}: ${type}(${code}): ${lengthBytes}${this.#system(source)}`);
  }

  /** A connection has begun with its SYN. */
  flowOpen(): void {}

  flowProof(): void {}

  flowClose(flow: Flow, receivedBytes: number, sentBytes: number): void {
    this.#end(ipProtocol.tcp, flow, receivedBytes, sentBytes);
  }

  other(source: IpAddress, destination: IpAddress, protocol: number, lengthBytes: number): void {
    this.#write(`${protocolOf(protocol)} - ${formatIp(source)} ${formatIp(destination)}: ${lengthBytes}`);
  }

  // Honeyd's log has lines for packets alone.
  arpRequest(): void {}
  ipv6(): void {}
  answerLimited(): void {}
  addressTaken(): void {}

  #endConversations(silentSinceSeconds: number): void {
    const conversations = this.#conversations;
    for (let oldest = conversations.oldest(); oldest !== undefined; oldest = conversations.oldest()) {
      const { flow, lastSeconds, received, sent } = oldest.value;
      if (lastSeconds > silentSinceSeconds && conversations.size < CONVERSATIONS_MAX) return;
      conversations.delete(oldest.key);
      this.#end(ipProtocol.udp, flow, received, sent);
    }
  }

  #begin(protocol: number, flow: Flow): void {
    this.#write(`${protocolOf(protocol)} S ${endsOf(flow)}${this.#system(flow.remoteAddress)}`);
  }

  #end(protocol: number, flow: Flow, receivedBytes: number, sentBytes: number): void {
    this.#write(`${protocolOf(protocol)} E ${endsOf(flow)}: ${receivedBytes} ${sentBytes}`);
  }

  #system(source: IpAddress): string {
    const system = this.#components.sourceSystem(source);
    return system === null ? '' : ` [${printable(system)}]`;
  }

  #write(text: string): void {
    const components = this.#components;
    const now = components.clock.nowSeconds();
    components.write(`${formatHoneydTime(now, components.offsetSeconds(now))} ${text}\n`);
  }
}

function endsOf({ remoteAddress, remotePort, localAddress, localPort }: Flow): string {
  return `${formatIp(remoteAddress)} ${remotePort} ${formatIp(localAddress)} ${localPort}`;
}

/** The name of a protocol and its number. */
export function protocolOf(protocol: number): string {
  return `${NAMES.get(protocol) ?? UNKNOWN}(${protocol})`;
}
