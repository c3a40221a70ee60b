/**
 * The servers of the live network, as far as a capture shows them: they accept every connection, acknowledge what they get and
 * close when the client does. Those asked from outside stand on the link, and send their answers to the address that the routers
 * share. Those that our own hosts ask stand beyond the routers: the question goes to the shared address, and the answer comes
 * from one of the routers itself.
 */
import { ipv4, isMalformed, readMac, tcp } from '@wormwood/wire';
import { ACK, FIN, type Look, RST, SYN, tcpFrame } from './packets.ts';
import { liveMac, NEIGHBOUR_MAC, ROUTER_MAC, VIRTUAL_ROUTER_MAC } from './telescope.ts';

const LOOK: Look = {
  timeToLive: 64,
  window: 65_160,
  options: [{ kind: 'mss', mssBytes: 1460 }],
  identification: 0,
};

/** Returns the frame that a server answers a frame with, or null. */
export function answerOfLive(frame: Uint8Array): Uint8Array | null {
  const packet = ipv4.parse(frame.slice(14));
  const segment = isMalformed(packet) ? packet : tcp.parse(packet.payload);
  if (isMalformed(packet) || isMalformed(segment) || (segment.flags & RST) !== 0) return null;
  const { flags, sequenceNumber, acknowledgmentNumber, payload } = segment;
  const isSyn = (flags & SYN) !== 0;
  const isFin = (flags & FIN) !== 0;
  if (!isSyn && !isFin && payload.length === 0) return null;
  const ends = {
    source: packet.destination,
    sourcePort: segment.destinationPort,
    destination: packet.source,
    destinationPort: segment.sourcePort,
  };
  const answer = {
    flags: (isSyn ? SYN : 0) | (isFin ? FIN : 0) | ACK,
    // Numbers of the server's own, which no test looks at.
    sequence: isSyn ? Math.imul(packet.source ^ segment.sourcePort, 0x9e37_79b1) >>> 0 : acknowledgmentNumber,
    acknowledgment: sequenceNumber + payload.length + (isSyn || isFin ? 1 : 0),
  };
  const isBeyond = readMac(frame, 0) === VIRTUAL_ROUTER_MAC;
  const link = isBeyond
    ? { from: segment.sourcePort % 2 === 0 ? ROUTER_MAC : NEIGHBOUR_MAC, to: readMac(frame, 6) }
    : { from: liveMac(packet.destination), to: VIRTUAL_ROUTER_MAC };
  return tcpFrame(link, ends, answer, LOOK, 0);
}
