/** The file of SYN fingerprints, where a package has put it. It is read there and never shipped. */
import { parsePfOs, type SynFingerprints } from '@wormwood/honeynet';
import { readRegularText } from './read-file.ts';

/** Of Honeyd, of OpenBSD, of iptables and of nftables. */
const PATHS = [
  '/etc/honeypot/pf.os',
  '/usr/share/honeyd/pf.os',
  '/etc/pf.os',
  '/usr/share/xtables/pf.os',
  '/usr/share/nftables/pf.os',
  '/usr/share/doc/nftables/examples/pf.os',
];

const FILE_BYTES_MAX = 2 ** 20;

/** Returns the fingerprints of the first of these files that can be read; null where there is none. */
export function installedSynFingerprints(): SynFingerprints | null {
  for (const path of PATHS) {
    try {
      return readSynFingerprints(path);
    } catch {
      // Not installed there, or not for us.
    }
  }
  return null;
}

/** Throws the system's error, or one that says why the file is refused. */
export function readSynFingerprints(path: string): SynFingerprints {
  return parsePfOs(readRegularText(path, FILE_BYTES_MAX));
}
