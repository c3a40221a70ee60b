/** Verdicts and explanations, put into words and figures. */
import { formatIpv4 } from '@wormwood/base';
import type { Evidence, Verdict } from '../verdict.ts';
import { portOf, type Trail } from './evidence-detector.ts';
import { estimateScanRate, type Exposure } from './scan-rate.ts';
import type { ErrorRates } from './sequential-test.ts';

/** What is thought of a source: nothing is known of it, undecided, a judgment, or an innocent oddity. */
export type SourceState = 'unknown' | 'watched' | 'infected' | 'misconfigured';

/** What is known of a source. */
export interface Explanation {
  readonly source: number;
  readonly state: SourceState;
  /** The first observation that still counts; null when none does. */
  readonly sinceSeconds: number | null;
  /** Everything in a few sentences. */
  readonly text: string;
  readonly evidence: readonly Evidence[];
}

const STATE_WORDS: Readonly<Record<SourceState, string>> = {
  unknown: 'has left no trace here, or none that is still remembered.',
  watched: 'is watched; the evidence is not enough for a verdict.',
  infected: 'is judged infected.',
  misconfigured: 'is misconfigured rather than infected.',
};

export function explanationOf(found: Omit<Explanation, 'text'>): Explanation {
  const name = isIpv4(found.source) ? formatIpv4(found.source) : 'This source';
  const sentences = [`${name} ${STATE_WORDS[found.state]}`, ...found.evidence.map(({ text }) => text)];
  return { ...found, text: sentences.join(' ') };
}

/** What a verdict is made of. */
export interface VerdictFindings {
  readonly source: number;
  readonly nowSeconds: number;
  readonly trail: Trail;
  readonly signature: string | null;
  readonly exposure: Exposure;
  readonly rates: ErrorRates;
  readonly isUnforgeable: boolean;
  readonly evidence: readonly Evidence[];
}

export function verdictOf(found: VerdictFindings): Verdict {
  const { source, nowSeconds, trail, signature, rates, isUnforgeable, evidence } = found;
  const basis = isUnforgeable ? 'handshakes' : 'contacts';
  return {
    id: `${formatIpv4(source)}-${trail.firstSeconds.toFixed(6)}-${basis}`,
    source,
    timeSeconds: nowSeconds,
    sinceSeconds: trail.firstSeconds,
    ...portOf(trail.portKey),
    signature,
    scanRatePerSecond: estimateScanRate(found.exposure),
    falsePositiveRate: rates.falsePositiveRate,
    missRate: rates.missRate,
    unforgeable: isUnforgeable,
    evidence,
  };
}

function isIpv4(source: number): boolean {
  return Number.isInteger(source) && source >= 0 && source < 2 ** 32;
}
