/** Frames of the captures, octet by octet: what differs between senders is said by a `Look`, as passive fingerprints see it. */
import type { RandomStream } from '@wormwood/base';
import {
  ethernet,
  etherType,
  icmpv4,
  ipProtocol,
  ipv4,
  pseudoHeaderSum,
  tcp,
  type tcpOption,
  udp,
} from '@wormwood/wire';

export const { SYN, ACK, RST, FIN, PSH } = tcp.flag;
const NOTHING = new Uint8Array(0);

export interface Ends {
  readonly source: number;
  readonly sourcePort: number;
  readonly destination: number;
  readonly destinationPort: number;
}

/** What a sender's packets look like. */
export interface Look {
  /** When they arrive. */
  readonly timeToLive: number;
  readonly window: number;
  readonly options: readonly tcpOption.Repr[];
  /** Null: counted or drawn by the system. */
  readonly identification: number | null;
}

export interface Segment {
  readonly flags: number;
  readonly sequence: number;
  readonly acknowledgment: number;
  readonly payload?: Uint8Array;
}

export interface LinkEnds {
  readonly from: number;
  readonly to: number;
}

const padding: tcpOption.Repr = { kind: 'noOperation' };

/** A desktop or server of today: Linux or Windows, some hops away. */
export function systemLook(stream: RandomStream): Look {
  const hops = 5 + stream.nextBelow(20);
  const isLinux = stream.nextBelow(2) === 0;
  const mss: tcpOption.Repr = { kind: 'mss', mssBytes: 1460 };
  const scale: tcpOption.Repr = { kind: 'windowScale', shift: isLinux ? 7 : 8 };
  const stamp: tcpOption.Repr = { kind: 'timestamps', value: stream.nextUint32(), echo: 0 };
  return {
    timeToLive: (isLinux ? 64 : 128) - hops,
    window: isLinux ? 64_240 : 65_535,
    options: isLinux
      ? [mss, { kind: 'sackPermitted' }, stamp, padding, scale]
      : [mss, padding, scale, padding, padding, { kind: 'sackPermitted' }],
    identification: null,
  };
}

export function tcpFrame(
  link: LinkEnds,
  ends: Ends,
  segment: Segment,
  look: Look,
  identification: number,
): Uint8Array {
  const ip = ipOf(ends, ipProtocol.tcp, look.timeToLive, look.identification ?? identification);
  const octets = tcpOctets(ends, segment, look);
  return frameOf(link, { ...ip, payload: octets });
}

function tcpOctets(
  ends: Ends,
  { flags, sequence, acknowledgment, payload = NOTHING }: Segment,
  look: Look,
): Uint8Array {
  const repr = {
    sourcePort: ends.sourcePort,
    destinationPort: ends.destinationPort,
    sequenceNumber: sequence >>> 0,
    acknowledgmentNumber: acknowledgment >>> 0,
    reserved: 0,
    flags,
    window: look.window,
    urgentPointer: 0,
    options: (flags & SYN) === 0 ? [] : look.options,
    payload,
  };
  const octets = new Uint8Array(tcp.length(repr));
  tcp.emit(repr, octets, 0, pseudoHeaderSum(ends));
  return octets;
}

/** A segment in fragments of `octets` octets each (RFC 791 3.2), as scanners send them to get past filters. */
export function fragmentFrames(
  link: LinkEnds,
  ends: Ends,
  segment: Segment,
  look: Look,
  cut: { readonly identification: number; readonly octets: number },
): readonly Uint8Array[] {
  const whole = tcpOctets(ends, segment, look);
  const frames: Uint8Array[] = [];
  for (let at = 0; at < whole.length; at += cut.octets) {
    const ip = ipOf(ends, ipProtocol.tcp, look.timeToLive, cut.identification);
    const payload = whole.subarray(at, at + cut.octets);
    const moreFragments = at + cut.octets < whole.length;
    frames.push(frameOf(link, { ...ip, dontFragment: false, moreFragments, fragmentOffset: at, payload }));
  }
  return frames;
}

export function udpFrame(
  link: LinkEnds,
  ends: Ends,
  payload: Uint8Array,
  look: Look,
  identification: number,
): Uint8Array {
  const { sourcePort, destinationPort } = ends;
  const repr = { sourcePort, destinationPort, payload, checksummed: true };
  const octets = new Uint8Array(udp.length(repr));
  udp.emit(repr, octets, 0, pseudoHeaderSum(ends));
  const ip = ipOf(ends, ipProtocol.udp, look.timeToLive, look.identification ?? identification);
  return frameOf(link, { ...ip, payload: octets });
}

export function icmpFrame(
  link: LinkEnds,
  ends: Pick<Ends, 'source' | 'destination'>,
  message: icmpv4.Repr,
  timeToLive: number,
  identification: number,
): Uint8Array {
  const octets = new Uint8Array(icmpv4.length(message));
  icmpv4.emit(message, octets);
  return frameOf(link, { ...ipOf(ends, ipProtocol.icmpv4, timeToLive, identification), payload: octets });
}

/** The packet that an ICMP error quotes: header and eight octets (RFC 792), sent in the name of `ends.source`. */
export function quoteOf(ends: Ends, protocol: number, sequence: number): Uint8Array {
  const head = new Uint8Array(8);
  new DataView(head.buffer).setUint16(0, ends.sourcePort);
  new DataView(head.buffer).setUint16(2, ends.destinationPort);
  new DataView(head.buffer).setUint32(4, sequence >>> 0);
  const packet = { ...ipOf(ends, protocol, 50, 7), payload: head };
  const octets = new Uint8Array(ipv4.length(packet));
  ipv4.emit(packet, octets);
  return octets;
}

function ipOf(
  { source, destination }: Pick<Ends, 'source' | 'destination'>,
  protocol: number,
  timeToLive: number,
  identification: number,
): Omit<ipv4.Repr, 'payload'> {
  return {
    typeOfService: 0,
    identification: identification & 0xffff,
    reservedFlag: false,
    dontFragment: protocol === ipProtocol.tcp,
    moreFragments: false,
    fragmentOffset: 0,
    timeToLive,
    protocol,
    source,
    destination,
    options: [],
  };
}

function frameOf({ from, to }: LinkEnds, packet: ipv4.Repr): Uint8Array {
  const octets = new Uint8Array(ipv4.length(packet));
  ipv4.emit(packet, octets);
  const frame = { destination: to, source: from, tags: [], etherType: etherType.ipv4, payload: octets };
  const bytes = new Uint8Array(ethernet.length(frame));
  ethernet.emit(frame, bytes);
  return bytes;
}
