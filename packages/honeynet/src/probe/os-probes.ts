/**
 * The sixteen probes of nmap's second-generation OS detection, written from its page
 * (https://nmap.org/book/osdetect-methods.html).
 */
import {
  icmpv4,
  ipProtocol,
  type ipv4,
  pseudoHeaderSum,
  readU16,
  tcp,
  type tcpOption,
  udp,
} from '@wormwood/wire';
import { packetOf } from './prober.ts';

/** Where the probes go, and the numbers that the answers are compared with. */
export interface Target {
  readonly source: number;
  readonly destination: number;
  /** Null: there is no such port, and what needs one is not sent. */
  readonly openPort: number | null;
  readonly closedPort: number | null;
  readonly closedUdpPort: number;
  readonly sequence: number;
  readonly acknowledgment: number;
}

export interface Probe {
  readonly name: string;
  readonly packet: Uint8Array;
  /** What an answer is known by. */
  readonly sourcePort: number;
}

const FIRST_PORT = 40_100;
/** Number of the first echo request. */
const FIRST_ECHO = 295;
const mss = (mssBytes: number): tcpOption.Repr => ({ kind: 'mss', mssBytes });
const scale = (shift: number): tcpOption.Repr => ({ kind: 'windowScale', shift });
const sack: tcpOption.Repr = { kind: 'sackPermitted' };
const nop: tcpOption.Repr = { kind: 'noOperation' };
const end: tcpOption.Repr = { kind: 'end' };
const stamp: tcpOption.Repr = { kind: 'timestamps', value: 0xffff_ffff, echo: 0 };
const UNUSUAL: readonly tcpOption.Repr[] = [scale(10), nop, mss(265), stamp, sack];

/** SEQ, OPS, WIN and T1: windows and options of the six SYNs. */
const SYNS: readonly { readonly window: number; readonly options: readonly tcpOption.Repr[] }[] = [
  { window: 1, options: [scale(10), nop, mss(1460), stamp, sack] },
  { window: 63, options: [mss(1400), scale(0), sack, stamp, end] },
  { window: 4, options: [stamp, nop, nop, scale(5), nop, mss(640)] },
  { window: 4, options: [sack, stamp, scale(10), end] },
  { window: 16, options: [mss(536), sack, stamp, scale(10), end] },
  { window: 512, options: [mss(265), sack, stamp] },
];

/** The six probes that are sent 100 ms apart. */
export function sequenceProbes(target: Target): readonly Probe[] {
  return SYNS.flatMap((words, i) =>
    segmentProbe(target, `SEQ${i + 1}`, i, target.openPort, {
      ...words,
      flags: tcp.flag.SYN,
      sequenceNumber: target.sequence + i,
    }),
  );
}

/** IE, U1, ECN and T2 to T7, in this order. */
export function otherProbes(target: Target): readonly Probe[] {
  const { openPort, closedPort } = target;
  const { SYN, FIN, URG, PSH, ACK, ECE, CWR } = tcp.flag;
  const usual = { options: UNUSUAL, sequenceNumber: target.sequence };
  return [
    echoProbe(target, 'IE1', {
      typeOfService: 0,
      dontFragment: true,
      code: 9,
      sequence: FIRST_ECHO,
      length: 120,
    }),
    echoProbe(target, 'IE2', {
      typeOfService: 4,
      dontFragment: false,
      code: 0,
      sequence: FIRST_ECHO + 1,
      length: 150,
    }),
    datagramProbe(target),
    ...segmentProbe(target, 'ECN', 6, openPort, {
      options: [scale(10), nop, mss(1460), sack, nop, nop],
      window: 3,
      flags: SYN | ECE | CWR,
      reserved: 8,
      urgentPointer: 0xf7f5,
      acknowledgmentNumber: 0,
      sequenceNumber: target.sequence,
    }),
    ...segmentProbe(target, 'T2', 7, openPort, { ...usual, window: 128, flags: 0 }, true),
    ...segmentProbe(target, 'T3', 8, openPort, { ...usual, window: 256, flags: SYN | FIN | URG | PSH }),
    ...segmentProbe(target, 'T4', 9, openPort, { ...usual, window: 1024, flags: ACK }, true),
    ...segmentProbe(target, 'T5', 10, closedPort, { ...usual, window: 31_337, flags: SYN }),
    ...segmentProbe(target, 'T6', 11, closedPort, { ...usual, window: 32_768, flags: ACK }, true),
    ...segmentProbe(target, 'T7', 12, closedPort, {
      ...usual,
      options: [scale(15), ...UNUSUAL.slice(1)],
      window: 65_535,
      flags: FIN | PSH | URG,
    }),
  ];
}

