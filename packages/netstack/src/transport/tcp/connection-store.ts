/**
 * What all parts of TCP work on: the table, the endpoints, the timers and the clock, and what the words of a connection say.
 */
import type { Clock, RandomStreams } from '@wormwood/base';
import { ipProtocol, ipv4, seqDistance } from '@wormwood/wire';
import type { Flow } from '../../behavior.ts';
import type { HostDirectory, StackHost } from '../../host.ts';
import type { AddressNames } from '../../network/address-names.ts';
import type { IpOutput } from '../../network/ip-output.ts';
import type { PacketContext } from '../../network/packet-context.ts';
import { isFromSameSource, type SourceProver } from '../../network/source-prover.ts';
import type { StackObserver } from '../../observer.ts';
import { timeoutAfter } from './congestion.ts';
import { ConnectionTable, field, flag, NO_ROUND_TRIP, state } from './connection-table.ts';
import type { Endpoint } from './endpoint.ts';
import { EndpointList } from './endpoint-list.ts';
import { MemoryClaims } from './memory-claims.ts';
import { NO_SCALE, SegmentOutput } from './segment-output.ts';
import { isTarpit, tarpitWindow } from './tarpit.ts';
import { TimerWheel } from './timer-wheel.ts';

export interface TcpComponents {
  readonly output: IpOutput;
  readonly names: AddressNames;
  readonly observer: StackObserver;
  readonly clock: Clock;
  readonly hosts: HostDirectory;
  readonly streams: RandomStreams;
  readonly sources: SourceProver;
}

export interface TcpLimits {
  /** Connections past their handshake; beyond, one is evicted as when memory is short. @default 1048576 */
  readonly connections?: number;
  /** Handshakes that wait for their last segment; the oldest is evicted, so a flood costs constant memory. @default 65536 */
  readonly halfOpen?: number;
  /** Seconds without a segment after which a connection is forgotten. @default 300 */
  readonly idleSeconds?: number;
}

/** What a connection takes in the tables: its place, its bucket, and its share of the row of its source; about. */
export const FLOW_BYTES = 192;

/** RFC 6298 2.1; doubled with each retry. */
export const FIRST_RTO_MS = 1000;
/** 2 MSL of RFC 9293 3.4.2, with the MSL of 30 s that Linux takes. */
export const TIME_WAIT_SECONDS = 60;

const MICROSECOND_MS = 0.001;
/** Connections beyond the limit that one batch of frames may establish before others have given way. */
const BATCH_MAX = 4096;

export class ConnectionStore {
  readonly components: TcpComponents;
  readonly limits: Required<TcpLimits>;
  readonly table: ConnectionTable;
  readonly endpoints: EndpointList = new EndpointList();
  readonly segments: SegmentOutput;
  readonly wheel: TimerWheel;
  /** What connections past their handshake hold, and which of them is evicted. */
  readonly claims: MemoryClaims;
  readonly #epochSeconds: number;

  /** `memoryBytes`: what all connections may take, half-open ones included. */
  constructor(components: TcpComponents, memoryBytes: number, limits: TcpLimits) {
    this.components = components;
    this.limits = { connections: 1 << 20, halfOpen: 1 << 16, idleSeconds: 300, ...limits };
    const stream = components.streams.stream('netstack/tcp');
    const { connections, halfOpen } = this.limits;
    this.table = new ConnectionTable(connections + halfOpen + BATCH_MAX, stream.nextUint32());
    // Half-open connections can be forged: they have their share, and take nothing of the others'.
    const bytes = Math.max(memoryBytes / 2, memoryBytes - halfOpen * FLOW_BYTES);
    this.claims = new MemoryClaims(this.table, { bytes, connections }, stream.nextUint32(), components.names);
    this.segments = new SegmentOutput(components.output, this.table);
    this.wheel = new TimerWheel(this.table);
    this.#epochSeconds = components.clock.nowSeconds();
  }

  nowSeconds(): number {
    return this.components.clock.nowSeconds();
  }

