/** The options of Neighbor Discovery (RFC 4861 §4.6): kind, length in units of 8 octets, content. */

import { unreachable } from '@wormwood/base';
import { readU32, writeOctets, writeU16, writeU32, writeU8 } from './bytes.ts';
import { readIpv6Address, writeIpv6Address } from './ipv6-address.ts';
import { formatMac, readMac, writeMac } from './mac-address.ts';
import { type Malformed, malformed } from './malformed.ts';

export type Repr =
  | { readonly kind: 'sourceLinkLayerAddress' | 'targetLinkLayerAddress'; readonly mac: number }
  | {
      readonly kind: 'prefixInformation';
      readonly prefixLength: number;
      readonly onLink: boolean;
      readonly autonomous: boolean;
      /** 0xffffffff is for ever. */
      readonly validLifetimeSeconds: number;
      readonly preferredLifetimeSeconds: number;
      readonly prefix: bigint;
    }
  /** The packet that was redirected; filled with zeros to 8 octets. */
  | { readonly kind: 'redirectedHeader'; readonly quote: Uint8Array }
  | { readonly kind: 'mtu'; readonly mtuBytes: number }
  /** `data`: what follows kind and length, 6 octets and any number of 8. */
  | { readonly kind: 'unknown'; readonly code: number; readonly data: Uint8Array };

const ndpOptionCode = {
  sourceLinkLayerAddress: 1,
  targetLinkLayerAddress: 2,
  prefixInformation: 3,
  redirectedHeader: 4,
  mtu: 5,
} as const;

const UNIT = 8;
const ON_LINK = 0x80;
const AUTONOMOUS = 0x40;

/** Takes the options in [start, end) apart. RFC 4861 §4.6: one of length zero spoils the whole message. */
export function parse(bytes: Uint8Array, start: number, end: number): readonly Repr[] | Malformed {
  const options: Repr[] = [];
  let at = start;
  while (at < end) {
    const lengthBytes = at + 1 < end ? bytes[at + 1]! * UNIT : UNIT;
    if (lengthBytes === 0)
      return malformed('icmpv6', at + 1, 'an option of Neighbor Discovery has length zero');
    if (at + lengthBytes > end)
      return malformed('icmpv6', at, 'an option of Neighbor Discovery is truncated');
    options.push(parseOption(bytes, at, at + lengthBytes));
    at += lengthBytes;
  }
  return options;
}

function parseOption(bytes: Uint8Array, start: number, end: number): Repr {
  const code = bytes[start]!;
  const lengthBytes = end - start;
  if (code === ndpOptionCode.sourceLinkLayerAddress && lengthBytes === 8) {
    return { kind: 'sourceLinkLayerAddress', mac: readMac(bytes, start + 2) };
  }
  if (code === ndpOptionCode.targetLinkLayerAddress && lengthBytes === 8) {
    return { kind: 'targetLinkLayerAddress', mac: readMac(bytes, start + 2) };
  }
  if (code === ndpOptionCode.prefixInformation && lengthBytes === 32) {
    return {
      kind: 'prefixInformation',
      prefixLength: bytes[start + 2]!,
      onLink: (bytes[start + 3]! & ON_LINK) !== 0,
      autonomous: (bytes[start + 3]! & AUTONOMOUS) !== 0,
      validLifetimeSeconds: readU32(bytes, start + 4),
      preferredLifetimeSeconds: readU32(bytes, start + 8),
      prefix: readIpv6Address(bytes, start + 16),
    };
  }
  if (code === ndpOptionCode.redirectedHeader) {
    return { kind: 'redirectedHeader', quote: bytes.subarray(start + 8, end) };
  }
  if (code === ndpOptionCode.mtu && lengthBytes === 8)
    return { kind: 'mtu', mtuBytes: readU32(bytes, start + 4) };
  return { kind: 'unknown', code, data: bytes.subarray(start + 2, end) };
}

export function length(options: readonly Repr[]): number {
  return options.reduce((sum, option) => sum + optionLength(option), 0);
}

function optionLength(option: Repr): number {
  switch (option.kind) {
    case 'prefixInformation':
      return 32;
    case 'redirectedHeader':
      return 8 + Math.ceil(option.quote.length / UNIT) * UNIT;
    case 'unknown':
      return Math.ceil((2 + option.data.length) / UNIT) * UNIT;
    default:
      return 8;
  }
}

/** Writes the options and returns the offset after them. */
export function emit(options: readonly Repr[], out: Uint8Array, offset: number): number {
  let at = offset;
  for (const option of options) {
    const lengthBytes = optionLength(option);
    out.fill(0, at, at + lengthBytes);
    writeU8(out, at, option.kind === 'unknown' ? option.code : ndpOptionCode[option.kind]);
    writeU8(out, at + 1, lengthBytes / UNIT);
    emitContent(option, out, at);
    at += lengthBytes;
  }
  return at;
}

function emitContent(option: Repr, out: Uint8Array, offset: number): void {
  switch (option.kind) {
    case 'sourceLinkLayerAddress':
    case 'targetLinkLayerAddress':
      writeMac(out, offset + 2, option.mac);
      break;
    case 'prefixInformation': {
      const flags = (option.onLink ? ON_LINK : 0) | (option.autonomous ? AUTONOMOUS : 0);
      writeU16(out, offset + 2, (option.prefixLength << 8) | flags);
      writeU32(out, offset + 4, option.validLifetimeSeconds);
      writeU32(out, offset + 8, option.preferredLifetimeSeconds);
      writeIpv6Address(out, offset + 16, option.prefix);
      break;
    }
    case 'redirectedHeader':
      writeOctets(out, offset + 8, option.quote);
      break;
    case 'mtu':
      writeU32(out, offset + 4, option.mtuBytes);
      break;
    case 'unknown':
      writeOctets(out, offset + 2, option.data);
      break;
    default:
      unreachable(option);
  }
}

/** Returns it on one line, for a person. */
export function format(option: Repr): string {
  if ('mac' in option) return `${option.kind} ${formatMac(option.mac)}`;
  return option.kind === 'unknown' ? `option-${option.code}` : option.kind;
}
