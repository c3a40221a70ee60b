/** What p0f looks at in a SYN or a SYN/ACK: its README, section 5, "TCP signatures". */
import { ipv4, readU16, readU32, readU8, tcp } from '@wormwood/wire';

/** What p0f calls quirks, in the order in which it writes them; a bit for each. */
const QUIRKS = [
  'df',
  'id+',
  'id-',
  'ecn',
  '0+',
  'flow',
  'seq-',
  'ack+',
  'ack-',
  'uptr+',
  'urgf+',
  'pushf+',
  'ts1-',
  'ts2+',
  'opt+',
  'exws',
  'bad',
] as const;

type QuirkName = (typeof QUIRKS)[number];

const BITS = Object.fromEntries(QUIRKS.map((name, bit) => [name, 1 << bit])) as Record<QuirkName, number>;

/** Returns the bits of quirks by their names, which commas part; undefined where one is unknown. */
export function quirksOf(text: string): number | undefined {
  let bits = 0;
  for (const name of text === '' ? [] : text.split(',')) {
    const bit = BITS[name as QuirkName];
    if (bit === undefined) return undefined;
    bits |= bit;
  }
  return bits;
}

/** Returns the bits of some quirks. */
export function quirkBits(...names: readonly QuirkName[]): number {
  return names.reduce((bits, name) => bits | BITS[name], 0);
}

/** Returns the names of quirks as p0f writes them. */
export function formatQuirks(bits: number): string {
  return QUIRKS.filter((_, bit) => (bits & (1 << bit)) !== 0).join(',');
}

/** What a SYN or a SYN/ACK over IPv4 shows of its sender. */
export interface TcpTraits {
  /** As it arrived. */
  readonly timeToLive: number;
  readonly ipOptionsBytes: number;
  /** Octets of both headers. */
  readonly headersBytes: number;
  /** 0: the option is missing; so for the shift of the window. */
  readonly mssBytes: number;
  readonly window: number;
  readonly windowScale: number;
  /** Kinds of the options in their order, as p0f writes them: `mss,sok,ts,nop,ws`. */
  readonly layout: string;
  /** TSval; null where there is none. */
  readonly timestamp: number | null;
  /** Bits of `quirksOf`. */
  readonly quirks: number;
  readonly hasPayload: boolean;
}

const TYPE_OF_SERVICE = 1;
/** RFC 3168 5: ECT and CE. */
const ECN_MASK = 3;
const NAMES: Readonly<Record<number, readonly [name: string, length: number]>> = {
  2: ['mss', 4],
  3: ['ws', 3],
  4: ['sok', 2],
  8: ['ts', 10],
};
const SACK = 5;
/** RFC 7323 2.3: a larger shift means this one. */
const SCALE_MAX = 14;

/** Returns the traits of the segment at `tcpStart` in the packet from `ipStart` to `end`, both headers of which are whole. */
export function tcpTraitsOf(bytes: Uint8Array, ipStart: number, tcpStart: number, end: number): TcpTraits {
  const headerEnd = tcpStart + tcp.readHeaderLength(bytes, tcpStart);
  const options = optionsOf(bytes, tcpStart + tcp.field.options, headerEnd, isSynAlone(bytes, tcpStart));
  return {
    timeToLive: readU8(bytes, ipStart + ipv4.field.timeToLive),
    ipOptionsBytes: ipv4.readHeaderLength(bytes, ipStart) - ipv4.HEADER_LENGTH,
    headersBytes: headerEnd - ipStart,
    window: readU16(bytes, tcpStart + tcp.field.window),
    ...options,
    quirks: options.quirks | ipQuirks(bytes, ipStart) | tcpQuirks(bytes, tcpStart),
    hasPayload: end > headerEnd,
  };
}

function isSynAlone(bytes: Uint8Array, tcpStart: number): boolean {
  return (bytes[tcpStart + tcp.field.flags]! & tcp.flag.ACK) === 0;
}

function ipQuirks(bytes: Uint8Array, ipStart: number): number {
  const flags = readU16(bytes, ipStart + ipv4.field.flagsAndFragmentOffset);
  const hasNumber = readU16(bytes, ipStart + ipv4.field.identification) !== 0;
  const isWhole = (flags & ipv4.flag.dontFragment) !== 0;
  return (
    (isWhole ? BITS.df | (hasNumber ? BITS['id+'] : 0) : hasNumber ? 0 : BITS['id-']) |
    ((flags & ipv4.flag.reserved) === 0 ? 0 : BITS['0+']) |
    ((bytes[ipStart + TYPE_OF_SERVICE]! & ECN_MASK) === 0 ? 0 : BITS.ecn)
  );
}

function tcpQuirks(bytes: Uint8Array, tcpStart: number): number {
  const flags = bytes[tcpStart + tcp.field.flags]!;
  const { ACK, URG, PSH, ECE, CWR } = tcp.flag;
  const acknowledgment = readU32(bytes, tcpStart + tcp.field.acknowledgmentNumber);
  const isUrgent = (flags & URG) !== 0;
  const hasPointer = readU16(bytes, tcpStart + tcp.field.urgentPointer) !== 0;
  return (
    (readU32(bytes, tcpStart + tcp.field.sequenceNumber) === 0 ? BITS['seq-'] : 0) |
    ((flags & ACK) === 0
      ? acknowledgment === 0
        ? 0
        : BITS['ack+']
      : acknowledgment === 0
        ? BITS['ack-']
        : 0) |
    (isUrgent ? BITS['urgf+'] : hasPointer ? BITS['uptr+'] : 0) |
    ((flags & PSH) === 0 ? 0 : BITS['pushf+']) |
    ((flags & (ECE | CWR)) === 0 ? 0 : BITS.ecn)
  );
}

type OptionTraits = Pick<TcpTraits, 'mssBytes' | 'windowScale' | 'layout' | 'timestamp' | 'quirks'>;

function optionsOf(bytes: Uint8Array, start: number, end: number, isSyn: boolean): OptionTraits {
  const layout: string[] = [];
  let [mssBytes, windowScale, quirks] = [0, 0, 0];
  let timestamp: number | null = null;
  let at = start;
  while (at < end) {
    const kind = bytes[at]!;
    if (kind === 0) {
      layout.push(`eol+${end - at - 1}`);
      if (bytes.subarray(at + 1, end).some((octet) => octet !== 0)) quirks |= BITS['opt+'];
      break;
    }
    if (kind === 1) {
      layout.push('nop');
      at++;
      continue;
    }
    const [name, usual] = NAMES[kind] ?? [kind === SACK ? 'sack' : `?${kind}`, 0];
    layout.push(name);
    const length = at + 1 < end ? bytes[at + 1]! : 0;
    if (length < 2 || at + length > end || (usual > 0 && length !== usual)) {
      quirks |= BITS.bad;
      break;
    }
    if (name === 'mss') mssBytes = readU16(bytes, at + 2);
    if (name === 'ws') windowScale = bytes[at + 2]!;
    if (name === 'ts') {
      timestamp = readU32(bytes, at + 2);
      if (timestamp === 0) quirks |= BITS['ts1-'];
      if (isSyn && readU32(bytes, at + 6) !== 0) quirks |= BITS['ts2+'];
    }
    at += length;
  }
  if (windowScale > SCALE_MAX) quirks |= BITS.exws;
  return { mssBytes, windowScale, layout: layout.join(','), timestamp, quirks };
}
