/** What a connection has only when a service answers it: buffers, congestion window, and the service's view of it. */
import type { TcpConnection, TcpService } from '../../host.ts';
import { Congestion } from './congestion.ts';
import { ReceiveQueue } from './receive-queue.ts';
import { Scoreboard } from './scoreboard.ts';
import { SendBuffer } from './send-buffer.ts';

/** Octets that a service may write ahead of the remote side. */
const SEND_BUFFER_BYTES = 1 << 18;

/** What a service may ask of the stack. */
export interface EndpointActions {
  /** Something was queued for a connection: send what may be sent, now or at the end of the batch. */
  changed(at: number): void;
  /** The remote side must hear from us: the window has changed. */
  owe(at: number): void;
  abort(at: number): void;
}

export class Endpoint implements TcpConnection {
  readonly localAddress: number;
  readonly localPort: number;
  readonly remoteAddress: number;
  readonly remotePort: number;
  service: TcpService | null = null;
  readonly sendBuffer: SendBuffer = new SendBuffer(SEND_BUFFER_BYTES);
  readonly congestion: Congestion;
  /** True from `end` on: FIN follows what is queued. */
  isEnding = false;
  isPaused = false;
  isDead = false;
  /** The service was refused room and waits for `writable`. */
  wantsRoom = false;
  /** Sequence number whose acknowledgment measures a round trip; null while none is measured. */
  timedSequence: number | null = null;
  timedAtMs = 0;
  /** FIN came while the service was paused. */
  hasPendingEnd = false;
  /** Made when they are needed: most connections lose nothing, and a hundred thousand of them are held at once. */
  #receiveQueue: ReceiveQueue | null = null;
  #scoreboard: Scoreboard | null = null;
  readonly #at: number;
  readonly #actions: EndpointActions;

  constructor(
    at: number,
    flow: Pick<TcpConnection, 'localAddress' | 'localPort' | 'remoteAddress' | 'remotePort'>,
    { mss, usesSack }: { readonly mss: number; readonly usesSack: boolean },
    actions: EndpointActions,
  ) {
    this.#at = at;
    this.#actions = actions;
    this.localAddress = flow.localAddress;
    this.localPort = flow.localPort;
    this.remoteAddress = flow.remoteAddress;
    this.remotePort = flow.remotePort;
    this.congestion = new Congestion(mss, usesSack);
  }

  get receiveQueue(): ReceiveQueue {
    return (this.#receiveQueue ??= new ReceiveQueue());
  }

  get scoreboard(): Scoreboard {
    return (this.#scoreboard ??= new Scoreboard());
  }

  /** Whether the remote side has ever told of octets beyond a gap, or some were sent again. */
  get hasScoreboard(): boolean {
    return this.#scoreboard !== null;
  }

  /** Octets in order that the service has not taken. */
  get readyBytes(): number {
    return this.#receiveQueue === null ? 0 : this.#receiveQueue.readyBytes;
  }

  /** Octets held beyond a gap. */
  get earlyBytes(): number {
    return this.#receiveQueue === null ? 0 : this.#receiveQueue.earlyBytes;
  }

  write(octets: Uint8Array): number {
    if (this.isDead || this.isEnding) return 0;
    const taken = this.sendBuffer.write(octets);
    this.wantsRoom = taken < octets.length;
    if (taken > 0) this.#actions.changed(this.#at);
    return taken;
  }

  end(): void {
    if (this.isDead || this.isEnding) return;
    this.isEnding = true;
    this.#actions.changed(this.#at);
  }

  abort(): void {
    if (!this.isDead) this.#actions.abort(this.#at);
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    if (!this.isPaused || this.isDead) return;
    this.isPaused = false;
    while (!this.isPaused && this.readyBytes > 0) {
      const octets = this.receiveQueue.takeReady();
      if (octets === undefined) break;
      this.service?.data(octets);
    }
    if (this.hasPendingEnd && !this.isPaused) {
      this.hasPendingEnd = false;
      this.service?.ended();
    }
    // The window has opened again; say so.
    if (!this.isDead) this.#actions.owe(this.#at);
  }
}
