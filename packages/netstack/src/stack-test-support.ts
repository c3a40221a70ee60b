/** A stack on a link in memory, and the hands of a remote host: send a segment, see what comes back. */
import { randomStreams, siphashKeyOf, VirtualClock } from '@wormwood/base';
import { type IpAddress, ipProtocol, ipv4, ipv6, isMalformed, pseudoHeaderSum, tcp } from '@wormwood/wire';
import type { StackBehavior } from './behavior.ts';
import type { StackHost, TcpConnection, TcpService } from './host.ts';
import { memoryLink } from './link/memory-link.ts';
import { silentObserver, type StackObserver } from './observer.ts';
import { plainBehavior } from './plain-behavior.ts';
import { Stack, type StackOptions } from './stack.ts';

export const LOCAL = 0x0a000001;
export const REMOTE = 0xc0000201;
export const PORT = 80;
export const REMOTE_PORT = 40_000;
/** Whether what follows is said over IPv6; see `speakIpv6`. */
let isIpv6 = false;

/** From now on benches answer at an IPv6 address, and segments come and go over IPv6: for tests of what both protocols carry. */
export function speakIpv6(): void {
  isIpv6 = true;
}

export function speaksIpv6(): boolean {
  return isIpv6;
}

/** The largest segment that fits a packet of 1500 octets. */
export function segmentBytesMax(): number {
  return isIpv6 ? 1440 : 1460;
}

/** The address of IPv6 that stands for one of IPv4 in such tests. */
function longOf(address: number): bigint {
  return (0x2001_0db8n << 96n) | BigInt(address);
}

/** A key that every run of a test has again. */
export const TEST_SECRET: Uint8Array = siphashKeyOf(randomStreams('5').stream('test/secret'));

/** A host whose TCP ports are open without a service behind them; `parts` replaces some of it. */
export function bareHost(parts: Partial<StackHost> = {}): StackHost {
  return {
    behavior: plainBehavior(TEST_SECRET),
    linkAddressAt: () => null,
    answersEcho: true,
    tcpPort: () => 'open',
    udpPort: () => 'closed',
    acceptTcp: () => null,
    receiveUdp: () => undefined,
    ...parts,
  };
}

/** A service that records its calls. */
export class RecordingService implements TcpService {
  readonly connection: TcpConnection;
  readonly received: number[] = [];
  readonly calls: string[] = [];

  constructor(connection: TcpConnection) {
    this.connection = connection;
  }

  data(octets: Uint8Array): void {
    this.received.push(...octets);
    this.calls.push(`data ${octets.length}`);
  }

  ended(): void {
    this.calls.push('ended');
  }

  writable(): void {
    this.calls.push('writable');
  }

  closed(reason: string): void {
    this.calls.push(`closed ${reason}`);
  }
}

export interface BenchOptions {
  readonly behavior?: Partial<StackBehavior>;
  readonly observer?: Partial<StackObserver>;
  readonly stack?: StackOptions;
  readonly accept?: (connection: TcpConnection) => TcpService | null;
  readonly host?: Partial<StackHost>;
  /** Packets that the link holds. @default 4096 */
  readonly slots?: number;
  /** Where the host answers. @default LOCAL */
  readonly addresses?: readonly IpAddress[];
}

/** A TCP segment in the words that a test cares about; the rest has defaults. */
export type SegmentWords = Partial<Omit<tcp.Repr, 'flags' | 'payload'>> & {
  readonly flags: string;
  readonly payload?: readonly number[] | Uint8Array;
};

const FLAGS: Readonly<Record<string, number>> = {
  F: tcp.flag.FIN,
  S: tcp.flag.SYN,
  R: tcp.flag.RST,
  P: tcp.flag.PSH,
  A: tcp.flag.ACK,
};

export function flagsOf(letters: string): number {
  return [...letters].reduce((bits, letter) => bits | (FLAGS[letter] ?? 0), 0);
}

