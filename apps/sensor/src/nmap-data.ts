/** The data files of nmap, where it is installed. They are read there and never shipped. */
import { readFileSync } from 'node:fs';

/** Where packages and nmap's own installation put them. */
const DIRECTORIES = ['/usr/share/nmap', '/usr/local/share/nmap'];

/** Returns the text of a data file such as `nmap-os-db`; null where there is none that can be read. */
export function readNmapData(name: string): string | null {
  for (const directory of DIRECTORIES) {
    try {
      return readFileSync(`${directory}/${name}`, 'utf8');
    } catch {
      // Not installed there, or not for us.
    }
  }
  return null;
}
