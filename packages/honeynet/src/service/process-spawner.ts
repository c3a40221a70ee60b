/** What the honeynet needs of the machine to run scripts and to reach other hosts; the app has the means. */
import type { ProcessLimits } from '../model.ts';

/** A program to run: words without a shell, and nothing of the daemon's environment. */
export interface ProcessRequest {
  readonly words: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly limits: ProcessLimits;
  /** It serves until the sensor ends: how long it runs is not limited. */
  readonly isLasting?: boolean;
}

/** What is reported about a running program. */
export interface ProcessListener {
  /** Octets of its standard output; the view is only valid during the call. */
  output(octets: Uint8Array): void;
  /** A line of its standard error. */
  message(line: string): void;
  /** It can take input again after `write` returned false. */
  drained(): void;
  /** It has ended; a sentence when not of its own will. Nothing is reported afterwards. */
  exited(reason: string | null): void;
  /** The connection is to be cut; a sentence where that is a fault. For workers and proxies; nothing follows. */
  reset?(reason: string | null): void;
}

/** A process whose standard input and output are a connection. */
export interface RunningProcess {
  /** Copies octets for its standard input; false while it should get no more until `drained`. */
  write(octets: Uint8Array): boolean;
  endInput(): void;
  pauseOutput(): void;
  resumeOutput(): void;
  kill(): void;
  /** The client has cut the connection. @default it is killed */
  reset?(): void;
}

export interface ProcessSpawner {
  /** Starts a program; null when as many run as are allowed. */
  spawn(request: ProcessRequest, listener: ProcessListener): RunningProcess | null;
}

/** Where a proxy leads. */
export interface RemoteEnd {
  readonly host: string;
  readonly port: number;
  /** The source's address. No proxy leads there, by whatever name. */
  readonly askedBy: string;
}

/** Reaches another machine for a `proxy` action: the owner's choice, in his configuration, never the source's. */
export interface Connector {
  /** Connects by TCP; what arrives is `output`. Null when as many are open as are allowed. */
  connect(remote: RemoteEnd, listener: ProcessListener): RunningProcess | null;
  /** Sends a datagram; each answer within a minute is handed to `reply`. */
  sendDatagram(remote: RemoteEnd, payload: Uint8Array, reply: (payload: Uint8Array) => void): void;
}
