/**
 * Every choice by which an observer on the wire distinguishes one operating system from another. The stack is mechanism and asks;
 * a behavior answers. There is no `if` about systems anywhere else in this package.
 */

import type { IpAddress, tcpOption } from '@wormwood/wire';

/** What a packet is, as far as its IP header depends on it; `ecn-syn-ack` answers a SYN that offers ECN (RFC 3168 6.1.1). */
export type PacketClass =
  | 'echo-reply'
  | 'icmp-error'
  | 'syn-ack'
  | 'ecn-syn-ack'
  | 'established'
  | 'reset'
  | 'udp'
  | StraySegment;

/**
 * A segment outside any connection, by what it meets and what it is: with ACK, with SYN (and FIN, at a listening port), or with
 * neither.
 */
export type StraySegment =
  | 'listening-null'
  | 'listening-syn-fin'
  | 'listening-ack'
  | 'closed-syn'
  | 'closed-ack'
  | 'closed-null';

/** Which octets count where fragments overlap: `old` keeps those that came first, `new` those that came last. */
export type OverlapPolicy = 'old' | 'new';

/** Two ends of a connection. */
export interface Flow {
  readonly localAddress: IpAddress;
  readonly localPort: number;
  readonly remoteAddress: IpAddress;
  readonly remotePort: number;
}

/**
 * The same as a behavior gets it, with addresses of 32 bits: those of IPv4, or for those of IPv6 a hash that nobody can predict
 * and that stays the same.
 */
export interface ShortFlow {
  readonly localAddress: number;
  readonly localPort: number;
  readonly remoteAddress: number;
  readonly remotePort: number;
}

/** Which of ICMP's questions beside echo are answered. */
export interface IcmpQueries {
  /** Timestamp requests (RFC 1122 3.2.2.8), and information requests, which RFC 1122 3.2.2.7 gives up. */
  readonly timestamp: boolean;
  readonly information: boolean;
  /** What answers an address mask request (RFC 950): 32 bits; null: nothing does. */
  readonly addressMask: number | null;
}

/** The answers to every question whose answer differs between operating systems. */
export interface StackBehavior {
  readonly name: string;
  /** Time to live, or hop limit, of a packet that we send. */
  timeToLive(kind: PacketClass): number;
  /** The DF flag. */
  dontFragment(kind: PacketClass): boolean;
  /** The identification field of an IPv4 packet from one address to another: 16 bits. `ports`: of its connection, or 0. */
  identification(kind: PacketClass, source: number, destination: number, ports: number): number;
  /** The address that all packets claim to come from; null: the one that was asked. */
  readonly spoofedSource: number | null;
  /** Whether echo requests are answered, and datagrams to closed ports refused, by a host that may. */
  readonly answersEcho: boolean;
  readonly refusesDatagrams: boolean;
  /** TOS octet of an echo reply, given that of the request; what belongs to a connection, and UDP, is sent with 0. */
  echoTypeOfService(requested: number): number;
  /** The same of a reset outside any connection, and of an ICMP error (RFC 1812 4.3.2.5). */
  refusalTypeOfService(kind: 'reset' | 'icmp-error', requested: number): number;
  readonly icmpQueries: IcmpQueries;
  /** DF flag and code of an echo reply, given those of the request. */
  echoDontFragment(requested: boolean): boolean;
  echoCode(requested: number): number;
  /**
   * What counts where fragments of a packet overlap; `discard`: the packet is given up (RFC 5722); `drop`: fragments are dropped,
   * overlapping or not.
   */
  readonly fragments: OverlapPolicy | 'discard' | 'drop';
  /** Octets of the offending packet that an ICMP error quotes, beginning with its IP header (RFC 1812 4.3.2.3). */
  readonly icmpQuoteBytes: number;
  /** Octets by which an ICMP error may be longer than the packet that it is about: none, or what its own headers take. */
  readonly icmpExcessBytes: number;
  /** The word behind the checksum of a port unreachable, which RFC 792 leaves unused: 32 bits. */
  readonly icmpUnused: number;
  /** Changes what an error quotes, octets from `start` to `end` of `bytes`, as the system does; null: it changes nothing. */
  readonly changeQuote: ((bytes: Uint8Array, start: number, end: number) => void) | null;
  /** ISN of a connection that we accept now (RFC 6528). */
  initialSequenceNumber(flow: ShortFlow, nowSeconds: number): number;
  /**
   * `keyed`: nobody who does not see our SYN/ACK can guess its sequence number. `weak`: as an old system's, they can be
   * guessed, so a completed handshake proves nothing about its source.
   */
  readonly sequenceNumbers: 'keyed' | 'weak';
  /** TSval of a connection now (RFC 7323 5.4): 32 bits. `offset` is what `timestampOffset` said at its SYN. */
  timestampValue(offset: number, nowSeconds: number): number;
  /** Where the timestamps of connections between two addresses of a `ShortFlow` begin: 32 bits, asked once a connection. */
  timestampOffset(localAddress: number, remoteAddress: number): number;
  readonly tcp: TcpBehavior;
}

