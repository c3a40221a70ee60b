/**
 * What the marks of a SYN (`synMark` of wire) count for. The probability that an ordinary system writes the same by chance is
 * exact for three of them; the others are properties of small systems and only named.
 */
import { log } from '@wormwood/base';
import { SYN_MARK_NAMES, synMark, type SynMarkName } from '@wormwood/wire';

export interface ToolMark {
  /** Of `Observation.marks`. */
  readonly bit: number;
  /** How events and figures call it. */
  readonly name: SynMarkName;
  readonly words: string;
  /** Probability of the mark on a packet of an ordinary system; null where systems exist that always show it. */
  readonly chance: number | null;
}

export const TOOL_MARKS: readonly ToolMark[] = [
  {
    bit: synMark.zmap,
    name: 'zmap',
    words: 'its packets have the IP identification 54321, which ZMap writes',
    chance: 2 ** -16,
  },
  {
    bit: synMark.masscan,
    name: 'masscan',
    words: 'its IP identification is computed as masscan does',
    chance: 2 ** -16,
  },
  {
    bit: synMark.mirai,
    name: 'mirai',
    words: 'its sequence numbers equal the destination address, as those of Mirai and its descendants',
    chance: 2 ** -32,
  },
  {
    bit: synMark.bare,
    name: 'bare-syn',
    words: 'its SYNs have no options, so that no operating system made them',
    chance: null,
  },
  {
    bit: synMark.highTtl,
    name: 'high-ttl',
    words: 'its packets arrive with a TTL above 200, as those of tools that write 255',
    chance: null,
  },
];

/** Of scanners, so many use a given tool; an overestimate of the truth costs power, and never the bound. */
const TOOL_SHARE = 0.05;

/** Returns the bit of a mark's name; 0 for a name that is not known. */
export function markNamed(name: unknown): number {
  const index = SYN_MARK_NAMES.findIndex((known) => known === name);
  return index < 0 ? 0 : 1 << index;
}

/** A contact that a tool makes bears its mark this often at least: some of its packets have no place for it. */
const MARKED = 0.5;

/** Marks that systems bear by chance alone. */
export const CHANCE_MARKS: readonly { readonly bit: number; readonly chance: number }[] = TOOL_MARKS.flatMap(
  ({ bit, chance }) => (chance === null ? [] : [{ bit, chance }]),
);

/** ln of the share of scanners that use none of these tools. */
export const NO_TOOL_WEIGHT: number = log(1 - CHANCE_MARKS.length * TOOL_SHARE);

/** ln of the part of a scanner of one tool in the likelihood ratio, after so many contacts, of which so many bear its mark. */
export function toolRatio(chance: number, marked: number, contacts: number): number {
  return (
    log(TOOL_SHARE) + marked * log(MARKED / chance) + (contacts - marked) * log((1 - MARKED) / (1 - chance))
  );
}
