/** The names that configurations refer to, from files that nmap installs or the user names. */
import {
  type EthernetVendor,
  type KnownNames,
  parseMacPrefixes,
  type PersonalityCatalog,
} from '@wormwood/honeynet';
import { readNmapData, readPersonalities } from '@wormwood/sensor';
import { CommandFailure, EXIT, systemReason } from '../exit-code.ts';

/** Returns the names; `personalities` is a database of the user. Without a database, no names of personalities are known. */
export function readKnownNames(personalities: string | undefined): KnownNames {
  return { personalities: readPersonalitiesOrFail(personalities).names, vendors: installedVendors() };
}

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
