/**
 * The sending half and the life of connections: when they begin and end, what goes out at the end of a batch, and what
 * their timers do. `tcp.ts` is the receiving half.
 */
import type { Clock, RandomStreams } from '@wormwood/base';
import {
  ipProtocol,
  IPV4_HEADER_LENGTH,
  seqAdd,
  seqDistance,
  TCP_HEADER_LENGTH,
  tcpFlag,
} from '@wormwood/wire';
import type { Flow } from '../../behavior.ts';
import type { HostDirectory, StackHost } from '../../host.ts';
import type { Ipv4Output } from '../../network/ipv4-output.ts';
import type { PacketContext } from '../../network/packet-context.ts';
import { isFromSameSource, type SourceProver } from '../../network/source-prover.ts';
import type { SourceProof, StackObserver } from '../../observer.ts';
import { ConnectionTable, field, flag, NONE, state } from './connection-table.ts';
import { Endpoint } from './endpoint.ts';
import { HalfOpenQueue } from './half-open-queue.ts';
import type { Hole } from './scoreboard.ts';
import { NO_SCALE, SegmentOutput } from './segment-output.ts';
import { isTarpit, tarpitWindow } from './tarpit.ts';
import { TimerWheel } from './timer-wheel.ts';

export interface TcpComponents {
  readonly output: Ipv4Output;
  readonly observer: StackObserver;
  readonly clock: Clock;
  readonly hosts: HostDirectory;
  readonly streams: RandomStreams;
  readonly sources: SourceProver;
}

export interface TcpLimits {
  /** Connections of all states; SYNs beyond are dropped. @default 1048576 */
  readonly connections?: number;
  /** Handshakes that wait for their last segment; the oldest gives way, so a flood costs constant memory. @default 65536 */
  readonly halfOpen?: number;
  /** Seconds without a segment after which a connection is forgotten. @default 300 */
  readonly idleSeconds?: number;
}

/** RFC 6298 2.1; doubled with each retry. */
const FIRST_RTO_MS = 1000;
/**
 * A SYN/ACK is repeated after one second and after three, and no more: a forged SYN must not make us send much to whoever it
 * names. The connection waits on for a client that was not heard.
 */
const SYN_ACK_RETRIES = 2;
const HALF_OPEN_MS = 31_000;
const DATA_RETRIES = 8;
/** 2 MSL of RFC 9293 3.4.2, with the MSL of 30 s that Linux takes. */
const TIME_WAIT_SECONDS = 60;
const PROBE_BYTES = 1;
/** IPv4 and TCP headers without options. */
const HEADERS_LENGTH = IPV4_HEADER_LENGTH + TCP_HEADER_LENGTH;
/** Options of a segment, with what fills them up to words: timestamps, and as many SACK blocks as fit beside them. */
const TIMESTAMPS_LENGTH = 12;
const SACK_BLOCKS_MAX = 3;
const SACK_LENGTH_MAX = 4 + 8 * SACK_BLOCKS_MAX;
/** The smallest MTU at which a segment with all options carries half of what it could. */
const SACK_MTU_MIN = HEADERS_LENGTH + 2 * (TIMESTAMPS_LENGTH + SACK_LENGTH_MAX);

export class Connections {
  readonly table: ConnectionTable;
  readonly segments: SegmentOutput;
  readonly endpoints: Map<number, Endpoint> = new Map();
  /** SYNs dropped because the table was full. */
  refused = 0;
  readonly #components: TcpComponents;
  readonly #limits: Required<TcpLimits>;
  readonly #wheel: TimerWheel;
  readonly #halfOpen: HalfOpenQueue;
  readonly #epochSeconds: number;
  #dirty: number[] = [];
  /** True while a batch is received: sending waits for its end. */
  isReceiving = false;

