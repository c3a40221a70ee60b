/** The options of pcapng blocks (draft-ietf-opsawg-pcapng §3.5), and those of an interface that describe its clock (§4.2). */

import { type ByteOrder, readOrderedU16, writeOrderedU16 } from './byte-order.ts';
import { readU32, writeOctets } from './bytes.ts';
import { type Malformed, malformed } from './malformed.ts';

export interface Repr {
  readonly code: number;
  /** Text is UTF-8. */
  readonly data: Uint8Array;
}

/** Codes: `comment` in any block, `packetFlags` in one of a packet (§4.3.1), the others in one of an interface. */
export const code = {
  comment: 1,
  packetFlags: 2,
  interfaceName: 2,
  interfaceDescription: 3,
  timestampResolution: 9,
  timestampOffset: 14,
} as const;

const END_OF_OPTIONS = 0;
/** Writers add a handful; a list of millions of empty options is made to fill the memory of its reader. */
const OPTIONS_MAX = 1024;
const OVERHEAD = 4;

const NO_OPTIONS: readonly Repr[] = [];

/** Takes the options in [start, end) apart; at most 1,024. A list that runs over its end is cut before the option that does. */
export function parse(
  bytes: Uint8Array,
  start: number,
  end: number,
  order: ByteOrder,
): readonly Repr[] | Malformed {
  if (start >= end) return NO_OPTIONS;
  const options: Repr[] = [];
  let at = start;
  while (at + OVERHEAD <= end) {
    const optionCode = readOrderedU16(bytes, at, order);
    const lengthBytes = readOrderedU16(bytes, at + 2, order);
    const data = at + OVERHEAD;
    if (optionCode === END_OF_OPTIONS || data + lengthBytes > end) break;
    if (options.length === OPTIONS_MAX) return malformed('pcapng', at, 'a block has more than 1,024 options');
    options.push({ code: optionCode, data: bytes.subarray(data, data + lengthBytes) });
    at = data + roundUp(lengthBytes);
  }
  return options;
}

/** Octets of the options with the end that follows them; none where there is no option. */
export function length(options: readonly Repr[]): number {
  if (options.length === 0) return 0;
  return options.reduce((sum, option) => sum + OVERHEAD + roundUp(option.data.length), OVERHEAD);
}

/** Writes the options and their end into zeros. */
export function emit(options: readonly Repr[], out: Uint8Array, offset: number, order: ByteOrder): void {
  let at = offset;
  for (const option of options) {
    writeOrderedU16(out, at, option.code, order);
    writeOrderedU16(out, at + 2, option.data.length, order);
    writeOctets(out, at + OVERHEAD, option.data);
    at += OVERHEAD + roundUp(option.data.length);
  }
}

function roundUp(lengthBytes: number): number {
  return (lengthBytes + 3) & ~3;
}

/** How the timestamps of an interface count. */
export interface Clock {
  readonly unitsPerSecond: bigint;
  readonly offsetSeconds: bigint;
}

/** The clock that the options of an interface block describe; microseconds since 1970 where they are silent. */
export function readClock(options: readonly Repr[], order: ByteOrder): Clock {
  const resolution = options.find((option) => option.code === code.timestampResolution)?.data[0] ?? 6;
  // §4.2, if_tsresol: the high bit chooses powers of 2, and the rest is the negative exponent.
  const exponent = BigInt(resolution & 0x7f);
  const unitsPerSecond = (resolution & 0x80) === 0 ? 10n ** exponent : 2n ** exponent;
  const offset = options.find((option) => option.code === code.timestampOffset)?.data;
  return { unitsPerSecond, offsetSeconds: offset?.length === 8 ? readSigned64(offset, order) : 0n };
}

function readSigned64(data: Uint8Array, order: ByteOrder): bigint {
  const octets = order === 'big' ? data : data.toReversed();
  return BigInt.asIntN(64, (BigInt(readU32(octets, 0)) << 32n) | BigInt(readU32(octets, 4)));
}
