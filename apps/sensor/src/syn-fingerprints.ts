/** The files of SYN fingerprints, where packages have put them. They are read there and never shipped. */
import {
  OWN_SYNS,
  type P0fFingerprints,
  parseP0f,
  parseSynFingerprints,
  type SynFingerprints,
} from '@wormwood/honeynet';
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

/**
 * Returns what identifies the systems of sources, the first to be asked first: our own signatures, which are of newer systems,
 * and the installed files of both kinds.
 */
export function installedSynFingerprints(): readonly SynFingerprints[] {
  const files = [PATHS, P0F_PATHS].flatMap((paths): readonly SynFingerprints[] => {
    for (const path of paths) {
      try {
        return [readSynFingerprints(path)];
      } catch {
        // Not installed there, or not for us.
      }
    }
    return [];
  });
  return [OWN_SYNS, ...files];
}

/** Returns what a `pf.os` or a `p0f.fp` says. Throws the system's error, or one that says why the file is refused. */
export function readSynFingerprints(path: string): SynFingerprints {
  return parseSynFingerprints(readRegularText(path, FILE_BYTES_MAX));
}
