/** The file of SYN fingerprints, where a package has put it. It is read there and never shipped. */
import { readFileSync } from 'node:fs';
import { parsePfOs, type SynFingerprints } from '@wormwood/honeynet';

/** Of Honeyd, of OpenBSD, of iptables and of nftables. */
const PATHS = [
  '/etc/honeypot/pf.os',
  '/usr/share/honeyd/pf.os',
  '/etc/pf.os',
  '/usr/share/xtables/pf.os',
  '/usr/share/nftables/pf.os',
  '/usr/share/doc/nftables/examples/pf.os',
];

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

/** Throws the system's error. */
export function readSynFingerprints(path: string): SynFingerprints {
  return parsePfOs(readFileSync(path, 'utf8'));
}
