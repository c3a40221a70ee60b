/** Names in a configuration that stand for something elsewhere: personalities of a database, vendors of Ethernet addresses. */
import { type Problem, quoted } from '@wormwood/base';
import type { Honeynet, Template } from '../model.ts';
import { COMMON_VENDORS, type EthernetVendor, isEthernetAddress } from './ethernet-address.ts';

export interface KnownNames {
  /** Names of personalities; null: not known which there are. */
  readonly personalities: readonly string[] | null;
  /** Beside the common ones. */
  readonly vendors: readonly EthernetVendor[];
}

/** Below this share of common words two names are of different systems. */
const LIKENESS_MIN = 0.25;

/** Returns the names in the text of `nmap-os-db` or `nmap.prints`, each once, in their order. */
export function personalityNames(text: string): readonly string[] {
  return [
    ...new Set(Array.from(text.matchAll(/^Fingerprint[ \t]+(\S.*)$/gm), ([, name]) => (name ?? '').trim())),
  ];
}

/**
 * Returns the known name that shares most words with `name`, numbers counting twice; undefined when none is like it. Of
 * equals the first wins.
 */
export function nearestPersonality(name: string, known: readonly string[]): string | undefined {
  const wanted = weightsOf(name);
  let best: string | undefined;
  let bestLikeness = LIKENESS_MIN;
  for (const candidate of known) {
    const likeness = likenessOf(wanted, weightsOf(candidate));
    if (likeness > bestLikeness) [best, bestLikeness] = [candidate, likeness];
  }
  return best;
}

/** Of many unknown names, the first get a suggestion. */
const SUGGESTIONS_MAX = 100;

/** Words of a name with their weights: versions distinguish systems of one family. */
function weightsOf(name: string): ReadonlyMap<string, number> {
  const words = name.toLowerCase().match(/[0-9]+(?:\.[0-9]+)*|[a-z]+/g) ?? [];
  return new Map(words.map((word) => [word, /^[0-9]/.test(word) ? 2 : 1]));
}

/** Weight of the common words over that of all (Jaccard). */
function likenessOf(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  let common = 0;
  let all = 0;
  for (const [word, weight] of a) {
    all += weight;
    if (b.has(word)) common += weight;
  }
  for (const [word, weight] of b) if (!a.has(word)) all += weight;
  return all === 0 ? 0 : common / all;
}

/** Returns a warning for each name that stands for nothing known, at its first place in `text`. */
export function unknownNames(honeynet: Honeynet, text: string, known: KnownNames): readonly Problem[] {
  const templates = [...honeynet.templates.values()];
  const { personalities } = known;
  const names = new Set(personalities);
  const vendors = [...COMMON_VENDORS, ...known.vendors];
  return [
    ...distinct(templates, ({ personality }) => personality)
      .filter((name) => personalities !== null && name !== 'random' && !names.has(name))
      .map((name, index): Problem => {
        const near = index < SUGGESTIONS_MAX ? nearestPersonality(name, personalities ?? []) : undefined;
        const message = `No personality is called ${quoted(name)}.`;
        const help =
          near === undefined
            ? 'Its hosts answer as a plain stack.'
            : `Its hosts answer as the nearest, ${quoted(near)}.`;
        return warningAt(name, text, { code: 'unknown-personality', message, help });
      }),
    ...distinct(templates, ({ ethernet }) => ethernet)
      .filter((written) => !isEthernetAddress(written, vendors))
      .map((written): Problem => {
        const message = `${quoted(written)} is neither an Ethernet address nor a known vendor.`;
        const help =
          'Its hosts have locally administered addresses. Write a vendor such as dell, or an address such as 00:06:5b:12:34:56.';
        return warningAt(written, text, { code: 'unknown-vendor', message, help });
      }),
  ];
}

function distinct(
  templates: readonly Template[],
  nameOf: (template: Template) => string | null,
): readonly string[] {
  return [...new Set(templates.flatMap((template) => nameOf(template) ?? []))];
}

function warningAt(name: string, text: string, problem: Pick<Problem, 'code' | 'message' | 'help'>): Problem {
  const at = Math.max(0, text.indexOf(name));
  return { ...problem, severity: 'warning', span: [at, at + name.length], path: '' };
}
