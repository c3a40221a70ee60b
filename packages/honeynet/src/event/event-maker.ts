/**
 * Turns what the stack reports into events: a line each for a log. Time and randomness are handed in, so the same calls at
 * the same times give the same lines. What a flood has millions of is written in place (`event-line.ts`); the rest is made as
 * an object.
 */
import { type Clock, formatUuid, printable, type RandomStream } from '@wormwood/base';
import type {
  AddressOwner,
  AnswerLimit,
  ArpContact,
  Flow,
  Ipv6Contact,
  SourceProof,
  StackObserver,
} from '@wormwood/netstack';
import { communityId, formatIp, formatIpProtocol, type IpAddress, ipProtocol } from '@wormwood/wire';
import type { LineSink } from '../log/line-sink.ts';
import type { DhcpNews, EventHead, FlowFields, InterfaceNews, SensorEvent } from './event.ts';
import { EventLine, LineKind } from './event-line.ts';
import { closedBy, piece, synMarks, tcpFlags } from './event-pieces.ts';
import { type Flood, FloodCounts, type FloodingPacket } from './flood-counts.ts';
import { floodEvent, flooding, isIcmpBackscatter, isTcpBackscatter } from './flood-event.ts';
import { FlowTable, NONE } from './flow-table.ts';
import { ipv6Event, LinkContacts, takenEvent, vlanFields } from './link-contacts.ts';
import { dhcpEvent, interfaceEvent } from './machine-news.ts';

export interface EventMakerComponents {
  /** Name of this sensor in every event. */
  readonly sensor: string;
  /** Seconds since 1970. */
  readonly clock: Clock;
  readonly stream: RandomStream;
  /** Name of the template that answers, or null. */
  hostName(address: IpAddress, source: IpAddress, protocol: number): string | null;
  /** piece.vlan of the packet at hand, as netstack numbers it. @default none */
  vlan?(): number;
  /** What the SYN at hand says of the program that made it, as bits of `synMark`. @default nothing */
  synMarks?(): number;
  readonly sink: LineSink;
}

type Body<T> = T extends unknown ? Omit<T, keyof EventHead> : never;
/** What a service received. */
interface Payload {
  /** 64 hexadecimal digits. */
  readonly sha256: string;
  readonly length: number;
  /** The protocol whose usual first message it is; null for any other, left out where nobody looked. */
  readonly greeting?: string | null;
}

type PacketAtHand = Omit<FloodingPacket, 'nowSeconds'>;
type CloseReason = Parameters<StackObserver['flowClose']>[3];

const FLOWS_MAX = 200_000;
/** As Honeyd has it: a conversation over UDP is over after a minute of silence. */
const UDP_IDLE_SECONDS = 60;

