/**
 * What comes in on a connection, in the order of RFC 9293 3.10.7.4. Nothing is sent while a batch of frames is received:
 * acknowledgments of one batch become one, and answers carry them.
 */
import { seqAdd, seqDistance, seqInWindow, tcp } from '@wormwood/wire';
import type { StackHost } from '../../host.ts';
import type { PacketContext } from '../../network/packet-context.ts';
import type { ReplyLimiter } from '../../network/reply-limiter.ts';
import type { Acceptor, TcpParts } from './accept.ts';
import { Acknowledger } from './acknowledge.ts';
import type { ConnectionStore } from './connection-store.ts';
import { field, flag, state } from './connection-table.ts';
import type { Connections } from './connections.ts';
import type { Endpoint } from './endpoint.ts';
import type { IncomingSegment } from './incoming-segment.ts';

export class Receiver {
  readonly #store: ConnectionStore;
  readonly #connections: Connections;
  readonly #segment: IncomingSegment;
  readonly #doubts: ReplyLimiter;
  readonly #acceptor: Acceptor;
  readonly #acknowledger: Acknowledger;

  constructor(parts: TcpParts, acceptor: Acceptor) {
    const { store, connections, segment, doubts } = parts;
    this.#acknowledger = new Acknowledger(parts);
    this.#store = store;
    this.#connections = connections;
    this.#segment = segment;
    this.#doubts = doubts;
    this.#acceptor = acceptor;
  }

