/** What goes out: data as far as windows allow, FIN, acknowledgments, and what is sent again. */
import { ipv4, seqAdd, seqDistance, tcp } from '@wormwood/wire';
import type { StackHost } from '../../host.ts';
import type { ConnectionStore } from './connection-store.ts';
import { field, flag, state } from './connection-table.ts';
import type { Endpoint } from './endpoint.ts';
import type { HeldRange } from './receive-queue.ts';
import type { Flight, Hole } from './flight.ts';
import { isTarpit } from './tarpit.ts';

/** IPv4 and TCP headers without options. */
const HEADERS_LENGTH = ipv4.HEADER_LENGTH + tcp.HEADER_LENGTH;
/** Options of a segment, with what fills them up to words: timestamps, and as many SACK blocks as fit beside them. */
const TIMESTAMPS_LENGTH = 12;
const SACK_BLOCKS_MAX = 4;
const SACK_LENGTH_MAX = 4 + 8 * (SACK_BLOCKS_MAX - 1);
/** The smallest MTU at which a segment with all options carries half of what it could. */
const SACK_MTU_MIN = HEADERS_LENGTH + 2 * (TIMESTAMPS_LENGTH + SACK_LENGTH_MAX);
/** RFC 9293 3.8.6.1: twice as long from probe to probe, as Linux does, up to a minute. */
const PROBE_MS_MAX = 60_000;
/** Half of a window is enough for a segment (RFC 9293 3.8.6.2.1) unless all of it is no more than a small one. */
const WHOLE_WINDOW_BYTES_MAX = 536;
/** The smallest packet that every link carries (RFC 791), less the IP header and ours. */
const SEGMENT_BYTES_MIN = 68 - tcp.HEADER_LENGTH;
const NONE_HELD: readonly HeldRange[] = [];

export class Sender {
  readonly #store: ConnectionStore;

  constructor(store: ConnectionStore) {
    this.#store = store;
  }

