/** The names that configurations refer to, from files that nmap installs or the user names. */
import { readFileSync } from 'node:fs';
import { type KnownNames, parseMacPrefixes, personalityNames } from '@wormwood/honeynet';
import { readNmapData } from '@wormwood/sensor';
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
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new CommandFailure(EXIT.failed, `Cannot read ${path}: ${systemReason(error)}.`, { cause: error });
  }
}