  /** Takes the segment at hand, which belongs to a connection. */
  receive(packet: PacketContext, host: StackHost, at: number): void {
    const connections = this.#connections;
    const { words } = this.#store.table;
    const { flags, sequence } = this.#segment;
    const isHalfOpen = this.#store.stateOf(at) === state.synReceived;
    if (
      isHalfOpen &&
      (flags & (tcp.flag.SYN | tcp.flag.ACK)) === tcp.flag.SYN &&
      seqAdd(sequence, 1) === words[at + field.receiveNext]! >>> 0
    ) {
      if (!this.#store.isFromSource(packet, at)) this.#store.setFlag(at, flag.sourceMoved);
      this.#store.segments.sendSynAck(at, host.behavior, packet.nowSeconds);
      return;
    }
    words[at + field.lastSeen] = packet.nowSeconds;
    this.#segment.scanOptions();
    if (this.#store.stateOf(at) === state.timeWait) return this.#receiveInTimeWait(packet, host, at);
    if (isHalfOpen && this.#acceptor.refusesAcknowledgment(packet, at)) return;
    if (!this.#isTimely(at) || !this.#isAcceptable(at, host)) {
      if ((flags & tcp.flag.RST) === 0) this.#repeatWhereWeAre(packet, host, at);
      return;
    }
    if ((flags & tcp.flag.RST) !== 0) {
      // RFC 5961 3.2: only the exact next octet resets; anything else in the window is asked about.
      if ((sequence | 0) === words[at + field.receiveNext]) connections.close(at, 'reset');
      else this.#challenge(packet, host, at);
      return;
    }
    if ((flags & tcp.flag.SYN) !== 0) {
      // RFC 9293 3.10.7.4: a SYN in a handshake ends it; RFC 5961 4.2: inside a connection it is answered with where we are.
      if (isHalfOpen) this.#acceptor.refuseSyn(packet, at);
      else this.#challenge(packet, host, at);
      return;
    }
    if ((flags & tcp.flag.ACK) === 0) return;
    if (isHalfOpen && !this.#acceptor.complete(packet, host, at)) return;
    // RFC 5961 5.2 and RFC 9293 3.10.7.4: what acknowledges long ago, or something not yet sent, is answered and dropped.
    if (!this.#acknowledger.isBelievable(at)) return this.#challenge(packet, host, at);
    this.#keepTimestamp(at);
    if (!this.#acknowledger.sentIt(at)) return this.#challenge(packet, host, at);
    if (this.#acknowledger.take(at)) this.#takePayload(host, at);
  }

  /** RFC 5961: answers with where we are, and seldom (section 7), since honest hosts do not ask often. */
  #challenge(packet: PacketContext, host: StackHost, at: number): void {
    if (!this.#mayChallenge(packet, at)) return;
    if (this.#store.stateOf(at) === state.synReceived) this.#connections.sender.sayWhereWeAre(at, host);
    else this.#connections.owe(at);
  }

  #mayChallenge(packet: PacketContext, at: number): boolean {
    return (
      this.#store.table.mayChallenge(at, this.#store.nowMs()) &&
      this.#doubts.allows(packet.share, packet.nowSeconds)
    );
  }

  /**
   * RFC 9293 3.10.7.4: a segment beside the window is answered with where we are. One that carries octets, which its sender
   * repeats until it hears of them, is answered in any case.
   */
  #repeatWhereWeAre(packet: PacketContext, host: StackHost, at: number): void {
    const { flags, sequence, length } = this.#segment;
    if (length === 0 || (flags & tcp.flag.SYN) !== 0) return this.#challenge(packet, host, at);
    const next = this.#store.table.words[at + field.receiveNext]! >>> 0;
    if (seqDistance(sequence, next) > 0) {
      const end = seqAdd(sequence, length);
      this.#noteRepeated(at, sequence, seqDistance(next, end) > 0 ? next : end);
    }
    if (this.#store.stateOf(at) === state.synReceived) this.#connections.sender.sayWhereWeAre(at, host);
    else this.#connections.owe(at);
  }

  /** RFC 2883 4: octets that came twice are reported in the next acknowledgment. */
  #noteRepeated(at: number, start: number, end: number): void {
    if (!this.#store.hasFlag(at, flag.sack) || this.#store.stateOf(at) === state.synReceived) return;
    this.#connections.keep(at).receiveQueue.noteRepeated(start, end);
  }

  /**
   * RFC 9293 3.10.7.4 and RFC 6191 2: a SYN that is later than all that came begins anew; else what comes is answered with where
   * we are, but for a mere repetition of the last acknowledgment.
   */
  #receiveInTimeWait(packet: PacketContext, host: StackHost, at: number): void {
    const { words } = this.#store.table;
    const { flags, sequence, options, length } = this.#segment;
    const isTimely = this.#isTimely(at);
    const ahead = seqDistance(words[at + field.receiveNext]!, sequence);
    const isReset = (flags & tcp.flag.RST) !== 0;
    if (isTimely && ahead === 0 && (isReset || length === 0)) {
      if (isReset) this.#connections.close(at, 'done');
      else this.#connections.enterTimeWait(at);
      return;
    }
    if (isTimely && (flags & (tcp.flag.SYN | tcp.flag.RST | tcp.flag.ACK)) === tcp.flag.SYN) {
      const isLater =
        this.#store.hasFlag(at, flag.timestamps) &&
        options.hasTimestamps &&
        seqDistance(words[at + field.recentTimestamp]!, options.timestampValue) > 0;
      if (ahead > 0 || isLater) {
        this.#connections.close(at, 'done');
        this.#acceptor.receive(packet, host);
        return;
      }
    }
    if (isReset) return;
    const mayAnswer = (length > 0 && (flags & tcp.flag.SYN) === 0) || this.#mayChallenge(packet, at);
    if (!isTimely || (flags & tcp.flag.ACK) !== 0) this.#connections.enterTimeWait(at);
    if (mayAnswer) this.#connections.sender.sayWhereWeAre(at, host);
  }

  /** RFC 7323 5.3 (R1): an older timestamp than the last one means an old duplicate. */
  #isTimely(at: number): boolean {
    const { words } = this.#store.table;
    const { options } = this.#segment;
    if (!this.#store.hasFlag(at, flag.timestamps) || !options.hasTimestamps) return true;
    const isOlder = seqDistance(words[at + field.recentTimestamp]!, options.timestampValue) < 0;
    return !isOlder || (this.#segment.flags & tcp.flag.RST) !== 0;
  }

  /**
   * RFC 7323 5.3 (R3): TS.Recent follows the segment at hand, which was found acceptable, unless it lies behind a gap: so that
   * neither a forged segment nor a later one can make the next ones look old.
   */
  #keepTimestamp(at: number): void {
    const { words } = this.#store.table;
    const { options } = this.#segment;
    if (!this.#store.hasFlag(at, flag.timestamps) || !options.hasTimestamps) return;
    if (seqDistance(words[at + field.receiveNext]!, this.#segment.sequence) > 0) return;
    words[at + field.recentTimestamp] = options.timestampValue;
  }

  /**
   * RFC 9293 3.10.7.4, first check: some octet of the segment lies in the window, as it was offered: what has no room any more is
   * not taken, but its acknowledgment counts, without which a service that echoes would never make room.
   */
  #isAcceptable(at: number, host: StackHost): boolean {
    const { words } = this.#store.table;
    const next = words[at + field.receiveNext]!;
    const { sequence } = this.#segment;
    const length = this.#segment.length;
    const edge = this.#store.endpoints.get(at)?.offeredEdge ?? null;
    const scale = words[at + field.scales]! & 0xff;
    // Every window that was announced before was rounded up by less than a unit.
    const offered = edge === null ? 0 : seqDistance(next, edge) + (1 << scale) - 1;
    const window = Math.max(offered, this.#store.receiveWindow(at, host));
    if (length === 0 || window === 0) return (sequence | 0) === next || seqInWindow(sequence, next, window);
    return seqInWindow(sequence, next, window) || seqInWindow(seqAdd(sequence, length - 1), next, window);
  }

  /** Seventh and eighth check: the text and FIN. */
  #takePayload(host: StackHost, at: number): void {
    const connections = this.#connections;
    const { words } = this.#store.table;
    const { sequence, flags, payloadLength } = this.#segment;
    const hasFin = (flags & tcp.flag.FIN) !== 0;
    if (payloadLength === 0 && !hasFin) return;
    const current = words[at + field.state]!;
    // RFC 9293 3.10.7.4: behind the FIN of the remote side there is nothing to take.
    if (current !== state.established && current !== state.finWait1 && current !== state.finWait2) return;
    const isSecond = this.#store.hasFlag(at, flag.ackOwed);
    connections.owe(at);
    const skipped = seqDistance(sequence, words[at + field.receiveNext]!);
    if (skipped < 0) {
      this.#keepEarly(host, at, -skipped);
      // RFC 5681 4.2: at once, so that each that comes reports the gap.
      return connections.sender.acknowledge(at, host);
    }
    const endpoint = this.#store.endpoints.get(at);
    if (skipped > 0) this.#noteRepeated(at, sequence, words[at + field.receiveNext]! >>> 0);
    const window = this.#store.receiveWindow(at, host);
    const taken = Math.min(Math.max(0, payloadLength - skipped), window);
    if (taken > 0) this.#deliver(at, endpoint, this.#segment.payload(skipped, skipped + taken));
    const hasWhole = skipped + taken >= payloadLength;
    if (endpoint !== undefined && !endpoint.isDead) this.#deliverEarly(at, endpoint);
    if (this.#store.stateOf(at) === state.free) return;
    const isEnd =
      hasFin &&
      hasWhole &&
      seqDistance(words[at + field.receiveNext]!, seqAdd(sequence, payloadLength)) === 0;
    if (
      isEnd ||
      (endpoint?.holdsEarly === true &&
        endpoint.receiveQueue.takeFinInOrder(words[at + field.receiveNext]! >>> 0))
    )
      this.#takeFin(at, endpoint);
    endpoint?.settle();
    // Where octets were lost acknowledgments may be, too: then a batch has one for every second segment (RFC 5681 4.2).
    if (
      isSecond &&
      endpoint?.hasReceiveQueue === true &&
      !endpoint.isDead &&
      this.#store.stateOf(at) !== state.free
    )
      connections.sender.acknowledge(at, host);
  }

  /** Keeps what came before its turn, `ahead` octets beyond the next one expected, as far as the window reaches. */
  #keepEarly(host: StackHost, at: number, ahead: number): void {
    const { sequence, flags, payloadLength } = this.#segment;
    const kept = Math.min(payloadLength, this.#store.receiveWindow(at, host) - ahead);
    if (kept < 0) return;
    const endpoint = this.#connections.keep(at);
    const { receiveQueue } = endpoint;
    const end = seqAdd(sequence, kept);
    if (kept > 0 && receiveQueue.holds(sequence, end)) this.#noteRepeated(at, sequence, end);
    else if (kept > 0) receiveQueue.addEarly(sequence, this.#segment.payload(0, kept));
    if ((flags & tcp.flag.FIN) !== 0 && kept === payloadLength) receiveQueue.addEarlyFin(end);
    endpoint.settle();
  }

  #deliver(at: number, endpoint: Endpoint | undefined, octets: Uint8Array): void {
    const { words } = this.#store.table;
    words[at + field.receiveNext] = seqAdd(words[at + field.receiveNext]!, octets.length);
    words[at + field.receivedBytes]! += octets.length;
    this.#store.claims.progress(at);
    if (endpoint === undefined || endpoint.service === null) return;
    if (endpoint.isPaused) endpoint.receiveQueue.hold(octets);
    else endpoint.service.data(octets);
  }

  #deliverEarly(at: number, endpoint: Endpoint): void {
    const { table } = this.#store;
    for (;;) {
      if (endpoint.isDead || endpoint.earlyBytes === 0) return;
      const octets = endpoint.receiveQueue.takeInOrder(table.words[at + field.receiveNext]! >>> 0);
      if (octets === undefined) return;
      this.#deliver(at, endpoint, octets);
    }
  }

  #takeFin(at: number, endpoint: Endpoint | undefined): void {
    const connections = this.#connections;
    const { words } = this.#store.table;
    words[at + field.receiveNext] = seqAdd(words[at + field.receiveNext]!, 1);
    connections.owe(at);
    const current = words[at + field.state];
    if (current === state.finWait1) words[at + field.state] = state.closing;
    else if (current === state.finWait2) return connections.enterTimeWait(at);
    else words[at + field.state] = state.closeWait;
    if (endpoint === undefined || endpoint.service === null) this.#store.setFlag(at, flag.finQueued);
    else if (endpoint.isPaused) endpoint.hasPendingEnd = true;
    else endpoint.service.ended();
  }
}
