/** What an IPv4 header with options means for a host (RFC 791 3.1, RFC 1122 3.2.1.8): it is looked at, and seldom obeyed. */
import { ipv4, ipv4OptionCode, readU8 } from '@wormwood/wire';

/** Nothing is wrong with the options. */
export const OPTIONS_FINE = -1;
/** The sender wants to choose the route, which hosts refuse. */
export const SOURCE_ROUTED = -2;

const END_OF_LIST = 0;
const NO_OPERATION = 1;
/** Octets of an option before the addresses or times, and where its pointer stands. */
const POINTER = 2;

/**
 * Returns `OPTIONS_FINE`, `SOURCE_ROUTED`, or the octet of the checked header at `start` that cannot be understood, for a
 * parameter problem.
 */
export function judgeOptions(bytes: Uint8Array, start: number): number {
  const end = start + ipv4.readHeaderLength(bytes, start);
  let isSourceRouted = false;
  let at = start + ipv4.HEADER_LENGTH;
  while (at < end) {
    const kind = readU8(bytes, at);
    if (kind === END_OF_LIST) break;
    if (kind === NO_OPERATION) {
      at++;
      continue;
    }
    const length = at + 1 < end ? readU8(bytes, at + 1) : 0;
    if (length < 2 || at + length > end) return at - start;
    const fault = faultIn(bytes, at, kind, length);
    if (fault >= 0) return at + fault - start;
    isSourceRouted ||= kind === ipv4OptionCode.looseSourceRoute || kind === ipv4OptionCode.strictSourceRoute;
    at += length;
  }
  return isSourceRouted ? SOURCE_ROUTED : OPTIONS_FINE;
}

/** Octet of an option that cannot be, counted from its kind; -1 where it is fine. */
function faultIn(bytes: Uint8Array, at: number, kind: number, length: number): number {
  switch (kind) {
    case ipv4OptionCode.recordRoute:
    case ipv4OptionCode.looseSourceRoute:
    case ipv4OptionCode.strictSourceRoute:
      // An address takes four octets, the first one after kind, length and pointer.
      return pointerFault(bytes, at, length, { first: 4, step: 4 });
    case ipv4OptionCode.timestamp:
      return pointerFault(bytes, at, length, { first: 5, step: 4 });
    case ipv4OptionCode.routerAlert:
      return length < 4 ? 1 : -1;
    default:
      return -1;
  }
}

function pointerFault(
  bytes: Uint8Array,
  at: number,
  length: number,
  { first, step }: { readonly first: number; readonly step: number },
): number {
  if (length < first - 1) return 1;
  const pointer = readU8(bytes, at + POINTER);
  return pointer < first || (pointer <= length && pointer + step - 1 > length) ? POINTER : -1;
}
