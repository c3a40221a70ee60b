/**
 * What identifies the systems of sources by their SYNs: a `pf.os`, a `p0f.fp`, and signatures of our own for systems that are
 * newer than those files.
 */
import { isP0f, p0fMatch, type P0fSignature, parseP0f } from './p0f.ts';
import { parsePfOs, type SynSignature, type SynTraits, systemOf } from './pf-os.ts';
import { quirkBits, type TcpTraits } from './tcp-traits.ts';

/** A file of fingerprints of SYNs. */
export type SynFingerprints =
  | {
      readonly format: 'pf.os';
      readonly signatures: readonly SynSignature[];
      readonly strangeLines: readonly number[];
    }
  | {
      readonly format: 'p0f';
      readonly signatures: readonly P0fSignature[];
      /** Numbers of lines that say nothing understandable, counted from 1. */
      readonly strangeLines: readonly number[];
    };

/** Returns what a text says, in the format of p0f 3 where it has one of its sections, else of `pf.os`; it never throws. */
export function parseSynFingerprints(text: string): SynFingerprints {
  if (!isP0f(text)) return { format: 'pf.os', ...parsePfOs(text) };
  const { requests, strangeLines } = parseP0f(text);
  return { format: 'p0f', signatures: requests, strangeLines };
}

/**
 * Returns the system that begins connections like this, or null. The databases are asked in their order; what any of them says
 * for certain comes before what one of them takes for likely.
 */
export function systemOfSyn(
  traits: TcpTraits,
  lengthBytes: number,
  databases: readonly SynFingerprints[],
): string | null {
  let likely: string | null = null;
  for (const database of databases) {
    if (database.format === 'pf.os') {
      const system = systemOf(lettersOf(traits, lengthBytes), database.signatures);
      if (system !== null) return system;
      continue;
    }
    const match = p0fMatch(traits, database.signatures);
    if (match === null) continue;
    if (!match.isGeneric && !match.isFuzzy) return match.system;
    likely ??= match.system;
  }
  return likely;
}

const LETTERS: Readonly<Record<string, (traits: TcpTraits) => string>> = {
  mss: ({ mssBytes }) => `M${mssBytes}`,
  ws: ({ windowScale }) => `W${windowScale}`,
  sok: () => 'S',
  ts: ({ timestamp }) => (timestamp === 0 ? 'T0' : 'T'),
  nop: () => 'N',
};
const DONT_FRAGMENT = quirkBits('df');

/** The same as `pf.os` looks at it. */
function lettersOf(traits: TcpTraits, lengthBytes: number): SynTraits {
  const names = traits.layout === '' ? [] : traits.layout.split(',');
  return {
    window: traits.window,
    timeToLive: traits.timeToLive,
    dontFragment: (traits.quirks & DONT_FRAGMENT) !== 0,
    lengthBytes,
    mssBytes: traits.mssBytes,
    options: names.filter((name) => !name.startsWith('eol')).map((name) => LETTERS[name]?.(traits) ?? '?'),
  };
}
