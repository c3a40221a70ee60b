/**
 * Packets of the clients that demonstrations make up: they complete a handshake, send a line and hang up. They go into memory,
 * nowhere else.
 */
import { ipProtocol, ipv4, pseudoHeaderSum, seqAdd, tcp } from '@wormwood/wire';

/** What differs from one segment of a client to the next. */
export type ClientSegment = Pick<tcp.Repr, 'sourcePort' | 'destinationPort' | 'sequenceNumber' | 'flags'> &
  Partial<tcp.Repr>;

/** A packet from a client. */
export interface ClientPacket {
  readonly source: number;
  readonly destination: number;
  readonly protocol: number;
  readonly identification: number;
  readonly payload: Uint8Array;
}

const WINDOW_BYTES = 64_240;
const NOTHING = new Uint8Array(0);

/** Returns the packet of a segment. */
export function tcpPacket(
  words: ClientSegment,
  ends: Pick<ClientPacket, 'source' | 'destination' | 'identification'>,
): ClientPacket {
  const segment: tcp.Repr = {
    acknowledgmentNumber: 0,
    reserved: 0,
    window: WINDOW_BYTES,
    urgentPointer: 0,
    options: [],
    payload: NOTHING,
    ...words,
  };
  const payload = new Uint8Array(tcp.length(segment));
  tcp.emit(segment, payload, 0, pseudoHeaderSum(ends));
  return { ...ends, protocol: ipProtocol.tcp, payload };
}

/** Returns the acknowledgment of all that a segment says. */
export function acknowledgmentOf(segment: tcp.Repr): ClientSegment {
  const { flags, payload } = segment;
  const consumed =
    payload.length + ((flags & tcp.flag.SYN) === 0 ? 0 : 1) + ((flags & tcp.flag.FIN) === 0 ? 0 : 1);
  return {
    sourcePort: segment.destinationPort,
    destinationPort: segment.sourcePort,
    sequenceNumber: segment.acknowledgmentNumber,
    acknowledgmentNumber: seqAdd(segment.sequenceNumber, consumed) >>> 0,
    flags: tcp.flag.ACK,
  };
}

/** Writes a packet at an offset; returns its end. */
export function emitClientPacket(packet: ClientPacket, bytes: Uint8Array, at: number): number {
  const repr: ipv4.Repr = {
    typeOfService: 0,
    reservedFlag: false,
    dontFragment: true,
    moreFragments: false,
    fragmentOffset: 0,
    timeToLive: 64,
    options: [],
    ...packet,
  };
  return ipv4.emit(repr, bytes, at);
}
