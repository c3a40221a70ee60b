/**
 * Local preference: some probes go to the network that the sender lies in, of one size or of several, or to addresses close
 * to its own, the others anywhere.
 * Code Red II sends 1/2 into its own /8 and 3/8 into its own /16, Nimda 1/4 and 1/2, Sasser 1/4 and 1/4.
 *
 * Source: docs/models.md#local-preference; Moore, Shannon, "The Spread of the Code-Red Worm (CRv2)", 2001, for the first.
 */
import { type DrawnPart, type DrawnScan, plainTrack } from './scan.ts';
import type { ScanSpace } from './scan-space.ts';
import type { LocalPreferenceScan } from '../outbreak/scan-strategy.ts';

export function localPreference({ levels, around }: LocalPreferenceScan, space: ScanSpace): DrawnScan {
  const { firstAddress, addressSpaceSize } = space;
  const close = around?.probability ?? 0;
  const rest = 1 - close - levels.reduce((sum, { probability }) => sum + probability, 0);
  const own = levels.map(({ networkSize, probability }): DrawnPart => ({
    kind: 'own',
    probability,
    size: networkSize,
    phase: firstAddress % networkSize,
  }));
  const parts: DrawnPart[] = own;
  if (close > 0) parts.push({ kind: 'around', probability: close, distance: around!.addresses });
  // A remainder that rounding leaves of a sum of 1 counts as 0.
  const anywhere = { kind: 'run' as const, probability: rest, first: 0, size: addressSpaceSize };
  return {
    kind: 'drawn',
    track: plainTrack(firstAddress, addressSpaceSize),
    parts: rest > 1e-12 ? [anywhere, ...parts] : parts,
  };
}
