/**
 * Every choice by which an observer on the wire tells one operating system from another. The stack is mechanism and asks;
 * a behavior answers. There is no `if` about systems anywhere else in this package.
 */

/** What a packet is, as far as its IP header depends on it. */
export type PacketClass = 'echo-reply' | 'icmp-error' | 'syn-ack' | 'established' | 'reset' | 'udp';

/** Which octets count where fragments overlap: `old` keeps those that came first, `new` those that came last. */
export type OverlapPolicy = 'old' | 'new';

/** Two ends of a connection; addresses and ports as unsigned integers. */
export interface Flow {
  readonly localAddress: number;
  readonly localPort: number;
  readonly remoteAddress: number;
  readonly remotePort: number;
}

/** The answers to every question whose answer differs between operating systems. */
export interface StackBehavior {
  readonly name: string;
  /** Time to live of a packet that we send. */
  timeToLive(kind: PacketClass): number;
  /** The DF flag. */
  dontFragment(kind: PacketClass): boolean;
  /** The identification field of a packet from one address to another: 16 bits. */
  identification(kind: PacketClass, source: number, destination: number): number;
  /** The address that all packets claim to come from; null: the one that was asked. */
  readonly spoofedSource: number | null;
  /** TOS octet of an echo reply, given that of the request; all else is sent with 0. */
  echoTypeOfService(requested: number): number;
  /**
   * What counts where fragments of a packet overlap; `discard`: the packet is given up (RFC 5722); `drop`: fragments are dropped,
   * overlapping or not.
   */
  readonly fragments: OverlapPolicy | 'discard' | 'drop';
  /** Octets of the offending packet that an ICMP error quotes, beginning with its IP header (RFC 1812 4.3.2.3). */
  readonly icmpQuoteBytes: number;
  /** ISN of a connection that we accept now (RFC 6528). */
  initialSequenceNumber(flow: Flow, nowSeconds: number): number;
  /**
   * `keyed`: nobody who does not see our SYN/ACK can guess its sequence number. `weak`: as an old system's, they can be
   * guessed, so a completed handshake proves nothing about its source.
   */
  readonly sequenceNumbers: 'keyed' | 'weak';
  /** TSval of a connection now (RFC 7323 5.4): 32 bits. `offset` is what `timestampOffset` said at its SYN. */
  timestampValue(offset: number, nowSeconds: number): number;
  /** Where the timestamps of connections between two addresses begin: 32 bits, asked once for each connection. */
  timestampOffset(localAddress: number, remoteAddress: number): number;
  readonly tcp: TcpBehavior;
}

/** What our side offers in a SYN/ACK. An option is only sent where the SYN offered it too. */
export interface TcpBehavior {
  /** Window in the SYN/ACK, which is never scaled, and the most octets that we take before the service reads. */
  readonly windowBytes: number;
  /** Shift of later windows (RFC 7323 2.2); -1: the option is not offered. */
  readonly windowScale: number;
  readonly mssBytes: number;
  readonly sack: boolean;
  readonly timestamps: boolean;
  /** Order of the options in a SYN/ACK; `nop` pads. */
  readonly optionOrder: readonly ('mss' | 'sack' | 'timestamps' | 'nop' | 'scale')[];
  /** How often a SYN/ACK that nobody answers is sent again, after 1, 2, 4… seconds (RFC 6298 5.5). */
  readonly synAckRepeats: number;
  /** A bare FIN to a listening port: dropped in silence as RFC 9293 3.10.7.2 has it, or answered with a reset. */
  readonly answersFinToListener: boolean;
}
