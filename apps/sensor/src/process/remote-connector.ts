/** Connections to other machines for `proxy` actions, through the machine's own stack. */
import { createSocket } from 'node:dgram';
import { connect, type Socket } from 'node:net';
import type { Connector, ProcessListener, RemoteEnd, RunningProcess } from '@wormwood/honeynet';

const CONNECT_MS_MAX = 10_000;
const OPEN_MAX = 1024;
const DATAGRAM_MS_MAX = 60_000;

export class RemoteConnector implements Connector {
  #open = 0;
  readonly #closers: Set<() => void> = new Set();

  connect({ host, port }: RemoteEnd, listener: ProcessListener): RunningProcess | null {
    if (this.#open >= OPEN_MAX) return null;
    const socket = connect({ host, port, allowHalfOpen: true });
    let reason: string | null = null;
    const timer = setTimeout(() => {
      reason = `${host}:${port} does not answer`;
      socket.destroy();
    }, CONNECT_MS_MAX);
    socket.on('connect', () => clearTimeout(timer));
    socket.on('data', (octets) => listener.output(octets));
    socket.on('drain', () => listener.drained());
    socket.on('end', () => socket.end());
    socket.on('error', (error) => (reason ??= `${host}:${port}: ${error.message}`));
    this.#hold(
      () => socket.destroy(),
      (release) =>
        socket.on('close', () => {
          clearTimeout(timer);
          release();
          listener.exited(reason);
        }),
    );
    return new RemoteProcess(socket);
  }

  sendDatagram({ host, port }: RemoteEnd, payload: Uint8Array, reply: (payload: Uint8Array) => void): void {
    if (this.#open >= OPEN_MAX) return;
    const socket = createSocket('udp4');
    const close = (): void => {
      clearTimeout(timer);
      socket.close();
    };
    const timer = setTimeout(close, DATAGRAM_MS_MAX);
    socket.on('message', (octets) => reply(octets));
    socket.on('error', close);
    this.#hold(close, (release) => socket.on('close', release));
    socket.send(payload, port, host);
  }

  /** Ends all of them. */
  close(): void {
    for (const close of this.#closers) close();
  }

  #hold(close: () => void, onClosed: (release: () => void) => void): void {
    this.#open++;
    this.#closers.add(close);
    onClosed(() => {
      this.#open--;
      this.#closers.delete(close);
    });
  }
}

class RemoteProcess implements RunningProcess {
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  write(octets: Uint8Array): boolean {
    // The view dies with the call.
    if (this.#socket.writable) this.#socket.write(Uint8Array.from(octets));
    return !this.#socket.writableNeedDrain;
  }

  endInput(): void {
    this.#socket.end();
  }

  pauseOutput(): void {
    this.#socket.pause();
  }

  resumeOutput(): void {
    this.#socket.resume();
  }

  kill(): void {
    this.#socket.destroy();
  }
}
