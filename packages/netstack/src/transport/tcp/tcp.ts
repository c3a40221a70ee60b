/**
 * TCP for virtual hosts (RFC 9293): they listen and never call. This is the receiving half, in the order of section
 * 3.10.7; `connections.ts` is the sending half. Nothing is sent while a batch of frames is received: acknowledgments of one
 * batch become one, and answers carry them.
 */
import {
  checkTcp,
  newTcpOptionScan,
  readPseudoHeaderSumIpv4,
  readTcpHeaderLength,
  readU16,
  readU32,
  scanTcpOptions,
  seqAdd,
  seqDistance,
  seqInWindow,
  TCP_HEADER_LENGTH,
  tcpField,
  tcpFlag,
  type TcpOptionScan,
  verifyTcpChecksum,
} from '@wormwood/wire';
import type { StackHost } from '../../host.ts';
import type { PacketContext } from '../../network/packet-context.ts';
import { field, flag, NONE, state, STATE_NAMES } from './connection-table.ts';
import { Connections, scalesOf, type TcpComponents, type TcpLimits } from './connections.ts';
import type { Endpoint } from './endpoint.ts';
import { NO_SCALE } from './segment-output.ts';
import { beginTarpit } from './tarpit.ts';

export type { TcpLimits } from './connections.ts';

/** RFC 9293 3.7.1: what a remote side takes that does not say. */
const MSS_DEFAULT = 536;
const MSS_MIN = 64;
/** Of these flags, a segment that begins a connection has SYN alone. */
const BEGINNING = tcpFlag.SYN | tcpFlag.ACK | tcpFlag.RST | tcpFlag.FIN;

/** One segment taken apart; used again for every segment. */
interface Incoming {
  bytes: Uint8Array;
  sequence: number;
  acknowledgment: number;
  flags: number;
  window: number;
  payloadStart: number;
  payloadLength: number;
}

/** A line of `status`. */
export interface ConnectionStatus {
  readonly localAddress: number;
  readonly localPort: number;
  readonly remoteAddress: number;
  readonly remotePort: number;
  readonly state: string;
  readonly receivedBytes: number;
  readonly sentBytes: number;
}

