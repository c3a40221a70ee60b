/** What goes out: data as far as windows allow, FIN, acknowledgments, and what is sent again (RFC 5681, RFC 6675). */
import { ipv4, seqAdd, seqDistance, tcp } from '@wormwood/wire';
import type { StackHost } from '../../host.ts';
import type { ConnectionStore } from './connection-store.ts';
import { field, flag, state } from './connection-table.ts';
import type { Endpoint } from './endpoint.ts';
import type { HeldRange } from './receive-queue.ts';
import type { Hole } from './scoreboard.ts';
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
    if (endpoint !== undefined) this.#transmitData(at, host, endpoint);
    this.#transmitFin(at, host, endpoint);
    if (this.#store.hasFlag(at, flag.ackOwed)) this.#send(at, host, { flags: tcp.flag.ACK, length: 0 });
    if (endpoint?.wantsRoom === true && endpoint.sendBuffer.room > 0 && !endpoint.isDead) {
      endpoint.wantsRoom = false;
      endpoint.service?.writable();
    }
  }

  #transmitData(at: number, host: StackHost, endpoint: Endpoint, isForced = false): void {
    const { words } = this.#store.table;
    const { congestion } = endpoint;
    const isRepairing = congestion.inRecovery && congestion.usesSack;
    if (isRepairing) this.#retransmitLost(at, host, endpoint);
    for (;;) {
      const inFlight = this.#store.inFlight(at);
      const unsent = endpoint.sendBuffer.length - inFlight;
      if (unsent <= 0) return;
      const onTheWay = isRepairing ? endpoint.scoreboard.pipe(inFlight, words[at + field.mss]!) : inFlight;
      const usable = words[at + field.sendWindow]! - inFlight;
      const room = Math.min(usable, congestion.windowBytes + congestion.limitedBytes - onTheWay);
      const segmentBytes = this.#segmentBytes(at, endpoint);
      const length = Math.min(segmentBytes, unsent, room);
      // RFC 9293 3.8.6.2.1: no small segment while the window, not the data, is what makes it small; the timer overrides that.
      if (length <= 0 || (length < unsent && length < segmentBytes && !isForced)) {
        if (inFlight === 0) this.#store.startTimer(at, this.#probeMs(endpoint));
        return;
      }
      const flags = length === unsent ? tcp.flag.ACK | tcp.flag.PSH : tcp.flag.ACK;
      if (!this.#send(at, host, { flags, length }) || isForced) return;
    }
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

  /** Sends the next octets, or none; moves SND.NXT and starts the timer when something must be acknowledged. */
  #send(
    at: number,
    host: StackHost,
    { flags, length }: { readonly flags: number; readonly length: number },
  ): boolean {
    const { words } = this.#store.table;
    const endpoint = this.#store.endpoints.get(at);
    const next = words[at + field.sendNext]!;
    const offset = this.#store.inFlight(at);
    const payload =
      length > 0 && endpoint !== undefined ? { from: endpoint.sendBuffer, offset, length } : null;
    const window = this.#offer(at, host, endpoint);
    const held =
      endpoint !== undefined && this.#tellsHeld(at, endpoint)
        ? endpoint.receiveQueue.takeRanges(this.#sackBlocks(at))
        : NONE_HELD;
    const now = this.#store.nowSeconds();
    if (
      !this.#store.segments.send(
        at,
        host.behavior,
        { flags, sequenceNumber: next, window, payload, held },
        now,
      )
    )
      return false;
    this.#store.clearFlag(at, flag.ackOwed);
    const advance = length + ((flags & tcp.flag.FIN) !== 0 ? 1 : 0);
    if (advance === 0) return true;
    words[at + field.sendNext] = seqAdd(next, advance);
    if (endpoint !== undefined) {
      const isNew = seqDistance(endpoint.sendMax, seqAdd(next, advance));
      if (isNew > 0) {
        words[at + field.sentBytes]! += Math.min(length, isNew);
        endpoint.sendMax = seqAdd(next, advance) | 0;
        if (endpoint.timedSequence === null && words[at + field.retries] === 0) {
          endpoint.timedSequence = seqAdd(next, advance);
          endpoint.timedAtMs = Math.round(this.#store.nowMs());
        }
      }
    }
    if (offset === 0) this.#store.startRetransmissionTimer(at);
    return true;
  }

  /**
   * The window that we tell: as much as there is room for, in steps that its scale allows, never less far than was told before
   * (RFC 9293 3.8.6), and no further while it would grow by less than a segment (3.8.6.2.2).
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
    const step = Math.min(words[at + field.mss]!, host.behavior.tcp.windowBytes >>> 1);
    let told = room - known < step ? known : room;
    told = scale === 0 ? told : ((told + (told === known ? (1 << scale) - 1 : 0)) >>> scale) << scale;
    endpoint.offeredEdge = seqAdd(next, told) | 0;
    return told >>> scale;
  }

  /**
   * Octets that a segment carries: what the remote side takes and the path can carry now, less what the options of a segment take
   * (RFC 6691), and no more than half of the largest window (RFC 9293 3.8.6.2.1), so that it need not wait for all of it.
   */
  #segmentBytes(at: number, endpoint: Endpoint): number {
    const { words } = this.#store.table;
    const packetBytes = Math.min(words[at + field.mss]! + HEADERS_LENGTH, this.#store.mtuOf(at));
    let options = this.#store.hasFlag(at, flag.timestamps) ? TIMESTAMPS_LENGTH : 0;
    if (this.#tellsHeld(at, endpoint)) options += 4 + 8 * this.#sackBlocks(at);
    const { maxWindow } = endpoint;
    const half = maxWindow > WHOLE_WINDOW_BYTES_MAX ? maxWindow >>> 1 : maxWindow;
    const bounded = half === 0 ? packetBytes : Math.max(half, SEGMENT_BYTES_MIN - options);
    return Math.max(1, Math.min(packetBytes - HEADERS_LENGTH - options, bounded));
  }

  /** Blocks that find room beside the other options. */
  #sackBlocks(at: number): number {
    return this.#store.hasFlag(at, flag.timestamps) ? SACK_BLOCKS_MAX - 1 : SACK_BLOCKS_MAX;
  }

  /** Whether segments tell what is held beyond a gap (RFC 2018): not where such options leave hardly any room. */
  #tellsHeld(at: number, endpoint: Endpoint): boolean {
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
    const { words } = this.#store.table;
    const endpoint = this.#store.endpoints.get(at);
    if (endpoint === undefined) return;
    endpoint.probes++;
    const next = words[at + field.sendNext]!;
    words[at + field.sendNext] = seqAdd(words[at + field.sendUnacknowledged]!, -1);
    this.#send(at, host, { flags: tcp.flag.ACK, length: 0 });
    words[at + field.sendNext] = next;
    this.#store.startTimer(at, this.#probeMs(endpoint));
  }

  /** Puts SND.NXT back to the oldest octet that is not acknowledged. */
  rewind(at: number): void {
    const { words } = this.#store.table;
    words[at + field.sendNext] = words[at + field.sendUnacknowledged]!;
  }

  /** Sends the oldest segment again (RFC 5681 3.2: fast retransmit). */
  retransmitOldest(at: number, host: StackHost): void {
    const endpoint = this.#store.endpoints.get(at);
    if (endpoint === undefined) return;
    this.#sendAgain(at, host, endpoint, { offset: 0, length: this.#segmentBytes(at, endpoint) });
  }

  /** RFC 6675 5 (C): as long as there is room on the way, what the scoreboard calls lost is sent again. */
  #retransmitLost(at: number, host: StackHost, endpoint: Endpoint): void {
    const { congestion, scoreboard } = endpoint;
    const mss = this.#segmentBytes(at, endpoint);
    const inFlight = this.#store.inFlight(at);
    while (congestion.windowBytes - scoreboard.pipe(inFlight, mss) >= mss) {
      const hole = scoreboard.nextHole(mss);
      if (hole === null || !this.#sendAgain(at, host, endpoint, hole)) return;
    }
  }

  /** Sends octets again, with SND.NXT where it was; false when nothing went out. */
  #sendAgain(at: number, host: StackHost, endpoint: Endpoint, hole: Hole): boolean {
    const { words } = this.#store.table;
    const length = Math.min(hole.length, endpoint.sendBuffer.length - hole.offset);
    if (length <= 0) return false;
    const next = words[at + field.sendNext]!;
    words[at + field.sendNext] = seqAdd(words[at + field.sendUnacknowledged]!, hole.offset);
    // Karn's rule: what was sent twice measures nothing.
    endpoint.timedSequence = null;
    const isSent = this.#send(at, host, { flags: tcp.flag.ACK, length });
    endpoint.timedSequence = null;
    words[at + field.sendNext] = next;
    if (isSent) endpoint.scoreboard.repeated(hole.offset + length);
    return isSent;
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
