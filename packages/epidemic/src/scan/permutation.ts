/**
 * Permutation scanning: all hosts walk along the same pseudo-random permutation of the addresses, each new one from its own
 * address on, those infected at the start from random places. A host that meets an infected one knows that the stretch
 * ahead has been probed, and goes on from a random place; having met `giveUpAfter` in a row without infecting any, it
 * stops. Partitioned, each host has a range of the permutation to itself: the hosts at the start share the whole, and
 * each infection hands over half of what is left; a host with nothing left scans by plain permutation.
 *
 * Source: Staniford, Paxson, Weaver, "How to 0wn the Internet in Your Spare Time", USENIX Security 2002, section 4;
 * models.md 1.9.
 */
import { permutation as permutationOf } from './permuted-track.ts';
import { walkRound, type WalkedScan } from './scan.ts';
import type { ScanSpace } from './scan-space.ts';

export interface PermutationScan {
  readonly kind: 'permutation';
  /** Infected hosts that a host meets in a row before it stops; null: it never stops. */
  readonly giveUpAfter: number | null;
  readonly partitioned: boolean;
}

/** A range of fewer places is not shared. */
const SHARED_PLACES_MIN = 2;

export function permutationScan({ giveUpAfter, partitioned }: PermutationScan, space: ScanSpace): WalkedScan {
  const track = permutationOf(space);
  const { size } = track;
  let begun = 0;
  return {
    kind: 'walked',
    track,
    noticesInfected: true,
    begin: (walks, { host, infector, place }, stream) => {
      walks.meetings[host] = 0;
      if (infector < 0) {
        walkRound(walks, host, stream.nextBelow(size), size);
        if (!partitioned) return;
        const first = Math.floor((size * begun) / space.infected);
        begun++;
        walks.next[host] = first;
        walks.remaining[host] = Math.floor((size * begun) / space.infected) - first;
        return;
      }
      walkRound(walks, host, place < 0 ? stream.nextBelow(size) : (place + 1) % size, size);
      const left = walks.remaining[infector]!;
      if (left === Infinity || left < SHARED_PLACES_MIN) return;
      const kept = Math.floor(left / 2);
      walks.next[host] = (walks.next[infector]! + kept) % size;
      walks.remaining[host] = left - kept;
      walks.remaining[infector] = kept;
    },
    succeeded: (walks, host) => {
      walks.meetings[host] = 0;
    },
    metInfected: (walks, host, stream) => {
      // The owner of a range does not trust in others for it.
      if (walks.remaining[host] !== Infinity) return;
      walks.meetings[host]!++;
      if (giveUpAfter !== null && walks.meetings[host]! >= giveUpAfter) walks.remaining[host] = 0;
      else walks.next[host] = stream.nextBelow(size);
    },
    finishedRange: (walks, host, stream) => {
      walkRound(walks, host, stream.nextBelow(size), size);
    },
  };
}
