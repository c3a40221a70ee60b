/**
 * How connections begin: segments to ports without one, SYNs that are answered, and the acknowledgment that completes a
 * handshake (RFC 9293 3.10.7.1, 3.10.7.2, and 3.10.7.4 in SYN-RECEIVED).
 */
import { seqAdd, tcp } from '@wormwood/wire';
import type { Flow, ShortFlow } from '../../behavior.ts';
import type { StackHost } from '../../host.ts';
import { headerLengthTo } from '../../network/ip-output.ts';
import type { PacketContext } from '../../network/packet-context.ts';
import type { ReplyLimiter } from '../../network/reply-limiter.ts';
import type { ForgeableReason } from '../../observer.ts';
import { field, flag, NONE, state } from './connection-table.ts';
import type { ConnectionStore, TcpComponents } from './connection-store.ts';
import type { Connections } from './connections.ts';
import { HandshakeGuesses, WRONG_ACKNOWLEDGMENTS_MAX } from './handshake-guesses.ts';
import type { IncomingSegment } from './incoming-segment.ts';
import { scalesOf, shapeIn } from './segment-output.ts';
import { shortFlowOf, StrayAnswers, strayKindOf } from './stray-answers.ts';
import { beginTarpit } from './tarpit.ts';

/** RFC 9293 3.7.1: what a remote side takes that does not say. */
const MSS_DEFAULT = 536;
/** Two segments: RFC 5681 3.1 has a sender begin with more. */
const SMALL_WINDOW_BYTES = 2920;
/** An MSS of 0 is taken for none, and no segment is smaller than this with its options, as in Linux: crumbs cost us most. */
const MSS_MIN = 48;
/** Of these flags, a segment that begins a connection has SYN alone. */
const BEGINNING = tcp.flag.SYN | tcp.flag.ACK | tcp.flag.RST | tcp.flag.FIN;

/** What the receiving halves share. */
export interface TcpParts {
  readonly store: ConnectionStore;
  readonly connections: Connections;
  /** The segment at hand. */
  readonly segment: IncomingSegment;
  /** Answers to segments that no honest host sends often. */
  readonly doubts: ReplyLimiter;
}

export class Acceptor {
  readonly #components: TcpComponents;
  readonly #store: ConnectionStore;
  readonly #connections: Connections;
  readonly #segment: IncomingSegment;
  readonly #doubts: ReplyLimiter;
  readonly #guesses: HandshakeGuesses;
  readonly #strays: StrayAnswers;

  constructor({ store, connections, segment, doubts }: TcpParts) {
    this.#components = store.components;
    this.#store = store;
    this.#connections = connections;
    this.#segment = segment;
    this.#doubts = doubts;
    this.#strays = new StrayAnswers(store.components.output, store.components.names);
    const { streams } = store.components;
    this.#guesses = new HandshakeGuesses(streams.stream('netstack/tcp/guesses').nextUint32());
  }

  /** RFC 9293 3.10.7.1 and 3.10.7.2: CLOSED and LISTEN. */
  receive(packet: PacketContext, host: StackHost): void {
    const { flags, ports, length } = this.#segment;
    const localPort = ports & 0xffff;
    const short = shortFlowOf(packet, ports, this.#components.names);
    const flow: Flow = packet.isIpv6 ? this.#longFlowOf(packet, short) : short;
    const portState = host.tcpPort(localPort);
    // A SYN with FIN begins nothing; Linux drops it, too.
    const isOpen = portState === 'open' || portState === 'tarpit';
    const opens = isOpen && (flags & BEGINNING) === tcp.flag.SYN;
    this.#components.observer.tcpProbe(flow, flags, packet.end - packet.ipStart, opens);
    if ((flags & tcp.flag.RST) !== 0) return;
    if (portState === 'filtered') return;
    if (host.behavior.tcp.strays !== null && !opens) {
      this.#strays.answer(packet, host.behavior, strayKindOf(flags, isOpen), this.#segment);
      return;
    }
    if (portState === 'closed' || (flags & tcp.flag.ACK) !== 0) {
      this.#store.segments.sendReset(packet, length);
      return;
    }
    if (opens) this.#accept(packet, host, short, portState === 'tarpit');
    else if (
      (flags & (tcp.flag.SYN | tcp.flag.FIN)) === tcp.flag.FIN &&
      host.behavior.tcp.answersFinToListener
    ) {
      this.#store.segments.sendReset(packet, length);
    }
  }

  #longFlowOf({ source, destination }: PacketContext, { localPort, remotePort }: ShortFlow): Flow {
    const { names } = this.#components;
    const [localAddress, remoteAddress] = [names.addressOf(destination), names.addressOf(source)];
    return { localAddress, localPort, remoteAddress, remotePort };
  }

