/**
 * What comes in on a connection, in the order of RFC 9293 3.10.7.4. Nothing is sent while a batch of frames is received:
 * acknowledgments of one batch become one, and answers carry them.
 */
import { readU32, seqAdd, seqDistance, seqInWindow, tcp } from '@wormwood/wire';
import type { StackHost } from '../../host.ts';
import type { PacketContext } from '../../network/packet-context.ts';
import type { ReplyLimiter } from '../../network/reply-limiter.ts';
import type { Acceptor, TcpParts } from './accept.ts';
import type { ConnectionStore } from './connection-store.ts';
import { field, flag, state } from './connection-table.ts';
import type { Connections } from './connections.ts';
import type { Endpoint } from './endpoint.ts';
import type { IncomingSegment } from './incoming-segment.ts';
import { NO_SCALE } from './segment-output.ts';

export class Receiver {
  readonly #store: ConnectionStore;
  readonly #connections: Connections;
  readonly #segment: IncomingSegment;
  readonly #doubts: ReplyLimiter;
  readonly #acceptor: Acceptor;

  constructor({ store, connections, segment, doubts }: TcpParts, acceptor: Acceptor) {
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
    if (!this.#isTimely(at) || !this.#isAcceptable(at, host)) {
      if ((flags & tcp.flag.RST) === 0) this.#challenge(packet, at);
      return;
    }
    if ((flags & tcp.flag.RST) !== 0) {
      // RFC 5961 3.2: only the exact next octet resets; anything else in the window is asked about.
      if ((sequence | 0) === words[at + field.receiveNext]) connections.close(at, 'reset');
      else this.#challenge(packet, at);
      return;
    }
    // RFC 5961 4.2: a SYN inside a connection is answered with where we are.
    if ((flags & tcp.flag.SYN) !== 0) return this.#challenge(packet, at);
    if ((flags & tcp.flag.ACK) === 0) return;
    if (isHalfOpen && !this.#acceptor.complete(packet, host, at)) return;
    if (!this.#isBelievable(at)) return this.#challenge(packet, at);
    this.#keepTimestamp(at);
    if (!this.#acknowledge(packet, host, at)) return;
    this.#takePayload(host, at);
  }

  /**
   * Answers with where we are (RFC 9293 3.10.7.4, a challenge ACK in RFC 5961). One that answers octets that were sent again is
   * owed in any case; the others are few a second (RFC 5961 section 7).
   */
  #challenge(packet: PacketContext, at: number): void {
    const { flags, payloadLength } = this.#segment;
    const isRepeated = payloadLength > 0 || (flags & (tcp.flag.SYN | tcp.flag.FIN)) === tcp.flag.FIN;
    if (isRepeated || this.#doubts.allows(packet.source, packet.nowSeconds)) this.#connections.owe(at);
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

  /** RFC 9293 3.10.7.4, first check: some octet of the segment lies in the window. */
  #isAcceptable(at: number, host: StackHost): boolean {
    const { words } = this.#store.table;
    const next = words[at + field.receiveNext]!;
    const { sequence } = this.#segment;
    const length = this.#segment.length;
    const window = this.#store.receiveWindow(at, host);
    if (length === 0 || window === 0) return (sequence | 0) === next || seqInWindow(sequence, next, window);
    return seqInWindow(sequence, next, window) || seqInWindow(seqAdd(sequence, length - 1), next, window);
  }

  /**
   * RFC 5961 5.2: an acknowledgment older than the largest window, which nobody could still have on its way, is a guess. What
   * acknowledges more than was sent is seen by `#acknowledge`.
   */
  #isBelievable(at: number): boolean {
    const { words } = this.#store.table;
    const scale = words[at + field.scales]! >>> 16;
    const oldest = 0xffff << (scale === NO_SCALE ? 0 : scale);
    return seqDistance(words[at + field.sendUnacknowledged]!, this.#segment.acknowledgment) >= -oldest;
  }

  /** Fifth check: the acknowledgment. False when the segment says no more. */
  #acknowledge(packet: PacketContext, host: StackHost, at: number): boolean {
    const connections = this.#connections;
    const { words } = this.#store.table;
    const { acknowledgment, payloadLength, sequence, flags } = this.#segment;
    const acknowledged = seqDistance(words[at + field.sendUnacknowledged]!, acknowledgment);
    const inFlight = this.#store.inFlight(at);
    const endpoint = this.#store.endpoints.get(at);
    // After a timeout SND.NXT stands behind what was sent: what is acknowledged beyond it was queued and arrived.
    const queued = endpoint === undefined ? inFlight : Math.max(inFlight, endpoint.sendBuffer.length + 1);
    if (acknowledged > queued) {
      this.#challenge(packet, at);
      return false;
    }
    const window = this.#store.scaledWindow(at, this.#segment.window);
    if (endpoint?.congestion.usesSack === true && acknowledged >= 0)
      this.#noteHeld(endpoint, acknowledged, inFlight);
    if (acknowledged > 0) this.#onAcknowledged(host, at, endpoint, acknowledged);
    else if (
      acknowledged === 0 &&
      inFlight > 0 &&
      payloadLength === 0 &&
      (flags & tcp.flag.FIN) === 0 &&
      window === words[at + field.sendWindow]
    ) {
      if (endpoint !== undefined && this.#isLoss(endpoint, at, inFlight))
        connections.sender.retransmitOldest(at, host);
      connections.changed(at);
    }
    if (this.#store.stateOf(at) === state.free) return false;
    if (acknowledged >= 0 && seqDistance(words[at + field.windowSequence]!, sequence) >= 0) {
      const opened = window > words[at + field.sendWindow]!;
      words[at + field.sendWindow] = window;
      words[at + field.windowSequence] = sequence;
      if (opened && endpoint !== undefined) connections.changed(at);
    }
    return this.#store.stateOf(at) !== state.timeWait || payloadLength > 0 || (flags & tcp.flag.FIN) !== 0;
  }

  /** Enters what the segment tells of octets held beyond its acknowledgment (RFC 2018 3). */
  #noteHeld(endpoint: Endpoint, acknowledged: number, inFlight: number): void {
    const { sackStart, sackBlockCount } = this.#segment.options;
    if (!endpoint.hasScoreboard && sackBlockCount === 0) return;
    const { scoreboard } = endpoint;
    if (acknowledged > 0) scoreboard.acknowledge(acknowledged);
    const { acknowledgment } = this.#segment;
    for (let i = 0; i < sackBlockCount; i++) {
      const block = sackStart + 8 * i;
      const start = seqDistance(acknowledgment, readU32(this.#segment.bytes, block));
      const end = seqDistance(acknowledgment, readU32(this.#segment.bytes, block + 4));
      scoreboard.add(start, end, inFlight - acknowledged);
    }
  }

  #isLoss(endpoint: Endpoint, at: number, inFlight: number): boolean {
    const { words } = this.#store.table;
    const { congestion } = endpoint;
    const isLost = endpoint.hasScoreboard && endpoint.scoreboard.isOldestLost(words[at + field.mss]!);
    return congestion.onDuplicate(inFlight, words[at + field.sendNext]!, isLost);
  }

  #onAcknowledged(host: StackHost, at: number, endpoint: Endpoint | undefined, acknowledged: number): void {
    const connections = this.#connections;
    const { words } = this.#store.table;
    const { acknowledgment } = this.#segment;
    const finAcknowledged =
      this.#store.hasFlag(at, flag.finSent) && (acknowledgment | 0) === words[at + field.sendNext];
    words[at + field.sendUnacknowledged] = acknowledgment;
    if (seqDistance(words[at + field.sendNext]!, acknowledgment) > 0)
      words[at + field.sendNext] = acknowledgment;
    if (endpoint !== undefined) {
      if (endpoint.sendBuffer.length > 0) {
        endpoint.sendBuffer.drop(Math.min(acknowledged, endpoint.sendBuffer.length));
        endpoint.settle();
        this.#store.claims.progress(at);
      }
      this.#updateCongestion(host, at, endpoint, acknowledged);
    }
    this.#store.restartTimer(at);
    if (finAcknowledged) this.#onFinAcknowledged(at);
    else if (endpoint !== undefined) connections.changed(at);
  }

  #updateCongestion(host: StackHost, at: number, endpoint: Endpoint, acknowledged: number): void {
    const { congestion } = endpoint;
    const { acknowledgment } = this.#segment;
    if (endpoint.timedSequence !== null && seqDistance(endpoint.timedSequence, acknowledgment) >= 0) {
      congestion.onRoundTrip(Math.round(this.#store.nowMs()) - endpoint.timedAtMs);
      endpoint.timedSequence = null;
    }
    const until = congestion.recoverUntil;
    if (until === null) congestion.onAcknowledged(acknowledged);
    else if (seqDistance(until, acknowledgment) >= 0) congestion.onRecovered();
    else {
      // RFC 6582 3.2 (3): the next hole.
      congestion.onPartial(acknowledged);
      // With SACK, the oldest hole may be on its way again already.
      if (!congestion.usesSack || !endpoint.scoreboard.hasRepeatedOldest)
        this.#connections.sender.retransmitOldest(at, host);
    }
  }

  #onFinAcknowledged(at: number): void {
    const { words } = this.#store.table;
    const current = words[at + field.state];
    if (current === state.finWait1) {
      words[at + field.state] = state.finWait2;
      this.#store.restartTimer(at);
    } else if (current === state.closing) this.#connections.enterTimeWait(at);
    else if (current === state.lastAck) this.#connections.close(at, 'done');
  }

  /** Seventh and eighth check: the text and FIN. */
  #takePayload(host: StackHost, at: number): void {
    const connections = this.#connections;
    const { words } = this.#store.table;
    const { sequence, flags, payloadLength } = this.#segment;
    const hasFin = (flags & tcp.flag.FIN) !== 0;
    if (payloadLength === 0 && !hasFin) return;
    connections.owe(at);
    const current = words[at + field.state]!;
    if (current === state.timeWait) return connections.enterTimeWait(at);
    if (current !== state.established && current !== state.finWait1 && current !== state.finWait2) return;
    const endpoint = this.#store.endpoints.get(at);
    const skipped = seqDistance(sequence, words[at + field.receiveNext]!);
    if (skipped < 0) {
      const room = this.#store.receiveWindow(at, host) + skipped;
      const kept = Math.min(payloadLength, room);
      if (kept <= 0 || endpoint === undefined) return;
      endpoint.receiveQueue.addEarly(sequence, this.#segment.payload(0, kept));
      endpoint.settle();
      return;
    }
    const window = this.#store.receiveWindow(at, host);
    const taken = Math.min(Math.max(0, payloadLength - skipped), window);
    if (taken > 0) this.#deliver(at, endpoint, this.#segment.payload(skipped, skipped + taken));
    const hasWhole = skipped + taken >= payloadLength;
    if (endpoint !== undefined && !endpoint.isDead) this.#deliverEarly(at, endpoint);
    if (
      hasFin &&
      hasWhole &&
      this.#store.stateOf(at) !== state.free &&
      seqDistance(words[at + field.receiveNext]!, seqAdd(sequence, payloadLength)) === 0
    ) {
      this.#takeFin(at, endpoint);
    }
    endpoint?.settle();
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
