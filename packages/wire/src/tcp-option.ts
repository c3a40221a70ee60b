/**
 * The options of a TCP header (RFC 9293 §3.1, RFC 7323, RFC 2018). As values, in their order and with their filling,
 * for personalities and fingerprints; and as one scan without allocation for the stack.
 */

import { unreachable } from '@wormwood/base';
import { readU16, readU32, writeU16, writeU32, writeU8 } from './bytes.ts';
import {
  emitOptionList,
  type OptionCodec,
  optionListLength,
  parseOptionList,
  type PlainOption,
} from './tlv-option.ts';

/** Kinds of options (RFC 9293 §3.2, RFC 7323, RFC 2018). */
export const code = { mss: 2, windowScale: 3, sackPermitted: 4, sack: 5, timestamps: 8 } as const;

/** Octets received out of order: from sequence number `left` up to and without `right` (RFC 2018 §3). */
export interface SackBlock {
  readonly left: number;
  readonly right: number;
}

type OwnOption =
  | { readonly kind: 'mss'; readonly mssBytes: number }
  | { readonly kind: 'windowScale'; readonly shift: number }
  | { readonly kind: 'sackPermitted' }
  | { readonly kind: 'sack'; readonly blocks: readonly SackBlock[] }
  /** TSval and TSecr (RFC 7323 §3.2). */
  | { readonly kind: 'timestamps'; readonly value: number; readonly echo: number };

export type Repr = OwnOption | PlainOption;

const codec: OptionCodec<OwnOption> = {
  decode: (optionCode, data) => {
    switch (optionCode) {
      case code.mss:
        return data.length === 2 ? { kind: 'mss', mssBytes: readU16(data, 0) } : undefined;
      case code.windowScale:
        return data.length === 1 ? { kind: 'windowScale', shift: data[0]! } : undefined;
      case code.sackPermitted:
        return data.length === 0 ? { kind: 'sackPermitted' } : undefined;
      case code.sack:
        return decodeSack(data);
      case code.timestamps:
        return data.length === 8
          ? { kind: 'timestamps', value: readU32(data, 0), echo: readU32(data, 4) }
          : undefined;
      default:
        return undefined;
    }
  },
  code: (option) => code[option.kind],
  dataLength: (option) => {
    switch (option.kind) {
      case 'mss':
        return 2;
      case 'windowScale':
        return 1;
      case 'sackPermitted':
        return 0;
      case 'sack':
        return option.blocks.length * 8;
      case 'timestamps':
        return 8;
      default:
        return unreachable(option);
    }
  },
  emitData: (option, out, offset) => {
    switch (option.kind) {
      case 'mss':
        return writeU16(out, offset, option.mssBytes);
      case 'windowScale':
        return writeU8(out, offset, option.shift);
      case 'sackPermitted':
        return undefined;
      case 'sack':
        return emitSack(option.blocks, out, offset);
      case 'timestamps':
        writeU32(out, offset, option.value);
        return writeU32(out, offset + 4, option.echo);
    }
  },
};

function decodeSack(data: Uint8Array): OwnOption | undefined {
  if (data.length === 0 || data.length % 8 !== 0) return undefined;
  const blocks = Array.from({ length: data.length / 8 }, (_, index) => ({
    left: readU32(data, index * 8),
    right: readU32(data, index * 8 + 4),
  }));
  return { kind: 'sack', blocks };
}

function emitSack(blocks: readonly SackBlock[], out: Uint8Array, offset: number): void {
  for (const [index, block] of blocks.entries()) {
    writeU32(out, offset + index * 8, block.left);
    writeU32(out, offset + index * 8 + 4, block.right);
  }
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

/** What a segment's options say; one object is used again for every segment. */
export interface Scan {
  /** -1 where the segment has none; so for every number here. */
  mssBytes: number;
  windowScale: number;
  sackPermitted: boolean;
  /** TSval, where `hasTimestamps`. */
  timestampValue: number;
  /** TSecr, where `hasTimestamps`. */
  timestampEcho: number;
  hasTimestamps: boolean;
  /** Offset in the octets of the first SACK block's left edge. */
  sackStart: number;
  sackBlockCount: number;
}

/** Returns an object for `scan` to fill; one is enough for all segments. */
export function newScan(): Scan {
  return {
    mssBytes: -1,
    windowScale: -1,
    sackPermitted: false,
    timestampValue: 0,
    timestampEcho: 0,
    hasTimestamps: false,
    sackStart: -1,
    sackBlockCount: 0,
  };
}

/**
 * Fills `found` from the option octets in [start, end) of a checked header. A known option of a wrong length is skipped,
 * an impossible length ends the scan (RFC 9293 §3.1, MUST-7), and of two of a kind the later one counts.
 */
export function scan(bytes: Uint8Array, start: number, end: number, found: Scan): void {
  found.mssBytes = -1;
  found.windowScale = -1;
  found.sackPermitted = false;
  found.hasTimestamps = false;
  found.sackStart = -1;
  found.sackBlockCount = 0;
  let at = start;
  while (at < end) {
    const kind = bytes[at]!;
    if (kind === 0) return;
    if (kind === 1) {
      at++;
      continue;
    }
    const lengthBytes = at + 1 < end ? bytes[at + 1]! : 0;
    if (lengthBytes < 2 || at + lengthBytes > end) return;
    scanOption(bytes, at, lengthBytes, found);
    at += lengthBytes;
  }
}

function scanOption(bytes: Uint8Array, at: number, lengthBytes: number, found: Scan): void {
  const kind = bytes[at]!;
  if (kind === code.mss && lengthBytes === 4) {
    found.mssBytes = readU16(bytes, at + 2);
  } else if (kind === code.windowScale && lengthBytes === 3) {
    found.windowScale = bytes[at + 2]!;
  } else if (kind === code.sackPermitted && lengthBytes === 2) {
    found.sackPermitted = true;
  } else if (kind === code.timestamps && lengthBytes === 10) {
    found.hasTimestamps = true;
    found.timestampValue = readU32(bytes, at + 2);
    found.timestampEcho = readU32(bytes, at + 6);
  } else if (kind === code.sack && lengthBytes > 2 && (lengthBytes & 7) === 2) {
    found.sackStart = at + 2;
    found.sackBlockCount = (lengthBytes - 2) >>> 3;
  }
}

/** Returns it on one line, for a person. */
export function format(option: Repr): string {
  switch (option.kind) {
    case 'mss':
      return `mss ${option.mssBytes}`;
    case 'windowScale':
      return `wscale ${option.shift}`;
    case 'sackPermitted':
      return 'sackOK';
    case 'sack':
      return `sack ${option.blocks.map((block) => `${block.left}-${block.right}`).join(' ')}`;
    case 'timestamps':
      return `TS val ${option.value} ecr ${option.echo}`;
    case 'noOperation':
      return 'nop';
    case 'end':
      return option.filling === undefined ? 'eol' : `eol+${option.filling.length}`;
    case 'unknown':
      return `option-${option.code} length ${option.data.length + 2}`;
    case 'garbled':
      return `garbled ${option.octets.length}`;
    default:
      return unreachable(option);
  }
}