  constructor(components: TcpComponents, limits: TcpLimits) {
    this.#components = components;
    this.#limits = { connections: 1 << 20, halfOpen: 1 << 16, idleSeconds: 300, ...limits };
    const secret = components.streams.stream('netstack/tcp').nextUint32();
    this.table = new ConnectionTable(this.#limits.connections, secret);
    this.segments = new SegmentOutput(components.output, this.table);
    this.#wheel = new TimerWheel(this.table);
    this.#halfOpen = new HalfOpenQueue(this.table);
    this.#epochSeconds = components.clock.nowSeconds();
  }

  get halfOpenCount(): number {
    return this.#halfOpen.size;
  }

  /** Adds a half-open connection and returns it, or -1 when there is no room. */
  open(remoteAddress: number, localAddress: number, ports: number): number {
    if (this.#halfOpen.size >= this.#limits.halfOpen) this.forget(this.#halfOpen.oldest());
    const at = this.table.add(remoteAddress, localAddress, ports);
    if (at === NONE) {
      this.refused++;
      return NONE;
    }
    this.table.words[at + field.state] = state.synReceived;
    this.#halfOpen.push(at);
    this.#wheel.start(at, this.nowMs() + FIRST_RTO_MS);
    return at;
  }

  /** The handshake is complete: asks the host for a service. */
  establish(at: number, host: StackHost, flow: Flow, proof: SourceProof): void {
    const { words } = this.table;
    this.#halfOpen.remove(at);
    words[at + field.state] = state.established;
    words[at + field.retries] = 0;
    words[at + field.lastSeen] = this.#components.clock.nowSeconds();
    this.#components.observer.flowOpen(flow, proof);
    this.#wheel.start(at, this.nowMs() + this.#limits.idleSeconds * 1000);
    const endpoint = new Endpoint(
      at,
      flow,
      { mss: words[at + field.mss]!, usesSack: (words[at + field.flags]! & flag.sack) !== 0 },
      this,
    );
    // The service may write at once, before the map knows the endpoint.
    this.endpoints.set(at, endpoint);
    endpoint.service = host.acceptTcp(endpoint);
    if (
      endpoint.service === null &&
      !endpoint.isDead &&
      !endpoint.isEnding &&
      endpoint.sendBuffer.length === 0
    ) {
      this.endpoints.delete(at);
    }
  }

  /** Whether a segment came from where the SYN of its connection did. */
  isFromSource(packet: PacketContext, at: number): boolean {
    const { table } = this;
    return isFromSameSource(packet, table.bytes, table.linkOffset(at), table.words[at + field.linkLength]!);
  }

  /** Marks a connection: what may be sent goes out at the end of the batch, or now outside one. */
  changed(at: number): void {
    const { words } = this.table;
    if ((words[at + field.flags]! & flag.dirty) === 0) {
      words[at + field.flags]! |= flag.dirty;
      this.#dirty.push(at);
    }
    if (!this.isReceiving) this.flush();
  }

  /** An acknowledgment goes out at the end of the batch, alone or with data. */
  owe(at: number): void {
    this.table.words[at + field.flags]! |= flag.ackOwed;
    this.changed(at);
  }

  /** Sends what the marked connections have to send. */
  flush(): void {
    if (this.#dirty.length === 0) return;
    const marked = this.#dirty;
    this.#dirty = [];
    for (const at of marked) {
      const { words } = this.table;
      if (words[at + field.state] === state.free || (words[at + field.flags]! & flag.dirty) === 0) continue;
      words[at + field.flags]! &= ~flag.dirty;
      const host = this.#hostOf(at);
      if (host === null) this.close(at, 'reset');
      else this.#transmit(at, host);
    }
    this.#components.output.flush();
  }

  abort(at: number): void {
    const host = this.#hostOf(at);
    if (host !== null) {
      const { words } = this.table;
      const segment = {
        flags: tcpFlag.RST | tcpFlag.ACK,
        sequenceNumber: words[at + field.sendNext]!,
        window: 0,
        payload: null,
        held: [],
      };
      this.segments.send(at, host.behavior, segment, this.#components.clock.nowSeconds());
    }
    this.close(at, 'reset');
  }

  /** Forgets a connection and tells its service and the observer. */
  close(at: number, reason: 'done' | 'reset' | 'timeout'): void {
    const { words } = this.table;
    const wasOpen = words[at + field.state] !== state.synReceived;
    const flow = this.flowOf(at);
    const [received, sent] = [words[at + field.receivedBytes]! >>> 0, words[at + field.sentBytes]! >>> 0];
    const endpoint = this.endpoints.get(at);
    this.endpoints.delete(at);
    this.forget(at);
    if (wasOpen) this.#components.observer.flowClose(flow, received, sent, reason);
    if (endpoint === undefined) return;
    endpoint.isDead = true;
    endpoint.service?.closed(reason);
  }

  /** The connection waits out old segments (RFC 9293 3.6.1); its service is done. */
  enterTimeWait(at: number): void {
    this.table.words[at + field.state] = state.timeWait;
    this.#wheel.start(at, this.nowMs() + TIME_WAIT_SECONDS * 1000);
    const endpoint = this.endpoints.get(at);
    if (endpoint === undefined) return;
    this.endpoints.delete(at);
    endpoint.isDead = true;
    endpoint.service?.closed('done');
  }

  /** New octets were acknowledged: the retransmission timer starts anew, or becomes the idle timer. */
  restartTimer(at: number): void {
    const { words } = this.table;
    words[at + field.retries] = 0;
    const inFlight = seqDistance(words[at + field.sendUnacknowledged]!, words[at + field.sendNext]!);
    const ms = inFlight > 0 ? this.#rtoMs(at) : this.#quietMs(at);
    this.#wheel.start(at, this.nowMs() + ms);
  }

  runTimers(): void {
    this.#wheel.run(this.nowMs(), (at) => this.#onTimer(at));
    this.flush();
  }

  nextTimerSeconds(): number {
    return this.#wheel.nextMs() / 1000 + this.#epochSeconds;
  }

  /** Octets that we take beyond the next one expected. */
  receiveWindow(at: number, host: StackHost): number {
    const held = this.endpoints.get(at)?.readyBytes ?? 0;
    const room = Math.max(0, host.behavior.tcp.windowBytes - held);
    if (!isTarpit(this.table, at)) return room;
    return Math.min(room, tarpitWindow(this.table, at, this.#components.clock.nowSeconds()));
  }

  /** What the remote side takes by the window of a segment: octets. */
  scaledWindow(at: number, window: number): number {
    const scale = this.table.words[at + field.scales]! >>> 16;
    return scale === NO_SCALE ? window : window << scale;
  }

  flowOf(at: number): Flow {
    const { words } = this.table;
    const ports = words[at + field.ports]!;
    return {
      localAddress: words[at + field.localAddress]! >>> 0,
      localPort: ports & 0xffff,
      remoteAddress: words[at + field.remoteAddress]! >>> 0,
      remotePort: ports >>> 16,
    };
  }

  #transmit(at: number, host: StackHost): void {
    const endpoint = this.endpoints.get(at);
    if (endpoint !== undefined) this.#transmitData(at, host, endpoint);
    this.#transmitFin(at, host, endpoint);
    const { words } = this.table;
    if ((words[at + field.flags]! & flag.ackOwed) !== 0)
      this.#send(at, host, { flags: tcpFlag.ACK, length: 0 });
    if (endpoint?.wantsRoom === true && endpoint.sendBuffer.room > 0 && !endpoint.isDead) {
      endpoint.wantsRoom = false;
      endpoint.service?.writable();
    }
  }

  #transmitData(at: number, host: StackHost, endpoint: Endpoint): void {
    const { words } = this.table;
    const { congestion } = endpoint;
    const isRepairing = congestion.inRecovery && congestion.usesSack;
    if (isRepairing) this.#retransmitLost(at, host, endpoint);
    for (;;) {
      const inFlight = seqDistance(words[at + field.sendUnacknowledged]!, words[at + field.sendNext]!);
      const unsent = endpoint.sendBuffer.length - inFlight;
      if (unsent <= 0) return;
      const onTheWay = isRepairing ? endpoint.scoreboard.pipe(inFlight, this.#segmentBytes(at)) : inFlight;
      const room = Math.min(words[at + field.sendWindow]! - inFlight, congestion.windowBytes - onTheWay);
      const length = Math.min(this.#segmentBytes(at), unsent, room);
      // RFC 1122 4.2.3.4: no small segment while the window, not the data, is what makes it small.
      if (length <= 0 || (length < unsent && length < this.#segmentBytes(at) && inFlight > 0)) {
        if (inFlight === 0) this.#startTimer(at);
        return;
      }
      const flags = length === unsent ? tcpFlag.ACK | tcpFlag.PSH : tcpFlag.ACK;
      if (!this.#send(at, host, { flags, length })) return;
    }
  }

  #transmitFin(at: number, host: StackHost, endpoint: Endpoint | undefined): void {
    const { words } = this.table;
    const isQueued = endpoint?.isEnding === true || (words[at + field.flags]! & flag.finQueued) !== 0;
    if (!isQueued || (words[at + field.flags]! & flag.finSent) !== 0) return;
    const inFlight = seqDistance(words[at + field.sendUnacknowledged]!, words[at + field.sendNext]!);
    if (endpoint !== undefined && endpoint.sendBuffer.length > inFlight) return;
    if (!this.#send(at, host, { flags: tcpFlag.FIN | tcpFlag.ACK, length: 0 })) return;
    words[at + field.flags]! |= flag.finSent;
    if (words[at + field.state] === state.established) words[at + field.state] = state.finWait1;
    else if (words[at + field.state] === state.closeWait) words[at + field.state] = state.lastAck;
  }

  /** Sends the next octets, or none; moves SND.NXT and starts the timer when something must be acknowledged. */
  #send(
    at: number,
    host: StackHost,
    { flags, length }: { readonly flags: number; readonly length: number },
  ): boolean {
    const { words } = this.table;
    const endpoint = this.endpoints.get(at);
    const next = words[at + field.sendNext]!;
    const offset = seqDistance(words[at + field.sendUnacknowledged]!, next);
    const payload =
      length > 0 && endpoint !== undefined ? { from: endpoint.sendBuffer, offset, length } : null;
    const window = this.receiveWindow(at, host) >>> (words[at + field.scales]! & 0xff);
    const held =
      endpoint !== undefined && this.#tellsHeld(at) ? endpoint.receiveQueue.ranges(SACK_BLOCKS_MAX) : [];
    const now = this.#components.clock.nowSeconds();
    if (!this.segments.send(at, host.behavior, { flags, sequenceNumber: next, window, payload, held }, now))
      return false;
    words[at + field.flags]! &= ~flag.ackOwed;
    const advance = length + ((flags & tcpFlag.FIN) !== 0 ? 1 : 0);
    if (advance === 0) return true;
    words[at + field.sendNext] = seqAdd(next, advance);
    words[at + field.sentBytes]! += length;
    if (endpoint !== undefined && endpoint.timedSequence === null && words[at + field.retries] === 0) {
      endpoint.timedSequence = seqAdd(next, advance);
      endpoint.timedAtMs = Math.round(this.nowMs());
    }
    if (offset === 0) this.#startTimer(at);
    return true;
  }

  #startTimer(at: number): void {
    this.#wheel.start(at, this.nowMs() + this.#rtoMs(at));
  }

  /**
   * Octets that a segment carries: what the remote side takes and the device can send now, less what the options of a segment
   * take (RFC 6691).
   */
  #segmentBytes(at: number): number {
    const { words } = this.table;
    const packetBytes = Math.min(words[at + field.mss]! + HEADERS_LENGTH, this.#components.output.mtuBytes);
    let options = (words[at + field.flags]! & flag.timestamps) !== 0 ? TIMESTAMPS_LENGTH : 0;
    if (this.#tellsHeld(at)) options += SACK_LENGTH_MAX;
    return Math.max(1, packetBytes - HEADERS_LENGTH - options);
  }

  /** Whether segments tell what is held beyond a gap (RFC 2018): not where such options leave hardly any room. */
  #tellsHeld(at: number): boolean {
    if ((this.table.words[at + field.flags]! & flag.sack) === 0) return false;
    if (this.#components.output.mtuBytes < SACK_MTU_MIN) return false;
    return (this.endpoints.get(at)?.earlyBytes ?? 0) > 0;
  }

  #rtoMs(at: number): number {
    return (
      this.endpoints.get(at)?.congestion.rtoMs ?? FIRST_RTO_MS * 2 ** this.table.words[at + field.retries]!
    );
  }

  /** How long a connection with nothing in flight may stay quiet. */
  #quietMs(at: number): number {
    const isClosing = this.table.words[at + field.state] === state.finWait2;
    return (isClosing ? TIME_WAIT_SECONDS : this.#limits.idleSeconds) * 1000;
  }

  #onTimer(at: number): void {
    const { words } = this.table;
    const host = this.#hostOf(at);
    const connectionState = words[at + field.state]!;
    if (host === null || connectionState === state.timeWait) return this.#expire(at, connectionState);
    if (connectionState === state.synReceived) return this.#repeatSynAck(at, host);
    const endpoint = this.endpoints.get(at);
    const inFlight = seqDistance(words[at + field.sendUnacknowledged]!, words[at + field.sendNext]!);
    const waits = endpoint !== undefined && endpoint.sendBuffer.length > 0;
    if (inFlight === 0 && !waits) return this.#checkIdle(at);
    if (++words[at + field.retries]! > DATA_RETRIES) return this.close(at, 'timeout');
    if (inFlight === 0 && words[at + field.sendWindow]! < PROBE_BYTES) return this.#probeWindow(at, host);
    this.#retransmit(at, endpoint, inFlight);
  }

  #expire(at: number, connectionState: number): void {
    if (connectionState !== state.timeWait) return this.close(at, 'reset');
    this.close(at, 'done');
  }

  #repeatSynAck(at: number, host: StackHost): void {
    const { words } = this.table;
    const retries = ++words[at + field.retries]!;
    if (retries > SYN_ACK_RETRIES) return this.forget(at);
    this.segments.sendSynAck(at, host.behavior, this.#components.clock.nowSeconds());
    const elapsedMs = FIRST_RTO_MS * (2 ** retries - 1);
    const waitMs = retries < SYN_ACK_RETRIES ? FIRST_RTO_MS * 2 ** retries : HALF_OPEN_MS - elapsedMs;
    this.#wheel.start(at, this.nowMs() + waitMs);
  }

  #checkIdle(at: number): void {
    const { words } = this.table;
    // Seconds of 32 bits: a difference is right beyond 2038, too.
    const quietSeconds = ((this.#components.clock.nowSeconds() | 0) - words[at + field.lastSeen]!) | 0;
    const quietMs = quietSeconds * 1000;
    const allowedMs = this.#quietMs(at);
    if (quietMs >= allowedMs) this.close(at, 'timeout');
    else this.#wheel.start(at, this.nowMs() + allowedMs - quietMs);
  }

  /** RFC 9293 3.8.6.1: one octet beyond a closed window, so that its opening is heard of. */
  #probeWindow(at: number, host: StackHost): void {
    const endpoint = this.endpoints.get(at);
    if (endpoint !== undefined) endpoint.congestion.rtoMs = Math.min(60_000, endpoint.congestion.rtoMs * 2);
    this.#send(at, host, { flags: tcpFlag.ACK, length: PROBE_BYTES });
    // The probe is not in flight: the window was closed, and only its answer counts.
    this.table.words[at + field.sendNext] = this.table.words[at + field.sendUnacknowledged]!;
    this.#startTimer(at);
  }

  /** RFC 6298 5.4: everything from the oldest octet on is sent again as the window grows. */
  #retransmit(at: number, endpoint: Endpoint | undefined, inFlight: number): void {
    const { words } = this.table;
    if (endpoint !== undefined) {
      endpoint.congestion.onTimeout(inFlight);
      if (endpoint.hasScoreboard) endpoint.scoreboard.clear();
      endpoint.timedSequence = null;
    }
    this.rewind(at);
    this.changed(at);
    // The device may have been full: then nothing was sent and nothing else would start the timer.
    if (!this.#wheel.isRunning(at) && words[at + field.state] !== state.free) this.#startTimer(at);
  }

  /** Puts SND.NXT back to the oldest octet that is not acknowledged. */
  rewind(at: number): void {
    const { words } = this.table;
    words[at + field.sendNext] = words[at + field.sendUnacknowledged]!;
    words[at + field.flags]! &= ~flag.finSent;
  }

  /** Sends the oldest segment again (RFC 5681 3.2: fast retransmit). */
  retransmitOldest(at: number, host: StackHost): void {
    const endpoint = this.endpoints.get(at);
    if (endpoint === undefined) return;
    this.#sendAgain(at, host, endpoint, { offset: 0, length: this.#segmentBytes(at) });
  }

  /** RFC 6675 5 (C): as long as there is room on the way, what the scoreboard calls lost is sent again. */
  #retransmitLost(at: number, host: StackHost, endpoint: Endpoint): void {
    const { words } = this.table;
    const { congestion, scoreboard } = endpoint;
    const mss = this.#segmentBytes(at);
    const inFlight = seqDistance(words[at + field.sendUnacknowledged]!, words[at + field.sendNext]!);
    while (congestion.windowBytes - scoreboard.pipe(inFlight, mss) >= mss) {
      const hole = scoreboard.nextHole(mss);
      if (hole === null || !this.#sendAgain(at, host, endpoint, hole)) return;
    }
  }

  /** Sends octets again, with SND.NXT where it was; false when nothing went out. */
  #sendAgain(at: number, host: StackHost, endpoint: Endpoint, hole: Hole): boolean {
    const { words } = this.table;
    const length = Math.min(hole.length, endpoint.sendBuffer.length - hole.offset);
    if (length <= 0) return false;
    const next = words[at + field.sendNext]!;
    words[at + field.sendNext] = seqAdd(words[at + field.sendUnacknowledged]!, hole.offset);
    // Karn's rule: what was sent twice measures nothing.
    endpoint.timedSequence = null;
    const isSent = this.#send(at, host, { flags: tcpFlag.ACK, length });
    endpoint.timedSequence = null;
    words[at + field.sendNext] = next;
    if (isSent) endpoint.scoreboard.repeated(hole.offset + length);
    return isSent;
  }

  #hostOf(at: number): StackHost | null {
    const { words } = this.table;
    const [local, remote] = [words[at + field.localAddress]! >>> 0, words[at + field.remoteAddress]! >>> 0];
    return this.#components.hosts.find(local, remote, ipProtocol.tcp);
  }

  /** Frees a connection without a word: a half-open one, or one that was reported as closed. */
  forget(at: number): void {
    if (this.table.words[at + field.state] === state.synReceived) this.#halfOpen.remove(at);
    this.#wheel.stop(at);
    this.table.remove(at);
  }

  /** Since the stack began. */
  nowMs(): number {
    return (this.#components.clock.nowSeconds() - this.#epochSeconds) * 1000;
  }
}

/** Returns the word that keeps both shifts: what the remote side scales by, and what we scale by. */
export function scalesOf(remoteScale: number, ownScale: number): number {
  // RFC 7323 2.3: a shift beyond 14 is taken for 14.
  return remoteScale < 0 || ownScale < 0 ? NO_SCALE << 16 : (Math.min(remoteScale, 14) << 16) | ownScale;
}
