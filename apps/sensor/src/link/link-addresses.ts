/** Ethernet addresses for the hosts of a honeynet: the same ones for the same seed and after each reload. */
import type { RandomStreams } from '@wormwood/base';
import {
  COMMON_VENDORS,
  ethernetAddress,
  type EthernetVendor,
  parseMacPrefixes,
  type Template,
} from '@wormwood/honeynet';
import { readNmapData } from '../nmap-data.ts';

/** Returns what gives a template its address; null for a template without one, or of a vendor that nobody knows. */
export function linkAddresses(streams: RandomStreams): (template: Template) => number | null {
  let vendors: readonly EthernetVendor[] | null = null;
  return ({ name, ethernet }) => {
    if (ethernet === null) return null;
    vendors ??= knownVendors();
    const address = ethernetAddress(ethernet, vendors, streams.stream(`sensor/ethernet/${name}`));
    return address.ok ? address.value : null;
  };
}

function knownVendors(): readonly EthernetVendor[] {
  const prefixes = readNmapData('nmap-mac-prefixes');
  return [...COMMON_VENDORS, ...(prefixes === null ? [] : parseMacPrefixes(prefixes))];
}
