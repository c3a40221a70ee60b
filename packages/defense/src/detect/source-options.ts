/** What the detector of one protocol is made of, and what the words of its sources stand for. */
import { type AddressSet, formatIpv4 } from '@wormwood/base';
import type { KnownSource } from '../verdict.ts';
import type { DetectorOptions } from './detector-contract.ts';
import type { WormTrend } from './worm-trend.ts';

/** Of which sources something holds. */
export interface SourceSet {
  contains(source: number): boolean;
}

/** Who a source is known to be. */
export interface KnownLookup {
  of(source: number): KnownSource | null;
}

/** What words stand for; left out, each is an IPv4 address. */
export interface SourceNaming {
  nameOf(source: number): string;
  /** The word by which contacts to a live host are remembered, of that host as a source. */
  contactedAs(source: number): number;
  /** Called when a source is evicted for another: its word stands for no address any more. */
  forgotten(source: number): void;
}

export interface SourceDetectorOptions extends Omit<
  DetectorOptions,
  'monitored' | 'live' | 'own' | 'known' | 'slowestScanRatePerSecond'
> {
  readonly monitored: AddressSet | number;
  readonly slowestScanRatePerSecond?: number;
  readonly live?: SourceSet;
  readonly own?: SourceSet;
  readonly known?: KnownLookup;
  readonly naming?: SourceNaming;
  /** Whether the rate here says anything of a rate elsewhere. @default true */
  readonly isExtrapolated?: boolean;
  /** Whether packets can bear the marks of tools. @default true */
  readonly hasToolMarks?: boolean;
  /** Shared with the other protocol; it is not counted among the octets. */
  readonly trend: WormTrend;
}

/** The sources are IPv4 addresses. */
export const IPV4_NAMING: SourceNaming = {
  nameOf: (source) => (isWord(source) ? formatIpv4(source) : 'This source'),
  contactedAs: (source) => source,
  forgotten: () => undefined,
};
/** Nobody is known. */
export const STRANGERS: KnownLookup = { of: () => null };

function isWord(source: number): boolean {
  return Number.isInteger(source) && source >= 0 && source < 2 ** 32;
}
