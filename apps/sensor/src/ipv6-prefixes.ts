/** IPv6 prefixes that a sensor is found at. */
import type { Parsed } from '@wormwood/base';
import type { Ipv6Directory } from '@wormwood/netstack';
import { formatIpv6, parseIpv6 } from '@wormwood/wire';

export interface Ipv6Prefix {
  readonly first: bigint;
  readonly length: number;
}

const BITS = 128;

/** Reads `2001:db8::/64`; a bare address is a prefix of one. */
export function parseIpv6Prefix(text: string): Parsed<Ipv6Prefix> {
  const [addressText = '', lengthText = String(BITS), ...rest] = text.split('/');
  const address = parseIpv6(addressText);
  if (!address.ok) return address;
  const length = Number(lengthText);
  if (rest.length > 0 || !/^[0-9]{1,3}$/.test(lengthText) || length > BITS) {
    return {
      ok: false,
      reason: `A prefix length is a whole number from 0 to ${BITS}, not "/${lengthText}".`,
    };
  }
  const first = address.value - (address.value & hostMask(length));
  if (first === address.value) return { ok: true, value: { first, length } };
  const meant = `${formatIpv6(first)}/${length}`;
  return { ok: false, reason: `"${text}" has bits set beyond its prefix; did you mean ${meant}?` };
}

function hostMask(length: number): bigint {
  return (1n << BigInt(BITS - length)) - 1n;
}

/** Returns who answers: the sensor itself at every address of the prefixes. */
export function ipv6Directory(prefixes: readonly Ipv6Prefix[]): Ipv6Directory {
  const sensor = { linkAddress: null };
  return {
    find: (address) => {
      const isOurs = prefixes.some(({ first, length }) => address - (address & hostMask(length)) === first);
      return isOurs ? sensor : null;
    },
  };
}
