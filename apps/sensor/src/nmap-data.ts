/** The data files of nmap, where it is installed. They are read there and never shipped. */
import { readRegularText } from './read-file.ts';

/** Where packages and nmap's own installation put them. */
const DIRECTORIES = ['/usr/share/nmap', '/usr/local/share/nmap'];

/** Its database has 5 MB. */
export const NMAP_FILE_BYTES_MAX: number = 2 ** 26;

/** Returns the text of a data file such as `nmap-os-db`; null where there is none that can be read. */
export function readNmapData(name: string): string | null {
  for (const directory of DIRECTORIES) {
    try {
      return readRegularText(`${directory}/${name}`, NMAP_FILE_BYTES_MAX);
    } catch {
      // Not installed there, or not for us.
    }
  }
  return null;
}