export function bench(options: BenchOptions = {}) {
  // As the clock of a machine, seconds since 1970, shortly before they take more than 31 bits.
  const clock = new VirtualClock(2 ** 31 - 100);
  const [far, device] = memoryLink({ medium: 'ip', slots: options.slots ?? 4096 });
  const addresses = options.addresses ?? [isIpv6 ? longOf(LOCAL) : LOCAL];
  const services: RecordingService[] = [];
  const accept = (connection: TcpConnection): TcpService => {
    const service = new RecordingService(connection);
    services.push(service);
    return service;
  };
  const host: StackHost = {
    behavior: { ...plainBehavior(TEST_SECRET), ...options.behavior },
    linkAddressAt: () => null,
    answersEcho: true,
    tcpPort: (port) => (port === PORT ? 'open' : port === 81 ? 'filtered' : 'closed'),
    udpPort: (port) => (port === PORT ? 'open' : port === 81 ? 'filtered' : 'closed'),
    acceptTcp: options.accept ?? accept,
    receiveUdp: (datagram, reply) => reply(datagram.payload.slice()),
    ...options.host,
  };
  const stack = new Stack(
    {
      device,
      hosts: { find: (address) => (addresses.includes(address) ? host : null) },
      clock,
      streams: randomStreams('5'),
      observer: { ...silentObserver, ...options.observer },
      linkAddress: 0,
    },
    options.stack,
  );

  const sendPacket = (octets: Uint8Array): void => {
    const at = far.reserve();
    if (at < 0) throw new Error('the link is full');
    far.transmitBuffer.set(octets, at);
    far.commit(octets.length);
    far.flush();
    stack.work(1000);
  };
  const receiveOctets = (): Uint8Array[] => {
    const packets: Uint8Array[] = [];
    far.receive(({ bytes, start, end }) => void packets.push(bytes.slice(start, end)), 1e6);
    return packets;
  };
  const receivePackets = (): ipv4.Repr[] =>
    receiveOctets().map((octets) => {
      const packet = ipv4.parse(octets);
      if (isMalformed(packet)) throw new Error(packet.reason);
      return packet;
    });
  const receive = (): tcp.Repr[] =>
    receiveOctets().map((octets) => {
      const packet = isIpv6 ? ipv6.parse(octets) : ipv4.parse(octets);
      if (isMalformed(packet)) throw new Error(packet.reason);
      if (!tcp.verifyChecksum(packet.payload, 0, packet.payload.length, pseudoHeaderSum(packet)))
        throw new Error('the checksum of a segment is wrong');
      const segment = tcp.parse(packet.payload);
      if (isMalformed(segment)) throw new Error(segment.reason);
      return segment;
    });
  const send = (segment: SegmentWords): void => sendPacket(tcpPacket(segment));
  const advance = (seconds: number): void => {
    clock.advanceBy(seconds);
    stack.work(1000);
  };
  return {
    clock,
    stack,
    device,
    services,
    host,
    sendPacket,
    receiveOctets,
    receivePackets,
    send,
    receive,
    advance,
  };
}

/** The octets of a segment with the checksum for its ends. */
export function tcpOctetsOf(
  { flags, payload = [], ...words }: SegmentWords,
  ends: Parameters<typeof pseudoHeaderSum>[0],
): Uint8Array {
  const segment: tcp.Repr = {
    sourcePort: REMOTE_PORT,
    destinationPort: PORT,
    sequenceNumber: 0,
    acknowledgmentNumber: 0,
    reserved: 0,
    window: 65_535,
    urgentPointer: 0,
    options: [],
    ...words,
    flags: flagsOf(flags),
    payload: Uint8Array.from(payload),
  };
  const out = new Uint8Array(tcp.length(segment));
  tcp.emit(segment, out, 0, pseudoHeaderSum(ends));
  return out;
}

export function tcpPacket(
  words: SegmentWords,
  source: number = REMOTE,
  destination: number = LOCAL,
): Uint8Array {
  if (isIpv6) {
    const ends = { source: longOf(source), destination: longOf(destination) };
    return ipv6Packet(ipProtocol.tcp, tcpOctetsOf(words, ends), ends);
  }
  return ipPacket(ipProtocol.tcp, tcpOctetsOf(words, { source, destination }), source, { destination });
}

/** An IPv6 packet, from and to the ends of the bench where `words` do not say otherwise. */
export function ipv6Packet(
  protocol: number,
  payload: Uint8Array,
  words: Partial<ipv6.Repr> = {},
): Uint8Array {
  const repr: ipv6.Repr = {
    trafficClass: 0,
    flowLabel: 0,
    hopLimit: 64,
    source: longOf(REMOTE),
    destination: longOf(LOCAL),
    extensions: [],
    protocol,
    payload,
    ...words,
  };
  const out = new Uint8Array(ipv6.length(repr));
  ipv6.emit(repr, out);
  return out;
}

export function ipPacket(
  protocol: number,
  payload: Uint8Array,
  source: number = REMOTE,
  words: Partial<ipv4.Repr> = {},
): Uint8Array {
  const repr: ipv4.Repr = {
    typeOfService: 0,
    identification: 1,
    reservedFlag: false,
    dontFragment: false,
    moreFragments: false,
    fragmentOffset: 0,
    timeToLive: 64,
    protocol,
    source,
    destination: LOCAL,
    options: [],
    payload,
    ...words,
  };
  const out = new Uint8Array(20 + payload.length);
  ipv4.emit(repr, out);
  return out;
}

/** A bench with an established connection: the sequence numbers of both sides stand one after their SYN. */
export function establishedBench(
  options: BenchOptions & { readonly synOptions?: tcp.Repr['options']; readonly window?: number } = {},
) {
  const made = bench(options);
  const remote = 1000;
  made.send({
    flags: 'S',
    sequenceNumber: remote,
    options: options.synOptions ?? [],
    window: options.window ?? 65_535,
  });
  const [synAck] = made.receive();
  if (synAck === undefined) throw new Error('no SYN/ACK');
  const local = (synAck.sequenceNumber + 1) >>> 0;
  made.send({
    flags: 'A',
    sequenceNumber: remote + 1,
    acknowledgmentNumber: local,
    window: options.window ?? 65_535,
  });
  return { ...made, synAck, remote: remote + 1, local, service: made.services[0] };
}