export class EventMaker implements StackObserver {
  readonly #components: EventMakerComponents;
  readonly #flowsMax: number;
  readonly #line: EventLine;
  readonly #floods: FloodCounts;
  readonly #kinds = {
    tcpProbe: new LineKind('probe.tcp'),
    udpProbe: new LineKind('probe.udp'),
    icmp: new LineKind('probe.icmp'),
    other: new LineKind('probe.other'),
    open: new LineKind('flow.open'),
    proof: new LineKind('flow.proof'),
    close: new LineKind('flow.close'),
    data: new LineKind('service.data'),
  };
  /** Connections of which an event was written. */
  readonly #sessions: FlowTable;
  /** Conversations over UDP of the last minute. */
  readonly #conversations: FlowTable;
  /** Sessions whose proof is pending; the connection may be over before it comes. */
  readonly #pending: WeakMap<Flow, Uint32Array> = new WeakMap();
  readonly #linkContacts: LinkContacts = new LinkContacts((event) => this.#emit(event));
  /** Of the session at hand. */
  readonly #session: Uint32Array = new Uint32Array(4);

  /**
   * `flowsMax`: connections, and conversations over UDP, whose beginning is remembered; of those beyond, the oldest are reported
   * without it.
   */
  constructor(components: EventMakerComponents, flowsMax: number = FLOWS_MAX) {
    const { stream, sink } = components;
    this.#components = components;
    this.#flowsMax = flowsMax;
    this.#line = new EventLine({ stream, sink, sensor: printable(components.sensor) });
    this.#floods = new FloodCounts(stream.nextUint32(), (flood) => this.#reportFlood(flood));
    this.#sessions = new FlowTable(stream.nextUint32());
    this.#conversations = new FlowTable(stream.nextUint32());
  }

  tcpProbe(flow: Flow, flags: number, lengthBytes: number): void {
    const vlan = this.#vlan();
    if (
      !this.#isOwn(flow, {
        kind: flooding.tcpProbe,
        protocol: ipProtocol.tcp,
        detail: flags,
        lengthBytes,
        vlan,
      })
    )
      return;
    if (!this.#beginTcp(this.#kinds.tcpProbe, flow, vlan)) return;
    const line = this.#line;
    const { field, words } = tcpFlags[flags & 0xff]!;
    line.add(field);
    line.add(piece.ipLength);
    line.addNumber(lengthBytes);
    line.add(synMarks[this.#components.synMarks?.() ?? 0]!);
    line.add(isTcpBackscatter(flags) ? piece.backscatter : piece.noBackscatter);
    line.add(words);
    line.addEnds(flow);
    line.end();
  }

  udpProbe(flow: Flow, lengthBytes: number): void {
    const vlan = this.#vlan();
    if (
      !this.#isOwn(flow, { kind: flooding.udpProbe, protocol: ipProtocol.udp, detail: 0, lengthBytes, vlan })
    )
      return;
    if (!this.#beginFlow(this.#kinds.udpProbe, flow, ipProtocol.udp, vlan)) return;
    const line = this.#line;
    line.add(piece.ipLength);
    line.addNumber(lengthBytes);
    line.add(piece.message);
    line.add(piece.udp);
    line.addEnds(flow);
    line.end();
  }

  /** The first datagram of a conversation is reported; over UDP nothing proves who sent it. */
  udpReceived(flow: Flow, lengthBytes: number): void {
    const now = this.#components.clock.nowSeconds();
    const flows = this.#conversations;
    const known = flows.find(flow);
    const isNew = known === NONE || now - flows.secondsAt(known) >= UDP_IDLE_SECONDS;
    flows.set(flow, now);
    for (let old = flows.oldest; old !== NONE; old = flows.oldest) {
      if (now - flows.secondsAt(old) < UDP_IDLE_SECONDS && flows.size <= this.#flowsMax) break;
      flows.delete(old);
    }
    if (!isNew) return;
    const vlan = this.#vlan();
    if (
      !this.#isOwn(flow, {
        kind: flooding.conversation,
        protocol: ipProtocol.udp,
        detail: 0,
        lengthBytes,
        vlan,
      })
    )
      return;
    if (!this.#beginFlow(this.#kinds.open, flow, ipProtocol.udp, vlan)) return;
    const line = this.#line;
    line.add(piece.noHandshake);
    line.addEnds(flow);
    line.end();
  }

  udpSent(): void {}

  icmp(source: IpAddress, destination: IpAddress, type: number, code: number, lengthBytes: number): void {
    const flow = { remoteAddress: source, remotePort: type, localAddress: destination, localPort: 0 };
    const protocol = typeof source === 'number' ? ipProtocol.icmpv4 : ipProtocol.icmpv6;
    const vlan = this.#vlan();
    const detail = (type << 8) | code;
    if (!this.#isOwn(flow, { kind: flooding.icmp, protocol, detail, lengthBytes, vlan })) return;
    const between = { protocol, source, destination, sourcePort: type, destinationPort: code };
    if (!this.#begin(this.#kinds.icmp, between, vlan)) return;
    const line = this.#line;
    line.add(piece.icmpType);
    line.addNumber(type);
    line.add(piece.icmpCode);
    line.addNumber(code);
    line.add(piece.ipLength);
    line.addNumber(lengthBytes);
    line.add(isIcmpBackscatter(type, protocol) ? piece.backscatter : piece.noBackscatter);
    line.add(protocol === ipProtocol.icmpv4 ? piece.icmp : piece.icmpv6);
    line.addNumber(type);
    line.add(piece.opening);
    line.addNumber(code);
    line.add(piece.closing);
    line.addAddresses();
    line.end();
  }

  flowOpen(flow: Flow, proof: SourceProof): void {
    const line = this.#line;
    const vlan = this.#vlan();
    const sessions = this.#sessions;
    if (sessions.size >= this.#flowsMax) sessions.delete(sessions.oldest);
    const now = this.#now();
    line.next(now);
    sessions.setSession(sessions.set(flow, now), line.id, vlan);
    if (proof.kind === 'pending') this.#pending.set(flow, line.id.slice());
    const about = { protocol: ipProtocol.tcp, session: line.id };
    if (!line.beginFlow(this.#kinds.open, this.#hostOf(flow, ipProtocol.tcp), flow, about)) return;
    this.#addVlan(vlan);
    line.add(piece.handshake);
    this.#addSource(proof);
    line.add(piece.message);
    line.add(piece.connection);
    line.addEnds(flow);
    line.end();
  }

  flowProof(flow: Flow, proof: SourceProof): void {
    const session = this.#pending.get(flow);
    // Nobody was there to read the event that it belongs to.
    if (session === undefined) return;
    const line = this.#line;
    const known = this.#sessions.find(flow);
    const vlan = known === NONE ? this.#vlan() : this.#sessions.vlanAt(known);
    line.next(this.#now());
    const about = { protocol: ipProtocol.tcp, session };
    if (!line.beginFlow(this.#kinds.proof, this.#hostOf(flow, ipProtocol.tcp), flow, about)) return;
    this.#addVlan(vlan);
    this.#addSource(proof);
    line.add(piece.message);
    line.add(piece.sourceOf);
    line.addEnds(flow);
    line.add(piece.colonSpace);
    line.addWord(proof.forgeable ?? proof.kind);
    line.end();
  }

  flowClose(flow: Flow, receivedBytes: number, sentBytes: number, reason: CloseReason): void {
    const sessions = this.#sessions;
    const known = sessions.find(flow);
    const openSeconds = known === NONE ? Number.NaN : sessions.secondsAt(known);
    const now = this.#now();
    this.#line.next(now);
    const isWritten = this.#beginTcp(this.#kinds.close, flow, this.#vlan());
    if (known !== NONE) sessions.delete(known);
    if (!isWritten) return;
    const line = this.#line;
    line.add(piece.received);
    line.addNumber(receivedBytes);
    line.add(piece.sent);
    line.addNumber(sentBytes);
    line.add(piece.duration);
    line.addSeconds(known === NONE ? 0 : now - openSeconds);
    line.add(closedBy[reason]);
    line.add(piece.message);
    line.add(piece.connection);
    line.addEnds(flow);
    line.add(piece.hasEnded);
    line.end();
  }

  other(source: IpAddress, destination: IpAddress, protocol: number, lengthBytes: number): void {
    const vlan = this.#vlan();
    const flow = { remoteAddress: source, remotePort: 0, localAddress: destination, localPort: 0 };
    if (!this.#isOwn(flow, { kind: flooding.other, protocol, detail: 0, lengthBytes, vlan })) return;
    if (
      !this.#begin(
        this.#kinds.other,
        { protocol, source, destination, sourcePort: 0, destinationPort: 0 },
        vlan,
      )
    )
      return;
    const line = this.#line;
    line.add(piece.ipLength);
    line.addNumber(lengthBytes);
    line.add(piece.message);
    line.addWord(formatIpProtocol(protocol));
    line.add(piece.space);
    line.addAddresses();
    line.end();
  }

  /** Requests of one sweep are reported together when it is over (`endGathered`). */
  arpRequest(contact: ArpContact): void {
    this.#linkContacts.arpRequest(contact, this.#components.clock.nowSeconds());
  }

  answerLimited(limit: AnswerLimit, protocol: number, source: IpAddress, destination: IpAddress): void {
    const limited = { limit, protocol, source, destination };
    this.#linkContacts.answerLimited(limited, this.#components.clock.nowSeconds());
  }

  ipv6(contact: Ipv6Contact): void {
    this.#emit(ipv6Event(contact));
  }

  addressTaken(owner: AddressOwner): void {
    this.#emit(takenEvent(owner));
  }

  /** Tells floods, sweeps and what limits kept back, once over; called about once a second. `all`: the sensor ends. */
  endGathered(all = false): void {
    const until = all ? Number.POSITIVE_INFINITY : this.#components.clock.nowSeconds();
    this.#floods.end(until);
    this.#linkContacts.end(until);
  }

  /** What becomes of a host that asks for its address. */
  dhcp(news: DhcpNews): void {
    this.#emit(dhcpEvent(news));
  }

  networkInterface(news: InterfaceNews): void {
    this.#emit(interfaceEvent(news));
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
  serviceData(flow: Flow, payload: Payload): void {
    this.#line.next(this.#now());
    if (this.#beginTcp(this.#kinds.data, flow, this.#vlan())) this.#endData(flow, payload);
  }

  /** The same of a datagram; `describe` is not called for one that is counted with others like it. */
  datagramData(flow: Flow, lengthBytes: number, describe: () => Payload): void {
    const vlan = this.#vlan();
    if (!this.#isOwn(flow, { kind: flooding.data, protocol: ipProtocol.udp, detail: 0, lengthBytes, vlan }))
      return;
    if (this.#beginFlow(this.#kinds.data, flow, ipProtocol.udp, vlan)) this.#endData(flow, describe());
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

  #emit(body: Body<SensorEvent>): void {
    this.#line.next(this.#now());
    this.#components.sink.write(`${JSON.stringify({ ...this.#line.head(), ...body })}\n`);
  }

  /** Whether the packet at hand is an event of its own; if so, the next one is of now. */
  #isOwn(flow: Flow, { kind, protocol, detail, vlan, lengthBytes }: PacketAtHand): boolean {
    const nowSeconds = this.#now();
    if (!this.#floods.isEvent(flow, { kind, protocol, detail, vlan, lengthBytes, nowSeconds })) return false;
    this.#line.next(nowSeconds);
    return true;
  }

  #now(): number {
    return this.#components.clock.nowSeconds();
  }

  #reportFlood(flood: Flood): void {
    this.#emit(floodEvent(flood, this.#hostOf(flood.flow, flood.protocol)));
  }

  /** Begins the line of a packet between two addresses. */
  #begin(kind: LineKind, between: Parameters<EventLine['begin']>[2], vlan: number): boolean {
    const { destination, source, protocol } = between;
    const host = this.#components.hostName(destination, source, protocol);
    if (!this.#line.begin(kind, host, between)) return false;
    this.#addVlan(vlan);
    return true;
  }

  #beginFlow(kind: LineKind, flow: Flow, protocol: number, vlan: number): boolean {
    const isBegun = this.#line.beginFlow(kind, this.#hostOf(flow, protocol), flow, {
      protocol,
      session: null,
    });
    if (isBegun) this.#addVlan(vlan);
    return isBegun;
  }

  /** The same of a segment, which may be of a session; the packet at hand when a connection ends may be none of its own. */
  #beginTcp(kind: LineKind, flow: Flow, vlan: number): boolean {
    const line = this.#line;
    const sessions = this.#sessions;
    const known = sessions.find(flow);
    const session = known === NONE ? null : this.#session;
    if (session !== null) sessions.readId(known, session);
    const about = { protocol: ipProtocol.tcp, session };
    if (!line.beginFlow(kind, this.#hostOf(flow, ipProtocol.tcp), flow, about)) return false;
    this.#addVlan(known === NONE ? vlan : sessions.vlanAt(known));
    return true;
  }

  #endData(flow: Flow, { sha256, length, greeting }: Payload): void {
    const line = this.#line;
    line.add(piece.payloadHash);
    line.addText(sha256);
    line.add(piece.payloadLength);
    line.addNumber(length);
    if (greeting !== undefined) {
      line.add(piece.payloadGreeting);
      line.addWord(JSON.stringify(greeting));
    }
    line.add(piece.message);
    line.addNumber(length);
    line.add(piece.octetsFrom);
    line.addRemoteEnd(flow);
    line.end();
  }

  #addVlan(vlan: number): void {
    if (vlan === 0) return;
    const fields = vlanFields(vlan);
    this.#line.add(piece.vlan);
    this.#line.addNumber(fields.vlan ?? 0);
    if (fields.outer_vlan === undefined) return;
    this.#line.add(piece.outerVlan);
    this.#line.addNumber(fields.outer_vlan);
  }

  #addSource({ linkAddress, kind, forgeable }: SourceProof): void {
    const line = this.#line;
    if (linkAddress !== null) {
      line.add(piece.sourceMac);
      line.addMac(linkAddress);
      line.add(piece.quote);
    }
    line.add(piece.sourceProof);
    line.addWord(kind);
    line.add(piece.quote);
    if (forgeable === null) return;
    line.add(piece.forgeable);
    line.addWord(forgeable);
    line.add(piece.quote);
  }

  #hostOf({ localAddress, remoteAddress }: Flow, protocol: number): string | null {
    return this.#components.hostName(localAddress, remoteAddress, protocol);
  }

  #vlan(): number {
    return this.#components.vlan?.() ?? 0;
  }

  /** Of an event that is made as an object. */
  #fieldsOf(flow: Flow, protocol: number): FlowFields {
    const { remoteAddress, remotePort, localAddress, localPort } = flow;
    const host = this.#hostOf(flow, protocol);
    const known = protocol === ipProtocol.tcp ? this.#sessions.find(flow) : NONE;
    if (known !== NONE) this.#sessions.readId(known, this.#session);
    return {
      host: host === null ? null : printable(host),
      src_ip: formatIp(remoteAddress),
      dst_ip: formatIp(localAddress),
      proto: formatIpProtocol(protocol),
      community_id: communityId({
        protocol,
        source: remoteAddress,
        destination: localAddress,
        sourcePort: remotePort,
        destinationPort: localPort,
      }),
      ...(known === NONE ? {} : { session: formatUuid(this.#session) }),
      src_port: remotePort,
      dst_port: localPort,
      ...vlanFields(known === NONE ? this.#vlan() : this.#sessions.vlanAt(known)),
    };
  }
}

function ends({ remoteAddress, remotePort, localAddress, localPort }: Flow): string {
  return `from ${formatIp(remoteAddress)}:${remotePort} to ${formatIp(localAddress)}:${localPort}`;
}
