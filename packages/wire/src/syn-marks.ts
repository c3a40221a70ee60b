/**
 * What a SYN says of the program that made it. Scanning tools and some worms write fixed or computed values where the system
 * of a host writes others.
 *
 * Sources: Durumeric, Wustrow, Halderman, "ZMap: fast Internet-wide scanning", USENIX Security 2013 (identification 54321);
 * Graham, masscan (identification = destination ^ port ^ sequence number); Antonakakis et al., "Understanding the Mirai
 * botnet", USENIX Security 2017 (sequence number = destination); Ghiette, Blenn, Doerr, "Remote identification of port scan
 * toolchains", NTMS 2016.
 */
import { readU16, readU32, readU8 } from './bytes.ts';
import * as ipv4 from './ipv4.ts';
import * as tcp from './tcp.ts';

/** Bits of what `readSynMarks` returns. */
export const synMark = { zmap: 1, masscan: 2, mirai: 4, bare: 8, highTtl: 16 } as const;

/** How events and figures call the marks, lowest bit first. */
export const SYN_MARK_NAMES = ['zmap', 'masscan', 'mirai', 'bare-syn', 'high-ttl'] as const;

/** The name of a mark, as events and figures call it. */
export type SynMarkName = (typeof SYN_MARK_NAMES)[number];

const ZMAP_IDENTIFICATION = 54_321;
/** Systems begin at 64 or 128, a few at 255; tools that write 255 arrive above this. */
const HIGH_TTL = 200;

/**
 * Returns the marks of the segment at `tcpStart` in the IPv4 packet at `ipStart`, both of which were checked; 0 for a segment
 * that is not a SYN, or a SYN that acknowledges.
 */
export function readSynMarks(bytes: Uint8Array, ipStart: number, tcpStart: number): number {
  const flags = readU8(bytes, tcpStart + tcp.field.flags);
  if ((flags & (tcp.flag.SYN | tcp.flag.ACK)) !== tcp.flag.SYN) return 0;
  const identification = readU16(bytes, ipStart + ipv4.field.identification);
  const destination = readU32(bytes, ipStart + ipv4.field.destination);
  const sequenceNumber = readU32(bytes, tcpStart + tcp.field.sequenceNumber);
  const port = readU16(bytes, tcpStart + tcp.field.destinationPort);
  const masscan = (destination ^ port ^ sequenceNumber) & 0xffff;
  return (
    (identification === ZMAP_IDENTIFICATION ? synMark.zmap : 0) |
    // Systems write 0 where a packet may not be fragmented.
    (identification !== 0 && identification === masscan ? synMark.masscan : 0) |
    (sequenceNumber === destination ? synMark.mirai : 0) |
    (tcp.readHeaderLength(bytes, tcpStart) === tcp.HEADER_LENGTH ? synMark.bare : 0) |
    (readU8(bytes, ipStart + ipv4.field.timeToLive) > HIGH_TTL ? synMark.highTtl : 0)
  );
}

/** Returns the names of the bits that are set, lowest first. */
export function synMarkNames(marks: number): readonly SynMarkName[] {
  return SYN_MARK_NAMES.filter((_, bit) => (marks & (1 << bit)) !== 0);
}
