/**
 * Permutation scanning: all hosts walk along the same pseudo-random permutation of the addresses. Each starts at a
 * random place; a host that was infected from a hitlist starts at its own address, which no other host has passed. A
 * host that meets an infected one knows that the stretch ahead has been probed, and goes on from a random place;
 * having met `giveUpAfter` in a row without infecting any, it stops. Partitioned, each host has a range of the
 * permutation to itself: the hosts at the start share the whole, and each infection hands over half of what is left;
 * a host with nothing left scans by plain permutation.
 *
 * Source: Staniford, Paxson, Weaver, "How to 0wn the Internet in Your Spare Time", USENIX Security 2002, section 4;
 * docs/models.md#permutation-scanning.
 */
import { permutation as permutationOf } from './permuted-track.ts';
import type { WalkedScan } from './scan.ts';
import type { ScanSpace } from './scan-space.ts';
import type { PermutationScan } from '../outbreak/scan-strategy.ts';

/** A range of fewer places is not divided. */
const SHARED_PLACES_MIN = 2;

export function permutationScan({ giveUpAfter, partitioned }: PermutationScan, space: ScanSpace): WalkedScan {
  const track = permutationOf(space);
  const { size } = track;
  let begun = 0;
  return {
    kind: 'walked',
    track,
    noticesInfected: true,
    begin: (walks, { host, infector, place, isByWalk }, stream) => {
      walks.setMeetings(host, 0);
      if (infector < 0) {
        walks.goRound(host, stream.nextBelow(size), size);
        if (!partitioned) return;
        const first = Math.floor((size * begun) / space.infected);
        begun++;
        walks.setNext(host, first);
        walks.setRemaining(host, Math.floor((size * begun) / space.infected) - first);
        return;
      }
      walks.goRound(host, isByWalk || place < 0 ? stream.nextBelow(size) : (place + 1) % size, size);
      const left = walks.remaining(infector);
      if (left === Infinity || left < SHARED_PLACES_MIN) return;
      const kept = Math.floor(left / 2);
      walks.setNext(host, (walks.next(infector) + kept) % size);
      walks.setRemaining(host, left - kept);
      walks.setRemaining(infector, kept);
    },
    succeeded: (walks, host) => walks.setMeetings(host, 0),
    metInfected: (walks, host, stream) => {
      // The owner of a range does not rely on others to probe it.
      if (walks.remaining(host) !== Infinity) return;
      const meetings = walks.meetings(host) + 1;
      walks.setMeetings(host, meetings);
      if (giveUpAfter !== null && meetings >= giveUpAfter) walks.setRemaining(host, 0);
      else walks.setNext(host, stream.nextBelow(size));
    },
    finishedRange: (walks, host, stream) => walks.goRound(host, stream.nextBelow(size), size),
  };
}
