/** The life of connections: when they begin and end, and what goes out at the end of a batch. */
import type { Flow } from '../../behavior.ts';
import type { StackHost } from '../../host.ts';
import type { SourceProof } from '../../observer.ts';
import { type ConnectionStore, FIRST_RTO_MS, FLOW_BYTES, TIME_WAIT_SECONDS } from './connection-store.ts';
import { field, flag, NONE, state } from './connection-table.ts';
import { Endpoint } from './endpoint.ts';
import { HalfOpenQueue } from './half-open-queue.ts';
import { Sender } from './send.ts';
import { Timers } from './timers.ts';

/** Connections of a source that are searched for octets beyond a gap before one is reset. */
const SEARCHED_MAX = 64;

export class Connections {
  readonly sender: Sender;
  /** Connections that were reset because memory was short. */
  evicted = 0;
  /** True while a batch is received or timers run: sending waits for the end. */
  isReceiving = false;
  readonly #store: ConnectionStore;
  readonly #timers: Timers;
  readonly #halfOpen: HalfOpenQueue;
  #dirty: number[] = [];
  #isFlushing = false;

  constructor(store: ConnectionStore) {
    this.#store = store;
    this.sender = new Sender(store);
    this.#timers = new Timers(store, this.sender, this);
    this.#halfOpen = new HalfOpenQueue(store.table);
  }

  get halfOpenCount(): number {
    return this.#halfOpen.size;
  }

  /** Adds a half-open connection and returns it, or -1 when there is no room. */
  open(remoteAddress: number, localAddress: number, ports: number): number {
    if (this.#halfOpen.size >= this.#store.limits.halfOpen) this.forget(this.#halfOpen.oldest());
    const at = this.#store.table.add(remoteAddress, localAddress, ports);
    if (at === NONE) return NONE;
    this.#store.table.words[at + field.state] = state.synReceived;
    this.#halfOpen.push(at);
    this.#store.startTimer(at, FIRST_RTO_MS);
    return at;
  }

  /** The handshake is complete: asks the host for a service. */
  establish(at: number, host: StackHost, flow: Flow, proof: SourceProof): void {
    const { words } = this.#store.table;
    this.#halfOpen.remove(at);
    const source = this.#store.sources.join(flow.remoteAddress, at, FLOW_BYTES);
    words[at + field.state] = state.established;
    words[at + field.retries] = 0;
    words[at + field.lastSeen] = this.#store.nowSeconds();
    this.#store.components.observer.flowOpen(flow, proof);
    this.#store.startTimer(at, this.#store.limits.idleSeconds * 1000);
    const endpoint = new Endpoint(
      at,
      flow,
      { mss: words[at + field.mss]!, usesSack: this.#store.hasFlag(at, flag.sack), source },
      this,
    );
    // The service may write at once, before the map knows the endpoint.
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
    }
  }

  /** A source holds more of our memory than before, or less; who has to give way is seen at the end of the batch. */
  hold(source: number, bytes: number): void {
    this.#store.sources.hold(source, bytes);
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

  /** Makes room where memory is short, and sends what the marked connections have to send. */
  flush(): void {
    if (this.#dirty.length === 0 && !this.#isShort()) return;
    this.#isFlushing = true;
    try {
      this.#makeRoom();
      // What a service writes when it hears of room is sent in the next round.
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

  #isShort(): boolean {
    const { sources, memoryBytes } = this.#store;
    return sources.heldBytes > memoryBytes || this.#isCrowded();
  }

  #isCrowded(): boolean {
    return this.#store.table.count - this.#halfOpen.size > this.#store.limits.connections;
  }

  /** A source that holds most gives way: first what lies beyond gaps, which it sends again, then its oldest connection. */
  #makeRoom(): void {
    while (this.#isShort()) {
      if (!this.#isCrowded() && this.#forgetEarly()) continue;
      this.evicted++;
      this.abort(this.#store.sources.oldestOfLargest());
    }
  }

  /** Forgets what a source that holds most has beyond gaps in one of its connections; false where none of a few has any. */
  #forgetEarly(): boolean {
    const { sources, endpoints, table } = this.#store;
    const first = sources.oldestOfLargest();
    const source = sources.sourceOf(table.words[first + field.remoteAddress]!);
    let at = first;
    for (let seen = 0; seen < SEARCHED_MAX; seen++) {
      const endpoint = endpoints.get(at);
      sources.renew(source, at);
      if (endpoint !== undefined && endpoint.earlyBytes > 0) {
        endpoint.forgetEarly();
        return true;
      }
      at = sources.oldestOfLargest();
      if (at === first) return false;
    }
    return false;
  }

  abort(at: number): void {
    const host = this.#store.hostOf(at);
    if (host !== null) this.sender.reset(at, host);
    this.close(at, 'reset');
  }

  /** Forgets a connection and tells its service and the observer. */
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
    const { table, wheel, sources } = this.#store;
    if (this.#store.stateOf(at) === state.synReceived) this.#halfOpen.remove(at);
    else sources.leave(sources.sourceOf(table.words[at + field.remoteAddress]!), at, FLOW_BYTES);
    wheel.stop(at);
    table.remove(at);
  }
}
