/** The names that configurations refer to, from files that nmap installs or the user names. */
import { type KnownNames, parseMacPrefixes, personalityNames } from '@wormwood/honeynet';
import { NMAP_FILE_BYTES_MAX, readNmapData } from '@wormwood/sensor';
import { readRegularText } from '@wormwood/sensor/read-file';
import { CommandFailure, EXIT, systemReason } from '../exit-code.ts';

/** Returns the names; `personalities` is a database of the user. Without a database, no names of personalities are known. */
export function readKnownNames(personalities: string | undefined): KnownNames {
  const database = personalities === undefined ? readNmapData('nmap-os-db') : readText(personalities);
  const prefixes = readNmapData('nmap-mac-prefixes');
  return {
    personalities: database === null ? null : personalityNames(database),
    vendors: prefixes === null ? [] : parseMacPrefixes(prefixes),
  };
}

function readText(path: string): string {
  try {
    return readRegularText(path, NMAP_FILE_BYTES_MAX);
  } catch (error) {
    throw new CommandFailure(EXIT.invalidFile, `Cannot read ${path}: ${systemReason(error)}.`, {
      cause: error,
    });
  }
}
