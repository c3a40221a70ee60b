/** What the stack reports about its work: the source of logs, events and detectors. Calls must return quickly. */
import type { IpAddress } from '@wormwood/wire';
import type { Flow } from './behavior.ts';

/**
 * Why a completed handshake does not prove that its source owns the address: stable words, which events carry.
 * `no-link-address`: the frames have no Ethernet source of their own, as on a TUN interface or in a tunnel.
 * `unknown-router`: the source is off the link and the frames come from no known router. `arp-silent`: nobody answered the
 * question for the address, or it could not be asked. `arp-conflict`: several machines answered. `arp-mismatch`: one answered,
 * with another link address. `address-changed`: the frames of the handshake come from several link addresses.
 * `weak-sequence-numbers`: the host's initial sequence numbers can be guessed.
 */
export type ForgeableReason =
  | 'no-link-address'
  | 'unknown-router'
  | 'arp-silent'
  | 'arp-conflict'
  | 'arp-mismatch'
  | 'ndp-silent'
  | 'ndp-conflict'
  | 'ndp-mismatch'
  | 'address-changed'
  | 'weak-sequence-numbers';

/** Where the frames of a handshake came from, and what that proves about the source's address. */
export interface SourceProof {
  /** Ethernet source of the initiator's frames; null on a device without Ethernet. */
  readonly linkAddress: number | null;
  /**
   * `router`: the source is off the link and its frames came from a known router. `link`: the source is on the link, and ARP (or
   * neighbor discovery) had exactly one answer, from that link address. `pending`: the link was asked, and `flowProof` follows.
   * `none`: `forgeable` says why.
   */
  readonly kind: 'router' | 'link' | 'pending' | 'none';
  /** Null except with `none`. */
  readonly forgeable: ForgeableReason | null;
}

/** Somebody asks by ARP for an address of ours. */
export interface ArpContact {
  /** Who asks; 0: a probe of one who wants the address (RFC 5227 2.1.1). */
  readonly source: number;
  readonly linkAddress: number;
  readonly target: number;
  /** As a frame's tags say; 0: without a tag. */
  readonly vlan: number;
  readonly isAnswered: boolean;
}

/** Another machine speaks for an address of ours. */
export interface AddressOwner {
  readonly address: IpAddress;
  readonly linkAddress: number;
  readonly vlan: number;
}

/** Somebody asks by neighbor discovery for an IPv6 address of ours. */
export interface Ipv6Contact {
  readonly kind: 'neighbor-solicitation';
  readonly source: bigint;
  /** The address that is asked for. */
  readonly destination: bigint;
  /** Number of the protocol behind the extension headers. */
  readonly protocol: number;
  readonly lengthBytes: number;
  readonly linkAddress: number;
  readonly vlan: number;
  readonly isAnswered: boolean;
}

/**
 * Which limit kept an answer back: stable words, which events carry. `icmp-error-rate`: ICMP errors a second.
 * `udp-answer-length`: the answer is longer than what it answers. `udp-answer-rate`: UDP answers a second to one source.
 */
export type AnswerLimit = 'icmp-error-rate' | 'udp-answer-length' | 'udp-answer-rate';

/** Is called with everything that happens to the hosts of a stack. Calls must not throw; they run on the hot path. */
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
  /** A message of ICMP, or of ICMPv6 between addresses of IPv6. */
  icmp(source: IpAddress, destination: IpAddress, type: number, code: number, lengthBytes: number): void;
  /** A handshake was completed; `proof` says whether the remote address can be forged nevertheless. */
  flowOpen(flow: Flow, proof: SourceProof): void;
  /**
   * The proof of a flow that was opened with a pending one, once: `link` or `none`. `flow` is the object that `flowOpen` got;
   * the connection may be over by now.
   */
  flowProof(flow: Flow, proof: SourceProof): void;
  /** A connection is over; payload octets each way. */
  flowClose(flow: Flow, receivedBytes: number, sentBytes: number, reason: 'done' | 'reset' | 'timeout'): void;
  /** A packet of a protocol that the stack does not speak, or for an address that nobody answers for. */
  other(source: IpAddress, destination: IpAddress, protocol: number, lengthBytes: number): void;
  arpRequest(contact: ArpContact): void;
  ipv6(contact: Ipv6Contact): void;
  /** An answer was due and is not sent. */
  answerLimited(limit: AnswerLimit, protocol: number, source: IpAddress, destination: IpAddress): void;
  /** The address is left to its owner from now on. */
  addressTaken(owner: AddressOwner): void;
}

/** An observer that looks away. */
export const silentObserver: StackObserver = {
  tcpProbe() {},
  udpProbe() {},
  udpReceived() {},
  udpSent() {},
  icmp() {},
  flowOpen() {},
  flowProof() {},
  flowClose() {},
  other() {},
  arpRequest() {},
  addressTaken() {},
  ipv6() {},
  answerLimited() {},
};
