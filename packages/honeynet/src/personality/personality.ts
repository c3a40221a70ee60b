/**
 * A personality as data: everything of a system's network behaviour that it answers by, with one value for each. Fingerprints
 * are compiled to it, and `behavior.ts` plays it.
 */
import type { PacketClass, StrayAnswer, StraySegment, SynAckShape, SynHead } from '@wormwood/netstack';
import type { Steps } from './stepped-numbers.ts';

export interface Personality {
  readonly name: string;
  /** Vendor, family, generation and kind of device, with bars between them; several where systems share a fingerprint. */
  readonly classes: readonly string[];
  /** What of its fingerprint is not played, and why. */
  readonly unmet: readonly Unmet[];
  readonly timeToLive: Readonly<Record<PacketClass, number>>;
  readonly dontFragment: Readonly<Record<PacketClass, boolean>>;
  readonly sequence: SequenceTraits;
  readonly identification: IdentificationTraits;
  readonly timestamps: TimestampTraits;
  /** By `synAckIndex`, what a client with all options gets first. */
  readonly synAcks: readonly SynAckShape[];
  readonly strays: Readonly<Record<StraySegment, StrayAnswer | null>>;
  readonly echo: EchoTraits;
  readonly unreachable: UnreachableTraits;
}

/** A test, or one attribute of it as `T1.S`, that nmap measures otherwise than the fingerprint has it. */
export interface Unmet {
  readonly test: string;
  readonly reason: string;
}

/**
 * Initial sequence numbers. `zero`: all are 0. `constant`: one for each pair of hosts. `stepped`: each is a multiple of
 * a step above the last one between two hosts.
 */
export type SequenceTraits = { readonly kind: 'zero' | 'constant' } | ({ readonly kind: 'stepped' } & Steps);

/**
 * How IP identifications follow each other. `incremental` by one; `broken`: the same with its octets swapped; `positive`: by
 * random steps upwards; `random`; `constant`.
 */
export type IdentificationMode =
  | { readonly kind: 'zero' | 'incremental' | 'broken' | 'positive' | 'random' }
  | { readonly kind: 'constant'; readonly value: number };

export interface IdentificationTraits {
  /** Of segments of connections and their SYN/ACKs, of segments from closed ports, and of ICMP. */
  readonly open: IdentificationMode;
  readonly closed: IdentificationMode;
  readonly icmp: IdentificationMode;
  /** ICMP counts with TCP, or far from it; `free`: by itself. */
  readonly icmpCounts: 'shared' | 'apart' | 'free';
}

/** Ticks a second of a clock that began with the system; `random`: every connection has another beginning. */
export interface TimestampTraits {
  readonly ticksPerSecond: number;
  readonly isRandom: boolean;
}

export interface EchoTraits {
  readonly answers: boolean;
  readonly dontFragment: 'never' | 'always' | 'same' | 'opposite';
  readonly code: 'same' | 'zero' | 'other';
}

/** ICMP port unreachable. */
export interface UnreachableTraits {
  readonly answers: boolean;
  readonly unused: number;
  readonly quoteBytes: number;
  /** What becomes of the quoted packet; null: it is quoted as it came. */
  readonly changes: QuoteChanges | null;
}

export interface QuoteChanges {
  /** The time to live is less by so many routers. */
  readonly hops: number;
  readonly totalLength: QuotedNumber;
  readonly identification: QuotedNumber;
  readonly ipChecksum: 'good' | 'zero' | 'wrong';
  readonly udpChecksum: QuotedNumber;
  readonly spoilsData: boolean;
}

/** A field of 16 bits in a quote: as it came, by so much more, with its octets swapped after that, or another number. */
export type QuotedNumber =
  | { readonly kind: 'same' }
  | { readonly kind: 'moved'; readonly by: number; readonly isSwapped: boolean }
  | { readonly kind: 'fixed'; readonly value: number };

/**
 * SYNs by the options that they offer: those of nmap's six probes in their order, its ECN probe's, and all others; beside them
 * the same for SYNs that offer ECN; and all of that again for SYNs of probes.
 */
const SHAPES_BY_OPTIONS = 8;
const SHAPES_OF_CLIENTS = 2 * SHAPES_BY_OPTIONS;
/** nmap's probes have windows of 512 octets at most, its port scan 1024, and whoever wants data many more. */
const CLIENT_WINDOW_MIN = 1024;

/** What a SYN says, as far as SYN/ACKs differ by it. */
export interface SynOffer {
  /** -1: none. */
  readonly mssBytes: number;
  readonly windowScale: number;
  readonly sackPermitted: boolean;
  readonly hasTimestamps: boolean;
}

const ECN_SETUP = 0xc0;
/** Between the segment sizes of the probes: 1460, 1400 and 536. */
const ETHERNET_MSS_MIN = 1430;
const MIDDLE_MSS_MIN = 968;

/** Returns which of the shapes answers a SYN. */
export function synAckIndex(
  { mssBytes, windowScale, sackPermitted, hasTimestamps }: SynOffer,
  { flags, window }: SynHead,
): number {
  const first = window < CLIENT_WINDOW_MIN ? SHAPES_OF_CLIENTS : 0;
  const ecn = first + ((flags & ECN_SETUP) === ECN_SETUP ? SHAPES_BY_OPTIONS : 0);
  const offered = (windowScale >= 0 ? 4 : 0) | (sackPermitted ? 2 : 0) | (hasTimestamps ? 1 : 0);
  if (offered === 7) {
    if (mssBytes < 0) return ecn + 3;
    return ecn + (mssBytes >= ETHERNET_MSS_MIN ? 0 : mssBytes >= MIDDLE_MSS_MIN ? 1 : 4);
  }
  if (offered === 5) return ecn + 2;
  if (offered === 3) return ecn + 5;
  return ecn + (offered === 6 ? 6 : 7);
}
