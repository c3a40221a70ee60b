/**
 * A TCP connection on one side, a program or a remote machine on the other: octets both ways, each side slowed down when
 * the other cannot take more, ends passed on.
 */
import type { TcpConnection, TcpService } from '@wormwood/netstack';
import type { ProcessListener, RunningProcess } from './process-spawner.ts';

/** What the other side is started with: its listener, given before it exists. */
export type StartOther = (listener: ProcessListener) => RunningProcess | null;

export interface BridgeOptions {
  /** Called with lines of the other side's standard error. */
  readonly onMessage: (line: string) => void;
  /** Called when the other side ends by a fault without ever having said anything. @default it is not reported */
  readonly onFailure?: (reason: string) => void;
  /** Called when the other side wants the connection cut. @default it is ended */
  readonly onReset?: () => void;
  /** Octets of output that may wait for the connection before the other side is paused. */
  readonly waitingBytesMax?: number;
}

const WAITING_BYTES_MAX = 65_536;
/** What a bridge and its other side cost besides the octets that wait, about. */
const BRIDGE_BYTES = 384;
/** A worker cannot be paused for one connection: a client that leaves so much unread is cut off. */
const UNREAD_BYTES_MAX = 8 << 20;

/** Returns the service of a connection whose other side is what `start` starts; null when it cannot start. */
export function bridge(
  connection: TcpConnection,
  start: StartOther,
  options: BridgeOptions,
): TcpService | null {
  const made = new StreamBridge(connection, options);
  const other = start(made);
  if (other === null) return null;
  connection.claim(BRIDGE_BYTES);
  made.attach(other);
  return made;
}

class StreamBridge implements TcpService, ProcessListener {
  readonly #connection: TcpConnection;
  readonly #options: BridgeOptions;
  #other: RunningProcess | null = null;
  /** Output that the connection has not taken yet. */
  readonly #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #isOutputPaused = false;
  #hasOtherEnded = false;
  #hasOutput = false;
  #isClosed = false;

  constructor(connection: TcpConnection, options: BridgeOptions) {
    this.#connection = connection;
    this.#options = options;
  }

  attach(other: RunningProcess): void {
    if (!this.#hasOtherEnded) this.#other = other;
  }

  data(octets: Uint8Array): void {
    if (this.#other?.write(octets) === false) this.#connection.pause();
  }

  ended(): void {
    this.#other?.endInput();
  }

  drained(): void {
    if (!this.#isClosed && !this.#isOutputPaused) this.#connection.resume();
  }

  output(octets: Uint8Array): void {
    this.#hasOutput = true;
    if (this.#isClosed) return;
    let taken = 0;
    if (this.#waitingBytes === 0) taken = this.#connection.write(octets);
    if (taken === octets.length) return;
    if (this.#waitingBytes + octets.length - taken > UNREAD_BYTES_MAX) return this.#cutOff();
    const rest = octets.slice(taken);
    this.#waiting.push(rest);
    this.#waitingBytes += rest.length;
    this.#connection.claim(rest.length);
    const most = this.#options.waitingBytesMax ?? WAITING_BYTES_MAX;
    if (this.#waitingBytes < most || this.#isOutputPaused) return;
    this.#isOutputPaused = true;
    this.#other?.pauseOutput();
    // A worker cannot be paused, but whoever does not read asks it nothing more.
    this.#connection.pause();
  }

  /** The client leaves too much unread. */
  #cutOff(): void {
    this.#options.onMessage(`the client left ${UNREAD_BYTES_MAX} octets unread and was cut off`);
    this.closed();
    this.#connection.abort();
  }

  message(line: string): void {
    this.#options.onMessage(line);
  }

  writable(): void {
    while (this.#waiting.length > 0) {
      const first = this.#waiting[0]!;
      const taken = this.#connection.write(first);
      this.#waitingBytes -= taken;
      this.#connection.claim(-taken);
      if (taken < first.length) {
        this.#waiting[0] = first.subarray(taken);
        return;
      }
      this.#waiting.shift();
    }
    if (this.#hasOtherEnded) this.#connection.end();
    else if (this.#isOutputPaused) {
      this.#isOutputPaused = false;
      this.#other?.resumeOutput();
      this.#connection.resume();
    }
  }

  closed(reason: 'done' | 'reset' | 'timeout' = 'done'): void {
    this.#isClosed = true;
    this.#waiting.length = 0;
    if (reason === 'reset' && this.#other?.reset !== undefined) this.#other.reset();
    else this.#other?.kill();
    this.#other = null;
  }

  reset(reason: string | null): void {
    this.#other = null;
    this.#hasOtherEnded = true;
    this.#report(reason);
    if (this.#isClosed) return;
    if (this.#options.onReset === undefined) this.#connection.end();
    else this.#options.onReset();
  }

  exited(reason: string | null): void {
    this.#hasOtherEnded = true;
    this.#other = null;
    this.#report(reason);
    if (!this.#isClosed && this.#waitingBytes === 0) this.#connection.end();
  }

  /** The other side has ended by a fault; null: by none. */
  #report(reason: string | null): void {
    if (reason === null) return;
    this.#options.onMessage(reason);
    if (!this.#hasOutput && !this.#isClosed) this.#options.onFailure?.(reason);
  }
}
