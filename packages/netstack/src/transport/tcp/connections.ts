/** The life of connections: when they begin and end, and what goes out at the end of a batch. */
import { icmpv4, seqDistance } from '@wormwood/wire';
import type { Flow } from '../../behavior.ts';
import type { StackHost } from '../../host.ts';
import type { SegmentError } from '../../network/icmp.ts';
import type { SourceProof } from '../../observer.ts';
import { type ConnectionStore, FIRST_RTO_MS, FLOW_BYTES, TIME_WAIT_SECONDS } from './connection-store.ts';
import { ConnectionQueue } from './connection-queue.ts';
import { field, flag, NO_ROUND_TRIP, NONE, state } from './connection-table.ts';
import { Endpoint } from './endpoint.ts';
import { Sender } from './send.ts';
import { Timers } from './timers.ts';

/** Connections that are searched for octets beyond a gap before one is reset. */
const SEARCHED_MAX = 64;

export class Connections {
  readonly sender: Sender;
  /** Connections that were reset because memory was short. */
  evicted = 0;
  /** True while a batch is received or timers run: sending waits for the end. */
  isReceiving = false;
  readonly #store: ConnectionStore;
  readonly #timers: Timers;
  readonly #halfOpen: ConnectionQueue;
  #dirty: number[] = [];
  #isFlushing = false;

  constructor(store: ConnectionStore) {
    this.#store = store;
    this.sender = new Sender(store);
    this.#timers = new Timers(store, this.sender, this);
    this.#halfOpen = new ConnectionQueue(store.table);
  }

  get halfOpenCount(): number {
    return this.#halfOpen.size;
  }

