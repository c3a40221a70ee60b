/**
 * Turns what the stack reports into events. Time and randomness are handed in, so the same calls at the same
 * times give the same lines.
 */
import {
  type Clock,
  drawUuid,
  formatIpv4,
  formatTimestamp,
  printable,
  type RandomStream,
  RecentMap,
} from '@wormwood/base';
import type {
  AddressOwner,
  AnswerLimit,
  ArpContact,
  Flow,
  Ipv6Contact,
  SourceProof,
  StackObserver,
} from '@wormwood/netstack';
import {
  communityId,
  formatIpProtocol,
  formatIpv6,
  formatMac,
  icmpv4,
  ipProtocol,
  tcp,
} from '@wormwood/wire';
import { formatTcpLetters } from '../log/tcp-letters.ts';
import type { DhcpNews, EventHead, FlowFields, InterfaceNews, SensorEvent, SourceFields } from './event.ts';
import { LinkContacts, vlanFields } from './link-contacts.ts';

export interface EventMakerComponents {
  /** Name of this sensor in every event. */
  readonly sensor: string;
  /** Seconds since 1970. */
  readonly clock: Clock;
  readonly stream: RandomStream;
  /** Name of the template that answers, or null. */
  hostName(address: number, source: number, protocol: number): string | null;
  /** VLAN of the packet at hand, as netstack numbers it. @default none */
  vlan?(): number;
  emit(event: SensorEvent): void;
}

type Body<T> = T extends unknown ? Omit<T, keyof EventHead> : never;
type CloseReason = Parameters<StackObserver['flowClose']>[3];

interface Session {
  readonly id: string;
  readonly vlan: number;
  readonly startSeconds: number;
}

const FLOWS_MAX = 200_000;
/** More templates than a configuration has. */
const SHOWN_NAMES_MAX = 65_536;
/** As Honeyd has it: a conversation over UDP is over after a minute of silence. */
const UDP_IDLE_SECONDS = 60;

/** ICMP messages that nobody sends unasked. */
const ANSWERS: ReadonlySet<number> = new Set([
  icmpv4.messageType.echoReply,
  icmpv4.messageType.destinationUnreachable,
  icmpv4.messageType.timeExceeded,
  icmpv4.messageType.timestampReply,
]);

export class EventMaker implements StackObserver {
  readonly #components: EventMakerComponents;
  readonly #sensor: string;
  readonly #flowsMax: number;
  readonly #sessions: RecentMap<string, Session> = new RecentMap();
  /** Sessions whose proof is pending; the connection may be over before it comes. */
  readonly #pending: WeakMap<Flow, string> = new WeakMap();
  /** UDP flows of the last minute, oldest first. */
  readonly #datagramFlows: RecentMap<string, number> = new RecentMap();

  /** Names of templates as they are written. */
  readonly #shownNames: Map<string, string> = new Map();
  readonly #linkContacts: LinkContacts = new LinkContacts((event) => this.#emit(event));

  /**
   * `flowsMax`: connections, and conversations over UDP, whose beginning is remembered; of those beyond, the oldest are reported
   * without it.
   */
  constructor(components: EventMakerComponents, flowsMax: number = FLOWS_MAX) {
    this.#components = components;
    this.#flowsMax = flowsMax;
    this.#sensor = printable(components.sensor);
  }