  /** Since the stack began. */
  nowMs(): number {
    return (this.nowSeconds() - this.#epochSeconds) * 1000;
  }

  /** When the next timer may be due, in seconds of the clock; infinite when none runs. */
  nextTimerSeconds(): number {
    // A microsecond more: seconds since 1970 have no finer steps, and a clock that stops just before would stand still.
    return (this.wheel.nextMs() + MICROSECOND_MS) / 1000 + this.#epochSeconds;
  }

  /** Starts or moves the timer of a connection. */
  startTimer(at: number, afterMs: number): void {
    this.wheel.start(at, this.nowMs() + afterMs);
  }

  /** Starts or moves the timer for what is in flight: by which it is sent again, or asked about, or called lost. */
  startRetransmissionTimer(at: number): void {
    const endpoint = this.endpoints.get(at);
    if (endpoint === undefined) {
      const roundTripMs = this.roundTripOf(at);
      const first = roundTripMs === NO_ROUND_TRIP ? FIRST_RTO_MS : timeoutAfter(roundTripMs);
      this.startTimer(at, first * 2 ** this.table.words[at + field.retries]!);
      return;
    }
    const { congestion, recovery } = endpoint;
    const waitMs = recovery?.waitMs ?? 0;
    if (waitMs > 0) {
      endpoint.due = 'reorder';
      this.startTimer(at, waitMs);
    } else if (this.mayProbe(at, endpoint)) {
      endpoint.due = 'probe';
      this.startTimer(at, congestion.probeMs(this.inFlight(at) <= this.segmentBytesMax(at)));
    } else {
      endpoint.due = 'repeat';
      this.startTimer(at, congestion.rtoMs);
    }
  }

  /** RFC 8985 7.2: something is in flight, and nothing is known to be wrong with it. */
  mayProbe(at: number, { congestion, recovery }: Endpoint): boolean {
    return (
      congestion.usesSack &&
      this.inFlight(at) > 0 &&
      this.table.words[at + field.retries] === 0 &&
      (recovery === null || recovery.mayProbe)
    );
  }

  /** New octets were acknowledged: the retransmission timer starts anew, or becomes the idle timer. */
  restartTimer(at: number): void {
    this.table.words[at + field.retries] = 0;
    if (this.inFlight(at) > 0) this.startRetransmissionTimer(at);
    else this.startTimer(at, this.quietMs(at));
  }

  /** How long a connection with nothing in flight may stay quiet. */
  quietMs(at: number): number {
    const isClosing = this.stateOf(at) === state.finWait2;
    return (isClosing ? TIME_WAIT_SECONDS : this.limits.idleSeconds) * 1000;
  }

  stateOf(at: number): number {
    return this.table.words[at + field.state]!;
  }

  hasFlag(at: number, bit: number): boolean {
    return (this.table.words[at + field.flags]! & bit) !== 0;
  }

  setFlag(at: number, bit: number): void {
    this.table.words[at + field.flags]! |= bit;
  }

  clearFlag(at: number, bit: number): void {
    this.table.words[at + field.flags]! &= ~bit;
  }

  /** Octets sent and not acknowledged, SYN and FIN included. */
  inFlight(at: number): number {
    const { words } = this.table;
    return seqDistance(words[at + field.sendUnacknowledged]!, words[at + field.sendNext]!);
  }

  /** Octets that we take beyond the next one expected. */
  receiveWindow(at: number, host: StackHost): number {
    const held = this.endpoints.get(at)?.readyBytes ?? 0;
    const room = Math.max(0, host.behavior.tcp.windowBytes - held);
    if (!isTarpit(this.table, at)) return room;
    return Math.min(room, tarpitWindow(this.table, at, this.nowSeconds()));
  }

  /** What the remote side takes by the window of a segment: octets. */
  scaledWindow(at: number, window: number): number {
    const scale = this.table.words[at + field.scales]! >>> 16;
    return scale === NO_SCALE ? window : window << scale;
  }

  flowOf(at: number): Flow {
    const { words } = this.table;
    const ports = words[at + field.ports]!;
    const { names } = this.components;
    return {
      localAddress: names.addressOf(words[at + field.localAddress]! >>> 0),
      localPort: ports & 0xffff,
      remoteAddress: names.addressOf(words[at + field.remoteAddress]! >>> 0),
      remotePort: ports >>> 16,
    };
  }

  /** Whether a segment came from where the SYN of its connection did. */
  isFromSource(packet: PacketContext, at: number): boolean {
    const { table } = this;
    return isFromSameSource(packet, table.bytes, table.linkOffset(at), table.linkLength(at));
  }

  /** Who answers at the local address of a connection; null: nobody any more. */
  hostOf(at: number): StackHost | null {
    const { words } = this.table;
    const { hosts, names } = this.components;
    const local = names.addressOf(words[at + field.localAddress]! >>> 0);
    const remote = names.addressOf(words[at + field.remoteAddress]! >>> 0);
    return hosts.find(local, remote, ipProtocol.tcp);
  }

  /** Keeps how long the handshake took, for a connection that may have nothing else to measure by. */
  keepRoundTrip(at: number, roundTripMs: number): void {
    const { words } = this.table;
    words[at + field.roundTrip] = this.mssOf(at) | (Math.min(roundTripMs, NO_ROUND_TRIP) << 16);
  }

  /** How long the handshake took, milliseconds, or `NO_ROUND_TRIP`. */
  roundTripOf(at: number): number {
    return this.table.words[at + field.roundTrip]! >>> 16;
  }

  /** The largest segment that the remote side takes. */
  mssOf(at: number): number {
    return this.table.words[at + field.mss]! & 0xffff;
  }

  /** Octets of a whole segment, as congestion control counts them: what the remote side takes, less timestamps. */
  segmentBytesMax(at: number): number {
    return Math.max(1, this.mssOf(at) - (this.hasFlag(at, flag.timestamps) ? 12 : 0));
  }

  /**
   * The largest IP packet to the remote side of a connection, as far as is known now; one of IPv6 counted as if its header were
   * as short as that of IPv4, so that the same octets are left for the segment.
   */
  mtuOf(at: number): number {
    const remote = this.table.words[at + field.remoteAddress]! >>> 0;
    return this.components.output.roomTo(remote, this.nowSeconds()) + ipv4.HEADER_LENGTH;
  }
}
