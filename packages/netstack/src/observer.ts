/** What the stack tells about its work: the source of logs, events and detectors. Calls must return quickly. */
import type { Flow } from './behavior.ts';

export interface StackObserver {
  /** A TCP segment outside any connection: the address, port, flags and length of the IP packet. */
  tcpProbe(flow: Flow, flags: number, lengthBytes: number): void;
  /** A datagram to a port where nothing listens. */
  udpProbe(flow: Flow, lengthBytes: number): void;
  icmp(source: number, destination: number, type: number, code: number, lengthBytes: number): void;
  /** A handshake was completed: the remote address is not forged. */
  flowOpen(flow: Flow): void;
  /** A connection is over; payload octets each way. */
  flowClose(flow: Flow, receivedBytes: number, sentBytes: number, reason: 'done' | 'reset' | 'timeout'): void;
  /** A packet of a protocol that the stack does not speak, or for an address that nobody answers for. */
  other(source: number, destination: number, protocol: number, lengthBytes: number): void;
}

/** An observer that looks away. */
export const silentObserver: StackObserver = {
  tcpProbe() {},
  udpProbe() {},
  icmp() {},
  flowOpen() {},
  flowClose() {},
  other() {},
};
