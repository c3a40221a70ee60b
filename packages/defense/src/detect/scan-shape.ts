/**
 * Whether the addresses that a source reached look as if it chose all addresses alike: spread evenly over the watched ones
 * (Kolmogorov and Smirnov) and in no order. Only then does its rate here say anything of its rate elsewhere.
 */
import type { AddressSet } from '@wormwood/base';

export type ScanShape = 'uniform' | 'in-order' | 'in-part' | 'unknown';

const ADDRESSES_MIN = 6;
/** A uniform source fails either with a probability of about 1 %. */
const KOLMOGOROV_LIMIT = 1.63;
const ORDER_DEVIATIONS = 2.6;

/** `addresses` in the order in which they were reached; `unknown` while they are too few to tell. */
export function scanShapeOf(addresses: Uint32Array, monitored: AddressSet): ScanShape {
  const count = addresses.length;
  if (count < ADDRESSES_MIN) return 'unknown';
  let ascents = 0;
  for (let i = 1; i < count; i++) if ((addresses[i] ?? 0) > (addresses[i - 1] ?? 0)) ascents++;
  const spread = Math.sqrt((count + 1) / 12);
  if (Math.abs(ascents - (count - 1) / 2) > ORDER_DEVIATIONS * spread) return 'in-order';
  const places = [...addresses]
    .map((address) => (monitored.indexOf(address) + 0.5) / monitored.size)
    .toSorted((a, b) => a - b);
  let distance = 0;
  for (const [index, place] of places.entries())
    distance = Math.max(distance, Math.abs(place - index / count), Math.abs((index + 1) / count - place));
  return distance * Math.sqrt(count) > KOLMOGOROV_LIMIT ? 'in-part' : 'uniform';
}