  /** Sends what a connection has to send, and says to its service that there is room again. */
  transmit(at: number, host: StackHost): void {
    const endpoint = this.#store.endpoints.get(at);
    const before = this.#store.inFlight(at);
    if (endpoint !== undefined) this.#transmitData(at, host, endpoint);
    this.#transmitFin(at, host, endpoint);
    this.#startTimer(at, endpoint, before);
    if (this.#store.hasFlag(at, flag.ackOwed)) this.acknowledge(at, host);
    if (endpoint?.wantsRoom === true && endpoint.sendBuffer.room > 0 && !endpoint.isDead) {
      endpoint.wantsRoom = false;
      endpoint.service?.writable();
    }
  }

  /** RFC 6298 5.1 and RFC 8985 7.2: the timer starts with the first octets in flight, and that of a probe with any. */
  #startTimer(at: number, endpoint: Endpoint | undefined, before: number): void {
    const inFlight = this.#store.inFlight(at);
    if (inFlight === before) return;
    if (before === 0 || (endpoint !== undefined && this.#store.mayProbe(at, endpoint)))
      this.#store.startRetransmissionTimer(at);
  }

  /** Says how far octets came. */
  acknowledge(at: number, host: StackHost): void {
    this.#send(at, host, { flags: tcp.flag.ACK, length: 0 });
  }

  #transmitData(at: number, host: StackHost, endpoint: Endpoint, isForced = false): void {
    const { words } = this.#store.table;
    const { congestion, flight } = endpoint;
    if (flight !== null && !this.#repeatLost(at, host, endpoint, flight)) return;
    for (;;) {
      const inFlight = this.#store.inFlight(at);
      const unsent = endpoint.sendBuffer.length - inFlight;
      congestion.isUsed = false;
      if (unsent <= 0) return;
      const usable = words[at + field.sendWindow]! - inFlight;
      const left = congestion.windowBytes - (flight === null ? inFlight : flight.pipe);
      const room = Math.min(usable, left);
      const segmentBytes = this.#segmentBytes(at, endpoint);
      const length = Math.min(segmentBytes, unsent, room);
      // RFC 9293 3.8.6.2.1: no small segment while the window, not the data, is what makes it small; the timer overrides that.
      if (length <= 0 || (length < unsent && length < segmentBytes && !isForced)) {
        congestion.isUsed = left <= usable;
        if (inFlight === 0) this.#store.startTimer(at, this.#probeMs(endpoint));
        return;
      }
      if (!this.#sendNew(at, host, length) || isForced) return;
    }
  }

  /** Sends the next octets; false when nothing went out. */
  #sendNew(at: number, host: StackHost, length: number): boolean {
    const unsent = this.#store.endpoints.get(at)!.sendBuffer.length - this.#store.inFlight(at);
    const flags = length === unsent ? tcp.flag.ACK | tcp.flag.PSH : tcp.flag.ACK;
    return this.#send(at, host, { flags, length });
  }

  /** The window is too small for a segment, and was for long: sends what it takes. */
  force(at: number, host: StackHost): void {
    const endpoint = this.#store.endpoints.get(at);
    if (endpoint === undefined) return;
    this.#transmitData(at, host, endpoint, true);
    // The device may have been full: then nothing was sent and nothing else would start the timer.
    if (!this.#store.wheel.isRunning(at)) this.#store.startRetransmissionTimer(at);
  }

  #transmitFin(at: number, host: StackHost, endpoint: Endpoint | undefined): void {
    const { words } = this.#store.table;
    const isQueued = endpoint?.isEnding === true || this.#store.hasFlag(at, flag.finQueued);
    if (!isQueued) return;
    // What is in flight beyond the data is the FIN.
    if (this.#store.inFlight(at) !== (endpoint?.sendBuffer.length ?? 0) || this.#isFinAcknowledged(at))
      return;
    if (!this.#send(at, host, { flags: tcp.flag.FIN | tcp.flag.ACK, length: 0 })) return;
    this.#store.setFlag(at, flag.finSent);
    if (words[at + field.state] === state.established) words[at + field.state] = state.finWait1;
    else if (words[at + field.state] === state.closeWait) words[at + field.state] = state.lastAck;
  }

  #isFinAcknowledged(at: number): boolean {
    const current = this.#store.stateOf(at);
    return current === state.finWait2 || current === state.timeWait;
  }

  /** Sends the next octets, or none, and moves SND.NXT; false when nothing went out. */
  #send(
    at: number,
    host: StackHost,
    { flags, length }: { readonly flags: number; readonly length: number },
  ): boolean {
    const { words } = this.#store.table;
    const offset = this.#store.inFlight(at);
    if (!this.#emit(at, host, { flags, offset, length })) return false;
    const advance = length + ((flags & tcp.flag.FIN) !== 0 ? 1 : 0);
    if (advance === 0) return true;
    const next = seqAdd(words[at + field.sendNext]!, advance);
    words[at + field.sendNext] = next;
    words[at + field.sentBytes]! += length;
    const endpoint = this.#store.endpoints.get(at);
    if (endpoint === undefined) return true;
    endpoint.recovery?.sent(advance, this.#store.nowMs());
    if (endpoint.timedSequence === null && endpoint.flight === null) {
      endpoint.timedSequence = next;
      endpoint.timedAtMs = Math.round(this.#store.nowMs());
    }
    return true;
  }

  /** Writes a segment that begins `offset` octets behind SND.UNA; false when the device has no room. */
  #emit(
    at: number,
    host: StackHost,
    { flags, offset, length }: { readonly flags: number; readonly offset: number; readonly length: number },
  ): boolean {
    const endpoint = this.#store.endpoints.get(at);
    const payload =
      length > 0 && endpoint !== undefined ? { from: endpoint.sendBuffer, offset, length } : null;
    const held =
      endpoint !== undefined && this.#reportsHeld(at, endpoint)
        ? endpoint.receiveQueue.takeRanges(this.#sackBlocks(at))
        : NONE_HELD;
    const segment = {
      flags,
      sequenceNumber: seqAdd(this.#store.table.words[at + field.sendUnacknowledged]!, offset),
      window: this.#offer(at, host, endpoint),
      payload,
      held,
    };
    if (!this.#store.segments.send(at, host.behavior, segment, this.#store.nowSeconds())) return false;
    this.#store.clearFlag(at, flag.ackOwed);
    return true;
  }

  /**
   * The window that we offer: as much as there is room for, in steps that its scale allows, never less far than before (RFC 9293
   * 3.8.6), and no further while it would grow by less than a segment (3.8.6.2.2).
   */
  #offer(at: number, host: StackHost, endpoint: Endpoint | undefined): number {
    const { words } = this.#store.table;
    const scale = words[at + field.scales]! & 0xff;
    const room = this.#store.receiveWindow(at, host);
    // The window of a tarpit has a right edge of its own.
    if (endpoint === undefined || endpoint.service === null || isTarpit(this.#store.table, at))
      return room >>> scale;
    const next = words[at + field.receiveNext]!;
    const known = endpoint.offeredEdge === null ? 0 : Math.max(0, seqDistance(next, endpoint.offeredEdge));
    const step = Math.min(this.#store.mssOf(at), host.behavior.tcp.windowBytes >>> 1);
    const isFurther = room - known >= step;
    const offered = isFurther ? (room >>> scale) << scale : known;
    endpoint.offeredEdge = seqAdd(next, offered) | 0;
    // Rounded up, but not for good: else segments of odd sizes would move the edge beyond all room.
    return (offered + (1 << scale) - 1) >>> scale;
  }

  /**
   * Octets that a segment carries: what the remote side takes and the path can carry now, less what the options of a segment take
   * (RFC 6691), and no more than half of the largest window (RFC 9293 3.8.6.2.1), so that it need not wait for all of it.
   */
  #segmentBytes(at: number, endpoint: Endpoint): number {
    const packetBytes = Math.min(this.#store.mssOf(at) + HEADERS_LENGTH, this.#store.mtuOf(at));
    let options = this.#store.hasFlag(at, flag.timestamps) ? TIMESTAMPS_LENGTH : 0;
    if (this.#reportsHeld(at, endpoint)) options += 4 + 8 * this.#sackBlocks(at);
    const { maxWindow } = endpoint;
    const half = maxWindow > WHOLE_WINDOW_BYTES_MAX ? maxWindow >>> 1 : maxWindow;
    const bounded = half === 0 ? packetBytes : Math.max(half, SEGMENT_BYTES_MIN - options);
    return Math.max(1, Math.min(packetBytes - HEADERS_LENGTH - options, bounded));
  }

  /** Blocks that find room beside the other options. */
  #sackBlocks(at: number): number {
    return this.#store.hasFlag(at, flag.timestamps) ? SACK_BLOCKS_MAX - 1 : SACK_BLOCKS_MAX;
  }

  /** Whether segments report what is held beyond a gap (RFC 2018): not where such options leave hardly any room. */
  #reportsHeld(at: number, endpoint: Endpoint): boolean {
    if (!endpoint.holdsEarly || !this.#store.hasFlag(at, flag.sack)) return false;
    return this.#store.components.output.mtuBytes >= SACK_MTU_MIN;
  }

  /** How long the next window probe is waited for (RFC 9293 3.8.6.1). */
  #probeMs({ congestion, probes }: Endpoint): number {
    return Math.min(PROBE_MS_MAX, congestion.rtoMs * 2 ** probes);
  }

  /**
   * RFC 9293 3.8.6.1: asks whether a closed window has opened, with a segment that repeats an octet's number and carries none, as
   * Linux does: whoever gets it says where it is.
   */
  probeWindow(at: number, host: StackHost): void {
    const endpoint = this.#store.endpoints.get(at);
    if (endpoint === undefined) return;
    endpoint.probes++;
    this.#emit(at, host, { flags: tcp.flag.ACK, offset: -1, length: 0 });
    this.#store.startTimer(at, this.#probeMs(endpoint));
  }

  /** Sends the FIN of a connection that has no octets again. */
  repeatFin(at: number, host: StackHost): void {
    this.#emit(at, host, { flags: tcp.flag.FIN | tcp.flag.ACK, offset: 0, length: 0 });
  }

  /** RFC 8985 7.3: no acknowledgment came for the tail of what is in flight; new octets, or the last ones again, ask for one. */
  probeTail(at: number, host: StackHost, endpoint: Endpoint): void {
    const { words } = this.#store.table;
    const recovery = endpoint.recover();
    const inFlight = this.#store.inFlight(at);
    recovery.watch(inFlight, this.#store.nowMs());
    const segmentBytes = this.#segmentBytes(at, endpoint);
    const unsent = endpoint.sendBuffer.length - inFlight;
    const length = Math.min(segmentBytes, unsent, words[at + field.sendWindow]! - inFlight);
    const isNew =
      length > 0 && (length === segmentBytes || length === unsent) && this.#sendNew(at, host, length);
    if (!isNew) {
      const repeated = Math.min(segmentBytes, inFlight);
      this.#repeat(at, host, endpoint, { offset: inFlight - repeated, length: repeated });
    }
    recovery.probed(words[at + field.sendNext]!, !isNew);
    this.#store.startRetransmissionTimer(at);
    endpoint.settle();
  }

  /** Sends what is lost again, as long as there is room on the way; true when nothing of it is left. */
  #repeatLost(at: number, host: StackHost, endpoint: Endpoint, flight: Flight): boolean {
    const segmentBytes = this.#segmentBytes(at, endpoint);
    const window = this.#store.table.words[at + field.sendWindow]!;
    for (;;) {
      const hole = flight.nextLost(segmentBytes);
      if (hole === null) return true;
      // What is beyond a window that shrank would be dropped; its first octets probe it (RFC 9293 3.8.6.1).
      if (hole.offset > 0 && hole.offset + hole.length > window) return false;
      if (flight.pipe > 0 && endpoint.congestion.windowBytes - flight.pipe < hole.length) return false;
      if (!this.#repeat(at, host, endpoint, hole)) return false;
    }
  }

  /** Sends octets again, and the FIN behind them; false when nothing went out. */
  #repeat(at: number, host: StackHost, endpoint: Endpoint, hole: Hole): boolean {
    const data = Math.min(hole.length, endpoint.sendBuffer.length - hole.offset);
    const isLast = hole.offset + hole.length >= endpoint.sendBuffer.length;
    const push = isLast && data > 0 ? tcp.flag.PSH : 0;
    const flags = tcp.flag.ACK | push | (data < hole.length ? tcp.flag.FIN : 0);
    // Karn's rule: what was sent twice measures nothing.
    endpoint.timedSequence = null;
    if (!this.#emit(at, host, { flags, offset: hole.offset, length: Math.max(0, data) })) return false;
    endpoint.recovery?.repeated(hole, this.#store.nowMs());
    if (hole.offset === 0) this.#store.startRetransmissionTimer(at);
    return true;
  }

  /** Sends a reset that ends the connection on the other side. */
  reset(at: number, host: StackHost): void {
    this.#send(at, host, { flags: tcp.flag.RST | tcp.flag.ACK, length: 0 });
  }

  /**
   * Says where we are on behalf of a connection that is not yet, or not any more: nothing is kept for its segments, so they are
   * made as resets are.
   */
  sayWhereWeAre(at: number, host: StackHost): void {
    const segment = {
      flags: tcp.flag.ACK,
      sequenceNumber: this.#store.table.words[at + field.sendNext]!,
      window: this.#offer(at, host, undefined),
      payload: null,
      held: NONE_HELD,
      kind: 'reset',
    } as const;
    this.#store.segments.send(at, host.behavior, segment, this.#store.nowSeconds());
  }
}