  tcpProbe(flow: Flow, flags: number, lengthBytes: number): void {
    const backscatter =
      (flags & tcp.flag.RST) !== 0 ||
      (flags & (tcp.flag.SYN | tcp.flag.ACK)) === (tcp.flag.SYN | tcp.flag.ACK);
    const letters = formatTcpLetters(flags);
    this.#emit({
      event: 'probe.tcp',
      ...this.#fieldsOf(flow, ipProtocol.tcp),
      tcp_flags: letters,
      ip_length: lengthBytes,
      backscatter,
      message: `TCP ${letters} ${ends(flow)}`,
    });
  }

  udpProbe(flow: Flow, lengthBytes: number): void {
    this.#emit({
      event: 'probe.udp',
      ...this.#fieldsOf(flow, ipProtocol.udp),
      ip_length: lengthBytes,
      message: `UDP ${ends(flow)}`,
    });
  }

  /** The first datagram of a conversation is reported; over UDP nothing proves who sent it. */
  udpReceived(flow: Flow): void {
    const key = keyOf(flow, ipProtocol.udp);
    const now = this.#components.clock.nowSeconds();
    const flows = this.#datagramFlows;
    const last = flows.get(key);
    flows.set(key, now);
    for (let old = flows.oldest(); old !== undefined; old = flows.oldest()) {
      if (now - old.value < UDP_IDLE_SECONDS && flows.size <= this.#flowsMax) break;
      flows.delete(old.key);
    }
    if (last !== undefined && now - last < UDP_IDLE_SECONDS) return;
    this.#emit({
      event: 'flow.open',
      ...this.#fieldsOf(flow, ipProtocol.udp),
      handshake: false,
      message: `UDP conversation ${ends(flow)}`,
    });
  }

  udpSent(): void {}

  icmp(source: number, destination: number, type: number, code: number, lengthBytes: number): void {
    this.#emit({
      event: 'probe.icmp',
      ...this.#addressFields(source, destination, ipProtocol.icmpv4, type, code),
      ...vlanFields(this.#vlan()),
      icmp_type: type,
      icmp_code: code,
      ip_length: lengthBytes,
      backscatter: ANSWERS.has(type),
      message: `ICMP ${type}(${code}) from ${formatIpv4(source)} to ${formatIpv4(destination)}`,
    });
  }

  flowOpen(flow: Flow, proof: SourceProof): void {
    const head = this.#head();
    const oldest = this.#sessions.size >= this.#flowsMax ? this.#sessions.oldest() : undefined;
    if (oldest !== undefined) this.#sessions.delete(oldest.key);
    this.#sessions.set(keyOf(flow, ipProtocol.tcp), {
      id: head.id,
      vlan: this.#vlan(),
      startSeconds: this.#components.clock.nowSeconds(),
    });
    if (proof.kind === 'pending') this.#pending.set(flow, head.id);
    this.#components.emit({
      ...head,
      event: 'flow.open',
      ...this.#fieldsOf(flow, ipProtocol.tcp),
      session: head.id,
      handshake: true,
      ...sourceFields(proof),
      message: `connection ${ends(flow)}`,
    });
  }

  flowProof(flow: Flow, proof: SourceProof): void {
    const session = this.#pending.get(flow);
    // Nobody was there to read the event that it belongs to.
    if (session === undefined) return;
    this.#emit({
      event: 'flow.proof',
      ...this.#fieldsOf(flow, ipProtocol.tcp),
      session,
      ...sourceFields(proof),
      message: `source of the connection ${ends(flow)}: ${proof.forgeable ?? proof.kind}`,
    });
  }

  flowClose(flow: Flow, receivedBytes: number, sentBytes: number, reason: CloseReason): void {
    const key = keyOf(flow, ipProtocol.tcp);
    const session = this.#sessions.get(key);
    const now = this.#components.clock.nowSeconds();
    this.#emit({
      event: 'flow.close',
      ...this.#fieldsOf(flow, ipProtocol.tcp),
      received_bytes: receivedBytes,
      sent_bytes: sentBytes,
      duration: Number((now - (session?.startSeconds ?? now)).toFixed(6)),
      reason,
      message: `connection ${ends(flow)} has ended`,
    });
    this.#sessions.delete(key);
  }

  other(source: number, destination: number, protocol: number, lengthBytes: number): void {
    this.#emit({
      event: 'probe.other',
      ...this.#addressFields(source, destination, protocol, 0, 0),
      ...vlanFields(this.#vlan()),
      ip_length: lengthBytes,
      message: `${formatIpProtocol(protocol)} from ${formatIpv4(source)} to ${formatIpv4(destination)}`,
    });
  }

  /** Requests of one sweep are told together when it is over (`endGathered`). */
  arpRequest(contact: ArpContact): void {
    this.#linkContacts.arpRequest(contact, this.#components.clock.nowSeconds());
  }

  answerLimited(limit: AnswerLimit, protocol: number, source: number, destination: number): void {
    const told = { limit, protocol, source, destination };
    this.#linkContacts.answerLimited(told, this.#components.clock.nowSeconds());
  }

  ipv6({
    kind,
    source,
    destination,
    protocol,
    lengthBytes,
    linkAddress,
    vlan,
    isAnswered,
  }: Ipv6Contact): void {
    const [from, to] = [formatIpv6(source), formatIpv6(destination)];
    this.#emit({
      event: 'probe.ipv6',
      kind,
      ...vlanFields(vlan),
      src_ip: from,
      src_mac: formatMac(linkAddress),
      dst_ip: to,
      proto: formatIpProtocol(protocol),
      ip_length: lengthBytes,
      answered: isAnswered,
      message: `IPv6 ${kind} from ${from} to ${to}`,
    });
  }

  addressTaken({ address, linkAddress, vlan }: AddressOwner): void {
    this.#emit({
      event: 'address.taken',
      ...vlanFields(vlan),
      dst_ip: formatIpv4(address),
      src_mac: formatMac(linkAddress),
      message: `${formatMac(linkAddress)} has ${formatIpv4(address)}; it is left to that machine`,
    });
  }

  /** Tells sweeps, and what limits kept back, that are over by now; called about once a second. `all`: the sensor ends. */
  endGathered(all = false): void {
    this.#linkContacts.end(all ? Number.POSITIVE_INFINITY : this.#components.clock.nowSeconds());
  }

  /** What becomes of a host that asks for its address. */
  dhcp(news: DhcpNews): void {
    const host = printable(news.host);
    this.#emit({ ...news, host, message: dhcpInWords(news) });
  }

  networkInterface(news: InterfaceNews): void {
    const name = printable(news.name);
    const what = news.mtu === undefined ? news.event.slice('interface.'.length) : `now of MTU ${news.mtu}`;
    this.#emit({ ...news, name, message: `interface ${name} is ${what}` });
  }

  /** A service that was to answer a connection or a datagram did not. */
  serviceFailed(flow: Flow, protocol: number, reason: string): void {
    const shown = printable(reason);
    this.#emit({
      event: 'service.failed',
      ...this.#fieldsOf(flow, protocol),
      reason: shown,
      message: `no service for ${ends(flow)}: ${shown}`,
    });
  }

  /** What a service received, as its hash and length: what was sent is evidence, and never kept here. */
  serviceData(
    flow: Flow,
    protocol: number,
    payload: { readonly sha256: string; readonly length: number; readonly greeting?: string | null },
  ): void {
    this.#emit({
      event: 'service.data',
      ...this.#fieldsOf(flow, protocol),
      payload_sha256: payload.sha256,
      payload_length: payload.length,
      ...(payload.greeting === undefined ? {} : { payload_greeting: payload.greeting }),
      message: `${payload.length} octets from ${end(flow.remoteAddress, flow.remotePort)}`,
    });
  }

  /** A line that a service wrote about its connection. */
  serviceMessage(flow: Flow, protocol: number, text: string): void {
    const shown = printable(text);
    this.#emit({ event: 'service.message', ...this.#fieldsOf(flow, protocol), text: shown, message: shown });
  }

  sensorStart(version: string, nets: readonly string[]): void {
    this.#emit({ event: 'sensor.start', version, nets, message: `sensor started for ${nets.join(', ')}` });
  }

  sensorStop(frames: number, dropped: number): void {
    this.#emit({ event: 'sensor.stop', frames, dropped, message: `sensor stopped after ${frames} frames` });
  }

  sensorReload(ok: boolean, message: string): void {
    this.#emit({ event: 'sensor.reload', ok, message: printable(message) });
  }

  sensorTrouble(message: string): void {
    this.#emit({ event: 'sensor.trouble', message: printable(message) });
  }

  #head(): EventHead {
    const { clock, stream } = this.#components;
    const now = clock.nowSeconds();
    return { v: 1, id: drawUuid(now, stream), ts: formatTimestamp(now), sensor: this.#sensor };
  }

  /** A template's name without what would steer a terminal. */
  #shownName(name: string | null): string | null {
    if (name === null) return null;
    let shown = this.#shownNames.get(name);
    if (shown === undefined) {
      shown = printable(name);
      if (this.#shownNames.size >= SHOWN_NAMES_MAX) this.#shownNames.clear();
      this.#shownNames.set(name, shown);
    }
    return shown;
  }

  #emit(body: Body<SensorEvent>): void {
    this.#components.emit({ ...this.#head(), ...body });
  }

  #fieldsOf(flow: Flow, protocol: number): FlowFields {
    const { remoteAddress, remotePort, localAddress, localPort } = flow;
    const session = this.#sessions.get(keyOf(flow, protocol));
    const fields = this.#addressFields(remoteAddress, localAddress, protocol, remotePort, localPort);
    return {
      ...fields,
      ...(session === undefined ? {} : { session: session.id }),
      src_port: remotePort,
      dst_port: localPort,
      // The packet at hand when a connection ends may be none of its own.
      ...vlanFields(session?.vlan ?? this.#vlan()),
    };
  }

  #vlan(): number {
    return this.#components.vlan?.() ?? 0;
  }

  #addressFields(
    source: number,
    destination: number,
    protocol: number,
    sourcePort: number,
    destinationPort: number,
  ): FlowFields {
    const components = this.#components;
    return {
      host: this.#shownName(components.hostName(destination, source, protocol)),
      src_ip: formatIpv4(source),
      dst_ip: formatIpv4(destination),
      proto: formatIpProtocol(protocol),
      community_id: communityId({ protocol, source, destination, sourcePort, destinationPort }),
    };
  }
}

