/**
 * Evidence from content: whether the source sent to dark addresses what many other sources send, too. An infected host
 * does once its worm has spread; an innocent one that strays onto a honeypot seldom speaks at all.
 */
import { formatCount } from '@wormwood/base';
import type { WordObservation } from '../observation.ts';
import type { Evidence } from '../verdict.ts';
import type { EvidenceDetector } from './evidence-detector.ts';
import { findingWeight } from '../statistics/sequential-test.ts';
import type { SignatureTable, Spread } from './signature-table.ts';

/** From so many sources to so many destinations a payload counts as shared. */
const SHARED_SOURCES = 5;
const SHARED_DESTINATIONS = 5;
/**
 * How often the payload of a tested host turns out to be a shared one. An infected host misses it while its worm is
 * young; of the innocent ones that send anything, one in ten is granted to repeat what many send.
 */
const WEIGHT = findingWeight({ infected: 0.5, innocent: 0.1 });

const SENT = 1;
const SHARED = 2;
const PROVEN = 4;

export class ContentPrevalence implements EvidenceDetector {
  readonly bytesPerSource: number = 5;
  readonly #signatures: SignatureTable;
  readonly #keys: Uint32Array;
  readonly #flags: Uint8Array;

  constructor(capacity: number, signatures: SignatureTable) {
    this.#signatures = signatures;
    this.#keys = new Uint32Array(capacity);
    this.#flags = new Uint8Array(capacity);
  }

  reset(slot: number): void {
    this.#flags[slot] = 0;
  }

  observe(slot: number, observation: WordObservation): void {
    if (!observation.dark || observation.kind !== 'payload') return;
    const key = this.#signatures.observe(observation);
    if (key === 0) return;
    const flags = this.#flags[slot] ?? 0;
    const isShared = isSharedSpread(this.#signatures.spread(key));
    // A shared payload, once found, is not given up for another one.
    if ((flags & SHARED) !== 0 && !isShared) return;
    this.#keys[slot] = key;
    this.#flags[slot] = SENT | (isShared ? SHARED : 0) | (isProven(observation) ? PROVEN : 0);
  }

  logLikelihoodRatio(slot: number): number {
    const flags = this.#flags[slot] ?? 0;
    if ((flags & SENT) === 0) return 0;
    return (flags & SHARED) === 0 ? WEIGHT.absent : WEIGHT.present;
  }

  /** What came over a proven handshake counts in full; of everything else only the absence does. */
  unforgeableLogLikelihoodRatio(slot: number): number {
    const ratio = this.logLikelihoodRatio(slot);
    return ((this.#flags[slot] ?? 0) & PROVEN) === 0 ? Math.min(ratio, 0) : ratio;
  }

  evidence(slot: number): readonly Evidence[] {
    const spread = this.#sharedSpread(slot);
    if (spread === null) return [];
    const { sources, destinations, payloadHash } = spread;
    return [
      {
        detector: 'content-prevalence',
        text:
          `It sent what about ${formatCount(sources)} sources sent to` +
          ` ${formatCount(destinations)} dark addresses (payload ${payloadHash.slice(0, 12)}).`,
        forgeable: ((this.#flags[slot] ?? 0) & PROVEN) === 0,
        figures: { sources, destinations, logLikelihoodRatio: this.logLikelihoodRatio(slot) },
      },
    ];
  }

  /** Hash of the payload that the source shares with many others; null when there is none. */
  signature(slot: number): string | null {
    return this.#sharedSpread(slot)?.payloadHash ?? null;
  }

  #sharedSpread(slot: number): Spread | null {
    const isShared = ((this.#flags[slot] ?? 0) & SHARED) !== 0;
    return isShared ? this.#signatures.spread(this.#keys[slot] ?? 0) : null;
  }
}

function isProven({ protocol, forgeable }: WordObservation): boolean {
  return protocol === 'tcp' && forgeable === null;
}

function isSharedSpread(spread: Spread | null): boolean {
  return spread !== null && spread.sources >= SHARED_SOURCES && spread.destinations >= SHARED_DESTINATIONS;
}
