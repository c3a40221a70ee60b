/**
 * The messages of Neighbor Discovery (RFC 4861 §4), which travel in ICMPv6: `icmpv6.ts` reads and writes their type,
 * code and checksum. What a receiver must check beside the layout (hop limit 255, code 0) is the stack's work.
 */

import { readU16, readU32, writeU16, writeU32, writeU8 } from './bytes.ts';
import { formatIpv6, readIpv6Address, writeIpv6Address } from './ipv6-address.ts';
import { isMalformed, type Malformed } from './malformed.ts';
import {
  emitNdpOptions,
  formatNdpOption,
  type NdpOption,
  ndpOptionsLength,
  parseNdpOptions,
} from './ndp-option.ts';

/** Byte offsets from the ICMPv6 type. */
export const ndpField = {
  advertisedHopLimit: 4,
  flags: 4,
  routerFlags: 5,
  routerLifetime: 6,
  reachableTime: 8,
  target: 8,
  retransmitTime: 12,
  redirectedDestination: 24,
} as const;

/** Bits of the octet at `ndpField.flags` of a neighbor advertisement. */
export const ndpFlag = { router: 0x80, solicited: 0x40, override: 0x20 } as const;

interface WithOptions {
  readonly code: number;
  readonly options: readonly NdpOption[];
}

export type NdpRepr =
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
export const ndpFixedLength: Readonly<Record<NdpRepr['kind'], number>> = {
  routerSolicitation: 8,
  routerAdvertisement: 16,
  neighborSolicitation: 24,
  neighborAdvertisement: 24,
  redirect: 40,
};

/** Parses a message of that kind whose fixed part is there. */
export function parseNdp(
  kind: NdpRepr['kind'],
  bytes: Uint8Array,
  start: number,
  end: number,
): NdpRepr | Malformed {
  const options = parseNdpOptions(bytes, start + ndpFixedLength[kind], end);
  if (isMalformed(options)) return options;
  const code = bytes[start + 1]!;
  if (kind === 'routerSolicitation') return { kind, code, options };
  if (kind === 'routerAdvertisement') {
    return {
      kind,
      code,
      hopLimit: bytes[start + ndpField.advertisedHopLimit]!,
      routerFlags: bytes[start + ndpField.routerFlags]!,
      routerLifetimeSeconds: readU16(bytes, start + ndpField.routerLifetime),
      reachableTimeMilliseconds: readU32(bytes, start + ndpField.reachableTime),
      retransmitTimeMilliseconds: readU32(bytes, start + ndpField.retransmitTime),
      options,
    };
  }
  const target = readIpv6Address(bytes, start + ndpField.target);
  if (kind === 'neighborSolicitation') return { kind, code, target, options };
  if (kind === 'neighborAdvertisement') {
    const flags = bytes[start + ndpField.flags]!;
    return {
      kind,
      code,
      router: (flags & ndpFlag.router) !== 0,
      solicited: (flags & ndpFlag.solicited) !== 0,
      override: (flags & ndpFlag.override) !== 0,
      target,
      options,
    };
  }
  return {
    kind,
    code,
    target,
    destination: readIpv6Address(bytes, start + ndpField.redirectedDestination),
    options,
  };
}

export function ndpLength(repr: NdpRepr): number {
  return ndpFixedLength[repr.kind] + ndpOptionsLength(repr.options);
}

/** Writes what follows the ICMPv6 checksum and returns the offset after the message. */
export function emitNdp(repr: NdpRepr, out: Uint8Array, offset: number): number {
  const optionsStart = offset + ndpFixedLength[repr.kind];
  out.fill(0, offset + 4, optionsStart);
  if (repr.kind === 'routerAdvertisement') {
    writeU8(out, offset + ndpField.advertisedHopLimit, repr.hopLimit);
    writeU8(out, offset + ndpField.routerFlags, repr.routerFlags);
    writeU16(out, offset + ndpField.routerLifetime, repr.routerLifetimeSeconds);
    writeU32(out, offset + ndpField.reachableTime, repr.reachableTimeMilliseconds);
    writeU32(out, offset + ndpField.retransmitTime, repr.retransmitTimeMilliseconds);
  } else if (repr.kind !== 'routerSolicitation') {
    writeIpv6Address(out, offset + ndpField.target, repr.target);
  }
  if (repr.kind === 'neighborAdvertisement') {
    const flags =
      (repr.router ? ndpFlag.router : 0) |
      (repr.solicited ? ndpFlag.solicited : 0) |
      (repr.override ? ndpFlag.override : 0);
    writeU8(out, offset + ndpField.flags, flags);
  } else if (repr.kind === 'redirect') {
    writeIpv6Address(out, offset + ndpField.redirectedDestination, repr.destination);
  }
  return emitNdpOptions(repr.options, out, optionsStart);
}

/** Returns it on one line, for a person. */
export function formatNdp(repr: NdpRepr): string {
  const target = 'target' in repr ? ` ${formatIpv6(repr.target)}` : '';
  const options = repr.options.map((option) => ` <${formatNdpOption(option)}>`).join('');
  return `icmp6 ${repr.kind}${target}${options}`;
}
