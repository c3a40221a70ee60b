/** The names that configurations refer to, from files that nmap installs or the user names. */
import { type EthernetVendor, parseMacPrefixes, type PersonalityCatalog } from '@wormwood/honeynet';
import { readNmapData, readPersonalities } from '@wormwood/sensor';
import { CommandFailure, EXIT, systemReason } from '../exit-code.ts';

/** Returns the vendors that nmap knows, where it is installed. */
export function installedVendors(): readonly EthernetVendor[] {
  const prefixes = readNmapData('nmap-mac-prefixes');
  return prefixes === null ? [] : parseMacPrefixes(prefixes);
}

/** Returns the personalities of a database of the user, or of the installed nmap. */
export function readPersonalitiesOrFail(path: string | undefined): PersonalityCatalog {
  try {
    return readPersonalities(path);
  } catch (error) {
    throw new CommandFailure(EXIT.invalidFile, `Cannot read ${path ?? ''}: ${systemReason(error)}.`, {
      cause: error,
    });
  }
}
