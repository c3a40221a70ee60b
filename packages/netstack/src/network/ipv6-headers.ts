/**
 * The extension headers of a packet that was sent to us, as a host takes them (RFC 8200 4): followed to what the packet carries,
 * or to the first thing that cannot be understood.
 */
import { ipProtocol, ipv6, readU16 } from '@wormwood/wire';
import { problem } from './icmpv6.ts';

/** Where the headers of a packet lead; one object, used again. */
export interface HeaderChain {
  /** `problem`: an error says what is wrong. */
  verdict: 'fine' | 'drop' | 'problem';
  /** Of the error: one of `problem`, and what it points at, counted from the beginning of the packet. */
  code: number;
  pointer: number;
  /** What the packet carries, and where that begins. */
  protocol: number;
  transportStart: number;
  /** Where the number of that protocol stands. */
  protocolAt: number;
  /** The fragment header of a piece, or -1; one of a packet that is whole means nothing (RFC 6946). */
  fragmentStart: number;
  /** Where the number of the fragment header stands. */
  fragmentNumberAt: number;
}

const UNIT = 8;
const option = { pad1: 0, padN: 1, routerAlert: 5 } as const;
/** What to do with an option that is not understood, in its upper two bits (RFC 8200 4.2). */
const unknownOption = { skip: 0, drop: 1 } as const;
const MORE_FRAGMENTS = 1;
/** RFC 7112: a first piece holds all headers up to that of the transport. */
const TRANSPORT_LENGTH_MIN: ReadonlyMap<number, number> = new Map([
  [ipProtocol.tcp, 20],
  [ipProtocol.udp, 8],
  [ipProtocol.icmpv6, 4],
]);

export function newHeaderChain(): HeaderChain {
  return {
    verdict: 'fine',
    code: 0,
    pointer: 0,
    protocol: 0,
    transportStart: 0,
    protocolAt: 0,
    fragmentStart: -1,
    fragmentNumberAt: -1,
  };
}

/** Follows the headers of the packet in [start, end), whose fixed header was checked, and fills `chain`. */
export function followHeaders(bytes: Uint8Array, start: number, end: number, chain: HeaderChain): void {
  chain.verdict = 'fine';
  chain.fragmentStart = -1;
  let numberAt = start + ipv6.field.nextHeader;
  let at = start + ipv6.HEADER_LENGTH;
  for (;;) {
    const next = bytes[numberAt]!;
    chain.protocol = next;
    chain.protocolAt = numberAt;
    chain.transportStart = at;
    const isFirst = at === start + ipv6.HEADER_LENGTH;
    if (!isExtension(next) || (next === ipProtocol.hopByHop && !isFirst)) break;
    const length = lengthOf(bytes, at, end, next);
    if (at + length > end) return isFirstPiece(bytes, chain) ? lacksHeaders(chain) : drop(chain);
    if (next === ipProtocol.fragment) {
      const offsetAndFlag = readU16(bytes, at + 2);
      const isWhole = (offsetAndFlag & (0xfff8 | MORE_FRAGMENTS)) === 0;
      if (!isWhole) {
        chain.fragmentStart = at;
        chain.fragmentNumberAt = numberAt;
      }
      if ((offsetAndFlag & 0xfff8) !== 0) {
        chain.protocol = bytes[at]!;
        chain.transportStart = at + length;
        return;
      }
    } else if (chain.verdict === 'fine')
      judge(bytes, { packetStart: start, start: at, end: at + length, number: next }, chain);
    // Where something is wrong, what follows still shows whether the packet is an error itself.
    if (isDropped(chain)) return;
    numberAt = at;
    at += length;
  }
  const needed = TRANSPORT_LENGTH_MIN.get(chain.protocol) ?? 0;
  if (chain.verdict === 'fine' && isFirstPiece(bytes, chain) && at + needed > end) lacksHeaders(chain);
}

function isExtension(next: number): boolean {
  return (
    next === ipProtocol.hopByHop ||
    next === ipProtocol.routing ||
    next === ipProtocol.fragment ||
    next === ipProtocol.destinationOptions
  );
}

function lengthOf(bytes: Uint8Array, at: number, end: number, next: number): number {
  if (next === ipProtocol.fragment || at + UNIT > end) return UNIT;
  return (bytes[at + 1]! + 1) * UNIT;
}

function isFirstPiece(bytes: Uint8Array, { fragmentStart }: HeaderChain): boolean {
  return fragmentStart >= 0 && (readU16(bytes, fragmentStart + 2) & 0xfff8) === 0;
}

function isDropped({ verdict }: HeaderChain): boolean {
  return verdict === 'drop';
}

function drop(chain: HeaderChain): void {
  chain.verdict = 'drop';
}

function refuse(chain: HeaderChain, code: number, pointer: number): void {
  chain.verdict = 'problem';
  chain.code = code;
  chain.pointer = pointer;
}

function lacksHeaders(chain: HeaderChain): void {
  refuse(chain, problem.headerChain, 0);
}

interface Header {
  readonly packetStart: number;
  readonly start: number;
  readonly end: number;
  readonly number: number;
}

/** A header of options, or of a way to go. */
function judge(bytes: Uint8Array, { packetStart, start, end, number }: Header, chain: HeaderChain): void {
  if (number === ipProtocol.routing) {
    // RFC 8200 4.4, RFC 5095: no type of it is followed here.
    if (bytes[start + 3] !== 0) refuse(chain, problem.field, start + 2 - packetStart);
    return;
  }
  let at = start + 2;
  while (at < end && chain.verdict === 'fine') {
    const code = bytes[at]!;
    if (code === option.pad1) {
      at++;
      continue;
    }
    const next = at + 1 < end ? at + 2 + bytes[at + 1]! : end + 1;
    if (next > end) return drop(chain);
    const isKnown = code === option.padN || code === option.routerAlert;
    const action = code >>> 6;
    if (!isKnown && action === unknownOption.drop) drop(chain);
    else if (!isKnown && action !== unknownOption.skip) refuse(chain, problem.option, at - packetStart);
    at = next;
  }
}
