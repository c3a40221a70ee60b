/**
 * Every choice by which an observer on the wire tells one operating system from another. The stack is mechanism and asks;
 * a behavior answers. There is no `if` about systems anywhere else in this package.
 */
import { type RandomStream, randomStreams } from '@wormwood/base';

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

export interface StackBehavior {
  readonly name: string;
  /** Time to live of a packet that we send. */
  timeToLive(kind: PacketClass): number;
  /** The DF flag. */
  dontFragment(kind: PacketClass): boolean;
  /** The identification field: 16 bits. `host` is the address that sends. */
  identification(kind: PacketClass, host: number): number;
  /** The address that all packets claim to come from; null: the one that was asked. */
  readonly spoofedSource: number | null;
  /** TOS octet of an echo reply, given that of the request; all else is sent with 0. */
  echoTypeOfService(requested: number): number;
  /** What counts where fragments of a packet overlap; `drop`: fragmented packets are dropped (RFC 5722). */
  readonly fragments: OverlapPolicy | 'drop';
  /** Octets of the offending packet that an ICMP error quotes, beginning with its IP header (RFC 1812 4.3.2.3). */
  readonly icmpQuoteBytes: number;
  /** ISN of a connection that we accept now (RFC 6528). */
  initialSequenceNumber(flow: Flow, nowSeconds: number): number;
  /**
   * `keyed`: nobody who does not see our SYN/ACK can guess its sequence number. `weak`: as an old system's, they can be
   * guessed, so a completed handshake proves nothing about its source.
   */
  readonly sequenceNumbers: 'keyed' | 'weak';
  /** TSval of a host now (RFC 7323 5.4): 32 bits. */
  timestampValue(host: number, nowSeconds: number): number;
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
  /** A bare FIN to a listening port: dropped in silence as RFC 9293 3.10.7.2 has it, or answered with a reset. */
  readonly answersFinToListener: boolean;
}

/** The choices of a current Linux, for virtual hosts without a personality. */
export function plainBehavior(
  stream: RandomStream = randomStreams('0').stream('netstack/plain'),
): StackBehavior {
  const isnSecret = stream.nextUint32();
  const clockSecret = stream.nextUint32();
  let identification = stream.nextUint32() & 0xffff;
  return {
    name: 'plain',
    timeToLive: () => 64,
    dontFragment: (kind) => kind === 'syn-ack' || kind === 'established' || kind === 'reset',
    // RFC 6864 4.1: with DF and no fragments the field means nothing; Linux sends 0 with SYN/ACK and RST.
    identification: (kind) =>
      kind === 'syn-ack' || kind === 'reset' ? 0 : (identification = (identification + 1) & 0xffff),
    spoofedSource: null,
    echoTypeOfService: (requested) => requested,
    fragments: 'old',
    icmpQuoteBytes: 548,
    // RFC 6528 3: a clock of 4 µs plus a keyed hash of the flow.
    initialSequenceNumber: (flow, nowSeconds) =>
      (Math.floor(nowSeconds * 250_000) + hashFlow(flow, isnSecret)) >>> 0,
    sequenceNumbers: 'keyed',
    timestampValue: (host, nowSeconds) => (Math.floor(nowSeconds * 1000) + mix(host ^ clockSecret)) >>> 0,
    tcp: {
      windowBytes: 65_160,
      windowScale: 7,
      mssBytes: 1460,
      sack: true,
      timestamps: true,
      optionOrder: ['mss', 'sack', 'timestamps', 'nop', 'scale'],
      answersFinToListener: false,
    },
  };
}

/** A 32-bit mix of the four numbers of a flow under a secret; not cryptographic, keyed per process. */
function hashFlow({ localAddress, localPort, remoteAddress, remotePort }: Flow, secret: number): number {
  return mix(mix(mix(remoteAddress ^ secret) ^ localAddress) ^ ((remotePort << 16) | localPort));
}

/** The finalizer of MurmurHash3: each bit of the input moves each bit of the output with probability near 1/2. */
function mix(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
