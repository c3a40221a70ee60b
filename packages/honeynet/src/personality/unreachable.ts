/** How a system refuses datagrams, from the test U1 of a fingerprint. */
import { readU16, writeU16 } from '@wormwood/wire';
import { ipv4 } from '@wormwood/wire';
import { rangesOf, wordsOf } from './expression.ts';
import type { TestResults } from './fingerprint.ts';
import type { QuoteChanges, QuotedNumber, UnreachableTraits, Unmet } from './personality.ts';

/** nmap's probe: an IP packet of so many octets with this identification. */
const PROBE_BYTES = 328;
const PROBE_IDENTIFICATION = 0x1042;
/** IP and ICMP headers of the error. */
const OVERHEAD_BYTES = 28;
/** What a system quotes that quotes the whole probe (RFC 1812 4.3.2.3). */
const QUOTE_BYTES = 548;
const MOVED_MAX = 64;
const UDP_CHECKSUM = 6;
const UDP_HEADER_LENGTH = 8;

/** Returns what the test says, and of it what is not played. */
export function unreachableOf(
  u1: TestResults | undefined,
  hops: number,
): { readonly traits: UnreachableTraits; readonly unmet: readonly Unmet[] } {
  const answers = u1 === undefined || wordsOf(u1.get('R') ?? 'Y')[0] !== 'N';
  const lengths = rangesOf(u1?.get('IPL')).map(({ from }) => from);
  const length = lengths.find((each) => each <= PROBE_BYTES + OVERHEAD_BYTES) ?? lengths[0];
  const isTooLong = length !== undefined && length > PROBE_BYTES + OVERHEAD_BYTES;
  const isWhole = length === undefined || length >= PROBE_BYTES + OVERHEAD_BYTES;
  const changes: QuoteChanges = {
    hops,
    totalLength: numberOf(u1?.get('RIPL'), PROBE_BYTES),
    identification: numberOf(u1?.get('RID'), PROBE_IDENTIFICATION),
    ipChecksum: ({ Z: 'zero', I: 'wrong' } as const)[word(u1, 'RIPCK')] ?? 'good',
    udpChecksum: numberOf(u1?.get('RUCK'), null),
    spoilsData: word(u1, 'RUD') === 'I',
  };
  return {
    traits: {
      answers,
      unused: rangesOf(u1?.get('UN'))[0]?.from ?? 0,
      quoteBytes: isWhole ? QUOTE_BYTES : length - OVERHEAD_BYTES,
      changes: changesNothing(changes) ? null : changes,
    },
    unmet: isTooLong
      ? [
          {
            test: 'U1.IPL',
            reason:
              'no answer is longer than its question by more than its own headers, so that it is not a reflector',
          },
        ]
      : [],
  };
}

function word(u1: TestResults | undefined, attribute: string): string {
  const words = wordsOf(u1?.get(attribute) ?? 'G');
  return words.includes('G') ? 'G' : words[0]!;
}

function numberOf(expression: string | undefined, sent: number | null): QuotedNumber {
  if (expression === undefined || wordsOf(expression).includes('G')) return { kind: 'same' };
  const values = rangesOf(expression).map(({ from }) => from);
  if (sent !== null) {
    for (const value of values) {
      if (Math.abs(value - sent) <= MOVED_MAX) return { kind: 'moved', by: value - sent, isSwapped: false };
      const swapped = swap(value);
      if (Math.abs(swapped - sent) <= MOVED_MAX)
        return { kind: 'moved', by: swapped - sent, isSwapped: true };
    }
  }
  return { kind: 'fixed', value: values[0] ?? 0 };
}

function changesNothing(changes: QuoteChanges): boolean {
  return (
    changes.hops === 0 &&
    changes.totalLength.kind === 'same' &&
    changes.identification.kind === 'same' &&
    changes.ipChecksum === 'good' &&
    changes.udpChecksum.kind === 'same' &&
    !changes.spoilsData
  );
}

/** Changes the packet that is quoted in [start, end) of `bytes`: an IP header, and what of the rest is quoted. */
export function changeQuote(changes: QuoteChanges, bytes: Uint8Array, start: number, end: number): void {
  const headerEnd = start + ipv4.readHeaderLength(bytes, start);
  const timeToLive = start + ipv4.field.timeToLive;
  bytes[timeToLive] = Math.max(0, bytes[timeToLive]! - changes.hops);
  change(bytes, start + ipv4.field.totalLength, changes.totalLength);
  change(bytes, start + ipv4.field.identification, changes.identification);
  ipv4.fillChecksum(bytes, start);
  const checksum = start + ipv4.field.checksum;
  if (changes.ipChecksum === 'zero') writeU16(bytes, checksum, 0);
  else if (changes.ipChecksum === 'wrong') writeU16(bytes, checksum, readU16(bytes, checksum) ^ WRONG);
  if (headerEnd + UDP_HEADER_LENGTH <= end) change(bytes, headerEnd + UDP_CHECKSUM, changes.udpChecksum);
  if (changes.spoilsData && headerEnd + UDP_HEADER_LENGTH < end)
    bytes[headerEnd + UDP_HEADER_LENGTH]! ^= WRONG;
}

/** Bits that make a right value a wrong one. */
const WRONG = 0x55;

function change(bytes: Uint8Array, at: number, wanted: QuotedNumber): void {
  if (wanted.kind === 'fixed') writeU16(bytes, at, wanted.value);
  else if (wanted.kind === 'moved') {
    const moved = (readU16(bytes, at) + wanted.by) & 0xffff;
    writeU16(bytes, at, wanted.isSwapped ? swap(moved) : moved);
  }
}

function swap(value: number): number {
  return ((value & 0xff) << 8) | ((value >>> 8) & 0xff);
}
