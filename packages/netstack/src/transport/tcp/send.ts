/** What goes out: data as far as windows allow, FIN, acknowledgments, and what is sent again (RFC 5681, RFC 6675). */
import { ipv4, seqAdd, tcp } from '@wormwood/wire';
import type { StackHost } from '../../host.ts';
import type { ConnectionStore } from './connection-store.ts';
import { field, flag, state } from './connection-table.ts';
import type { Endpoint } from './endpoint.ts';
import type { Hole } from './scoreboard.ts';

const PROBE_BYTES = 1;
/** IPv4 and TCP headers without options. */
const HEADERS_LENGTH = ipv4.HEADER_LENGTH + tcp.HEADER_LENGTH;
/** Options of a segment, with what fills them up to words: timestamps, and as many SACK blocks as fit beside them. */
const TIMESTAMPS_LENGTH = 12;
const SACK_BLOCKS_MAX = 3;
const SACK_LENGTH_MAX = 4 + 8 * SACK_BLOCKS_MAX;
/** The smallest MTU at which a segment with all options carries half of what it could. */
const SACK_MTU_MIN = HEADERS_LENGTH + 2 * (TIMESTAMPS_LENGTH + SACK_LENGTH_MAX);

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

  #transmitData(at: number, host: StackHost, endpoint: Endpoint): void {
    const { words } = this.#store.table;
    const { congestion } = endpoint;
    const isRepairing = congestion.inRecovery && congestion.usesSack;
    if (isRepairing) this.#retransmitLost(at, host, endpoint);
    for (;;) {
      const inFlight = this.#store.inFlight(at);
      const unsent = endpoint.sendBuffer.length - inFlight;
      if (unsent <= 0) return;
      const onTheWay = isRepairing ? endpoint.scoreboard.pipe(inFlight, this.#segmentBytes(at)) : inFlight;
      const room = Math.min(words[at + field.sendWindow]! - inFlight, congestion.windowBytes - onTheWay);
      const length = Math.min(this.#segmentBytes(at), unsent, room);
      // RFC 1122 4.2.3.4: no small segment while the window, not the data, is what makes it small.
      if (length <= 0 || (length < unsent && length < this.#segmentBytes(at) && inFlight > 0)) {
        if (inFlight === 0) this.#store.startRetransmissionTimer(at);
        return;
      }
      const flags = length === unsent ? tcp.flag.ACK | tcp.flag.PSH : tcp.flag.ACK;
      if (!this.#send(at, host, { flags, length })) return;
    }
  }

  #transmitFin(at: number, host: StackHost, endpoint: Endpoint | undefined): void {
    const { words } = this.#store.table;
    const isQueued = endpoint?.isEnding === true || this.#store.hasFlag(at, flag.finQueued);
    if (!isQueued || this.#store.hasFlag(at, flag.finSent)) return;
    const inFlight = this.#store.inFlight(at);
    if (endpoint !== undefined && endpoint.sendBuffer.length > inFlight) return;
    if (!this.#send(at, host, { flags: tcp.flag.FIN | tcp.flag.ACK, length: 0 })) return;
    this.#store.setFlag(at, flag.finSent);
    if (words[at + field.state] === state.established) words[at + field.state] = state.finWait1;
    else if (words[at + field.state] === state.closeWait) words[at + field.state] = state.lastAck;
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
    const window = this.#store.receiveWindow(at, host) >>> (words[at + field.scales]! & 0xff);
    const held =
      endpoint !== undefined && this.#tellsHeld(at) ? endpoint.receiveQueue.ranges(SACK_BLOCKS_MAX) : [];
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
    words[at + field.sentBytes]! += length;
    if (endpoint !== undefined && endpoint.timedSequence === null && words[at + field.retries] === 0) {
      endpoint.timedSequence = seqAdd(next, advance);
      endpoint.timedAtMs = Math.round(this.#store.nowMs());
    }
    if (offset === 0) this.#store.startRetransmissionTimer(at);
    return true;
  }

  /**
   * Octets that a segment carries: what the remote side takes and the device can send now, less what the options of a segment
   * take (RFC 6691).
   */
  #segmentBytes(at: number): number {
    const { words } = this.#store.table;
    const packetBytes = Math.min(
      words[at + field.mss]! + HEADERS_LENGTH,
      this.#store.components.output.mtuBytes,
    );
    let options = this.#store.hasFlag(at, flag.timestamps) ? TIMESTAMPS_LENGTH : 0;
    if (this.#tellsHeld(at)) options += SACK_LENGTH_MAX;
    return Math.max(1, packetBytes - HEADERS_LENGTH - options);
  }

  /** Whether segments tell what is held beyond a gap (RFC 2018): not where such options leave hardly any room. */
  #tellsHeld(at: number): boolean {
    if (!this.#store.hasFlag(at, flag.sack)) return false;
    if (this.#store.components.output.mtuBytes < SACK_MTU_MIN) return false;
    return (this.#store.endpoints.get(at)?.earlyBytes ?? 0) > 0;
  }

  /** RFC 9293 3.8.6.1: one octet beyond a closed window, so that its opening is heard of. */
  probeWindow(at: number, host: StackHost): void {
    const endpoint = this.#store.endpoints.get(at);
    if (endpoint !== undefined) endpoint.congestion.rtoMs = Math.min(60_000, endpoint.congestion.rtoMs * 2);
    this.#send(at, host, { flags: tcp.flag.ACK, length: PROBE_BYTES });
    // The probe is not in flight: the window was closed, and only its answer counts.
    this.#store.table.words[at + field.sendNext] = this.#store.table.words[at + field.sendUnacknowledged]!;
    this.#store.startRetransmissionTimer(at);
  }

  /** Puts SND.NXT back to the oldest octet that is not acknowledged. */
  rewind(at: number): void {
    const { words } = this.#store.table;
    words[at + field.sendNext] = words[at + field.sendUnacknowledged]!;
    this.#store.clearFlag(at, flag.finSent);
  }

  /** Sends the oldest segment again (RFC 5681 3.2: fast retransmit). */
  retransmitOldest(at: number, host: StackHost): void {
    const endpoint = this.#store.endpoints.get(at);
    if (endpoint === undefined) return;
    this.#sendAgain(at, host, endpoint, { offset: 0, length: this.#segmentBytes(at) });
  }

  /** RFC 6675 5 (C): as long as there is room on the way, what the scoreboard calls lost is sent again. */
  #retransmitLost(at: number, host: StackHost, endpoint: Endpoint): void {
    const { congestion, scoreboard } = endpoint;
    const mss = this.#segmentBytes(at);
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
    const segment = {
      flags: tcp.flag.RST | tcp.flag.ACK,
      sequenceNumber: this.#store.table.words[at + field.sendNext]!,
      window: 0,
      payload: null,
      held: [],
    };
    this.#store.segments.send(at, host.behavior, segment, this.#store.nowSeconds());
  }
}
