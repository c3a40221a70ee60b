/** What a connection has only when a service answers it: buffers, congestion window, and the service's view of it. */
import type { IpAddress } from '@wormwood/wire';
import type { TcpConnection, TcpService } from '../../host.ts';
import { Congestion } from './congestion.ts';
import { OctetRing } from './octet-ring.ts';
import type { Flight } from './flight.ts';
import { ReceiveQueue } from './receive-queue.ts';
import { Recovery } from './recovery.ts';

/** Octets that a service may write ahead of the remote side. */
const SEND_BUFFER_BYTES = 1 << 18;

/** What a service may ask of the stack. */
export interface EndpointActions {
  /** Something was queued for a connection: send what may be sent, now or at the end of the batch. */
  changed(at: number): void;
  /** There is room again: the remote side must hear of it if that was short. */
  opened(at: number): void;
  abort(at: number): void;
  /** A connection holds more of our memory than before, or less when `bytes` is negative. */
  hold(at: number, bytes: number): void;
}

/**
 * Why the timer runs: to send again what was not acknowledged (RFC 6298), to ask about the tail of a flight (RFC 8985 7), or to
 * call lost what may only be late (RFC 8985 6.3).
 */
type Due = 'repeat' | 'probe' | 'reorder';

/** What an endpoint takes without any octets, about. */
const ENDPOINT_BYTES = 512;

export class Endpoint implements TcpConnection {
  readonly localAddress: IpAddress;
  readonly localPort: number;
  readonly remoteAddress: IpAddress;
  readonly remotePort: number;
  service: TcpService | null = null;
  readonly sendBuffer: OctetRing = new OctetRing(SEND_BUFFER_BYTES);
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
  /** What its timer is for while octets are in flight. */
  due: Due = 'repeat';
  /** Window probes since the window was closed. */
  probes = 0;
  /** The largest window that the remote side ever offered (RFC 9293 3.8.6.2.1). */
  maxWindow = 0;
  /** The right edge of the window that we offered last, which never moves back (RFC 9293 3.8.6); null: it was never told. */
  offeredEdge: number | null = null;
  /** Made when they are needed: most connections lose nothing, and a hundred thousand of them are held at once. */
  #receiveQueue: ReceiveQueue | null = null;
  #recovery: Recovery | null = null;
  readonly #at: number;
  readonly #mss: number;
  /** What its service says that it keeps. */
  #claimedBytes = 0;
  /** What was reported of the memory that all of this takes. */
  #heldBytes = 0;
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
    this.#mss = mss;
    this.congestion = new Congestion(mss, usesSack);
  }

  /** Reports what all of it takes now: to be called once it is to stay, and after all that changes the buffers. */
  settle(): void {
    if (this.isDead) return;
    const bytes =
      ENDPOINT_BYTES +
      this.#claimedBytes +
      this.sendBuffer.capacityBytes +
      (this.#receiveQueue?.capacityBytes ?? 0) +
      (this.#recovery?.capacityBytes ?? 0);
    if (bytes === this.#heldBytes) return;
    this.#actions.hold(this.#at, bytes - this.#heldBytes);
    this.#heldBytes = bytes;
  }

  claim(bytes: number): void {
    this.#claimedBytes += bytes;
    this.settle();
  }

  /** The connection is over: it holds no memory of ours, whoever still holds this. */
  die(): void {
    if (this.isDead) return;
    this.isDead = true;
    this.#actions.hold(this.#at, -this.#heldBytes);
  }

  /** Forgets what is held beyond a gap; the remote side sends it again. */
  forgetEarly(): void {
    this.#receiveQueue?.forgetEarly();
    this.settle();
  }

  get receiveQueue(): ReceiveQueue {
    return (this.#receiveQueue ??= new ReceiveQueue());
  }

  /** How losses are recovered; null: nothing was ever lost. */
  get recovery(): Recovery | null {
    return this.#recovery;
  }

  /** What is in flight, run by run; null: nothing has been wrong lately, and all of it is on its way. */
  get flight(): Flight | null {
    return this.#recovery === null ? null : this.#recovery.flight;
  }

  /** Begins to recover losses. */
  recover(): Recovery {
    return (this.#recovery ??= new Recovery(this.congestion, this.#mss));
  }

  /** Whether anything that came was held back ever: octets were lost, or came twice, or the service was slow. */
  get hasReceiveQueue(): boolean {
    return this.#receiveQueue !== null;
  }

  /** Octets in order that the service has not taken. */
  get readyBytes(): number {
    return this.#receiveQueue === null ? 0 : this.#receiveQueue.readyBytes;
  }

  /** The remote side offers a window. */
  noteWindow(window: number): void {
    this.maxWindow = Math.max(this.maxWindow, window);
    if (window > 0) this.probes = 0;
  }

  /** Whether anything came before its turn. */
  get holdsEarly(): boolean {
    return this.#receiveQueue !== null && this.#receiveQueue.hasRanges;
  }

  /** Octets held beyond a gap. */
  get earlyBytes(): number {
    return this.#receiveQueue === null ? 0 : this.#receiveQueue.earlyBytes;
  }

  write(octets: Uint8Array): number {
    if (this.isDead || this.isEnding) return 0;
    const taken = this.sendBuffer.write(octets);
    this.wantsRoom = taken < octets.length;
    this.settle();
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
      this.service?.data(this.receiveQueue.takeReady());
    }
    this.settle();
    if (this.hasPendingEnd && !this.isPaused) {
      this.hasPendingEnd = false;
      this.service?.ended();
    }
    if (!this.isDead) this.#actions.opened(this.#at);
  }
}
