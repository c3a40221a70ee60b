/** What happens when the timer of a connection is due: something is sent again, or the connection is over. */
import type { StackHost } from '../../host.ts';
import { type ConnectionStore, FIRST_RTO_MS } from './connection-store.ts';
import { field, state } from './connection-table.ts';
import type { Endpoint } from './endpoint.ts';
import type { Sender } from './send.ts';

const DATA_RETRIES = 8;

/** What timers ask for besides sending. */
export interface TimerActions {
  changed(at: number): void;
  close(at: number, reason: 'done' | 'reset' | 'timeout'): void;
  forget(at: number): void;
}

export class Timers {
  readonly #store: ConnectionStore;
  readonly #sender: Sender;
  readonly #actions: TimerActions;

  constructor(store: ConnectionStore, sender: Sender, actions: TimerActions) {
    this.#store = store;
    this.#sender = sender;
    this.#actions = actions;
  }

  /** Runs the timers that are due. */
  run(): void {
    this.#store.wheel.run(this.#store.nowMs(), this.#onTimer);
  }

  readonly #onTimer = (at: number): void => {
    const { words } = this.#store.table;
    const host = this.#store.hostOf(at);
    const connectionState = this.#store.stateOf(at);
    if (connectionState === state.timeWait) return this.#actions.close(at, 'done');
    if (host === null) return this.#actions.close(at, 'reset');
    if (connectionState === state.synReceived) return this.#repeatSynAck(at, host);
    const endpoint = this.#store.endpoints.get(at);
    const inFlight = this.#store.inFlight(at);
    const waits = endpoint !== undefined && endpoint.sendBuffer.length > 0;
    if (inFlight === 0 && !waits) return this.#checkIdle(at);
    if (endpoint !== undefined && inFlight > 0) {
      if (endpoint.due === 'probe') return this.#sender.probeTail(at, host, endpoint);
      if (endpoint.due === 'reorder') return this.#callLost(at, endpoint, inFlight);
    }
    if (++words[at + field.retries]! > DATA_RETRIES) return this.#actions.close(at, 'timeout');
    if (inFlight === 0) {
      if (words[at + field.sendWindow] === 0) return this.#sender.probeWindow(at, host);
      return this.#sender.force(at, host);
    }
    this.#retransmit(at, host, endpoint);
  };

  #repeatSynAck(at: number, host: StackHost): void {
    const { words } = this.#store.table;
    const retries = ++words[at + field.retries]!;
    if (retries > host.behavior.tcp.synAckRepeats) return this.#actions.forget(at);
    this.#store.segments.sendSynAck(at, host.behavior, this.#store.nowSeconds());
    this.#store.startTimer(at, FIRST_RTO_MS * 2 ** retries);
  }

  #checkIdle(at: number): void {
    const { words } = this.#store.table;
    // Seconds of 32 bits: a difference is right beyond 2038, too.
    const quietSeconds = ((this.#store.nowSeconds() | 0) - words[at + field.lastSeen]!) | 0;
    const quietMs = quietSeconds * 1000;
    const allowedMs = this.#store.quietMs(at);
    if (quietMs >= allowedMs) this.#actions.close(at, 'timeout');
    else this.#store.startTimer(at, allowedMs - quietMs);
  }

  /** What was thought to be late is lost (RFC 8985 6.3). */
  #callLost(at: number, endpoint: Endpoint, inFlight: number): void {
    endpoint.recover().onWaited(inFlight, this.#store.table.words[at + field.sendNext]!, this.#store.nowMs());
    this.#store.startRetransmissionTimer(at);
    this.#actions.changed(at);
  }

  /** RFC 6298 5.4: the oldest segment is sent again, and the others after it as the window grows. */
  #retransmit(at: number, host: StackHost, endpoint: Endpoint | undefined): void {
    const inFlight = this.#store.inFlight(at);
    if (endpoint === undefined) this.#sender.repeatFin(at, host);
    else {
      endpoint
        .recover()
        .onTimeout(inFlight, this.#store.table.words[at + field.sendNext]!, this.#store.nowMs());
      endpoint.timedSequence = null;
      this.#actions.changed(at);
    }
    this.#store.startRetransmissionTimer(at);
  }
}