  /** Adds a half-open connection and returns it, or -1 when there is no room. */
  open(remoteAddress: number, localAddress: number, ports: number): number {
    if (this.#halfOpen.size >= this.#store.limits.halfOpen) this.forget(this.#halfOpen.first);
    const at = this.#store.table.add(remoteAddress, localAddress, ports);
    if (at === NONE) return NONE;
    const { names } = this.#store.components;
    names.holdAgain(remoteAddress);
    names.holdAgain(localAddress);
    this.#store.table.words[at + field.state] = state.synReceived;
    this.#store.table.words[at + field.synAckMs] = Math.round(this.#store.nowMs());
    this.#halfOpen.push(at);
    this.#store.startTimer(at, FIRST_RTO_MS);
    return at;
  }

  /** The handshake is complete: asks the host for a service. */
  establish(at: number, host: StackHost, flow: Flow, proof: SourceProof): void {
    const { words } = this.#store.table;
    this.#halfOpen.remove(at);
    this.#store.claims.join(at, FLOW_BYTES);
    words[at + field.state] = state.established;
    // Karn's rule: a SYN/ACK that was sent twice measures nothing.
    const wasPrompt = words[at + field.retries] === 0;
    const roundTripMs = Math.max(0, Math.round(this.#store.nowMs()) - words[at + field.synAckMs]!);
    this.#store.keepRoundTrip(at, wasPrompt ? roundTripMs : NO_ROUND_TRIP);
    words[at + field.sentBytes] = 0;
    words[at + field.retries] = 0;
    words[at + field.lastSeen] = this.#store.nowSeconds();
    this.#store.components.observer.flowOpen(flow, proof);
    this.#store.startTimer(at, this.#store.limits.idleSeconds * 1000);
    const endpoint = this.#endpointOf(at, flow);
    // The service may write at once, before the endpoint is in the map.
    this.#store.endpoints.set(at, endpoint);
    endpoint.service = host.acceptTcp(endpoint);
    if (
      endpoint.service === null &&
      !endpoint.isDead &&
      !endpoint.isEnding &&
      endpoint.sendBuffer.length === 0
    ) {
      this.#store.endpoints.delete(at);
      endpoint.die();
    } else endpoint.settle();
  }

  /** Returns what keeps octets of a connection: its endpoint, or one without a service, which takes them and throws them away. */
  keep(at: number): Endpoint {
    const known = this.#store.endpoints.get(at);
    if (known !== undefined) return known;
    const endpoint = this.#endpointOf(at, this.#store.flowOf(at));
    this.#store.endpoints.set(at, endpoint);
    return endpoint;
  }

  #endpointOf(at: number, flow: Flow): Endpoint {
    const { words } = this.#store.table;
    const endpoint = new Endpoint(
      at,
      flow,
      { mss: this.#store.segmentBytesMax(at), usesSack: this.#store.hasFlag(at, flag.sack) },
      this,
    );
    endpoint.noteWindow(words[at + field.sendWindow]!);
    const roundTripMs = this.#store.roundTripOf(at);
    if (roundTripMs !== NO_ROUND_TRIP) endpoint.congestion.onRoundTrip(roundTripMs);
    return endpoint;
  }

  /** A connection holds more of our memory than before, or less; what is evicted is decided at the end of the batch. */
  hold(at: number, bytes: number): void {
    this.#store.claims.hold(at, bytes);
  }

  /** Marks a connection: what may be sent goes out at the end of the batch, or now outside one. */
  changed(at: number): void {
    if (!this.#store.hasFlag(at, flag.dirty)) {
      this.#store.setFlag(at, flag.dirty);
      this.#dirty.push(at);
    }
    if (!this.isReceiving && !this.#isFlushing) this.flush();
  }

  /** An acknowledgment goes out at the end of the batch, alone or with data. */
  owe(at: number): void {
    this.#store.setFlag(at, flag.ackOwed);
    this.changed(at);
  }

  /** RFC 9293 3.8.6.2.2: announces a window that is at least twice as large as the one last announced. */
  opened(at: number): void {
    const host = this.#store.hostOf(at);
    const edge = this.#store.endpoints.get(at)?.offeredEdge ?? null;
    const next = this.#store.table.words[at + field.receiveNext]!;
    const known = edge === null ? 0 : seqDistance(next, edge);
    if (host === null || 2 * known <= this.#store.receiveWindow(at, host)) this.owe(at);
  }

  /** Makes room where memory is short, and sends what the marked connections have to send. */
  flush(): void {
    if (this.#dirty.length === 0 && !this.#store.claims.isShort) return;
    this.#isFlushing = true;
    try {
      this.#makeRoom();
      // What a service writes when there is room again is sent in the next round.
      while (this.#dirty.length > 0) {
        const marked = this.#dirty;
        this.#dirty = [];
        for (const at of marked) this.#transmit(at);
        this.#makeRoom();
      }
    } finally {
      this.#isFlushing = false;
    }
    this.#store.components.output.flush();
  }

  #transmit(at: number): void {
    if (this.#store.stateOf(at) === state.free || !this.#store.hasFlag(at, flag.dirty)) return;
    this.#store.clearFlag(at, flag.dirty);
    const host = this.#store.hostOf(at);
    if (host === null) this.close(at, 'reset');
    else this.sender.transmit(at, host);
  }

  /** Evicts one after the other: first what lies beyond gaps, which its source sends again, then connections. */
  #makeRoom(): void {
    const { claims } = this.#store;
    while (claims.isShort) {
      const at = claims.next();
      if (!claims.isCrowded && this.#forgetEarly(at)) continue;
      this.evicted++;
      this.abort(at);
    }
  }

  /** Forgets what one of the connections that are evicted next, from `first` on, has beyond gaps; false where none has any. */
  #forgetEarly(first: number): boolean {
    const { claims, endpoints, table } = this.#store;
    let at = first;
    for (let seen = 0; at !== NONE && seen < SEARCHED_MAX; seen++) {
      const endpoint = table.words[at + field.heldBytes]! > FLOW_BYTES ? endpoints.get(at) : undefined;
      if (endpoint !== undefined && endpoint.earlyBytes > 0) {
        endpoint.forgetEarly();
        claims.spare(at);
        return true;
      }
      at = table.words[at + field.nextInQueue]!;
    }
    return false;
  }

  abort(at: number): void {
    const host = this.#store.hostOf(at);
    if (host !== null) this.sender.reset(at, host);
    this.close(at, 'reset');
  }

  /** Forgets a connection and informs its service and the observer. */
  close(at: number, reason: 'done' | 'reset' | 'timeout'): void {
    const { words } = this.#store.table;
    const wasOpen = words[at + field.state] !== state.synReceived;
    const flow = this.#store.flowOf(at);
    const [received, sent] = [words[at + field.receivedBytes]! >>> 0, words[at + field.sentBytes]! >>> 0];
    const endpoint = this.#store.endpoints.get(at);
    this.#store.endpoints.delete(at);
    endpoint?.die();
    this.forget(at);
    if (wasOpen) this.#store.components.observer.flowClose(flow, received, sent, reason);
    endpoint?.service?.closed(reason);
  }

  /** The connection waits out old segments (RFC 9293 3.6.1); its service is done. */
  enterTimeWait(at: number): void {
    this.#store.table.words[at + field.state] = state.timeWait;
    this.#store.startTimer(at, TIME_WAIT_SECONDS * 1000);
    const endpoint = this.#store.endpoints.get(at);
    if (endpoint === undefined) return;
    this.#store.endpoints.delete(at);
    endpoint.die();
    endpoint.service?.closed('done');
  }

  /**
   * RFC 5927: an error counts only if it is about octets on their way. Then news of a narrow path are obeyed (RFC 1191), and what
   * is unreachable ends a handshake; a connection outlives it (RFC 1122 4.2.3.9).
   */
  receiveError(
    at: number,
    { type, code, sequence, remoteAddress, mtuBytes, nowSeconds }: SegmentError,
  ): void {
    const { words } = this.#store.table;
    const ahead = seqDistance(words[at + field.sendUnacknowledged]!, sequence);
    if (this.#store.stateOf(at) === state.synReceived) {
      if (ahead === 0 && isUnreachable(type, code)) this.forget(at);
      return;
    }
    if (type !== icmpv4.messageType.destinationUnreachable) return;
    if (code !== icmpv4.unreachableCode.fragmentationNeeded || ahead < 0) return;
    const inFlight = this.#store.inFlight(at);
    if (ahead > inFlight) return;
    const { output } = this.#store.components;
    if (mtuBytes >= output.mtuTo(remoteAddress, nowSeconds)) return;
    const endpoint = this.#store.endpoints.get(at);
    if (!output.learnMtu(remoteAddress, mtuBytes, nowSeconds) || inFlight === 0) return;
    if (endpoint === undefined) return;
    endpoint.recover().onNarrowPath(inFlight, words[at + field.sendNext]!, this.#store.nowMs());
    endpoint.timedSequence = null;
    this.#store.startRetransmissionTimer(at);
    this.changed(at);
  }

  runTimers(): void {
    this.isReceiving = true;
    try {
      this.#timers.run();
    } finally {
      this.isReceiving = false;
      this.flush();
    }
  }

  /** Frees a connection without a word: a half-open one, or one that was reported as closed. */
  forget(at: number): void {
    const { table, wheel, claims } = this.#store;
    if (this.#store.stateOf(at) === state.synReceived) this.#halfOpen.remove(at);
    else claims.leave(at);
    wheel.stop(at);
    const { names } = this.#store.components;
    names.release(table.words[at + field.remoteAddress]! >>> 0);
    names.release(table.words[at + field.localAddress]! >>> 0);
    table.remove(at);
  }
}

/** Errors after which a SYN/ACK is not sent again: the way to the client does not lead there. */
function isUnreachable(type: number, code: number): boolean {
  if (type !== icmpv4.messageType.destinationUnreachable) return true;
  return code === icmpv4.unreachableCode.network || code === icmpv4.unreachableCode.host;
}
