/**
 * What a sensor saw, before anyone judged it. Observations come from the honeynet's events, from a capture or from a
 * simulated outbreak; `defense` knows none of these, so a detector can be tested on a list.
 */

import type { IpAddress } from '@wormwood/wire';

/** Why a completed handshake does not prove who sent it, or does not yet. The words are stable. */
export const FORGEABLE_REASONS = [
  /** The device or the capture has no Ethernet, so that nothing says who sent the frames. */
  'no-link-address',
  /** The frames came from no known router, and the sensor did not ask the link for the source. */
  'unknown-router',
  /** Nobody answered when the sensor asked the link for the source. */
  'arp-silent',
  /** More than one machine answered. */
  'arp-conflict',
  /** Another machine answered than the one that sent the frames. */
  'arp-mismatch',
  /** The frames of one handshake, or of the handshakes of one source, came from several link addresses. */
  'address-changed',
  /** The virtual host imitates a system whose initial sequence numbers can be guessed. */
  'weak-sequence-numbers',
  /** In a capture: the answer came from no machine that is known as the sensor. */
  'unknown-sensor',
  /** The sensor has asked the link for the source and still waits for answers. */
  'proof-pending',
  /** The sensor does not say whether the handshake proves anything. */
  'no-proof',
  /** The same three of neighbor discovery, when the sensor asked the link for an IPv6 source. */
  'ndp-silent',
  'ndp-conflict',
  'ndp-mismatch',
] as const;

export type ForgeableReason = (typeof FORGEABLE_REASONS)[number];

/** `Address` is how both ends are written. */
export interface ObservationBetween<Address extends IpAddress> {
  /** Seconds of the sensor's clock; never decreasing within one source of observations by more than its reordering. */
  readonly timeSeconds: number;
  /** What the sensor wrote, where `steady-clock.ts` judged that to be another time. @default the same */
  readonly sensorSeconds?: number;
  readonly kind: ObservationKind;
  readonly protocol: 'tcp' | 'udp' | 'icmp';
  readonly source: Address;
  readonly destination: Address;
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** Hash of the first payload of the flow, hexadecimal; null while there is none. The payload itself is not kept. */
  readonly payloadHash: string | null;
  readonly payloadLength: number;
  /** True when the destination is dark space: nothing should arrive there. */
  readonly dark: boolean;
  /** MAC address of a source on the sensor's own link; null for one beyond a router, and where it is not known. */
  readonly linkAddress: number | null;
  /** Why the handshake, or that of the payload's flow, proves no address; null when it does. Contacts prove none. */
  readonly forgeable: ForgeableReason | null;
  /**
   * What the packet itself says of the program that made it: bits of `synMark` of wire.
   * @default 0
   */
  readonly marks?: number;
  /** Packets that are alike and came within a second, which the sensor reports together. @default 1 */
  readonly packets?: number;
  /** Of a payload: the protocol whose usual first message it is, so that it distinguishes nobody. @default null */
  readonly greeting?: string | null;
}

/** What was seen between two addresses of either version: a number is IPv4, a bigint is IPv6. */
export type Observation = ObservationBetween<IpAddress>;

/** The same as the tables of the evidence have it: an address is a word of 32 bits, an IPv4 address its own. */
export type WordObservation = ObservationBetween<number>;

/**
 * `contact`: a first packet of the source to that address and port (SYN, datagram, echo request). `handshake`: a TCP
 * handshake was completed; its source address is proven when `forgeable` is null. The same handshake may come again once
 * its proof has arrived. `payload`: first payload of a flow. `backscatter`: an
 * answer to something never asked (SYN/ACK, RST, ICMP error, a datagram from the port of a service). `remainder`: the
 * middle of a flow whose beginning went elsewhere.
 */
export type ObservationKind = 'contact' | 'handshake' | 'payload' | 'backscatter' | 'remainder';
