/**
 * Fingerprints in the format of `nmap-os-db`, nmap's second generation
 * (https://nmap.org/book/osdetect-fingerprint-format.html). The database is found through in one pass and kept as text; a
 * fingerprint is taken apart when somebody asks for it.
 */

/** The measurements of one test by attribute, each an expression. */
export type TestResults = ReadonlyMap<string, string>;

/** What is measured of one system. */
export interface Fingerprint {
  readonly name: string;
  /** Vendor, family, generation and kind of device, with bars between them. */
  readonly classes: readonly string[];
  /** By test: SEQ, OPS, WIN, ECN, T1 to T7, U1 and IE; those that the text has. */
  readonly tests: ReadonlyMap<string, TestResults>;
}

/** Where the fingerprints of a text stand. */
export interface FingerprintIndex {
  readonly text: string;
  /** Offsets of the fingerprints by name, in their order. */
  readonly places: ReadonlyMap<string, readonly number[]>;
}

const BEGINNING = 'Fingerprint ';
const TEST = /^([A-Z][A-Z0-9a-z]*)\((.*)\)$/;
/** No fingerprint of nmap has half as many lines. */
const LINES_MAX = 200;

/** Returns where the fingerprints of a text stand; it never throws. */
export function indexFingerprints(text: string): FingerprintIndex {
  const places = new Map<string, number[]>();
  let at = text.startsWith(BEGINNING) ? 0 : text.indexOf(`\n${BEGINNING}`) + 1;
  while (text.startsWith(BEGINNING, at)) {
    const end = text.indexOf('\n', at);
    const name = text.slice(at + BEGINNING.length, end < 0 ? undefined : end).trim();
    const known = places.get(name);
    if (name !== '') {
      if (known === undefined) places.set(name, [at]);
      else known.push(at);
    }
    if (end < 0) break;
    const next = text.indexOf(`\n${BEGINNING}`, end);
    if (next < 0) break;
    at = next + 1;
  }
  return { text, places };
}

/**
 * Returns the fingerprints of a name, in their order; none where there is none. Lines that say nothing understandable are
 * left out.
 */
export function fingerprintsOf({ text, places }: FingerprintIndex, name: string): readonly Fingerprint[] {
  return (places.get(name) ?? []).map((at) => fingerprintAt(text, at, name));
}

function fingerprintAt(text: string, start: number, name: string): Fingerprint {
  const classes: string[] = [];
  const tests = new Map<string, TestResults>();
  let at = text.indexOf('\n', start) + 1;
  for (let line = 0; at > 0 && line < LINES_MAX; line++) {
    const end = text.indexOf('\n', at);
    const content = text.slice(at, end < 0 ? undefined : end).trim();
    if (content.startsWith(BEGINNING)) break;
    if (content.startsWith('Class ')) classes.push(content.slice('Class '.length).trim());
    const test = TEST.exec(content);
    if (test !== null) tests.set(test[1]!, resultsOf(test[2]!));
    at = end + 1;
  }
  return { name, classes, tests };
}

function resultsOf(text: string): TestResults {
  const results = new Map<string, string>();
  for (const part of text.split('%')) {
    const equals = part.indexOf('=');
    if (equals > 0) results.set(part.slice(0, equals), part.slice(equals + 1));
  }
  return results;
}
