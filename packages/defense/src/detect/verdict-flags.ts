/** What was said of a source so far, as bits, and what more there is to say. */
import type { FoundProof } from '../evidence/infection-proof.ts';
import type { VerdictKind } from '../verdict.ts';

const SCANNING = 1;
export const INFECTED = 2;
export const SCANNING_UNFORGEABLY = 4;
export const INFECTED_UNFORGEABLY = 8;

/** The next verdict on a source, and the bits that it adds. */
export interface Said {
  readonly added: number;
  readonly kind: VerdictKind;
  readonly isUnforgeable: boolean;
}

/** What is to be said of a source that scans, by proven handshakes where `isUnforgeable`; null when nothing is new. */
export function newlySaid(flags: number, isUnforgeable: boolean, proof: FoundProof | null): Said | null {
  const isProven = isUnforgeable && proof?.evidence.forgeable === false;
  const after =
    SCANNING |
    (isUnforgeable ? SCANNING_UNFORGEABLY : 0) |
    (proof === null ? flags & INFECTED : INFECTED) |
    (isProven ? INFECTED_UNFORGEABLY : 0);
  const added = after & ~flags;
  if (added === 0) return null;
  // What is newly unforgeable is reported, at the most that it proves; then what is newly said at all.
  const isAllUnforgeable = proof === null ? isUnforgeable : isProven;
  const isOnlyScanning = (added & ~SCANNING_UNFORGEABLY) === 0 && proof !== null && !isProven;
  return {
    added,
    kind: proof === null || isOnlyScanning ? 'scanning' : 'infected',
    isUnforgeable: isOnlyScanning || isAllUnforgeable,
  };
}
