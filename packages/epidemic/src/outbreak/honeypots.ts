/** A group of honeypots as plain data. */
import type { DelayLaw } from './delay-law.ts';

/**
 * Virtual honeypots on otherwise unused addresses: an infected host that probes one is immunized `delaySeconds` later
 * on average (Provos 2004). While it waits it stays infected and goes on scanning.
 */
export interface Honeypots {
  readonly kind: 'honeypots';
  /** h: honeypot addresses. */
  readonly count: number;
  readonly start: HoneypotStart;
  /** δ: mean time from the k-th effective contact, the first by default, to immunization; 0 immunizes at once. */
  readonly delaySeconds: number;
  /** How the delay spreads about its mean. @default exponential */
  readonly delayLaw?: DelayLaw;
  /** k: the effective contact of a host, counted over all groups that share a delay, that starts the delay. @default 1 */
  readonly contacts?: number;
  /** Probability that one contact leads to immunization; a contact that fails leaves the host as it was. */
  readonly success: number;
  /**
   * Where the honeypots lie: spread at random over the unused addresses, in one run of consecutive addresses, or spread
   * over those /16 networks that hold vulnerable hosts. Uniform scanning makes no difference between them.
   */
  readonly placement: 'scattered' | 'block' | 'populated';
}

/**
 * When contacts begin to immunize: at a time, or `prepareSeconds` after the honeypots, which then listen from time 0,
 * have counted `contacts` probes of the worm.
 */
export type HoneypotStart =
  | { readonly kind: 'time'; readonly timeSeconds: number }
  | { readonly kind: 'contacts'; readonly contacts: number; readonly prepareSeconds: number };
