/**
 * What a case is: data only. A raw client at an address of its own sends these packets, with numbers relative to the
 * initial sequence numbers of both sides, and what comes back is what is compared.
 */

/** A TCP segment of the client. */
export interface SegmentStep {
  readonly kind: 'tcp';
  /** Letters of the flags: F S R P A U E C; empty for none. */
  readonly flags: string;
  /** Relative to the client's ISN: its SYN is 0, its first octet 1. @default the next one that was not sent */
  readonly seq?: number;
  /** Relative to the host's ISN. @default 'next': all that came in order; 0 before anything came */
  readonly ack?: number | 'next';
  /** As it stands in the header. @default 65535 */
  readonly window?: number;
  /** Octets of payload: a number of the pattern, which depends on the relative sequence number alone. @default 0 */
  readonly data?: number;
  /** Options by words, or octets as they are. @default none, or timestamps where the case has them */
  readonly options?: readonly OptionWords[];
  /** TSval, relative to the client's clock, which stands still. @default 100 more than the last one */
  readonly tsval?: number;
  /** SACK blocks relative to the host's ISN. */
  readonly sack?: readonly (readonly [left: number, right: number])[];
  readonly urgent?: number;
  readonly reserved?: number;
  readonly ports?: { readonly source?: number; readonly destination?: number };
  /** Made wrong on purpose. */
  readonly spoil?: 'checksum' | 'offset-short' | 'offset-long' | 'truncated';
  readonly ip?: IpWords;
}

export type OptionWords =
  | { readonly mss: number }
  | { readonly scale: number }
  | 'sackOK'
  | 'ts'
  | 'nop'
  | { readonly octets: readonly number[] };

/** Fields of the IP header that differ from the usual ones. */
export interface IpWords {
  readonly tos?: number;
  readonly ttl?: number;
  readonly id?: number;
  readonly reservedFlag?: boolean;
  readonly df?: boolean;
  /** Octets of options, a multiple of four. */
  readonly options?: readonly number[];
  readonly spoil?: 'checksum' | 'version' | 'length-long' | 'length-short';
  /**
   * Cuts the payload into pieces, in their order: offset in units of eight octets, length in octets, whether more follow;
   * `fill` overwrites the octets of the piece.
   */
  readonly pieces?: readonly Piece[];
}

export interface Piece {
  readonly at: number;
  readonly length: number;
  readonly more: boolean;
  readonly fill?: number;
  readonly spoil?: 'checksum';
}

export interface DatagramStep {
  readonly kind: 'udp';
  readonly source?: number;
  readonly destination: number;
  readonly data?: number;
  readonly checksum?: 'none' | 'wrong';
  /** The length in the header, where it is not that of the datagram. */
  readonly length?: number;
  readonly ip?: IpWords;
}

/** An ICMP message; `quote` of a TCP segment of the host that came before, at a relative sequence number of the host. */
export interface IcmpStep {
  readonly kind: 'icmp';
  readonly type: number;
  readonly code?: number;
  /** The second word of the header. @default 0x00070001 */
  readonly word?: number;
  readonly data?: number;
  /** The quoted segment of the host; `octets` of it behind its IP header, 8 unless said otherwise. */
  readonly quote?: { readonly seq: number; readonly octets?: number; readonly destinationPort?: number };
  readonly spoil?: 'checksum' | 'truncated';
  readonly ip?: IpWords;
}

/** A packet of another protocol. */
export interface OtherStep {
  readonly kind: 'ip';
  readonly protocol: number;
  readonly octets: readonly number[];
  readonly ip?: IpWords;
}

/** Time in which the client only listens. */
export interface WaitStep {
  readonly kind: 'wait';
  readonly seconds: number;
  /** Acknowledges what comes, as it comes, with this window. @default it keeps quiet */
  readonly acknowledge?: { readonly window: number };
}

export type Step = SegmentStep | DatagramStep | IcmpStep | OtherStep | WaitStep;

export interface Case {
  readonly name: string;
  /** What it asks, by the RFC that says what is right. */
  readonly rfc: string;
  /** The host's TCP port: `services.ts` says what answers there. */
  readonly port?: number;
  readonly steps: readonly Step[];
  /** Also compares when and how often octets are sent again; else repetitions are left out. */
  readonly repeats?: boolean;
  /** Also compares how octets are cut into segments. */
  readonly segments?: boolean;
  /** Also compares windows after the handshake, in octets; else whether they are open. */
  readonly windows?: boolean;
  /** Also compares how many acknowledgments come. */
  readonly everyAcknowledgment?: boolean;
}

/** Segments: `tcp('A', { data: 10 })`. */
export function tcp(flags: string, words: Omit<SegmentStep, 'kind' | 'flags'> = {}): SegmentStep {
  return { kind: 'tcp', flags, ...words };
}

export function wait(seconds: number): WaitStep {
  return { kind: 'wait', seconds };
}

/** Listens and acknowledges what comes. */
export function take(seconds: number, window = 65_535): WaitStep {
  return { kind: 'wait', seconds, acknowledge: { window } };
}

export function udp(words: Omit<DatagramStep, 'kind'>): DatagramStep {
  return { kind: 'udp', ...words };
}

export function icmp(words: Omit<IcmpStep, 'kind'>): IcmpStep {
  return { kind: 'icmp', ...words };
}

/** What the SYN of an ordinary client offers. */
export const usual = {
  plain: [{ mss: 1460 }],
  sack: [{ mss: 1460 }, 'sackOK', 'nop', 'nop'],
  full: [{ mss: 1460 }, 'sackOK', 'ts', 'nop', { scale: 7 }],
} as const satisfies Record<string, readonly OptionWords[]>;

/** A handshake as one would have it. */
export function open(options: readonly OptionWords[] = usual.plain, window = 65_535): readonly Step[] {
  return [tcp('S', { options, window }), tcp('A', { window })];
}