export class Tcp {
  readonly #components: TcpComponents;
  readonly #connections: Connections;
  readonly #options: TcpOptionScan = newTcpOptionScan();
  readonly #incoming: Incoming = {
    bytes: new Uint8Array(0),
    sequence: 0,
    acknowledgment: 0,
    flags: 0,
    window: 0,
    payloadStart: 0,
    payloadLength: 0,
  };

  constructor(components: TcpComponents, limits: TcpLimits = {}) {
    this.#components = components;
    this.#connections = new Connections(components, limits);
  }

  get connectionCount(): number {
    return this.#connections.table.count;
  }

  get halfOpenCount(): number {
    return this.#connections.halfOpenCount;
  }

  /** Connections that have buffers: the rest cost their place in the table alone. */
  get endpointCount(): number {
    return this.#connections.endpoints.size;
  }

  /** Octets of the connection table. */
  get memoryBytes(): number {
    return this.#connections.table.memoryBytes;
  }

  /** All connections, half-open ones included. */
  status(): readonly ConnectionStatus[] {
    const rows: ConnectionStatus[] = [];
    const { table } = this.#connections;
    table.forEach((at) => {
      rows.push({
        ...this.#connections.flowOf(at),
        state: STATE_NAMES[table.words[at + field.state]!] ?? 'CLOSED',
        receivedBytes: table.words[at + field.receivedBytes]! >>> 0,
        sentBytes: table.words[at + field.sentBytes]! >>> 0,
      });
    });
    return rows;
  }

  /** Brackets the frames of one batch: what they cause to be sent goes out when `receive` has returned. */
  batch(receive: () => number): number {
    this.#connections.isReceiving = true;
    try {
      return receive();
    } finally {
      this.#connections.isReceiving = false;
      this.#connections.flush();
    }
  }

  runTimers(): void {
    this.#connections.runTimers();
  }

  nextTimerSeconds(): number {
    return this.#connections.nextTimerSeconds();
  }

  receive(packet: PacketContext): void {
    const { bytes, transportStart: start, end, host } = packet;
    if (host === null || checkTcp(bytes, start, end) !== undefined) return;
    if (
      !packet.checksumsVerified &&
      !verifyTcpChecksum(bytes, start, end, readPseudoHeaderSumIpv4(bytes, packet.ipStart))
    )
      return;
    const incoming = this.#incoming;
    incoming.bytes = bytes;
    incoming.sequence = readU32(bytes, start + tcpField.sequenceNumber);
    incoming.acknowledgment = readU32(bytes, start + tcpField.acknowledgmentNumber);
    incoming.flags = bytes[start + tcpField.flags]!;
    incoming.window = readU16(bytes, start + tcpField.window);
    incoming.payloadStart = start + readTcpHeaderLength(bytes, start);
    incoming.payloadLength = end - incoming.payloadStart;
    const ports =
      (readU16(bytes, start + tcpField.sourcePort) << 16) | readU16(bytes, start + tcpField.destinationPort);
    const at = this.#connections.table.find(packet.source, packet.destination, ports);
    if (at === NONE) this.#receiveWithoutConnection(packet, host, ports);
    else this.#receiveOnConnection(packet, host, at);
  }

  /** RFC 9293 3.10.7.1 and 3.10.7.2: CLOSED and LISTEN. */
  #receiveWithoutConnection(packet: PacketContext, host: StackHost, ports: number): void {
    const { flags } = this.#incoming;
    const localPort = ports & 0xffff;
    const flow = {
      localAddress: packet.destination,
      localPort,
      remoteAddress: packet.source,
      remotePort: ports >>> 16,
    };
    const portState = host.tcpPort(localPort);
    // A SYN with FIN begins nothing; Linux drops it, too.
    const isOpen = portState === 'open' || portState === 'tarpit';
    const opens = isOpen && (flags & BEGINNING) === tcpFlag.SYN;
    this.#components.observer.tcpProbe(flow, flags, packet.end - packet.ipStart, opens);
    if ((flags & tcpFlag.RST) !== 0) return;
    if (portState === 'filtered') return;
    if (portState === 'closed' || (flags & tcpFlag.ACK) !== 0) {
      this.#connections.segments.sendReset(packet, this.#segmentLength());
      return;
    }
    if (opens) this.#accept(packet, host, ports, portState === 'tarpit');
    else if (
      (flags & (tcpFlag.SYN | tcpFlag.FIN)) === tcpFlag.FIN &&
      host.behavior.tcp.answersFinToListener
    ) {
      this.#connections.segments.sendReset(packet, this.#segmentLength());
    }
  }

  #accept(packet: PacketContext, host: StackHost, ports: number, isTarpit: boolean): void {
    const connections = this.#connections;
    const at = connections.open(packet.source, packet.destination, ports);
    if (at === NONE) return;
    const { words, bytes } = connections.table;
    const { tcp } = host.behavior;
    const { sequence, window, payloadStart } = this.#incoming;
    const options = this.#options;
    scanTcpOptions(packet.bytes, packet.transportStart + TCP_HEADER_LENGTH, payloadStart, options);
    const flow = connections.flowOf(at);
    const initial = host.behavior.initialSequenceNumber(flow, packet.nowSeconds);
    words[at + field.initialSend] = initial;
    words[at + field.sendUnacknowledged] = initial;
    words[at + field.sendNext] = seqAdd(initial, 1);
    words[at + field.initialReceive] = sequence;
    words[at + field.receiveNext] = seqAdd(sequence, 1);
    // RFC 7323 2.2: the window of a SYN is never scaled.
    words[at + field.sendWindow] = window;
    words[at + field.windowSequence] = sequence;
    words[at + field.mss] = Math.max(
      MSS_MIN,
      Math.min(options.mssBytes < 0 ? MSS_DEFAULT : options.mssBytes, this.#components.output.mtuBytes - 40),
    );
    // A window of a few octets is told as it is.
    words[at + field.scales] = scalesOf(options.windowScale, isTarpit ? -1 : tcp.windowScale);
    if (isTarpit) beginTarpit(connections.table, at, packet.nowSeconds);
    if (options.hasTimestamps && tcp.timestamps) {
      words[at + field.flags]! |= flag.timestamps;
      words[at + field.recentTimestamp] = options.timestampValue;
    }
    if (options.sackPermitted && tcp.sack) words[at + field.flags]! |= flag.sack;
    words[at + field.linkLength] = this.#components.output.saveLinkHeader(
      packet,
      bytes,
      connections.table.linkOffset(at),
    );
    connections.segments.sendSynAck(at, host.behavior, packet.nowSeconds);
  }

  /** RFC 9293 3.10.7.4. */
  #receiveOnConnection(packet: PacketContext, host: StackHost, at: number): void {
    const connections = this.#connections;
    const { words } = connections.table;
    const incoming = this.#incoming;
    const { flags, sequence } = incoming;
    const isHalfOpen = words[at + field.state] === state.synReceived;
    if (
      isHalfOpen &&
      (flags & (tcpFlag.SYN | tcpFlag.ACK)) === tcpFlag.SYN &&
      (sequence | 0) === words[at + field.initialReceive]
    ) {
      connections.segments.sendSynAck(at, host.behavior, packet.nowSeconds);
      return;
    }
    words[at + field.lastSeen] = packet.nowSeconds;
    if (!this.#isTimely(packet, at) || !this.#isAcceptable(at, host)) {
      if ((flags & tcpFlag.RST) === 0) connections.owe(at);
      return;
    }
    if ((flags & tcpFlag.RST) !== 0) {
      // RFC 5961 3.2: only the exact next octet resets; anything else in the window is asked about.
      if ((sequence | 0) === words[at + field.receiveNext]) connections.close(at, 'reset');
      else connections.owe(at);
      return;
    }
    // RFC 5961 4.2: a SYN inside a connection is answered with where we are.
    if ((flags & tcpFlag.SYN) !== 0) return connections.owe(at);
    if ((flags & tcpFlag.ACK) === 0) return;
    if (isHalfOpen && !this.#completeHandshake(packet, host, at)) return;
    if (!this.#acknowledge(host, at)) return;
    this.#takePayload(packet, host, at);
  }

  /** RFC 7323 5.3 (R1): an older timestamp than the last one means an old duplicate. Also keeps TS.Recent. */
  #isTimely(packet: PacketContext, at: number): boolean {
    const { words } = this.#connections.table;
    const options = this.#options;
    scanTcpOptions(
      packet.bytes,
      packet.transportStart + TCP_HEADER_LENGTH,
      this.#incoming.payloadStart,
      options,
    );
    if ((words[at + field.flags]! & flag.timestamps) === 0) return true;
    if (!options.hasTimestamps) return true;
    const isOlder = seqDistance(words[at + field.recentTimestamp]!, options.timestampValue) < 0;
    if (isOlder) return (this.#incoming.flags & tcpFlag.RST) !== 0;
    // (R3): only a segment at or before the next octet moves it, so that a later one cannot hide a loss.
    if (seqDistance(words[at + field.receiveNext]!, this.#incoming.sequence) <= 0) {
      words[at + field.recentTimestamp] = options.timestampValue;
    }
    return true;
  }

  /** RFC 9293 3.10.7.4, first check: some octet of the segment lies in the window. */
  #isAcceptable(at: number, host: StackHost): boolean {
    const { words } = this.#connections.table;
    const next = words[at + field.receiveNext]!;
    const { sequence } = this.#incoming;
    const length = this.#segmentLength();
    const window = this.#connections.receiveWindow(at, host);
    if (length === 0 || window === 0) return (sequence | 0) === next || seqInWindow(sequence, next, window);
    return seqInWindow(sequence, next, window) || seqInWindow(seqAdd(sequence, length - 1), next, window);
  }

  #completeHandshake(packet: PacketContext, host: StackHost, at: number): boolean {
    const { words } = this.#connections.table;
    if ((this.#incoming.acknowledgment | 0) !== words[at + field.sendNext]) {
      this.#connections.segments.sendReset(packet, this.#segmentLength());
      return false;
    }
    words[at + field.sendUnacknowledged] = words[at + field.sendNext]!;
    words[at + field.sendWindow] = this.#scaledWindow(at);
    this.#connections.establish(at, host, this.#components.sources.prove(packet));
    return words[at + field.state] === state.established;
  }

  #scaledWindow(at: number): number {
    const scale = this.#connections.table.words[at + field.scales]! >>> 16;
    return scale === NO_SCALE ? this.#incoming.window : this.#incoming.window << scale;
  }

  /** Fifth check: the acknowledgment. False when the segment says no more. */
  #acknowledge(host: StackHost, at: number): boolean {
    const connections = this.#connections;
    const { words } = connections.table;
    const { acknowledgment, payloadLength, sequence, flags } = this.#incoming;
    const acknowledged = seqDistance(words[at + field.sendUnacknowledged]!, acknowledgment);
    const inFlight = seqDistance(words[at + field.sendUnacknowledged]!, words[at + field.sendNext]!);
    const endpoint = connections.endpoints.get(at);
    // After a timeout SND.NXT stands behind what was sent: what is acknowledged beyond it was queued and arrived.
    const queued = endpoint === undefined ? inFlight : Math.max(inFlight, endpoint.sendBuffer.length + 1);
    if (acknowledged > queued) {
      connections.owe(at);
      return false;
    }
    const window = this.#scaledWindow(at);
    if (endpoint?.congestion.usesSack === true && acknowledged >= 0)
      this.#noteHeld(endpoint, acknowledged, inFlight);
    if (acknowledged > 0) this.#onAcknowledged(host, at, endpoint, acknowledged);
    else if (
      acknowledged === 0 &&
      inFlight > 0 &&
      payloadLength === 0 &&
      (flags & tcpFlag.FIN) === 0 &&
      window === words[at + field.sendWindow]
    ) {
      if (endpoint !== undefined && this.#isLoss(endpoint, at, inFlight))
        connections.retransmitOldest(at, host);
      connections.changed(at);
    }
    if (words[at + field.state] === state.free) return false;
    if (acknowledged >= 0 && seqDistance(words[at + field.windowSequence]!, sequence) >= 0) {
      const opened = window > words[at + field.sendWindow]!;
      words[at + field.sendWindow] = window;
      words[at + field.windowSequence] = sequence;
      if (opened && endpoint !== undefined) connections.changed(at);
    }
    return words[at + field.state] !== state.timeWait || payloadLength > 0 || (flags & tcpFlag.FIN) !== 0;
  }

  /** Enters what the segment tells of octets held beyond its acknowledgment (RFC 2018 3). */
  #noteHeld(endpoint: Endpoint, acknowledged: number, inFlight: number): void {
    const { sackStart, sackBlockCount } = this.#options;
    if (!endpoint.hasScoreboard && sackBlockCount === 0) return;
    const { scoreboard } = endpoint;
    if (acknowledged > 0) scoreboard.acknowledge(acknowledged);
    const { acknowledgment } = this.#incoming;
    for (let i = 0; i < sackBlockCount; i++) {
      const block = sackStart + 8 * i;
      const start = seqDistance(acknowledgment, readU32(this.#incoming.bytes, block));
      const end = seqDistance(acknowledgment, readU32(this.#incoming.bytes, block + 4));
      scoreboard.add(start, end, inFlight - acknowledged);
    }
  }

  #isLoss(endpoint: Endpoint, at: number, inFlight: number): boolean {
    const { words } = this.#connections.table;
    const { congestion } = endpoint;
    const isLost = endpoint.hasScoreboard && endpoint.scoreboard.isOldestLost(words[at + field.mss]!);
    return congestion.onDuplicate(inFlight, words[at + field.sendNext]!, isLost);
  }

  #onAcknowledged(host: StackHost, at: number, endpoint: Endpoint | undefined, acknowledged: number): void {
    const connections = this.#connections;
    const { words } = connections.table;
    const { acknowledgment } = this.#incoming;
    const finAcknowledged =
      (words[at + field.flags]! & flag.finSent) !== 0 && (acknowledgment | 0) === words[at + field.sendNext];
    words[at + field.sendUnacknowledged] = acknowledgment;
    if (seqDistance(words[at + field.sendNext]!, acknowledgment) > 0)
      words[at + field.sendNext] = acknowledgment;
    if (endpoint !== undefined) {
      endpoint.sendBuffer.drop(Math.min(acknowledged, endpoint.sendBuffer.length));
      this.#updateCongestion(host, at, endpoint, acknowledged);
    }
    connections.restartTimer(at);
    if (finAcknowledged) this.#onFinAcknowledged(at);
    else if (endpoint !== undefined) connections.changed(at);
  }

  #updateCongestion(host: StackHost, at: number, endpoint: Endpoint, acknowledged: number): void {
    const { congestion } = endpoint;
    const { acknowledgment } = this.#incoming;
    if (endpoint.timedSequence !== null && seqDistance(endpoint.timedSequence, acknowledgment) >= 0) {
      congestion.onRoundTrip(Math.round(this.#connections.nowMs()) - endpoint.timedAtMs);
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
        this.#connections.retransmitOldest(at, host);
    }
  }

  #onFinAcknowledged(at: number): void {
    const { words } = this.#connections.table;
    const current = words[at + field.state];
    if (current === state.finWait1) {
      words[at + field.state] = state.finWait2;
      this.#connections.restartTimer(at);
    } else if (current === state.closing) this.#connections.enterTimeWait(at);
    else if (current === state.lastAck) this.#connections.close(at, 'done');
  }

  /** Seventh and eighth check: the text and FIN. */
  #takePayload(packet: PacketContext, host: StackHost, at: number): void {
    const connections = this.#connections;
    const { words } = connections.table;
    const { sequence, flags, payloadStart, payloadLength } = this.#incoming;
    const hasFin = (flags & tcpFlag.FIN) !== 0;
    if (payloadLength === 0 && !hasFin) return;
    connections.owe(at);
    const current = words[at + field.state]!;
    if (current === state.timeWait) return connections.enterTimeWait(at);
    if (current !== state.established && current !== state.finWait1 && current !== state.finWait2) return;
    const endpoint = connections.endpoints.get(at);
    const skipped = seqDistance(sequence, words[at + field.receiveNext]!);
    if (skipped < 0) {
      const room = connections.receiveWindow(at, host) + skipped;
      const kept = Math.min(payloadLength, room);
      if (kept > 0)
        endpoint?.receiveQueue.addEarly(sequence, packet.bytes.subarray(payloadStart, payloadStart + kept));
      return;
    }
    const window = connections.receiveWindow(at, host);
    const taken = Math.min(Math.max(0, payloadLength - skipped), window);
    if (taken > 0)
      this.#deliver(
        at,
        endpoint,
        packet.bytes.subarray(payloadStart + skipped, payloadStart + skipped + taken),
      );
    const hasWhole = skipped + taken >= payloadLength;
    if (endpoint !== undefined && !endpoint.isDead) this.#deliverEarly(at, endpoint);
    if (
      hasFin &&
      hasWhole &&
      words[at + field.state] !== state.free &&
      seqDistance(words[at + field.receiveNext]!, seqAdd(sequence, payloadLength)) === 0
    ) {
      this.#takeFin(at, endpoint);
    }
  }

  #deliver(at: number, endpoint: Endpoint | undefined, octets: Uint8Array): void {
    const { words } = this.#connections.table;
    words[at + field.receiveNext] = seqAdd(words[at + field.receiveNext]!, octets.length);
    words[at + field.receivedBytes]! += octets.length;
    if (endpoint === undefined || endpoint.service === null) return;
    if (endpoint.isPaused) endpoint.receiveQueue.hold(octets);
    else endpoint.service.data(octets);
  }

  #deliverEarly(at: number, endpoint: Endpoint): void {
    const { table } = this.#connections;
    for (;;) {
      if (endpoint.isDead || endpoint.earlyBytes === 0) return;
      const octets = endpoint.receiveQueue.takeInOrder(table.words[at + field.receiveNext]! >>> 0);
      if (octets === undefined) return;
      this.#deliver(at, endpoint, octets);
    }
  }

  #takeFin(at: number, endpoint: Endpoint | undefined): void {
    const connections = this.#connections;
    const { words } = connections.table;
    words[at + field.receiveNext] = seqAdd(words[at + field.receiveNext]!, 1);
    connections.owe(at);
    const current = words[at + field.state];
    if (current === state.finWait1) words[at + field.state] = state.closing;
    else if (current === state.finWait2) return connections.enterTimeWait(at);
    else words[at + field.state] = state.closeWait;
    if (endpoint === undefined || endpoint.service === null) words[at + field.flags]! |= flag.finQueued;
    else if (endpoint.isPaused) endpoint.hasPendingEnd = true;
    else endpoint.service.ended();
  }

  /** Octets that the segment takes of the sequence space. */
  #segmentLength(): number {
    const { flags, payloadLength } = this.#incoming;
    return payloadLength + ((flags & tcpFlag.SYN) !== 0 ? 1 : 0) + ((flags & tcpFlag.FIN) !== 0 ? 1 : 0);
  }
}
