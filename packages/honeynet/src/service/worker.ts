/** A running worker and its connections. It is started with the first one, and again when it has died and one comes. */
import type { TcpConnection, TcpService } from '@wormwood/netstack';
import type { ProcessLimits } from '../model.ts';
import { bridge } from './stream-bridge.ts';
import type { ProcessListener, ProcessSpawner, RunningProcess } from './process-spawner.ts';
import {
  formatFrame,
  type FrameType,
  FRAME_PAYLOAD_MAX,
  FrameReader,
  type WorkerFrame,
} from './worker-protocol.ts';

export interface WorkerComponents {
  readonly words: readonly string[];
  readonly limits: ProcessLimits;
  readonly spawner: ProcessSpawner;
  readonly onMessage: (line: string) => void;
}

const NOTHING = new Uint8Array(0);
const CONNECTIONS_MAX = 2 ** 32;
const MESSAGE_OCTETS_MAX = 1024;

export class Worker {
  readonly #components: WorkerComponents;
  #process: RunningProcess | null = null;
  #reader = new FrameReader();
  #next = 0;
  readonly #listeners: Map<number, ProcessListener> = new Map();
  #canWrite = true;

  constructor(components: WorkerComponents) {
    this.#components = components;
  }

  /** Returns the service of a connection; null when the worker cannot be started. */
  serve(connection: TcpConnection, variables: Readonly<Record<string, string>>): TcpService | null {
    return bridge(connection, (listener) => this.#open(listener, variables), {
      onMessage: this.#components.onMessage,
      onReset: () => connection.abort(),
    });
  }

  /** Ends the worker. */
  close(): void {
    this.#process?.kill();
    this.#lose('the worker was ended');
  }

  #open(listener: ProcessListener, variables: Readonly<Record<string, string>>): RunningProcess | null {
    if (!this.#start()) return null;
    const id = this.#next;
    this.#next = (this.#next + 1) % CONNECTIONS_MAX;
    this.#listeners.set(id, listener);
    this.#send('O', id, asciiJson(variables));
    return {
      write: (octets) => {
        for (let at = 0; at < octets.length; at += FRAME_PAYLOAD_MAX)
          this.#send('D', id, octets.subarray(at, at + FRAME_PAYLOAD_MAX));
        return this.#canWrite;
      },
      endInput: () => this.#send('E', id, NOTHING),
      // One output for all: who does not read holds back only his own.
      pauseOutput: () => undefined,
      resumeOutput: () => undefined,
      kill: () => {
        if (this.#listeners.delete(id)) this.#send('C', id, NOTHING);
      },
    };
  }

  #start(): boolean {
    if (this.#process !== null) return true;
    const { words, limits, spawner, onMessage } = this.#components;
    this.#reader = new FrameReader();
    this.#canWrite = true;
    let hasExited = false;
    const started = spawner.spawn(
      { words, environment: {}, limits, isLasting: true },
      {
        output: (octets) => this.#take(octets),
        message: onMessage,
        drained: () => this.#drained(),
        exited: (reason) => {
          hasExited = true;
          this.#process = null;
          if (reason !== null) onMessage(`the worker ${reason}`);
          this.#lose(null);
        },
      },
    );
    this.#process = hasExited ? null : started;
    return this.#process !== null;
  }

  #send(type: FrameType, connection: number, payload: Uint8Array): void {
    if (this.#process !== null)
      this.#canWrite = this.#process.write(formatFrame({ type, connection, payload }));
  }

  #drained(): void {
    this.#canWrite = true;
    for (const listener of this.#listeners.values()) listener.drained();
  }

  #take(octets: Uint8Array): void {
    for (const frame of this.#reader.take(octets)) this.#follow(frame);
    const { fault } = this.#reader;
    if (fault === null) return;
    this.#components.onMessage(`the worker broke the protocol: ${fault}`);
    this.#process?.kill();
  }

  #follow({ type, connection, payload }: WorkerFrame): void {
    if (type === 'M')
      return this.#components.onMessage(String.fromCharCode(...payload.subarray(0, MESSAGE_OCTETS_MAX)));
    const listener = this.#listeners.get(connection);
    // It may answer what has just ended.
    if (listener === undefined) return;
    if (type === 'D') return listener.output(payload);
    this.#listeners.delete(connection);
    if (type === 'R') listener.reset?.(null);
    else listener.exited(null);
  }

  /** All connections end with their worker. */
  #lose(reason: string | null): void {
    const lost = [...this.#listeners.values()];
    this.#listeners.clear();
    for (const listener of lost) listener.exited(reason);
  }
}

/** JSON in ASCII alone, which is UTF-8 as well. */
function asciiJson(value: object): Uint8Array {
  const text = JSON.stringify(value).replaceAll(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}
