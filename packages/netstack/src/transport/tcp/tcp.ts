/**
 * TCP for virtual hosts (RFC 9293): they listen and never call. Segments outside a connection go to `accept.ts`, the others to
 * `receive.ts`; `send.ts` answers at the end of a batch, `timers.ts` when time is up; `connections.ts` begins and ends.
 */
import { type IpAddress, readPseudoHeaderSumIpv4, readPseudoHeaderSumIpv6, tcp } from '@wormwood/wire';
import type { SegmentError } from '../../network/icmp.ts';
import type { PacketContext } from '../../network/packet-context.ts';
import { ReplyLimiter, type ReplyRates } from '../../network/reply-limiter.ts';
import { Acceptor } from './accept.ts';
import { field, NONE, state, STATE_NAMES } from './connection-table.ts';
import { ConnectionStore, type TcpComponents, type TcpLimits } from './connection-store.ts';
import { Connections } from './connections.ts';
import { IncomingSegment } from './incoming-segment.ts';
import { Receiver } from './receive.ts';

export type { TcpLimits } from './connection-store.ts';

/** RFC 5961 section 7: challenge ACKs, and resets that answer a wrong acknowledgment in a handshake. */
const DOUBT_RATES: ReplyRates = { perSource: 100, inAll: 1000 };

/** A line of `status`. */
export interface ConnectionStatus {
  readonly localAddress: IpAddress;
  readonly localPort: number;
  readonly remoteAddress: IpAddress;
  readonly remotePort: number;
  readonly state: string;
  readonly receivedBytes: number;
  readonly sentBytes: number;
}

export class Tcp {
  readonly #store: ConnectionStore;
  readonly #connections: Connections;
  readonly #acceptor: Acceptor;
  readonly #receiver: Receiver;
  readonly #segment: IncomingSegment = new IncomingSegment();

  /** `memoryBytes`: what all connections may take. */
  constructor(components: TcpComponents, memoryBytes: number, limits: TcpLimits = {}) {
    const store = new ConnectionStore(components, memoryBytes, limits);
    const connections = new Connections(store);
    const doubts = new ReplyLimiter(DOUBT_RATES, components.streams.stream('netstack/tcp/doubts'));
    const parts = { store, connections, segment: this.#segment, doubts };
    this.#store = store;
    this.#connections = connections;
    this.#acceptor = new Acceptor(parts);
    this.#receiver = new Receiver(parts, this.#acceptor);
  }

  get connectionCount(): number {
    return this.#store.table.count;
  }

  get halfOpenCount(): number {
    return this.#connections.halfOpenCount;
  }

  /** Connections that have buffers: the rest cost their place in the table alone. */
  get endpointCount(): number {
    return this.#store.endpoints.size;
  }

  /** Octets that connections past their handshake hold: places, buffers, and pieces beyond gaps. */
  get heldBytes(): number {
    return this.#store.claims.heldBytes;
  }

  /** Connections that were reset because memory was short. */
  get evictedCount(): number {
    return this.#connections.evicted;
  }

  /** Octets of the connection table. */
  get memoryBytes(): number {
    return this.#store.table.memoryBytes;
  }

  /** All connections, half-open ones included. */
  status(): readonly ConnectionStatus[] {
    const rows: ConnectionStatus[] = [];
    const { table } = this.#store;
    table.forEach((at) => {
      rows.push({
        ...this.#store.flowOf(at),
        state: STATE_NAMES[table.words[at + field.state]!] ?? 'CLOSED',
        receivedBytes: table.words[at + field.receivedBytes]! >>> 0,
        sentBytes:
          this.#store.stateOf(at) === state.synReceived ? 0 : table.words[at + field.sentBytes]! >>> 0,
      });
    });
    return rows;
  }

  /** Brackets the frames of one batch: what they cause to be sent goes out when `receive` has returned. */
  batch(receive: () => number): number {
    this.#connections.isReceiving = true;
    try {
      return receive();
    } finally {
      this.#connections.isReceiving = false;
      this.#connections.flush();
    }
  }

  runTimers(): void {
    this.#connections.runTimers();
  }

  nextTimerSeconds(): number {
    return this.#store.nextTimerSeconds();
  }

  /** An ICMP error about a segment of ours, or one that somebody made up (RFC 5927). */
  receiveError(error: SegmentError): void {
    const { remoteAddress, localAddress, ports } = error;
    const at = this.#store.table.find(remoteAddress, localAddress, ports);
    if (at !== NONE) this.#connections.receiveError(at, error);
  }

  receive(packet: PacketContext): void {
    const { bytes, transportStart: start, end, host } = packet;
    if (host === null || tcp.check(bytes, start, end) !== undefined) return;
    if (!packet.checksumsVerified && !tcp.verifyChecksum(bytes, start, end, addressSumOf(packet))) return;
    const segment = this.#segment;
    segment.read(packet);
    const at = this.#store.table.find(packet.source, packet.destination, segment.ports);
    if (at === NONE) this.#acceptor.receive(packet, host);
    else this.#receiver.receive(packet, host, at);
  }
}

function addressSumOf({ bytes, ipStart, isIpv6 }: PacketContext): number {
  return isIpv6 ? readPseudoHeaderSumIpv6(bytes, ipStart) : readPseudoHeaderSumIpv4(bytes, ipStart);
}
