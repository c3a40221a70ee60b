/**
 * The stack: every frame of a device is parsed down to its transport and answered by the host that its destination
 * belongs to. Time and randomness come from outside; nothing here waits.
 */
import { type Clock, type RandomStreams, siphashKeyOf } from '@wormwood/base';
import {
  ethernet,
  etherType,
  type IpAddress,
  ipProtocol,
  ipv4,
  readMac,
  readSynMarks,
  readU16,
  readU32,
  readU8,
} from '@wormwood/wire';
import { BatchClock } from './batch-clock.ts';
import type { HostDirectory, StackHost } from './host.ts';
import type { LinkDevice, ReceivedFrame } from './link/device.ts';
import { AddressNames } from './network/address-names.ts';
import { type ArpOptions, ArpResponder } from './network/arp-responder.ts';
import { pieceOfIpv4, wholeIpv4 } from './network/fragments.ts';
import { Icmp, type SegmentError } from './network/icmp.ts';
import { Icmpv6 } from './network/icmpv6.ts';
import { judgeOptions, OPTIONS_FINE, SOURCE_ROUTED } from './network/ip-options.ts';
import { IpOutput, LINK_HEADER_LENGTH_MAX } from './network/ip-output.ts';
import { Ipv6Input } from './network/ipv6-input.ts';
import { NdpResponder } from './network/ndp-responder.ts';
import { PacketContext } from './network/packet-context.ts';
import { copyTags, vlanOf } from './network/vlan.ts';
import { ReplyLimiter, type ReplyRates } from './network/reply-limiter.ts';
import { type FirstFragment, Reassembly } from './network/reassembly.ts';
import { type LinkOptions, SourceProver } from './network/source-prover.ts';
import type { StackObserver } from './observer.ts';
import { Tcp, type TcpLimits } from './transport/tcp/tcp.ts';
import { Udp } from './transport/udp.ts';

export interface StackComponents {
  readonly device: LinkDevice;
  readonly hosts: HostDirectory;
  readonly clock: Clock;
  readonly streams: RandomStreams;
  readonly observer: StackObserver;
  /** Ethernet address for hosts that have none of their own; ignored on a device without Ethernet. */
  readonly linkAddress: number;
}

/** How a stack differs from one with the defaults. */
export interface StackOptions {
  /** Of neighbor discovery, too. */
  readonly arp?: ArpOptions;
  readonly tcp?: TcpLimits;
  /**
   * Octets that strangers can claim in all: connections, what is queued for them, what came before its turn, what their services
   * say that they keep, and fragments. When they are claimed, connections that make no progress are evicted, and fragments of a
   * source that holds most. @default 128 MiB
   */
  readonly memoryBytes?: number;
  /** What is known of the link: by it handshakes are proven. @default nothing: no source is proven */
  readonly link?: LinkOptions;
}

/** The group bit of an Ethernet address, in its first octet (IEEE 802 8.2). */
const MAC_GROUP_BIT = 1;
/** ICMP errors, as Linux: a thousand a second; to one source as many as a scan of ports can use (RFC 1812 4.3.2.8). */
const ICMP_ERROR_RATES: ReplyRates = { perSource: 100, inAll: 1000 };

const MEMORY_BYTES = 1 << 27;
/** Of the memory, for fragments: their sources can be forged, so they take nothing of what belongs to completed handshakes. */
const FRAGMENTS_SHARE = 1 / 8;

export class Stack {
  readonly #components: StackComponents;
  readonly #packet: PacketContext = new PacketContext();
  /** The first piece of a packet that is given up. */
  readonly #expired: PacketContext = new PacketContext();
  readonly #clock: BatchClock;
  readonly #arp: ArpResponder;
  readonly #names: AddressNames;
  readonly #ndp: NdpResponder;
  readonly #ipv6: Ipv6Input;
  readonly #output: IpOutput;
  readonly #sources: SourceProver;
  readonly #reassembly: Reassembly;
  readonly #icmp: Icmp;
  readonly #udp: Udp;
  readonly #tcp: Tcp;

