/** What the stack tells about its work: the source of logs, events and detectors. Calls must return quickly. */
import type { Flow } from './behavior.ts';

export interface StackObserver {
  /**
   * A TCP segment outside any connection: its flags and the length of the IP packet. `opens`: it is a SYN to an open port,
   * which begins a connection unless there is no room for one.
   */
  tcpProbe(flow: Flow, flags: number, lengthBytes: number, opens: boolean): void;
  /** A datagram to a port where nothing listens. */
  udpProbe(flow: Flow, lengthBytes: number): void;
  /** A datagram to an open port; its length as an IP packet, and that of its payload. */
  udpReceived(flow: Flow, lengthBytes: number, payloadBytes: number): void;
  /** An answer to such a datagram. */
  udpSent(flow: Flow, payloadBytes: number): void;
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
  udpReceived() {},
  udpSent() {},
  icmp() {},
  flowOpen() {},
  flowClose() {},
  other() {},
};
