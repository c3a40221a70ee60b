/**
 * What acknowledgments say (RFC 9293 3.10.7.4, fifth check): octets that arrived, octets held beyond a gap, and how much may
 * follow; from which it follows what is lost.
 */
import { readU32, seqDistance, tcp } from '@wormwood/wire';
import type { TcpParts } from './accept.ts';
import type { ConnectionStore } from './connection-store.ts';
import { field, flag, state } from './connection-table.ts';
import type { Connections } from './connections.ts';
import type { Endpoint } from './endpoint.ts';
import type { Flight } from './flight.ts';
import type { IncomingSegment } from './incoming-segment.ts';
import type { Progress } from './recovery.ts';
import { NO_SCALE } from './segment-output.ts';

export class Acknowledger {
  readonly #store: ConnectionStore;
  readonly #connections: Connections;
  readonly #segment: IncomingSegment;

  constructor({ store, connections, segment }: TcpParts) {
    this.#store = store;
    this.#connections = connections;
    this.#segment = segment;
  }

  /** RFC 5961 5.2: an acknowledgment older than the largest window, which nobody could still have on its way, is a guess. */
  isBelievable(at: number): boolean {
    const { words } = this.#store.table;
    const scale = words[at + field.scales]! >>> 16;
    const oldest = 0xffff << (scale === NO_SCALE ? 0 : scale);
    return seqDistance(words[at + field.sendUnacknowledged]!, this.#segment.acknowledgment) >= -oldest;
  }

  /** Whether what is acknowledged was ever sent. */
  sentIt(at: number): boolean {
    return seqDistance(this.#store.table.words[at + field.sendNext]!, this.#segment.acknowledgment) <= 0;
  }

  /** Takes the acknowledgment of the segment at hand. False when the segment says no more. */
  take(at: number): boolean {
    const { words } = this.#store.table;
    const { acknowledgment, payloadLength, sequence, flags } = this.#segment;
    const acknowledged = seqDistance(words[at + field.sendUnacknowledged]!, acknowledgment);
    const endpoint = this.#store.endpoints.get(at);
    const window = this.#store.scaledWindow(at, this.#segment.window);
    const hasFin = (flags & tcp.flag.FIN) !== 0;
    const isBare = payloadLength === 0 && !hasFin && window === words[at + field.sendWindow];
    if (acknowledged > 0) this.#onAcknowledged(at, endpoint, acknowledged);
    else if (acknowledged === 0 && endpoint !== undefined) {
      if (this.#store.inFlight(at) > 0) this.#onRepeated(at, endpoint, isBare);
      else if (this.#mayUndo(endpoint)) this.#recover(at, endpoint, 0);
    }
    if (this.#store.stateOf(at) === state.free) return false;
    if (acknowledged >= 0) this.#updateWindow(at, endpoint, { window, sequence, isNew: acknowledged > 0 });
    return this.#store.stateOf(at) !== state.timeWait || payloadLength > 0 || hasFin;
  }

  /** RFC 9293 3.10.7.4: SND.WND follows the latest segment; a window that shrinks without need is not believed (3.8.6). */
  #updateWindow(
    at: number,
    endpoint: Endpoint | undefined,
    {
      window,
      sequence,
      isNew,
    }: { readonly window: number; readonly sequence: number; readonly isNew: boolean },
  ): void {
    const { words } = this.#store.table;
    const later = seqDistance(words[at + field.windowSequence]!, sequence);
    const known = words[at + field.sendWindow]!;
    if (!isNew && !(later > 0 || (later === 0 && (window > known || window === 0)))) return;
    words[at + field.sendWindow] = window;
    words[at + field.windowSequence] = sequence;
    if (endpoint === undefined) return;
    endpoint.noteWindow(window);
    if (window > known) this.#connections.changed(at);
    // Whoever answers probes is there, however long its window stays closed (RFC 9293 3.8.6.1).
    else if ((window === 0 || this.#store.inFlight(at) === 0) && endpoint.sendBuffer.length > 0)
      words[at + field.retries] = 0;
  }

  #onAcknowledged(at: number, endpoint: Endpoint | undefined, acknowledged: number): void {
    const { words } = this.#store.table;
    const { acknowledgment } = this.#segment;
    const finAcknowledged =
      this.#store.hasFlag(at, flag.finSent) && acknowledged === this.#store.inFlight(at);
    words[at + field.sendUnacknowledged] = acknowledgment;
    if (endpoint !== undefined) {
      const drops = endpoint.sendBuffer.length > 0;
      if (drops) {
        endpoint.sendBuffer.drop(Math.min(acknowledged, endpoint.sendBuffer.length));
        this.#store.claims.progress(at);
      }
      this.#measure(endpoint);
      const { congestion, flight } = endpoint;
      if (flight === null && (!congestion.usesSack || this.#segment.options.sackBlockCount === 0))
        congestion.onAcknowledged(acknowledged);
      else this.#recover(at, endpoint, acknowledged);
      if (drops) endpoint.settle();
    }
    this.#store.restartTimer(at);
    if (finAcknowledged) this.#onFinAcknowledged(at);
    else if (endpoint !== undefined) this.#connections.changed(at);
  }

  /** Nothing new is acknowledged; the segment may report what is held beyond a gap, or be a duplicate (RFC 5681 2). */
  #onRepeated(at: number, endpoint: Endpoint, isBare: boolean): void {
    const { usesSack } = endpoint.congestion;
    if (usesSack ? this.#segment.options.sackBlockCount === 0 : !isBare) return;
    this.#recover(at, endpoint, 0);
    const waitMs = endpoint.recovery?.waitMs ?? 0;
    const isOldestYoung = endpoint.flight?.isOldestYoung(this.#store.nowMs()) === true;
    if (waitMs > 0 || isOldestYoung || endpoint.due !== 'repeat') this.#store.startRetransmissionTimer(at);
    this.#connections.changed(at);
  }

  /** Nothing is in flight any more, but octets that were sent again may come twice (RFC 3708). */
  #mayUndo({ congestion, recovery }: Endpoint): boolean {
    return recovery !== null && congestion.usesSack && this.#segment.options.sackBlockCount > 0;
  }

  #measure(endpoint: Endpoint): void {
    const { timedSequence } = endpoint;
    if (timedSequence === null || seqDistance(timedSequence, this.#segment.acknowledgment) < 0) return;
    endpoint.congestion.onRoundTrip(Math.round(this.#store.nowMs()) - endpoint.timedAtMs);
    endpoint.timedSequence = null;
  }

  /** Something is, or may be, wrong with what is in flight. */
  #recover(at: number, endpoint: Endpoint, acknowledged: number): void {
    const { congestion } = endpoint;
    const nowMs = this.#store.nowMs();
    const inFlight = this.#store.inFlight(at);
    const recovery = endpoint.recover();
    const flight = recovery.watch(inFlight + acknowledged, nowMs);
    const before = flight.arrivedBytes;
    if (acknowledged > 0) flight.acknowledge(acknowledged, nowMs);
    const twice = congestion.usesSack ? this.#noteHeld(flight, nowMs) : 0;
    const progress: Progress = {
      acknowledged,
      unacknowledged: this.#segment.acknowledgment,
      sendNext: this.#store.table.words[at + field.sendNext]! >>> 0,
      twice,
      nowMs,
    };
    if (congestion.usesSack || acknowledged > 0)
      recovery.take(progress, flight, flight.arrivedBytes - before);
    else recovery.duplicate(progress, flight);
    endpoint.settle();
  }

  /** Enters what the segment reports of octets held beyond its acknowledgment (RFC 2018 3); returns how many came twice. */
  #noteHeld(flight: Flight, nowMs: number): number {
    const { bytes, acknowledgment, options } = this.#segment;
    const { sackStart, sackBlockCount } = options;
    let twice = 0;
    for (let i = 0; i < sackBlockCount; i++) {
      const block = sackStart + 8 * i;
      const start = seqDistance(acknowledgment, readU32(bytes, block));
      const end = seqDistance(acknowledgment, readU32(bytes, block + 4));
      // RFC 2883 4: the first block, of what was acknowledged already, or is held and reported by the second.
      const isInside = (at: number): boolean =>
        seqDistance(acknowledgment, readU32(bytes, at)) <= start &&
        end <= seqDistance(acknowledgment, readU32(bytes, at + 4));
      if (i === 0 && start < end && (end <= 0 || (sackBlockCount > 1 && isInside(block + 8))))
        twice = end - start;
      else flight.hold(start, end, nowMs);
    }
    return twice;
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
}
