/** The file of SYN fingerprints, where a package has put it. It is read there and never shipped. */
import { type P0fFingerprints, parseP0f, parsePfOs, type SynFingerprints } from '@wormwood/honeynet';
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

/** Where packages and p0f's own installation put it. */
const P0F_PATHS = ['/etc/p0f/p0f.fp', '/etc/p0f.fp', '/usr/share/p0f/p0f.fp', '/usr/local/share/p0f/p0f.fp'];

/** Returns the signatures of the installed p0f; null where there are none that can be read. */
export function installedP0f(): P0fFingerprints | null {
  for (const path of P0F_PATHS) {
    try {
      return parseP0f(readRegularText(path, FILE_BYTES_MAX));
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
