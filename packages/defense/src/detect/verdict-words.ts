/** Verdicts and explanations, put into words and figures. */
import { formatIpv4 } from '@wormwood/base';
import type { ForgeableReason } from '../observation.ts';
import type { Evidence, Verdict } from '../verdict.ts';
import { formatPort, portOf, type Trail } from './evidence-detector.ts';
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

const BROWSERS = 'a browser or a proxy';
const RELAYS = 'a mail relay';

/** Ports on which innocent hosts connect to whatever address a stranger names. */
const LURED: ReadonlyMap<number, string> = new Map([
  ...[80, 443, 3128, 8000, 8008, 8080, 8443, 8888].map((port): [number, string] => [port, BROWSERS]),
  ...[25, 465, 587].map((port): [number, string] => [port, RELAYS]),
]);

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
  readonly linkAddress: string | null;
  readonly forgeableReasons: readonly ForgeableReason[];
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
    linkAddress: found.linkAddress,
    forgeableReasons: found.forgeableReasons,
    caution: cautionOf(trail.portKey),
    evidence,
  };
}

/**
 * A page, a message or a request can make an innocent browser, mail relay or proxy connect to dark addresses, and its
 * handshakes are real. All such contacts go to the ports of its own protocol.
 */
function cautionOf(key: number): string | null {
  const { protocol, port } = portOf(key);
  const lured = protocol === 'tcp' ? LURED.get(port) : undefined;
  if (lured === undefined) return null;
  return (
    `Most of it went to ${formatPort(key)}, where ${lured} can be lured by a stranger. If this host is one, or a gateway` +
    ` that translates the addresses of others, it belongs on the protected list of the scope file.`
  );
}

function isIpv4(source: number): boolean {
  return Number.isInteger(source) && source >= 0 && source < 2 ** 32;
}
