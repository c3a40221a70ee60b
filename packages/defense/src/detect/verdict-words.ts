/** Verdicts and explanations, put into words and figures. */
import type { IpAddress } from '@wormwood/wire';
import type { ForgeableReason } from '../observation.ts';
import type { Evidence, KnownSource, Verdict, VerdictKind } from '../verdict.ts';
import { formatPort, portOf, type Trail } from '../evidence/evidence-detector.ts';
import type { FoundProof } from '../evidence/infection-proof.ts';
import { estimateContactRate, extrapolated } from '../statistics/scan-rate.ts';
import type { ErrorRates } from '../statistics/sequential-test.ts';

/** What is thought of a source: nothing is known of it, undecided, a judgment, or an innocent oddity. */
export type SourceState = 'unknown' | 'watched' | 'scanning' | 'infected' | 'misconfigured';

/** What is known of a source. */
export interface Explanation {
  readonly source: IpAddress;
  /** As a verdict has them. */
  readonly prefix?: string;
  readonly addresses?: readonly string[];
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
  scanning: 'scans; nothing proves that it is infected.',
  infected: 'is judged infected.',
  misconfigured: 'is misconfigured rather than infected.',
};

/** `name`: the source as it is written. */
export function explanationOf({
  name,
  ...found
}: Omit<Explanation, 'text'> & { readonly name: string }): Explanation {
  const sentences = [`${name} ${STATE_WORDS[found.state]}`, ...found.evidence.map(({ text }) => text)];
  return { ...found, text: sentences.join(' ') };
}

/** What a verdict is made of. */
export interface VerdictFindings {
  readonly source: number;
  /** As it is written. */
  readonly name: string;
  readonly kind: VerdictKind;
  readonly proof: FoundProof | null;
  readonly known: KnownSource | null;
  readonly nowSeconds: number;
  readonly quietSecondsMax: number;
  readonly trail: Trail;
  readonly signature: string | null;
  /** New addresses after the first one, and the seconds from it to the last of them. */
  readonly arrivals: number;
  readonly spanSeconds: number;
  /** The watched fraction of the address space if the source chooses all addresses alike; null otherwise. */
  readonly uniformFraction: number | null;
  readonly rates: ErrorRates;
  readonly isUnforgeable: boolean;
  readonly linkAddress: string | null;
  readonly forgeableReasons: readonly ForgeableReason[];
  readonly evidence: readonly Evidence[];
}

export function verdictOf(found: VerdictFindings): Verdict {
  const { source, kind, nowSeconds, trail, signature, rates, isUnforgeable, evidence } = found;
  const { protocol, port } = portOf(trail.portKey);
  const contactsPerSecond = estimateContactRate(found.arrivals, found.spanSeconds);
  const basis = isUnforgeable ? 'handshakes' : 'contacts';
  return {
    id: `${found.name}-${trail.firstSeconds.toFixed(6)}-${kind}-${basis}`,
    kind,
    proof: kind === 'infected' ? (found.proof?.proof ?? null) : null,
    known: found.known,
    source,
    timeSeconds: nowSeconds,
    sinceSeconds: trail.firstSeconds,
    expiresSeconds: nowSeconds + found.quietSecondsMax,
    protocol,
    port: trail.hasPort ? port : null,
    signature,
    contactsPerSecond,
    scanRatePerSecond:
      found.uniformFraction === null ? null : extrapolated(contactsPerSecond, found.uniformFraction),
    falsePositiveRate: rates.falsePositiveRate,
    missRate: rates.missRate,
    unforgeable: isUnforgeable,
    linkAddress: found.linkAddress,
    forgeableReasons: found.forgeableReasons,
    caution: trail.hasPort ? cautionOf(trail.portKey) : null,
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