  constructor(components: StackComponents, options: StackOptions = {}) {
    const { device, observer } = components;
    this.#components = components;
    this.#clock = new BatchClock(components.clock);
    const identifications = components.streams.stream('netstack/ipv6/identification');
    this.#names = new AddressNames(siphashKeyOf(components.streams.stream('netstack/address-names')));
    this.#output = new IpOutput(device, this.#names, identifications.nextUint32());
    this.#arp = new ArpResponder(components, options.arp);
    this.#ndp = new NdpResponder({
      ...components,
      askFirst: options.arp?.askFirst ?? false,
      heard: (claim) => this.#sources.note(claim),
    });
    const memoryBytes = options.memoryBytes ?? MEMORY_BYTES;
    this.#reassembly = new Reassembly(components.streams.stream('netstack/reassembly').nextUint32(), {
      bytes: memoryBytes * FRAGMENTS_SHARE,
    });
    this.#sources = new SourceProver({ ...components, names: this.#names }, options.link);
    const icmpComponents = {
      output: this.#output,
      names: this.#names,
      observer,
      errors: new ReplyLimiter(ICMP_ERROR_RATES, components.streams.stream('netstack/icmp/errors')),
      reportToTcp: (error: SegmentError) => this.#tcp.receiveError(error),
    };
    this.#icmp = new Icmp(icmpComponents);
    const icmpv6 = new Icmpv6(icmpComponents);
    this.#ipv6 = new Ipv6Input({
      ...components,
      names: this.#names,
      icmp: icmpv6,
      ndp: this.#ndp,
      reassembly: this.#reassembly,
      dispatch: (packet) => this.#dispatchTransport(packet),
    });
    this.#udp = new Udp({ output: this.#output, names: this.#names, icmp: this.#icmp, icmpv6, observer });
    this.#tcp = new Tcp(
      {
        output: this.#output,
        names: this.#names,
        observer,
        clock: this.#clock,
        hosts: { find: (address, source, protocol) => this.#findUntaken(address, source, protocol) },
        streams: components.streams,
        sources: this.#sources,
      },
      memoryBytes * (1 - FRAGMENTS_SHARE),
      options.tcp,
    );
  }

  /** The connections, for status and tests. */
  get tcp(): Tcp {
    return this.#tcp;
  }

  /** Octets that strangers hold now, of `StackOptions.memoryBytes`. */
  get heldBytes(): number {
    return this.#reassembly.heldBytes + this.#tcp.heldBytes;
  }

  /** IPv6 addresses that are held now: those of connections, for tests. */
  get namedCount(): number {
    return this.#names.size;
  }

  /** What proves the addresses of sources, for status and when the link changes. */
  get sources(): SourceProver {
    return this.#sources;
  }

  /**
   * Takes the frames that wait, at most `budget`, runs the timers that are due, and hands the answers to the device.
   * Returns how many frames there were; when that is `budget`, more may wait.
   */
  work(budget: number): number {
    this.#packet.nowSeconds = this.#clock.hold();
    try {
      const frames = this.#tcp.batch(() => this.#components.device.receive(this.#receiveFrame, budget));
      this.#tcp.runTimers();
      this.#reassembly.expire(this.#packet.nowSeconds, this.#giveUp);
      this.#forgetPacket();
      this.#sources.runTimers(this.#packet.nowSeconds);
      this.#arp.claims.runTimers(this.#packet.nowSeconds);
      this.#ndp.claims.runTimers(this.#packet.nowSeconds);
      this.#components.device.flush();
      return frames;
    } finally {
      this.#clock.release();
    }
  }

  /** When `work` must be called next though no frame comes, in seconds of the clock; infinite when there is no need. */
  nextTimerSeconds(): number {
    return Math.min(
      this.#tcp.nextTimerSeconds(),
      this.#reassembly.nextTimerSeconds(),
      this.#sources.nextTimerSeconds(),
      this.#arp.claims.nextTimerSeconds(),
      this.#ndp.claims.nextTimerSeconds(),
    );
  }

  /** Where it asks before it answers: asks for these addresses now, so that the first who wants to know is answered at once. */
  askAhead(addresses: Iterable<number>): void {
    if (this.#components.device.medium === 'ethernet')
      this.#arp.claims.askAhead(addresses, this.#components.clock.nowSeconds());
  }

  /** Whether another machine has an address now, so that nobody here answers. */
  isTaken(address: number): boolean {
    return this.#arp.claims.isTaken(address, 0, this.#components.clock.nowSeconds());
  }

  /** The VLAN of the frame at hand, as `vlanOf` numbers it; 0 without a tag, and while there is none at hand. */
  get vlan(): number {
    const { bytes, linkStart, ipStart } = this.#packet;
    return ipStart - linkStart <= ethernet.HEADER_LENGTH ? 0 : vlanOf(bytes, linkStart, ipStart);
  }

  /** What the segment at hand says of the program that made it, as bits of `synMark`, over IPv4; for calls of `tcpProbe`. */
  get synMarks(): number {
    const { bytes, ipStart, transportStart, isIpv6 } = this.#packet;
    return isIpv6 ? 0 : readSynMarks(bytes, ipStart, transportStart);
  }

  #forgetPacket(): void {
    this.#packet.ipStart = this.#packet.linkStart;
  }

  /** For connections that live: an address that another machine has is left at once, whatever is open there. */
  #findUntaken(address: IpAddress, source: IpAddress, protocol: number): StackHost | null {
    const now = this.#clock.nowSeconds();
    const isTaken =
      typeof address === 'number'
        ? this.#arp.claims.isTaken(address, 0, now)
        : this.#ndp.claims.isTaken(address, 0, now);
    return isTaken ? null : this.#components.hosts.find(address, source, protocol);
  }

  readonly #receiveFrame = (frame: ReceivedFrame): void => {
    const { bytes, start, end, checksumsVerified, isCarried, arrivedSeconds = 0 } = frame;
    const packet = this.#packet;
    packet.arrivedSeconds = arrivedSeconds > 0 ? arrivedSeconds : packet.nowSeconds;
    packet.bytes = bytes;
    packet.linkStart = start;
    packet.end = end;
    packet.checksumsVerified = checksumsVerified;
    packet.isCarried = isCarried;
    packet.host = null;
    if (this.#components.device.medium === 'ip') {
      packet.ipStart = start;
      this.#receiveIp(start < end && bytes[start]! >>> 4 === 6);
      return;
    }
    if (ethernet.check(bytes, start, end) !== undefined) return;
    // An answer goes back to the sender: never to a group.
    if ((bytes[start + ethernet.field.source]! & MAC_GROUP_BIT) !== 0) return;
    const headerEnd = start + ethernet.readHeaderLength(bytes, start);
    // Frames with more tags than an answer can carry.
    if (headerEnd - start > LINK_HEADER_LENGTH_MAX) return;
    const type = readU16(bytes, headerEnd - 2);
    packet.ipStart = headerEnd;
    if (type === etherType.ipv4) this.#receiveIp(false);
    else if (type === etherType.arp) this.#receiveArp(headerEnd);
    else if (type === etherType.ipv6) this.#receiveIp(true);
  };

  #receiveIp(isIpv6: boolean): void {
    this.#packet.isIpv6 = isIpv6;
    if (isIpv6) this.#ipv6.receive(this.#packet);
    else this.#receiveIpv4();
  }

  #receiveArp(arpStart: number): void {
    this.#sources.receiveArp(this.#packet, arpStart);
    this.#arp.receive(this.#packet, arpStart);
  }

  #receiveIpv4(): void {
    const packet = this.#packet;
    const { bytes, ipStart } = packet;
    if (ipv4.check(bytes, ipStart, packet.end) !== undefined || !ipv4.verifyChecksum(bytes, ipStart)) return;
    packet.end = ipStart + readU16(bytes, ipStart + ipv4.field.totalLength);
    packet.source = readU32(bytes, ipStart + ipv4.field.source);
    packet.share = packet.source;
    packet.destination = readU32(bytes, ipStart + ipv4.field.destination);
    packet.protocol = readU8(bytes, ipStart + ipv4.field.protocol);
    const host = this.#find();
    if (ipStart > packet.linkStart && !this.#isOurs(host)) return;
    packet.host = host === null || host.losesPacket?.() === true || this.#isAskedFor() ? null : host;
    if (packet.host === null) {
      this.#components.observer.other(
        packet.source,
        packet.destination,
        packet.protocol,
        packet.end - ipStart,
      );
      return;
    }
    const headerLength = ipv4.readHeaderLength(bytes, ipStart);
    if (headerLength > ipv4.HEADER_LENGTH && !this.#mayPass()) return;
    if (ipv4.isFragment(bytes, ipStart)) {
      this.#receiveFragment();
      return;
    }
    packet.transportStart = ipStart + headerLength;
    this.#dispatch();
  }

  /**
   * Whether the packet at hand may be answered by anybody: not where one of its addresses names no machine, nor where it claims
   * to come from its own destination (RFC 1122 3.2.1.3, RFC 1812 5.3.7).
   */
  #isAnswerable(): boolean {
    const { source, destination } = this.#packet;
    return !ipv4.isMartian(source) && !ipv4.isMartian(destination) && source !== destination;
  }

  /** Who answers the packet at hand. */
  #find(): StackHost | null {
    const { source, destination, protocol } = this.#packet;
    return this.#isAnswerable() ? this.#components.hosts.find(destination, source, protocol) : null;
  }

  /**
   * Whether the frame at hand is for us: sent to our Ethernet address or that of the host, about an address that no other
   * machine has. What a bridge floods, or a port mirrors, is others' business. A packet in a frame to everybody is dropped,
   * too: RFC 1122 3.3.6.
   */
  #isOurs(host: StackHost | null): boolean {
    const packet = this.#packet;
    const { hosts, linkAddress } = this.#components;
    const to = readMac(packet.bytes, packet.linkStart + ethernet.field.destination);
    const isForwarded = to !== linkAddress && hosts.forwards?.(to) === true;
    packet.answersFrom = isForwarded ? to : (host?.linkAddressAt(packet.destination) ?? linkAddress);
    if (!packet.isFrameFor(packet.answersFrom, linkAddress)) return false;
    const { claims } = this.#arp;
    if (host === null || claims.areUndisputed) return true;
    return !claims.isTaken(packet.destination, this.vlan, packet.nowSeconds);
  }

  /** Whether it is not known yet that the destination is ours; asks. */
  #isAskedFor(): boolean {
    const { bytes, destination, linkStart, ipStart, nowSeconds } = this.#packet;
    const { claims } = this.#arp;
    if (claims.areUndisputed || ipStart === linkStart) return false;
    const subject = { address: destination, vlan: this.vlan, tags: copyTags(bytes, linkStart, ipStart) };
    return !claims.isOurs(subject, nowSeconds);
  }

  /** Whether the options of the packet at hand let it pass; says what is wrong with them where they cannot be understood. */
  #mayPass(): boolean {
    const packet = this.#packet;
    const verdict = judgeOptions(packet.bytes, packet.ipStart);
    if (verdict === OPTIONS_FINE) return true;
    if (verdict !== SOURCE_ROUTED) {
      packet.transportStart = packet.ipStart + ipv4.readHeaderLength(packet.bytes, packet.ipStart);
      this.#icmp.sendParameterProblem(packet, verdict);
    }
    this.#components.observer.other(
      packet.source,
      packet.destination,
      packet.protocol,
      packet.end - packet.ipStart,
    );
    return false;
  }

  #dispatch(): void {
    const packet = this.#packet;
    if (packet.protocol === ipProtocol.tcp || packet.protocol === ipProtocol.udp)
      this.#dispatchTransport(packet);
    else if (packet.protocol === ipProtocol.icmpv4) this.#icmp.receive(packet);
    else {
      this.#components.observer.other(
        packet.source,
        packet.destination,
        packet.protocol,
        packet.end - packet.ipStart,
      );
      // Hosts listen to IGMP, and answer queries for groups alone (RFC 3376 4.1).
      if (packet.protocol !== ipProtocol.igmp) this.#icmp.sendProtocolUnreachable(packet);
    }
  }

  #dispatchTransport(packet: PacketContext): void {
    if (packet.protocol === ipProtocol.tcp) this.#tcp.receive(packet);
    else this.#udp.receive(packet);
  }

  /** RFC 1122 3.3.2: the sender of a packet that never became whole gets an error, if the first piece is there. */
  readonly #giveUp = (first: FirstFragment): void => {
    const packet = this.#expired;
    packet.bytes = first.bytes;
    packet.linkStart = 0;
    packet.ipStart = first.ipStart;
    packet.end = first.bytes.length;
    packet.answersFrom = first.answersFrom;
    packet.nowSeconds = this.#clock.nowSeconds();
    packet.isIpv6 = first.bytes[first.ipStart]! >>> 4 === 6;
    if (packet.isIpv6) return this.#ipv6.giveUp(first, packet);
    packet.transportStart = packet.ipStart + ipv4.readHeaderLength(first.bytes, packet.ipStart);
    packet.source = readU32(first.bytes, packet.ipStart + ipv4.field.source);
    packet.share = packet.source;
    packet.destination = readU32(first.bytes, packet.ipStart + ipv4.field.destination);
    packet.protocol = readU8(first.bytes, packet.ipStart + ipv4.field.protocol);
    packet.host = this.#findUntaken(packet.destination, packet.source, packet.protocol);
    this.#icmp.sendReassemblyTimeExceeded(packet);
  };

  /** A packet made whole keeps the link header of its last fragment in front of it: that is where the answer goes. */
  #receiveFragment(): void {
    const packet = this.#packet;
    const policy = packet.host?.behavior.fragments ?? 'old';
    if (policy === 'drop') return;
    const made = this.#reassembly.add(packet, pieceOfIpv4(packet), policy);
    if (made === null) return;
    const whole = wholeIpv4(made.first, made.payload);
    const linkLength = packet.ipStart - packet.linkStart;
    const copy = new Uint8Array(linkLength + whole.length);
    copy.set(packet.bytes.subarray(packet.linkStart, packet.ipStart));
    copy.set(whole, linkLength);
    packet.bytes = copy;
    packet.linkStart = 0;
    packet.ipStart = linkLength;
    packet.transportStart = linkLength + ipv4.readHeaderLength(copy, linkLength);
    packet.end = copy.length;
    // The checksum of a packet that was cut into pieces was made before the cutting.
    packet.checksumsVerified = false;
    this.#dispatch();
  }
}
