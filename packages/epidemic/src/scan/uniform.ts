/**
 * Uniform scanning: every address of the space is equally likely, each probe independent of all others.
 *
 * Source: Staniford, Paxson, Weaver, "How to 0wn the Internet in Your Spare Time", USENIX Security 2002;
 * docs/models.md#uniform-scanning.
 */
import { type DrawnScan, plainTrack } from './scan.ts';
import type { ScanSpace } from './scan-space.ts';

export function uniform({ firstAddress, addressSpaceSize: size }: ScanSpace): DrawnScan {
  return {
    kind: 'drawn',
    track: plainTrack(firstAddress, size),
    parts: [{ kind: 'run', probability: 1, first: 0, size }],
  };
}
