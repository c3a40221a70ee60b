/**
 * What a sensor saw, before anyone judged it. Observations come from the honeynet's events, from a capture or from a
 * simulated outbreak; `defense` knows none of these, so a detector can be tested on a list.
 */

export interface Observation {
  /** Seconds of the sensor's clock; never decreasing within one source of observations by more than its reordering. */
  readonly timeSeconds: number;
  readonly kind: ObservationKind;
  readonly protocol: 'tcp' | 'udp' | 'icmp';
  /** IPv4 addresses as unsigned integers. */
  readonly source: number;
  readonly destination: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** Hash of the first payload of the flow, hexadecimal; null while there is none. The payload itself is not kept. */
  readonly payloadHash: string | null;
  readonly payloadLength: number;
  /** True when the destination is dark space: nothing should arrive there. */
  readonly dark: boolean;
}

/**
 * `contact`: a first packet of the source to that address and port (SYN, datagram, echo request). `handshake`: the TCP
 * handshake was completed, so the source address is not forged. `payload`: first payload of a flow. `backscatter`: an
 * answer to something never asked (SYN/ACK, RST, ICMP error).
 */
export type ObservationKind = 'contact' | 'handshake' | 'payload' | 'backscatter';
