/** The options of an IPv4 header (RFC 791 §3.1, RFC 2113). What they ask for is obeyed, or not, by the stack. */

import { formatIpv4 } from '@wormwood/base';
import { readU16, readU32, writeU16, writeU32, writeU8 } from './bytes.ts';
import {
  emitOptionList,
  type OptionCodec,
  optionListLength,
  parseOptionList,
  type PlainOption,
} from './tlv-option.ts';

/** Kinds with their copied flag and class, as they stand in the octet. */
export const code = {
  recordRoute: 7,
  timestamp: 68,
  looseSourceRoute: 131,
  strictSourceRoute: 137,
  routerAlert: 148,
} as const;

interface RouteOption {
  readonly kind: 'recordRoute' | 'looseSourceRoute' | 'strictSourceRoute';
  /** Octet of the option, counted from 1 at its kind, where the next address goes; 4 is the first. */
  readonly pointer: number;
  readonly addresses: readonly number[];
}

interface TimestampOption {
  readonly kind: 'timestamp';
  readonly pointer: number;
  /** Hosts that found no room, 0..15. */
  readonly overflow: number;
  /** 0 times only, 1 addresses and times, 3 addresses given by the sender. */
  readonly flag: number;
  /** Words in their order: times, or addresses and times by turns. */
  readonly words: readonly number[];
}

interface RouterAlertOption {
  readonly kind: 'routerAlert';
  readonly value: number;
}

type OwnOption = RouteOption | TimestampOption | RouterAlertOption;

export type Repr = OwnOption | PlainOption;

const codec: OptionCodec<OwnOption> = {
  decode: (optionCode, data) => {
    switch (optionCode) {
      case code.recordRoute:
        return decodeRoute('recordRoute', data);
      case code.looseSourceRoute:
        return decodeRoute('looseSourceRoute', data);
      case code.strictSourceRoute:
        return decodeRoute('strictSourceRoute', data);
      case code.timestamp:
        return decodeTimestamp(data);
      case code.routerAlert:
        return data.length === 2 ? { kind: 'routerAlert', value: readU16(data, 0) } : undefined;
      default:
        return undefined;
    }
  },
  code: (option) => code[option.kind],
  dataLength: (option) => {
    if (option.kind === 'routerAlert') return 2;
    return option.kind === 'timestamp' ? 2 + option.words.length * 4 : 1 + option.addresses.length * 4;
  },
  emitData: (option, out, offset) => {
    if (option.kind === 'routerAlert') {
      writeU16(out, offset, option.value);
    } else if (option.kind === 'timestamp') {
      writeU8(out, offset, option.pointer);
      writeU8(out, offset + 1, (option.overflow << 4) | option.flag);
      emitWords(option.words, out, offset + 2);
    } else {
      writeU8(out, offset, option.pointer);
      emitWords(option.addresses, out, offset + 1);
    }
  },
};

function decodeRoute(kind: RouteOption['kind'], data: Uint8Array): RouteOption | undefined {
  if (data.length % 4 !== 1) return undefined;
  return { kind, pointer: data[0]!, addresses: parseWords(data, 1) };
}

function decodeTimestamp(data: Uint8Array): TimestampOption | undefined {
  if (data.length % 4 !== 2) return undefined;
  const overflow = data[1]! >>> 4;
  return { kind: 'timestamp', pointer: data[0]!, overflow, flag: data[1]! & 15, words: parseWords(data, 2) };
}

function parseWords(data: Uint8Array, start: number): readonly number[] {
  return Array.from({ length: (data.length - start) >>> 2 }, (_, index) => readU32(data, start + index * 4));
}

function emitWords(words: readonly number[], out: Uint8Array, offset: number): void {
  for (const [index, word] of words.entries()) writeU32(out, offset + index * 4, word);
}

/** Takes the option octets of a header apart; never fails. */
export function parse(bytes: Uint8Array, start: number, end: number): readonly Repr[] {
  return parseOptionList(bytes, start, end, codec);
}

/** Octets of the options with the filling of their last word. */
export function length(options: readonly Repr[]): number {
  return options.length === 0 ? 0 : optionListLength(options, codec);
}

/** Writes the options, fills their last word with zeros, and returns the offset after them. */
export function emit(options: readonly Repr[], out: Uint8Array, offset: number): number {
  return emitOptionList(options, codec, out, offset);
}

/** Returns it on one line, for a person. */
export function format(option: Repr): string {
  switch (option.kind) {
    case 'recordRoute':
    case 'looseSourceRoute':
    case 'strictSourceRoute':
      return `${option.kind} ${option.addresses.map(formatIpv4).join(' ')}`;
    case 'timestamp':
      return `timestamp flag ${option.flag} ${option.words.join(' ')}`;
    case 'routerAlert':
      return `routerAlert ${option.value}`;
    case 'unknown':
      return `option-${option.code} length ${option.data.length + 2}`;
    default:
      return option.kind;
  }
}
