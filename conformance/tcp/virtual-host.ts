/** A virtual host at the same address on another link: our stack on a packet ring, with the services of `services.ts`. */
import { randomStreams, siphashKeyOf } from '@wormwood/base';
import {
  type Flow,
  plainBehavior,
  silentObserver,
  Stack,
  type StackHost,
  type TcpConnection,
  type TcpService,
} from '@wormwood/netstack';
import { PacketRing, systemClock, Waiter } from '@wormwood/sensor';
import { port, sizes } from './services.ts';

/** What the stack reported of connections that are over. */
export interface ClosedFlow {
  readonly remoteAddress: number;
  readonly receivedBytes: number;
  readonly sentBytes: number;
  readonly reason: string;
}

export interface RunningVirtualHost {
  readonly closed: readonly ClosedFlow[];
  stop(): void;
}

const BATCH_FRAMES = 512;
const SLEEP_SECONDS_MAX = 1;
/** How long it goes on asking after the last frame before it sleeps, as the sensor does. */
const SPIN_SECONDS = 0.0001;

/** Starts a host; must be called in the namespace of the interface. */
export function startVirtualHost(
  interfaceName: string,
  linkAddress: number,
  address: number,
): RunningVirtualHost {
  const device = new PacketRing({ interfaceName });
  const streams = randomStreams('1');
  const closed: ClosedFlow[] = [];
  const host: StackHost = {
    behavior: plainBehavior(siphashKeyOf(streams.stream('conformance/tcp'))),
    linkAddressAt: () => null,
    answersEcho: true,
    tcpPort: (number) => (services.has(number) ? 'open' : 'closed'),
    udpPort: (number) => (number === port.echo ? 'open' : 'closed'),
    acceptTcp: (connection) => services.get(connection.localPort)?.(connection) ?? null,
    receiveUdp: ({ payload, remotePort }, reply) => {
      if (remotePort > 0) reply(payload.slice());
    },
  };
  const stack = new Stack({
    device,
    hosts: { find: (asked) => (asked === address ? host : null) },
    clock: systemClock,
    streams,
    observer: {
      ...silentObserver,
      flowClose: ({ remoteAddress }: Flow, receivedBytes, sentBytes, reason) =>
        void closed.push({ remoteAddress: Number(remoteAddress), receivedBytes, sentBytes, reason }),
    },
    linkAddress,
  });
  const waiter = new Waiter(device.fd);
  const ending = { isAsked: false };
  const run = async (): Promise<void> => {
    let lastFrameSeconds = Number.NEGATIVE_INFINITY;
    while (!ending.isAsked) {
      const frames = stack.work(BATCH_FRAMES);
      const now = systemClock.nowSeconds();
      if (frames > 0) lastFrameSeconds = now;
      const seconds = Math.min(SLEEP_SECONDS_MAX, stack.nextTimerSeconds() - now);
      // oxlint-disable-next-line no-await-in-loop -- one batch after the other
      await (now - lastFrameSeconds < SPIN_SECONDS
        ? new Promise((resolve) => setImmediate(resolve))
        : waiter.wait(Math.max(0, seconds)));
    }
    waiter.close();
    device.close();
  };
  void run();
  return {
    closed,
    stop: () => {
      ending.isAsked = true;
      waiter.wake();
    },
  };
}

type Serve = (connection: TcpConnection) => TcpService | null;

/** Reads and does nothing else. */
const silent: TcpService = { data() {}, ended() {}, writable() {}, closed() {} };

const endsWith = (connection: TcpConnection): TcpService => ({ ...silent, ended: () => connection.end() });

const PIECE_BYTES = 16_384;

/** Writes octets as room allows, then ends if it is to. */
function says(connection: TcpConnection, octets: number, letter: string, thenEnds: boolean): TcpService {
  const piece = new Uint8Array(Math.min(octets, PIECE_BYTES)).fill(letter.charCodeAt(0));
  let left = octets;
  const more = (): void => {
    let taken = piece.length;
    while (left > 0 && taken === piece.length) left -= taken = connection.write(piece.subarray(0, left));
    if (left === 0 && thenEnds) connection.end();
  };
  more();
  return { ...(thenEnds ? silent : endsWith(connection)), writable: more };
}

const services: ReadonlyMap<number, Serve> = new Map<number, Serve>([
  [
    port.echo,
    (connection) => {
      let waiting: Uint8Array[] = [];
      let isOver = false;
      const more = (): void => {
        while (waiting.length > 0) {
          const first = waiting[0]!;
          const taken = connection.write(first);
          if (taken < first.length) {
            waiting[0] = first.subarray(taken);
            return;
          }
          waiting.shift();
        }
        if (isOver) connection.end();
      };
      return {
        data: (octets) => {
          waiting.push(octets.slice());
          more();
        },
        ended: () => {
          isOver = true;
          more();
        },
        writable: more,
        closed: () => void (waiting = []),
      };
    },
  ],
  [port.sink, () => null],
  [port.mute, () => silent],
  [port.hello, (connection) => says(connection, sizes.hello, 'h', false)],
  [port.flood, (connection) => says(connection, sizes.flood, 'f', false)],
  [port.page, (connection) => says(connection, sizes.page, 'p', true)],
  [port.file, (connection) => says(connection, sizes.file, 'd', true)],
  [port.part, (connection) => says(connection, sizes.part, 'a', true)],
  [
    port.question,
    (connection) => {
      let isAsked = false;
      return {
        ...endsWith(connection),
        data: () => {
          if (!isAsked) says(connection, sizes.question, 'q', true);
          isAsked = true;
        },
      };
    },
  ],
  [
    port.half,
    (connection) => {
      connection.end();
      return silent;
    },
  ],
  [port.resetOnData, (connection) => ({ ...silent, data: () => connection.abort() })],
  [
    port.reset,
    (connection) => {
      connection.abort();
      return silent;
    },
  ],
  [
    port.late,
    (connection) => {
      connection.pause();
      setTimeout(() => connection.resume(), sizes.lateMs);
      return endsWith(connection);
    },
  ],
  [
    port.deaf,
    (connection) => {
      connection.pause();
      return silent;
    },
  ],
]);