function segmentProbe(
  { source, destination, acknowledgment, sequence }: Target,
  name: string,
  index: number,
  destinationPort: number | null,
  words: Partial<tcp.Repr>,
  dontFragment = false,
): readonly Probe[] {
  if (destinationPort === null) return [];
  const repr: tcp.Repr = {
    sourcePort: FIRST_PORT + index,
    destinationPort,
    sequenceNumber: sequence,
    acknowledgmentNumber: acknowledgment,
    reserved: 0,
    flags: 0,
    window: 0,
    urgentPointer: 0,
    options: [],
    payload: new Uint8Array(0),
    ...words,
  };
  const octets = new Uint8Array(tcp.length(repr));
  tcp.emit(repr, octets, 0, pseudoHeaderSum({ source, destination }));
  const packet = packetOf(ipProtocol.tcp, octets, { source, destination, dontFragment });
  return [{ name, packet, sourcePort: repr.sourcePort }];
}

/** 300 octets of `C`. */
export const DATAGRAM_BYTES = 300;
export const DATAGRAM_OCTET = 0x43;
export const DATAGRAM_IDENTIFICATION = 0x1042;
export const DATAGRAM_TIME_TO_LIVE = 57;

function datagramProbe({ source, destination, closedUdpPort }: Target): Probe {
  const repr = {
    sourcePort: FIRST_PORT,
    destinationPort: closedUdpPort,
    payload: new Uint8Array(DATAGRAM_BYTES).fill(DATAGRAM_OCTET),
    checksummed: true,
  };
  const octets = new Uint8Array(udp.length(repr));
  udp.emit(repr, octets, 0, pseudoHeaderSum({ source, destination }));
  const words = {
    source,
    destination,
    identification: DATAGRAM_IDENTIFICATION,
    timeToLive: DATAGRAM_TIME_TO_LIVE,
  };
  return {
    name: DATAGRAM,
    packet: packetOf(ipProtocol.udp, octets, words),
    sourcePort: FIRST_PORT,
  };
}

interface EchoWords {
  readonly typeOfService: number;
  readonly dontFragment: boolean;
  readonly code: number;
  readonly sequence: number;
  readonly length: number;
}

function echoProbe({ source, destination }: Target, name: string, words: EchoWords): Probe {
  const octets = new Uint8Array(icmpv4.HEADER_LENGTH + words.length);
  octets[0] = icmpv4.messageType.echoRequest;
  octets[1] = words.code;
  octets[5] = 7;
  octets[6] = words.sequence >>> 8;
  octets[7] = words.sequence & 0xff;
  icmpv4.fillChecksum(octets, 0, octets.length);
  const { typeOfService, dontFragment } = words;
  return {
    name,
    packet: packetOf(ipProtocol.icmpv4, octets, { source, destination, typeOfService, dontFragment }),
    sourcePort: 0,
  };
}

/** Returns the probe that a packet to its sender answers, of those that were sent; undefined where it answers none. */
export function probeAnsweredBy(
  { protocol, payload, source }: ipv4.Repr,
  target: Target,
  probes: readonly Probe[],
): Probe | undefined {
  if (source !== target.destination) return undefined;
  if (protocol === ipProtocol.tcp) {
    if (tcp.check(payload) !== undefined) return undefined;
    const port = readU16(payload, tcp.field.destinationPort);
    return probes.find(({ name, sourcePort }) => sourcePort === port && name !== DATAGRAM);
  }
  if (protocol !== ipProtocol.icmpv4 || icmpv4.check(payload) !== undefined) return undefined;
  const type = payload[icmpv4.field.type]!;
  if (type === icmpv4.messageType.echoReply) {
    const name = `IE${1 + readU16(payload, icmpv4.field.sequenceNumber) - FIRST_ECHO}`;
    return probes.find((each) => each.name === name);
  }
  const isRefusal =
    type === icmpv4.messageType.destinationUnreachable &&
    payload[icmpv4.field.code] === icmpv4.unreachableCode.port &&
    payload.length >= QUOTE_BYTES_MIN;
  return isRefusal ? probes.find(({ name }) => name === DATAGRAM) : undefined;
}

const DATAGRAM = 'U1';
/** An ICMP header, an IP header and eight octets (RFC 792). */
const QUOTE_BYTES_MIN = 36;
