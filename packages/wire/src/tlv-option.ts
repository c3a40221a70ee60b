/**
 * The option list that IPv4 (RFC 791 §3.1) and TCP (RFC 9293 §3.1) share: kind 0 ends the list, kind 1 is one octet of
 * filling, every other kind is followed by a length that counts both. Fingerprinting tools look at the order of the
 * options and at the filling, so both survive being taken apart and put together.
 */

import { unreachable } from '@wormwood/base';
import { writeOctets, writeU8 } from './bytes.ts';

/** The options that mean the same in both protocols, and those that mean nothing here. */
export type PlainOption =
  | { readonly kind: 'noOperation' }
  /** `filling`: what follows, where it is not simply the zeros that fill the last word of the header. */
  | { readonly kind: 'end'; readonly filling?: Uint8Array }
  /** An option that is not known, or a known one whose length is not its own. */
  | { readonly kind: 'unknown'; readonly code: number; readonly data: Uint8Array }
  /** All the rest of a list from the first option whose length is impossible. */
  | { readonly kind: 'garbled'; readonly octets: Uint8Array };

/** How a protocol reads, measures and writes the options of its own. */
export interface OptionCodec<Own> {
  /** The option of that kind, or undefined where kind or length are not the protocol's own. */
  readonly decode: (code: number, data: Uint8Array) => Own | undefined;
  readonly code: (option: Own) => number;
  /** Octets after kind and length. */
  readonly dataLength: (option: Own) => number;
  readonly emitData: (option: Own, out: Uint8Array, offset: number) => void;
}

const END_OF_LIST = 0;
const NO_OPERATION = 1;

/**
 * Takes the octets in [start, end) apart. Never fails: what cannot be taken apart is the last element, `garbled`. An
 * `end`, where there is one, is the last element too.
 */
export function parseOptionList<Own>(
  bytes: Uint8Array,
  start: number,
  end: number,
  codec: OptionCodec<Own>,
): readonly (Own | PlainOption)[] {
  const options: (Own | PlainOption)[] = [];
  let at = start;
  while (at < end) {
    const code = bytes[at]!;
    if (code === END_OF_LIST) {
      options.push(endOption(bytes.subarray(at + 1, end)));
      break;
    }
    if (code === NO_OPERATION) {
      options.push({ kind: 'noOperation' });
      at += 1;
      continue;
    }
    const length = at + 1 < end ? bytes[at + 1]! : 0;
    if (length < 2 || at + length > end) {
      options.push({ kind: 'garbled', octets: bytes.subarray(at, end) });
      break;
    }
    const data = bytes.subarray(at + 2, at + length);
    options.push(codec.decode(code, data) ?? { kind: 'unknown', code, data });
    at += length;
  }
  return options;
}

/** The list lies in whole words, so at most three zeros after the end of the list fill the last one. */
function endOption(after: Uint8Array): PlainOption {
  const isUsual = after.length < 4 && after.every((octet) => octet === 0);
  return isUsual ? { kind: 'end' } : { kind: 'end', filling: after };
}

/** Octets that the list occupies in a header: whole words. */
export function optionListLength<Own extends { readonly kind: string }>(
  options: readonly (Own | PlainOption)[],
  codec: OptionCodec<Own>,
): number {
  let length = 0;
  for (const option of options) length += optionLength(option, codec);
  return (length + 3) & ~3;
}

function optionLength<Own extends { readonly kind: string }>(
  option: Own | PlainOption,
  codec: OptionCodec<Own>,
): number {
  if (!isPlain(option)) return 2 + codec.dataLength(option);
  switch (option.kind) {
    case 'noOperation':
      return 1;
    case 'end':
      return 1 + (option.filling?.length ?? 0);
    case 'unknown':
      return 2 + option.data.length;
    case 'garbled':
      return option.octets.length;
    default:
      return unreachable(option);
  }
}

/** Writes the list, fills the last word with zeros (RFC 9293 §3.1, MUST-69), and returns the offset after it. */
export function emitOptionList<Own extends { readonly kind: string }>(
  options: readonly (Own | PlainOption)[],
  codec: OptionCodec<Own>,
  out: Uint8Array,
  offset: number,
): number {
  let at = offset;
  for (const option of options) at = emitOption(option, codec, out, at);
  const listEnd = offset + ((at - offset + 3) & ~3);
  out.fill(0, at, listEnd);
  return listEnd;
}

function emitOption<Own extends { readonly kind: string }>(
  option: Own | PlainOption,
  codec: OptionCodec<Own>,
  out: Uint8Array,
  offset: number,
): number {
  if (!isPlain(option)) {
    const length = 2 + codec.dataLength(option);
    writeU8(out, offset, codec.code(option));
    writeU8(out, offset + 1, length);
    codec.emitData(option, out, offset + 2);
    return offset + length;
  }
  switch (option.kind) {
    case 'noOperation':
      writeU8(out, offset, NO_OPERATION);
      return offset + 1;
    case 'end':
      writeU8(out, offset, END_OF_LIST);
      return option.filling === undefined ? offset + 1 : writeOctets(out, offset + 1, option.filling);
    case 'unknown':
      writeU8(out, offset, option.code);
      writeU8(out, offset + 1, 2 + option.data.length);
      return writeOctets(out, offset + 2, option.data);
    case 'garbled':
      return writeOctets(out, offset, option.octets);
    default:
      return unreachable(option);
  }
}

function isPlain(option: { readonly kind: string }): option is PlainOption {
  const { kind } = option;
  return kind === 'noOperation' || kind === 'end' || kind === 'unknown' || kind === 'garbled';
}
