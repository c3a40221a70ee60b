/**
 * A flawed generator with a hole: a part of the addresses is never produced, whatever the seed, and the others
 * correspondingly more often. Witty never reached about a tenth of all addresses; Conficker A produced about a
 * quarter of them.
 *
 * Which addresses are missed is drawn anew for each run.
 *
 * Source: Kumar, Paxson, Weaver, "Exploiting underlying structure for detailed reconstruction of an Internet-scale
 * event", IMC 2005; docs/models.md#flawed-generators.
 */
import { permutation } from './permuted-track.ts';
import type { DrawnScan } from './scan.ts';
import type { ScanSpace } from './scan-space.ts';
import type { CoverageHoleScan } from '../outbreak/scan-strategy.ts';

export function coverageHole({ reached }: CoverageHoleScan, space: ScanSpace): DrawnScan {
  const order = permutation(space);
  const size = Math.max(1, Math.round(reached * space.addressSpaceSize));
  const track = {
    size,
    placeOf: (address: number) => {
      const place = order.placeOf(address);
      return place < size ? place : -1;
    },
    addressAt: (place: number) => order.addressAt(place),
  };
  return { kind: 'drawn', track, parts: [{ kind: 'run', probability: 1, first: 0, size }] };
}
