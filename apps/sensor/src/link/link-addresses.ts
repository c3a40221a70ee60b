/** Ethernet addresses for the hosts of a honeynet: one a host, the same ones after each reload and each start. */
import { readFileSync } from 'node:fs';
import type { RandomStreams } from '@wormwood/base';
import {
  COMMON_VENDORS,
  type DispatcherComponents,
  ethernetAddresses,
  type EthernetKey,
  type EthernetVendor,
  isEthernetAddress,
  parseMacPrefixes,
} from '@wormwood/honeynet';
import { readNmapData } from '../nmap-data.ts';

/** Secret, and the same for as long as a machine is installed (machine-id(5)). */
const MACHINE_ID = '/etc/machine-id';

/** Returns what gives the hosts of a template their addresses; the streams are the same at each start, `hostSeed`. */
export function linkAddresses(streams: RandomStreams): DispatcherComponents['linkAddressesOf'] {
  let vendors: readonly EthernetVendor[] | null = null;
  const stream = streams.stream('sensor/ethernet');
  const key: EthernetKey = [stream.nextUint32(), stream.nextUint32()];
  return (ethernet) => {
    // What stands in the program comes first, so that an address does not depend on whether nmap is installed.
    if (isEthernetAddress(ethernet, COMMON_VENDORS)) return ethernetAddresses(ethernet, COMMON_VENDORS, key);
    vendors ??= installedVendors();
    return ethernetAddresses(ethernet, vendors, key);
  };
}

/** Returns the seed of what has to stay as it is when the sensor starts again: the same on this machine, and on no other. */
export function hostSeed(): string {
  try {
    return BigInt(`0x${readFileSync(MACHINE_ID, 'utf8').trim().slice(0, SEED_DIGITS)}`).toString();
  } catch {
    return '1';
  }
}

/** Of 64 bits. */
const SEED_DIGITS = 16;

function installedVendors(): readonly EthernetVendor[] {
  const prefixes = readNmapData('nmap-mac-prefixes');
  return prefixes === null ? [] : parseMacPrefixes(prefixes);
}
