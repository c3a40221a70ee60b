/**
 * Routable scanning: only addresses that are announced to the Internet are probed, each of them equally likely, so that
 * fewer probes go nowhere. With a fraction f of the space the contact rate rises by 1/f.
 *
 * Source: Zou, Towsley, Gong, Cai, "Routing worm: a fast, selective attack worm based on IP address information", PADS 2005;
 * docs/models.md#routable-scanning.
 */
import { rangeTrack } from './range-track.ts';
import type { DrawnScan } from './scan.ts';
import type { RoutableScan } from '../outbreak/scan-strategy.ts';

export function routable({ ranges }: RoutableScan): DrawnScan {
  const track = rangeTrack(ranges);
  return { kind: 'drawn', track, parts: [{ kind: 'run', probability: 1, first: 0, size: track.size }] };
}
