/** What the generator says about its sources: the classes, and the label of each source, which no detector sees. */
import type { Sender } from './sender.ts';
import type { PrefixLength, Telescope } from './telescope.ts';

/** What a detector says about a source; no verdict at all is a contact. In this order, each claims more than the one before. */
export type Kind = 'contact' | 'scanning' | 'infected';
export const KINDS: readonly Kind[] = ['contact', 'scanning', 'infected'];

export interface TrafficClass {
  readonly name: string;
  readonly side: 'innocent' | 'scanner';
  /** Of an innocent: the most that may be said of it. Of a scanner: the least that must be. */
  readonly kind: Kind;
  /** What its sources do, in one sentence with its figures. */
  readonly about: string;
  /** Where the figures come from; null where they are the author's choice. */
  readonly origin: string | null;
  /** Which addresses its sources have. @default 'anywhere' */
  readonly from?: 'anywhere' | 'near' | 'own';
  /** Its evidence lies at live hosts, which only a capture shows. */
  readonly captureOnly?: boolean;
  /** Probes a second into the whole address space; of scanners that draw each target anew, alone, from all of it. */
  readonly uniformRate?: number;
  /** Of such a scanner: its ports, such as `tcp/445`, each tried equally often. @default one that few clients use */
  readonly ports?: readonly string[];
  /** Contacts a second of a scanner with a telescope, while it scans. */
  readonly contactRate?: (telescope: Telescope) => number;
  /** Its address is forged: nothing that is said of it may call itself proven. */
  readonly isForged?: boolean;
  /** Begins what a source does; everything later is an action that it plans. */
  begin(sender: Sender): void;
}

export interface Label {
  readonly source: string;
  readonly class: string;
  readonly prefixLength: PrefixLength;
  readonly side: TrafficClass['side'];
  readonly kind: Kind;
  /** A scanner that a detector with the usual settings must find. */
  readonly isPromised: boolean;
  readonly uniformRate: number | null;
  readonly contactRate: number | null;
  /** Of the first packet to a dark or live address that asks for something, in seconds since 1970; null if there was none. */
  readonly firstContactSeconds: number | null;
  readonly lastContactSeconds: number | null;
  /** Packets to dark addresses that ask for something, and how many addresses they went to. */
  readonly contacts: number;
  readonly addresses: number;
}

/**
 * A detector promises to find scanners of one probe a second by a /16. What it can promise by a smaller prefix follows: a scanner
 * that comes as often, which is once in 18.2 hours.
 */
const PROMISED_CONTACT_RATE = 2 ** 16 / 2 ** 32;

export function isPromised(trafficClass: TrafficClass, telescope: Telescope): boolean {
  const { side, contactRate } = trafficClass;
  if (side === 'innocent' || trafficClass.isForged === true || contactRate === undefined) return false;
  // The slowest rate itself is promised, whatever the last bit of a quotient.
  return contactRate(telescope) >= PROMISED_CONTACT_RATE * (1 - 1e-9);
}
