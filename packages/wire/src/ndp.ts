/**
 * The messages of Neighbor Discovery (RFC 4861 §4), which travel in ICMPv6: `icmpv6.ts` reads and writes their type,
 * code and checksum. What a receiver must check beside the layout (hop limit 255, code 0) is the stack's work.
 */

import { readU16, readU32, writeU16, writeU32, writeU8 } from './bytes.ts';
import { formatIpv6, readIpv6Address, writeIpv6Address } from './ipv6-address.ts';
import { isMalformed, type Malformed } from './malformed.ts';
import * as ndpOption from './ndp-option.ts';

/** Byte offsets from the ICMPv6 type. */
const field = {
  advertisedHopLimit: 4,
  flags: 4,
  routerFlags: 5,
  routerLifetime: 6,
  reachableTime: 8,
  target: 8,
  retransmitTime: 12,
  redirectedDestination: 24,
} as const;

/** Bits of the octet at `ndp.field.flags` of a neighbor advertisement. */
const flag = { router: 0x80, solicited: 0x40, override: 0x20 } as const;

interface WithOptions {
  readonly code: number;
  readonly options: readonly ndpOption.Repr[];
}

export type Repr =
  | (WithOptions & { readonly kind: 'routerSolicitation' })
  | (WithOptions & {
      readonly kind: 'routerAdvertisement';
      /** 0 where the router does not say. */
      readonly hopLimit: number;
      /** The whole octet: M 0x80, O 0x40, and the preference of RFC 4191. */
      readonly routerFlags: number;
      readonly routerLifetimeSeconds: number;
      readonly reachableTimeMilliseconds: number;
      readonly retransmitTimeMilliseconds: number;
    })
  | (WithOptions & { readonly kind: 'neighborSolicitation'; readonly target: bigint })
  | (WithOptions & {
      readonly kind: 'neighborAdvertisement';
      readonly router: boolean;
      readonly solicited: boolean;
      readonly override: boolean;
      readonly target: bigint;
    })
  | (WithOptions & { readonly kind: 'redirect'; readonly target: bigint; readonly destination: bigint });

/** Octets before the options, the ICMPv6 header included. */
export const fixedLength: Readonly<Record<Repr['kind'], number>> = {
  routerSolicitation: 8,
  routerAdvertisement: 16,
  neighborSolicitation: 24,
  neighborAdvertisement: 24,
  redirect: 40,
};

/** Parses a message of that kind whose fixed part is there. */
export function parse(kind: Repr['kind'], bytes: Uint8Array, start: number, end: number): Repr | Malformed {
  const options = ndpOption.parse(bytes, start + fixedLength[kind], end);
  if (isMalformed(options)) return options;
  const code = bytes[start + 1]!;
  if (kind === 'routerSolicitation') return { kind, code, options };
  if (kind === 'routerAdvertisement') {
    return {
      kind,
      code,
      hopLimit: bytes[start + field.advertisedHopLimit]!,
      routerFlags: bytes[start + field.routerFlags]!,
      routerLifetimeSeconds: readU16(bytes, start + field.routerLifetime),
      reachableTimeMilliseconds: readU32(bytes, start + field.reachableTime),
      retransmitTimeMilliseconds: readU32(bytes, start + field.retransmitTime),
      options,
    };
  }
  const target = readIpv6Address(bytes, start + field.target);
  if (kind === 'neighborSolicitation') return { kind, code, target, options };
  if (kind === 'neighborAdvertisement') {
    const flags = bytes[start + field.flags]!;
    return {
      kind,
      code,
      router: (flags & flag.router) !== 0,
      solicited: (flags & flag.solicited) !== 0,
      override: (flags & flag.override) !== 0,
      target,
      options,
    };
  }
  return {
    kind,
    code,
    target,
    destination: readIpv6Address(bytes, start + field.redirectedDestination),
    options,
  };
}

export function length(repr: Repr): number {
  return fixedLength[repr.kind] + ndpOption.length(repr.options);
}

/** Writes what follows the ICMPv6 checksum and returns the offset after the message. */
export function emit(repr: Repr, out: Uint8Array, offset: number): number {
  const optionsStart = offset + fixedLength[repr.kind];
  out.fill(0, offset + 4, optionsStart);
  if (repr.kind === 'routerAdvertisement') {
    writeU8(out, offset + field.advertisedHopLimit, repr.hopLimit);
    writeU8(out, offset + field.routerFlags, repr.routerFlags);
    writeU16(out, offset + field.routerLifetime, repr.routerLifetimeSeconds);
    writeU32(out, offset + field.reachableTime, repr.reachableTimeMilliseconds);
    writeU32(out, offset + field.retransmitTime, repr.retransmitTimeMilliseconds);
  } else if (repr.kind !== 'routerSolicitation') {
    writeIpv6Address(out, offset + field.target, repr.target);
  }
  if (repr.kind === 'neighborAdvertisement') {
    const flags =
      (repr.router ? flag.router : 0) |
      (repr.solicited ? flag.solicited : 0) |
      (repr.override ? flag.override : 0);
    writeU8(out, offset + field.flags, flags);
  } else if (repr.kind === 'redirect') {
    writeIpv6Address(out, offset + field.redirectedDestination, repr.destination);
  }
  return ndpOption.emit(repr.options, out, optionsStart);
}

/** Returns it on one line, for a person. */
export function format(repr: Repr): string {
  const target = 'target' in repr ? ` ${formatIpv6(repr.target)}` : '';
  const options = repr.options.map((option) => ` <${ndpOption.format(option)}>`).join('');
  return `icmp6 ${repr.kind}${target}${options}`;
}
