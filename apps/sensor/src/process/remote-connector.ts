/** Connections to other machines for `proxy` actions, through the machine's own stack. */
import { createSocket } from 'node:dgram';
import { lookup, type LookupAddress, type LookupOptions } from 'node:dns';
import { BlockList, isIP, type LookupFunction, Socket } from 'node:net';
import type { Connector, ProcessListener, RemoteEnd, RunningProcess } from '@wormwood/honeynet';

const CONNECT_MS_MAX = 10_000;
const OPEN_MAX = 1024;
const DATAGRAM_MS_MAX = 60_000;

export class RemoteConnector implements Connector {
  #open = 0;
  readonly #closers: Set<() => void> = new Set();

  connect({ host, port, askedBy }: RemoteEnd, listener: ProcessListener): RunningProcess | null {
    if (this.#open >= OPEN_MAX) return null;
    const socket = new Socket({ allowHalfOpen: true });
    let reason: string | null = null;
    let isReset = false;
    const timer = setTimeout(() => {
      reason = `${host}:${port} does not answer`;
      socket.destroy();
    }, CONNECT_MS_MAX);
    socket.on('connect', () => clearTimeout(timer));
    socket.on('data', (octets) => listener.output(octets));
    socket.on('drain', () => listener.drained());
    socket.on('end', () => socket.end());
    socket.on('error', (error: NodeJS.ErrnoException) => {
      reason ??= `${host}:${port}: ${error.message}`;
      isReset ||= error.code === 'ECONNRESET' || error.code === 'ECONNREFUSED';
    });
    this.#hold(
      () => socket.destroy(),
      (release) =>
        socket.on('close', () => {
          clearTimeout(timer);
          release();
          // What the target cuts off, or refuses, is cut off for the client.
          if (isReset && listener.reset !== undefined) listener.reset(reason);
          else listener.exited(reason);
        }),
    );
    const apart: LookupFunction = (name, options, callback) =>
      findApart(askedBy, name, options, (error, addresses) =>
        options.all === true
          ? callback(error, addresses)
          : callback(error, addresses[0]?.address ?? '', addresses[0]?.family),
      );
    // A socket asks no lookup for an address.
    if (isIP(host) !== 0 && isSame(host, askedBy)) socket.destroy(leadsBack());
    else socket.connect({ host, port, lookup: apart });
    return new RemoteProcess(socket);
  }

  sendDatagram(
    { host, port, askedBy }: RemoteEnd,
    payload: Uint8Array,
    reply: (payload: Uint8Array) => void,
  ): void {
    if (this.#open >= OPEN_MAX) return;
    const socket = createSocket({
      type: 'udp4',
      lookup: (name, _options, callback) =>
        findApart(askedBy, name, { family: 4 }, (error, [first]) => callback(error, first?.address ?? '', 4)),
    });
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

/** Hands over the addresses of a name as the machine knows them; an error where one of them is the source's own. */
function findApart(
  askedBy: string,
  name: string,
  options: LookupOptions,
  found: (error: Error | null, addresses: LookupAddress[]) => void,
): void {
  lookup(name, { ...options, all: true }, (error, addresses) => {
    if (error !== null) found(error, []);
    else if (addresses.some(({ address }) => isSame(address, askedBy))) found(leadsBack(), []);
    else found(null, addresses);
  });
}

/** Whether an address is this one, in whichever notation. */
function isSame(address: string, other: string): boolean {
  const only = new BlockList();
  only.addAddress(other, isIP(other) === 6 ? 'ipv6' : 'ipv4');
  return only.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

function leadsBack(): Error {
  return new Error('the proxy leads back to whoever asks');
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

  reset(): void {
    this.#socket.resetAndDestroy();
  }
}
