/** The names that configurations refer to, from the files that nmap installs or that the user names. */
import { existsSync, readFileSync } from 'node:fs';
import { type KnownNames, parseMacPrefixes, personalityNames } from '@wormwood/honeynet';
import { CommandFailure, EXIT, systemReason } from '../exit-code.ts';

/** Where packages and nmap's own installation put its data. */
const NMAP_DIRECTORIES = ['/usr/share/nmap', '/usr/local/share/nmap'];

/** Reads the names; `personalities` is a database of the user. Without any database its names are not known. */
export function readKnownNames(personalities: string | undefined): KnownNames {
  const database = personalities ?? installed('nmap-os-db');
  const prefixes = installed('nmap-mac-prefixes');
  return {
    personalities: database === undefined ? null : personalityNames(readText(database)),
    vendors: prefixes === undefined ? [] : parseMacPrefixes(readText(prefixes)),
  };
}

function installed(name: string): string | undefined {
  return NMAP_DIRECTORIES.map((directory) => `${directory}/${name}`).find((path) => existsSync(path));
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new CommandFailure(EXIT.failed, `Cannot read ${path}: ${systemReason(error)}.`, { cause: error });
  }
}
