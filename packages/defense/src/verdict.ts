/** The judgment on a source, with what it rests on and how often such a judgment is wrong. */

import type { IpAddress } from '@wormwood/wire';
import type { ForgeableReason } from './observation.ts';

/**
 * `contact`: it reached watched addresses, and no test has decided. `scanning`: it looks for targets. `infected`: it scans,
 * and something proves that it spreads. Each holds what the one before it says.
 */
export const VERDICT_KINDS = ['contact', 'scanning', 'infected'] as const;

/** How much a verdict says. */
export type VerdictKind = (typeof VERDICT_KINDS)[number];

/** Whether a verdict of this kind says at least what `least` says. */
export function isAtLeast(kind: VerdictKind, least: VerdictKind): boolean {
  return VERDICT_KINDS.indexOf(kind) >= VERDICT_KINDS.indexOf(least);
}

/** An estimate with a 95 % interval. */
export interface RateInterval {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

/** What proves that a scanning host spreads something, beyond that it scans. */
export const INFECTION_PROOFS = ['payload', 'chain', 'signature', 'worm', 'role'] as const;

export type InfectionProof = (typeof INFECTION_PROOFS)[number];

/** A source that its owner or the public knows; nothing acts on it. */
export interface KnownSource {
  readonly role: KnownRole;
  readonly name: string;
  /** Why it contacts addresses that are not in use. */
  readonly reason: string;
}

/** What a known source may do. */
export const KNOWN_ROLES = ['scanner', 'monitor', 'resolver', 'gateway'] as const;

/** What a known source does. */
export type KnownRole = (typeof KNOWN_ROLES)[number];

export interface Verdict {
  /** Stable for the same source and detector state; decisions and audit refer to it. */
  readonly id: string;
  readonly kind: VerdictKind;
  /** What proves the infection; null for the other kinds. */
  readonly proof: InfectionProof | null;
  /** Who the source is known to be; null for a stranger. */
  readonly known: KnownSource | null;
  /** Of an IPv6 network, the address that the verdict came with. */
  readonly source: IpAddress;
  /**
   * The IPv6 network of 64 bits that is one source, such as `2001:db8:5::/64`, and the addresses of it that were seen, the first
   * eight; of a verdict on handshakes, those that completed some. Absent for an address that is judged alone.
   */
  readonly prefix?: string;
  readonly addresses?: readonly string[];
  readonly timeSeconds: number;
  /** First observation that counts towards it: the host scans since then at the latest. */
  readonly sinceSeconds: number;
  /** When the verdict is over, unless the source is seen again before. */
  readonly expiresSeconds: number;
  readonly protocol: 'tcp' | 'udp' | 'icmp';
  /** The port of most contacts; null where none has more than half of them. */
  readonly port: number | null;
  /** Payload hash shared with other sources, when content took part; null otherwise. */
  readonly signature: string | null;
  /** New watched addresses a second; the interval allows for the verdict having chosen the moment. */
  readonly contactsPerSecond: RateInterval;
  /**
   * Probes a second over the whole space, if the source chooses all addresses alike; null where its contacts do not look
   * like that.
   */
  readonly scanRatePerSecond: RateInterval | null;
  /** Bound of the probability that the test of an innocent host ends so. */
  readonly falsePositiveRate: number;
  /** Probability that an infected host does not get it. */
  readonly missRate: number;
  /** True when only evidence counted that nobody can forge (completed handshakes); nothing acts on other verdicts. */
  readonly unforgeable: boolean;
  /** MAC address, such as `02:00:5e:10:00:01`, from which every proven handshake came; null for a source beyond a router. */
  readonly linkAddress: string | null;
  /** Why handshakes of the source did not count; empty when all did. */
  readonly forgeableReasons: readonly ForgeableReason[];
  /** What the owner should rule out first, such as an innocent relay; null when nothing hints at it. */
  readonly caution: string | null;
  readonly evidence: readonly Evidence[];
}

/** One reason, in words that a person reads and figures that a program checks. */
export interface Evidence {
  readonly detector: string;
  readonly text: string;
  readonly forgeable: boolean;
  readonly figures: Readonly<Record<string, number>>;
}