/** What our side offers in a SYN/ACK. An option is only sent where the SYN offered it too. */
export interface SynAckShape {
  /** Window in the SYN/ACK, which is never scaled. */
  readonly windowBytes: number;
  /** Shift of later windows (RFC 7323 2.2); -1: the option is not offered. */
  readonly windowScale: number;
  readonly mssBytes: number;
  readonly sack: boolean;
  readonly timestamps: boolean;
  /** Order of the options in a SYN/ACK; `nop` pads. */
  readonly optionOrder: readonly TcpOptionName[];
  /** Oddities, which few systems have; null: none. */
  readonly oddities: SynAckOddities | null;
}

/** An option of a SYN/ACK, or what fills the room between two. */
export type TcpOptionName = 'mss' | 'sack' | 'timestamps' | 'nop' | 'scale' | 'end';

/** How a SYN/ACK differs from what RFC 9293 and RFC 7323 describe. */
export interface SynAckOddities {
  /** What such a SYN gets in place of a SYN/ACK, without a connection: another segment, or nothing; null: a SYN/ACK. */
  readonly instead: StrayAnswer | 'nothing' | null;
  /** Every option of the order is sent, whatever the SYN offered, with the MSS as it stands there. */
  readonly isLiteral: boolean;
  /** TSval, or TSecr, is 0. */
  readonly zeroTimestamp: boolean;
  readonly zeroEcho: boolean;
  /** Flags beside SYN and ACK. */
  readonly flags: number;
  /** The reserved bits, and the urgent pointer without URG. */
  readonly reserved: number;
  readonly urgentPointer: number;
  readonly packetClass: 'syn-ack' | 'ecn-syn-ack';
}

/** An answer to a segment outside any connection. */
export interface StrayAnswer {
  readonly flags: number;
  /** `acknowledgment`: that of the segment; `initial`: that of a connection which would begin now. */
  readonly sequence: 'zero' | 'acknowledgment' | 'acknowledgment-plus-one' | 'initial';
  /** `next`: what follows the segment, and one more than its number where it has no length; `other`: neither. */
  readonly acknowledgment: 'zero' | 'sequence' | 'next' | 'other';
  readonly shape: SynAckShape;
  /** Text in the segment (RFC 9293 3.5.3). */
  readonly payload: Uint8Array;
}

/** What the header of a SYN says beside its ports and numbers. */
export interface SynHead {
  readonly flags: number;
  readonly window: number;
}

/** What TCP does for a host. Its own window is the most octets that we take before the service reads. */
export interface TcpBehavior extends SynAckShape {
  /** SYN/ACKs by what the SYN says, 256 at most; null: all are as described above. */
  readonly shapes: {
    of(offer: tcpOption.Scan, syn: SynHead): number;
    readonly list: readonly SynAckShape[];
  } | null;
  /** What answers segments outside of connections, null: nothing does; as RFC 9293 3.10.7.1 has it where there is no table. */
  readonly strays: Readonly<Record<StraySegment, StrayAnswer | null>> | null;
  /** How often a SYN/ACK that nobody answers is sent again, after 1, 2, 4… seconds (RFC 6298 5.5). */
  readonly synAckRepeats: number;
  /** A bare FIN to a listening port: dropped in silence as RFC 9293 3.10.7.2 has it, or answered with a reset. */
  readonly answersFinToListener: boolean;
}
