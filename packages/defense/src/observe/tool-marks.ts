/**
 * What a packet says of the program that made it. Scanning tools and some worms write fixed or computed values where the
 * system of a host writes others, so that a packet gives its program away. The probability that an ordinary system writes
 * the same by chance is exact for three of the marks; the others are properties of small systems and only named.
 *
 * Sources: Durumeric, Wustrow, Halderman, "ZMap: fast Internet-wide scanning", USENIX Security 2013 (identification 54321);
 * Graham, masscan (identification = destination ^ port ^ sequence number); Antonakakis et al., "Understanding the Mirai
 * botnet", USENIX Security 2017 (sequence number = destination); Ghiette, Blenn, Doerr, "Remote identification of port scan
 * toolchains", NTMS 2016.
 */
import { log } from '@wormwood/base';

/** Bits of `Observation.marks`. */
export const MARK = { zmap: 1, masscan: 2, mirai: 4, bare: 8, highTtl: 16 } as const;

export interface ToolMark {
  readonly bit: number;
  /** How events and figures call it. */
  readonly name: 'zmap' | 'masscan' | 'mirai' | 'bare-syn' | 'high-ttl';
  readonly words: string;
  /** Probability of the mark on a packet of an ordinary system; null where systems exist that always show it. */
  readonly chance: number | null;
}

export const TOOL_MARKS: readonly ToolMark[] = [
  {
    bit: MARK.zmap,
    name: 'zmap',
    words: 'its packets have the IP identification 54321, which ZMap writes',
    chance: 2 ** -16,
  },
  {
    bit: MARK.masscan,
    name: 'masscan',
    words: 'its IP identification is computed as masscan does',
    chance: 2 ** -16,
  },
  {
    bit: MARK.mirai,
    name: 'mirai',
    words: 'its sequence numbers equal the destination address, as those of Mirai and its descendants',
    chance: 2 ** -32,
  },
  {
    bit: MARK.bare,
    name: 'bare-syn',
    words: 'its SYNs have no options, so that no operating system made them',
    chance: null,
  },
  {
    bit: MARK.highTtl,
    name: 'high-ttl',
    words: 'its packets arrive with a TTL above 200, as those of tools that write 255',
    chance: null,
  },
];

const ZMAP_IDENTIFICATION = 54_321;
const HIGH_TTL = 200;
const TCP_HEADER_LENGTH = 20;
/** Of scanners, so many use a given tool; an overestimate of the truth costs power, and never the bound. */
const TOOL_SHARE = 0.05;

/** Header fields of the SYN of a flow. */
export interface SynHeader {
  readonly identification: number;
  readonly timeToLive: number;
  readonly sequenceNumber: number;
  readonly headerLength: number;
  readonly destination: number;
  readonly destinationPort: number;
}

/** Returns the marks of a SYN. */
export function marksOfSyn(syn: SynHeader): number {
  const { identification, timeToLive, sequenceNumber, headerLength, destination, destinationPort } = syn;
  const masscan = (destination ^ destinationPort ^ sequenceNumber) & 0xffff;
  return (
    (identification === ZMAP_IDENTIFICATION ? MARK.zmap : 0) |
    // Systems write 0 where a packet may not be fragmented.
    (identification !== 0 && identification === masscan ? MARK.masscan : 0) |
    (sequenceNumber === destination ? MARK.mirai : 0) |
    (headerLength === TCP_HEADER_LENGTH ? MARK.bare : 0) |
    (timeToLive > HIGH_TTL ? MARK.highTtl : 0)
  );
}

/** Returns the bit of a mark's name; 0 for a name that is not known. */
export function markNamed(name: unknown): number {
  return TOOL_MARKS.find((mark) => mark.name === name)?.bit ?? 0;
}

/** The gain of the log-likelihood ratio at the first contact that bears the mark, and at each later one. */
export function markWeights(chance: number): { readonly first: number; readonly later: number } {
  return { first: log(TOOL_SHARE / chance), later: -log(chance) };
}

/** What it costs a source that its contact bears none of them. */
export const NO_MARK_WEIGHT: number = log(1 - 3 * TOOL_SHARE);