function dhcpInWords({ event, host, mac, ip, server }: DhcpNews): string {
  const who = `host ${printable(host)} (${mac})`;
  switch (event) {
    case 'dhcp.lease':
      return `${who} has ${ip} from ${server}`;
    case 'dhcp.renewal':
      return `${who} keeps ${ip} by ${server}`;
    case 'dhcp.lost':
      return `${who} has no address any more`;
    case 'dhcp.conflict':
      return `${who} declines ${ip}, which another machine has`;
    case 'dhcp.silent':
      return `${who} gets no answer from a DHCP server`;
    default:
      throw event satisfies never;
  }
}

function sourceFields({ linkAddress, kind, forgeable }: SourceProof): SourceFields {
  return {
    ...(linkAddress === null ? {} : { src_mac: formatMac(linkAddress) }),
    source_proof: kind,
    ...(forgeable === null ? {} : { forgeable }),
  };
}

function ends({ remoteAddress, remotePort, localAddress, localPort }: Flow): string {
  return `from ${end(remoteAddress, remotePort)} to ${end(localAddress, localPort)}`;
}

function end(address: number, port: number): string {
  return `${formatIpv4(address)}:${port}`;
}

function keyOf({ remoteAddress, remotePort, localAddress, localPort }: Flow, protocol: number): string {
  return `${protocol}:${remoteAddress}:${remotePort}:${localAddress}:${localPort}`;
}
