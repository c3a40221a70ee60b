/**
 * A flawed generator with short cycles: its permutation of the addresses splits into cycles, and a host probes only
 * the cycle that its seed lies in, again and again. Hosts on a short cycle infect few others, and few hosts find the
 * addresses on it. Slammer's generator lost its increment to a programming error and had such cycles.
 *
 * Which addresses form a cycle is drawn anew for each run; their lengths are given.
 *
 * Source: Moore, Paxson, Savage, Shannon, Staniford, Weaver, "Inside the Slammer worm", IEEE S&P 1(4), 2003;
 * docs/models.md#flawed-generators.
 */
import { permutation } from './permuted-track.ts';
import type { WalkedScan } from './scan.ts';
import type { ScanSpace } from './scan-space.ts';
import type { ShortCycleScan } from '../outbreak/scan-strategy.ts';

export function shortCycles({ cycles }: ShortCycleScan, space: ScanSpace): WalkedScan {
  const { addressSpaceSize } = space;
  const order = permutation(space);
  const first: number[] = [];
  let size = 0;
  for (const fraction of cycles) {
    first.push(size);
    size = Math.min(addressSpaceSize, size + Math.max(1, Math.round(fraction * addressSpaceSize)));
  }
  const track = {
    size,
    placeOf: (address: number) => {
      const place = order.placeOf(address);
      return place < size ? place : -1;
    },
    addressAt: (place: number) => order.addressAt(place),
  };
  return {
    kind: 'walked',
    track,
    noticesInfected: false,
    begin: (walks, { host }, stream) => {
      const place = stream.nextBelow(size);
      const cycle = first.findLastIndex((start) => start <= place);
      const start = first[cycle] ?? 0;
      walks.setNext(host, place);
      walks.setArc(host, start, (first[cycle + 1] ?? size) - start);
      walks.setRemaining(host, Infinity);
    },
    succeeded: () => undefined,
    metInfected: () => undefined,
    finishedRange: () => undefined,
  };
}