  #accept(packet: PacketContext, host: StackHost, flow: ShortFlow, isTarpit: boolean): void {
    const connections = this.#connections;
    const segment = this.#segment;
    const { sequence, window, options } = segment;
    segment.scanOptions();
    const { shapes } = host.behavior.tcp;
    const shape = shapes === null ? 0 : shapes.of(options, segment);
    const traits = shapes === null ? host.behavior.tcp : shapes.list[shape]!;
    const instead = traits.oddities?.instead ?? null;
    if (instead !== null) {
      if (instead !== 'nothing')
        this.#strays.send(packet, host.behavior, instead, { kind: traits.oddities!.packetClass, segment });
      return;
    }
    const at = connections.open(packet.source, packet.destination, segment.ports);
    if (at === NONE) return;
    const { words, bytes } = this.#store.table;
    const initial = host.behavior.initialSequenceNumber(flow, packet.arrivedSeconds);
    words[at + field.sendUnacknowledged] = initial;
    words[at + field.sendNext] = seqAdd(initial, 1);
    words[at + field.receiveNext] = seqAdd(sequence, 1);
    // RFC 7323 2.2: the window of a SYN is never scaled.
    words[at + field.sendWindow] = window;
    words[at + field.windowSequence] = sequence;
    words[at + field.mss] = Math.max(
      MSS_MIN,
      Math.min(options.mssBytes <= 0 ? MSS_DEFAULT : options.mssBytes, this.#longestSegmentTo(packet.source)),
    );
    // A window of a few octets is sent as it is.
    words[at + field.scales] = scalesOf(options.windowScale, isTarpit ? -1 : traits.windowScale, shape);
    if (isTarpit) beginTarpit(this.#store.table, at, packet.nowSeconds);
    if (options.hasTimestamps && traits.timestamps) {
      this.#store.setFlag(at, flag.timestamps);
      words[at + field.recentTimestamp] = options.timestampValue;
      words[at + field.timestampOffset] = host.behavior.timestampOffset(
        flow.localAddress,
        flow.remoteAddress,
      );
    }
    if (options.sackPermitted && traits.sack) this.#store.setFlag(at, flag.sack);
    // What comes through a tunnel has no link address of its own.
    if (packet.isCarried) this.#store.setFlag(at, flag.sourceMoved);
    words[at + field.linkLength] = this.#components.output.saveLinkHeader(
      packet,
      bytes,
      this.#store.table.linkOffset(at),
    );
    this.#store.segments.sendSynAck(at, host.behavior, packet.nowSeconds);
  }

  /** Octets of the largest segment to an address that our link takes. */
  #longestSegmentTo(address: number): number {
    return this.#components.output.mtuBytes - headerLengthTo(address) - tcp.HEADER_LENGTH;
  }

  /** Whether the segment at hand acknowledges something else than the SYN of a half-open connection: then it is refused. */
  refusesAcknowledgment(packet: PacketContext, at: number): boolean {
    const { flags, acknowledgment } = this.#segment;
    if ((flags & (tcp.flag.ACK | tcp.flag.RST)) !== tcp.flag.ACK) return false;
    if ((acknowledgment | 0) === this.#store.table.words[at + field.sendNext]) return false;
    this.#refuseGuess(packet, at);
    return true;
  }

  /** Takes the right acknowledgment of a half-open connection. Returns whether the connection is established. */
  complete(packet: PacketContext, host: StackHost, at: number): boolean {
    const { words } = this.#store.table;
    words[at + field.sendUnacknowledged] = words[at + field.sendNext]!;
    words[at + field.sendWindow] = this.#store.scaledWindow(at, this.#segment.window);
    const flow = this.#store.flowOf(at);
    const proof = this.#components.sources.prove(packet, flow, this.#doubtOf(packet, host, at));
    this.#connections.establish(at, host, flow, proof);
    this.#openWindow(at, host);
    return this.#store.stateOf(at) === state.established;
  }

  /** Announces the whole window at once where that of the SYN/ACK left hardly any room for a first request. */
  #openWindow(at: number, host: StackHost): void {
    const { shapes } = host.behavior.tcp;
    if (shapes === null || this.#store.stateOf(at) !== state.established) return;
    const shape = shapes.list[shapeIn(this.#store.table.words[at + field.scales]!)]!;
    if (shape.windowBytes < SMALL_WINDOW_BYTES) this.#connections.owe(at);
  }

  /** A SYN that is not the one which began a handshake ends it. */
  refuseSyn(packet: PacketContext, at: number): void {
    this.#connections.forget(at);
    if (this.#doubts.allows(packet.share, packet.nowSeconds))
      this.#store.segments.sendReset(packet, this.#segment.length);
  }

  /** RFC 9293 3.10.7.4: a wrong acknowledgment of our SYN is refused; after a few, so is the connection. */
  #refuseGuess(packet: PacketContext, at: number): void {
    const { words } = this.#store.table;
    this.#guesses.note(packet.share, packet.nowSeconds);
    if (++words[at + field.wrongAcknowledgments]! >= WRONG_ACKNOWLEDGMENTS_MAX) this.#connections.forget(at);
    if (this.#doubts.allows(packet.share, packet.nowSeconds))
      this.#store.segments.sendReset(packet, this.#segment.length);
  }

  /** Why the segments of a handshake prove nothing, whoever sent them; null where they do. */
  #doubtOf(packet: PacketContext, host: StackHost, at: number): ForgeableReason | null {
    const isWeak = host.behavior.sequenceNumbers === 'weak';
    if (isWeak || this.#guesses.areMany(packet.share, packet.nowSeconds)) return 'weak-sequence-numbers';
    if (packet.isCarried) return null;
    const hasMoved = this.#store.hasFlag(at, flag.sourceMoved);
    return hasMoved || !this.#store.isFromSource(packet, at) ? 'address-changed' : null;
  }
}
