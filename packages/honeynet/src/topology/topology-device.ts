/**
 * The virtual network as a device between the stack and the real one: what comes in is walked to its host, what goes out
 * is walked back, each held back for the time that its way takes. Routers on the way answer with ICMP errors. The stack
 * above knows nothing of it.
 */
import { type Clock, EventQueue, mixWord, RandomStream } from '@wormwood/base';
import {
  decapsulate,
  encapsulate,
  type FrameReceiver,
  type ReceivedFrame,
  GRE_OVERHEAD_BYTES,
  type LinkDevice,
  ReplyLimiter,
  type ReplyRates,
} from '@wormwood/netstack';
import {
  ethernet,
  etherType,
  icmpv4,
  ipProtocol,
  ipv4,
  readMac,
  readU16,
  readU32,
  readU8,
  rewriteU16,
} from '@wormwood/wire';
import { completeChecksum } from './complete-checksum.ts';
import type { ExternalHosts } from './external-hosts.ts';
import type { Arrival, Topology } from './topology.ts';

export interface TopologyDeviceComponents {
  /** Where frames really come and go. */
  readonly device: LinkDevice;
  readonly topology: Topology;
  /** Real machines that take part. @default none */
  readonly externals?: ExternalHosts;
  /**
   * Whether a frame to this Ethernet address is for us, given where its packet goes: what a bridge floods no router answers.
   * @default every frame is
   */
  readonly isForUs?: (linkAddress: number, destination: number) => boolean;
  /** Whether a virtual host has an address: what goes to any other one leaves the topology. @default each address has one */
  readonly isVirtual?: (address: number) => boolean;
  readonly clock: Clock;
  /** For loss and early drop. */
  readonly stream: RandomStream;
}

/** A frame from outside with an IPv4 packet in it. */
interface InwardFrame extends ReceivedFrame {
  readonly ipStart: number;
  /** Sent by a real machine inside the topology. */
  readonly isFromMachine: boolean;
}

interface HeldFrame {
  readonly bytes: Uint8Array;
  readonly inward: boolean;
  /** As in `ReceivedFrame`. @default false */
  readonly checksumsVerified?: boolean;
  /** As in `ReceivedFrame`. @default false */
  readonly isCarried?: boolean;
  /** For a real machine: where its IP header begins, and the router to whose link it belongs. */
  readonly external?: { readonly ipStart: number; readonly router: number };
}

/** RFC 1812 4.3.2.3: as much of the packet as fits 576 octets. */
const QUOTE_BYTES_MAX = 576 - 2 * ipv4.HEADER_LENGTH - 8;
const ROUTER_TTL = 255;
const HELD_FRAMES_MAX = 65_536;
/** ICMP errors of all routers (RFC 1812 4.3.2.8). */
const ERROR_RATES: ReplyRates = { perSource: 100, inAll: 1000 };
/** In the first octet of an Ethernet address: a group (IEEE 802 8.2). */
const MAC_GROUP_BIT = 1;
/** Ethernet with two VLAN tags. */
const LINK_HEADER_BYTES_MAX = 22;

export class TopologyDevice implements LinkDevice {
  readonly #components: TopologyDeviceComponents;
  readonly #held: EventQueue<HeldFrame> = new EventQueue();
  readonly #errors: ReplyLimiter;
  #reserved = -1;

  constructor(components: TopologyDeviceComponents) {
    this.#components = components;
    this.#errors = new ReplyLimiter(ERROR_RATES, apartFrom(components.stream));
  }

  get medium(): LinkDevice['medium'] {
    return this.#components.device.medium;
  }

  get mtuBytes(): number {
    return this.#components.device.mtuBytes;
  }

  get transmitBuffer(): Uint8Array {
    return this.#components.device.transmitBuffer;
  }

  /** Frames on their way. */
  get heldCount(): number {
    return this.#held.size;
  }

  /** When the next frame arrives somewhere, in seconds; infinite when none is on its way. */
  nextArrivalSeconds(): number {
    return this.#held.peekTime() ?? Number.POSITIVE_INFINITY;
  }

  receive(receiver: FrameReceiver, budget: number): number {
    let delivered = this.#release(receiver, budget);
    delivered += this.#components.device.receive((frame) => {
      this.#walkIn(receiver, frame);
    }, budget - delivered);
    return delivered;
  }

  reserve(): number {
    this.#reserved = this.#components.device.reserve();
    return this.#reserved;
  }

  commit(lengthBytes: number): void {
    const bytes = this.transmitBuffer;
    const start = this.#reserved;
    const ipStart = this.#ipStartOf(bytes, start, start + lengthBytes);
    if (ipStart < 0) return this.#components.device.commit(lengthBytes);
    const router = this.#components.topology.routerOf(readU32(bytes, ipStart + ipv4.field.source));
    if (router === undefined) return this.#components.device.commit(lengthBytes);
    const arrival = this.#walk(router, bytes, ipStart, readU32(bytes, ipStart + ipv4.field.destination));
    if (arrival.kind === 'lost' || arrival.kind === 'time-exceeded' || arrival.kind === 'unreachable') return;
    if (arrival.kind === 'tunneled') return this.#sendThroughTunnel(bytes, start, ipStart, arrival);
    this.#setTimeToLive(bytes, ipStart, arrival.ttl);
    const inward = this.#isInward(arrival, bytes, ipStart);
    if (arrival.delaySeconds === 0 && !inward) return this.#components.device.commit(lengthBytes);
    this.#hold({ bytes: bytes.slice(start, start + lengthBytes), inward }, arrival.delaySeconds);
  }

  flush(): void {
    this.#components.device.flush();
  }

  /** Frames whose time has come: outward ones to the device, inward ones to the stack. */
  #release(receiver: FrameReceiver, budget: number): number {
    const { device, clock } = this.#components;
    const now = clock.nowSeconds();
    let delivered = 0;
    while (delivered < budget && this.nextArrivalSeconds() <= now) {
      const frame = this.#held.pop()?.event;
      if (frame === undefined) break;
      delivered++;
      if (frame.inward) {
        const { bytes, checksumsVerified = false, isCarried = false } = frame;
        receiver({ bytes, start: 0, end: bytes.length, checksumsVerified, isCarried });
        continue;
      }
      // What the kernel has put together from several frames fits none.
      if (frame.bytes.length > device.mtuBytes + LINK_HEADER_BYTES_MAX) continue;
      if (frame.external !== undefined) {
        this.#components.externals?.send(frame.bytes, frame.external.ipStart, frame.external.router);
        continue;
      }
      const at = device.reserve();
      if (at < 0) continue;
      device.transmitBuffer.set(frame.bytes, at);
      device.commit(frame.bytes.length);
    }
    return delivered;
  }

  /** Whether a packet that has arrived is for a virtual host. */
  #isInward(arrival: Arrival, bytes: Uint8Array, ipStart: number): boolean {
    const destination = readU32(bytes, ipStart + ipv4.field.destination);
    if (arrival.kind !== 'delivered' || this.#components.externals?.has(destination) === true) return false;
    // A visitor whose address lies in the network of a virtual link is outside all the same.
    return this.#components.isVirtual?.(destination) !== false;
  }

  #walkIn(receiver: FrameReceiver, frame: ReceivedFrame): void {
    const { bytes, start, end, checksumsVerified } = frame;
    const { topology, externals } = this.#components;
    const ipStart = this.#ipStartOf(bytes, start, end);
    if (ipStart < 0) {
      externals?.receive(bytes, start, end);
      return receiver(frame);
    }
    // The stack drops it; no router may answer it or pass it on before.
    if (isUnanswerable(bytes, start, ipStart) || !this.#isForUs(bytes, start, ipStart))
      return receiver(frame);
    if (this.#comesThroughTunnel(receiver, bytes, start, ipStart)) return;
    const isFromMachine = externals?.isFromMachine(bytes, start, ipStart) === true;
    const router = isFromMachine
      ? topology.routerOf(readU32(bytes, ipStart + ipv4.field.source))
      : topology.entryFor(readU32(bytes, ipStart + ipv4.field.destination));
    if (router === undefined) return receiver(frame);
    this.#walkFrom(router, receiver, {
      bytes,
      start,
      end,
      ipStart,
      checksumsVerified,
      isFromMachine,
      isCarried: false,
    });
  }

  #isForUs(bytes: Uint8Array, start: number, ipStart: number): boolean {
    const { isForUs } = this.#components;
    if (isForUs === undefined || ipStart === start) return true;
    return isForUs(readMac(bytes, start), readU32(bytes, ipStart + ipv4.field.destination));
  }

  #walkFrom(router: number, receiver: FrameReceiver, frame: InwardFrame): void {
    const { bytes, start, end, ipStart, checksumsVerified, isCarried } = frame;
    const destination = readU32(bytes, ipStart + ipv4.field.destination);
    const arrival = this.#walk(router, bytes, ipStart, destination);
    switch (arrival.kind) {
      case 'delivered':
        if (this.#components.externals?.has(destination) === true) return this.#forward(frame, arrival);
        // An ICMP error of the host quotes the packet as it has arrived.
        this.#setTimeToLive(bytes, ipStart, arrival.ttl);
        if (arrival.delaySeconds === 0) receiver(frame);
        else {
          const held = {
            bytes: bytes.slice(start, end),
            inward: true,
            checksumsVerified,
            isCarried,
          };
          this.#hold(held, arrival.delaySeconds);
        }
        return;
      case 'time-exceeded':
        return this.#sendError(bytes, start, ipStart, arrival, { kind: 'timeExceeded', code: 0 });
      case 'unreachable':
        return this.#sendError(bytes, start, ipStart, arrival, {
          kind: 'destinationUnreachable',
          code: icmpv4.unreachableCode.network,
        });
      case 'tunneled':
        if (checksumsVerified) completeChecksum(bytes, ipStart);
        return this.#sendThroughTunnel(bytes, start, ipStart, arrival, 'turned');
      case 'left':
        if (frame.isFromMachine) this.#forward(frame, arrival);
        return;
      case 'lost':
    }
  }

  /** The packet goes on to a real machine, or from one to whoever asked it. */
  #forward(
    { bytes, start, end, ipStart, checksumsVerified, isFromMachine }: InwardFrame,
    { kind, ttl, delaySeconds }: Arrival & { readonly kind: 'delivered' | 'left' },
  ): void {
    const { topology, externals } = this.#components;
    if (externals === undefined) return;
    if (!isFromMachine) externals.noteAsker(bytes, start, ipStart);
    const copy = bytes.slice(start, end);
    const at = ipStart - start;
    this.#setTimeToLive(copy, at, ttl);
    if (checksumsVerified) completeChecksum(copy, at);
    if (kind === 'left') {
      if (externals.addressToAsker(copy, at)) this.#hold({ bytes: copy, inward: false }, delaySeconds);
      return;
    }
    const router = topology.routerOf(readU32(copy, at + ipv4.field.destination)) ?? 0;
    this.#hold({ bytes: copy, inward: false, external: { ipStart: at, router } }, delaySeconds);
  }

  /** A packet out of a tunnel goes on from the tunnel's router; true when this was one. */
  #comesThroughTunnel(receiver: FrameReceiver, bytes: Uint8Array, start: number, ipStart: number): boolean {
    if (readU8(bytes, ipStart + ipv4.field.protocol) !== ipProtocol.gre) return false;
    const source = readU32(bytes, ipStart + ipv4.field.source);
    const tunnel = this.#components.topology.tunnelBetween(
      source,
      readU32(bytes, ipStart + ipv4.field.destination),
    );
    if (tunnel === undefined) return false;
    const packetEnd = ipStart + readU16(bytes, ipStart + ipv4.field.totalLength);
    const packet = decapsulate(tunnel, bytes, ipStart, packetEnd);
    if (packet === undefined) return true;
    // Answers go back to where the tunnel's packet came from.
    const linkLength = ipStart - start;
    const inner = new Uint8Array(linkLength + packet.length);
    inner.set(bytes.subarray(start, ipStart));
    inner.set(packet, linkLength);
    const whole = { bytes: inner, start: 0, end: inner.length, ipStart: linkLength };
    this.#walkFrom(tunnel.router, receiver, {
      ...whole,
      checksumsVerified: false,
      isFromMachine: false,
      isCarried: true,
    });
    return true;
  }

  /**
   * The packet goes on inside another one, which leaves the topology. What came from outside goes back to where its frame
   * came from, so its link header is turned.
   */
  #sendThroughTunnel(
    bytes: Uint8Array,
    start: number,
    ipStart: number,
    { tunnel, ttl, delaySeconds }: Arrival & { readonly kind: 'tunneled' },
    link: 'turned' | 'kept' = 'kept',
  ): void {
    this.#setTimeToLive(bytes, ipStart, ttl);
    const linkLength = ipStart - start;
    const packetEnd = ipStart + readU16(bytes, ipStart + ipv4.field.totalLength);
    const frame = new Uint8Array(linkLength + GRE_OVERHEAD_BYTES + packetEnd - ipStart);
    frame.set(bytes.subarray(start, ipStart));
    if (linkLength > 0 && link === 'turned') ethernet.swapAddresses(frame, 0);
    encapsulate(tunnel, bytes, ipStart, packetEnd, frame, linkLength);
    this.#hold({ bytes: frame, inward: false }, delaySeconds);
  }

  #walk(router: number, bytes: Uint8Array, ipStart: number, destination: number): Arrival {
    const { topology, clock, stream } = this.#components;
    const journey = {
      destination,
      ttl: readU8(bytes, ipStart + ipv4.field.timeToLive),
      lengthBytes: readU16(bytes, ipStart + ipv4.field.totalLength),
      nowSeconds: clock.nowSeconds(),
    };
    return topology.walk(router, journey, stream);
  }

  #hold(frame: HeldFrame, delaySeconds: number): void {
    // Beyond this the network is congested, and networks drop.
    if (this.#held.size >= HELD_FRAMES_MAX) return;
    this.#held.push(this.#components.clock.nowSeconds() + delaySeconds, frame);
  }

  /** The router where the packet ended informs its sender, after the time that the way back takes. */
  #sendError(
    bytes: Uint8Array,
    start: number,
    ipStart: number,
    { router, delaySeconds }: { readonly router: number; readonly delaySeconds: number },
    error: { readonly kind: 'timeExceeded' | 'destinationUnreachable'; readonly code: number },
  ): void {
    if (isUnanswerable(bytes, start, ipStart) || isPartOrError(bytes, ipStart)) return;
    const source = readU32(bytes, ipStart + ipv4.field.source);
    if (!this.#errors.allows(source, this.#components.clock.nowSeconds())) return;
    // No longer than what it answers, but the header and eight octets in any case (RFC 792).
    const shortest = ipv4.readHeaderLength(bytes, ipStart) + 8;
    const overhead = ipv4.HEADER_LENGTH + icmpv4.HEADER_LENGTH;
    const length = readU16(bytes, ipStart + ipv4.field.totalLength);
    const room = Math.max(shortest, Math.min(QUOTE_BYTES_MAX, length - overhead));
    const quoteEnd = ipStart + Math.min(length, room);
    const quote = bytes.slice(ipStart, quoteEnd);
    const message: icmpv4.Repr =
      error.kind === 'timeExceeded'
        ? { kind: 'timeExceeded', code: error.code, unused: 0, quote }
        : { kind: 'destinationUnreachable', code: error.code, unused: 0, nextHopMtu: 0, quote };
    const payload = new Uint8Array(icmpv4.length(message));
    icmpv4.emit(message, payload);
    const linkLength = ipStart - start;
    const frame = new Uint8Array(linkLength + ipv4.HEADER_LENGTH + payload.length);
    frame.set(bytes.subarray(start, ipStart));
    if (linkLength > 0) ethernet.swapAddresses(frame, 0);
    const packet = {
      typeOfService: 0,
      identification: 0,
      reservedFlag: false,
      dontFragment: false,
      moreFragments: false,
      fragmentOffset: 0,
      timeToLive: ROUTER_TTL,
      protocol: ipProtocol.icmpv4,
      source: router,
      destination: source,
      options: [],
      payload,
    };
    ipv4.emit(packet, frame, linkLength);
    const back = this.#walk(router, frame, linkLength, packet.destination);
    if (back.kind !== 'left' && back.kind !== 'delivered') return;
    this.#setTimeToLive(frame, linkLength, back.ttl);
    const inward = this.#isInward(back, frame, linkLength);
    this.#hold({ bytes: frame, inward }, delaySeconds + back.delaySeconds);
  }

  #setTimeToLive(bytes: Uint8Array, ipStart: number, ttl: number): void {
    const word = readU16(bytes, ipStart + ipv4.field.timeToLive);
    rewriteU16(
      bytes,
      ipStart + ipv4.field.checksum,
      ipStart + ipv4.field.timeToLive,
      (ttl << 8) | (word & 0xff),
    );
  }

  /** Where the IPv4 header of a frame begins, or -1 for any other frame. */
  #ipStartOf(bytes: Uint8Array, start: number, end: number): number {
    let ipStart = start;
    if (this.medium === 'ethernet') {
      if (ethernet.check(bytes, start, end) !== undefined) return -1;
      ipStart += ethernet.readHeaderLength(bytes, start);
      if (readU16(bytes, ipStart - 2) !== etherType.ipv4) return -1;
    }
    return ipv4.check(bytes, ipStart, end) === undefined ? ipStart : -1;
  }
}

/** A stream of its own, which leaves the draws of the other as they are. */
function apartFrom(stream: RandomStream): RandomStream {
  return new RandomStream(stream.state.map(mixWord));
}

/**
 * Whether a packet has an address that names no machine, claims to come from its own destination, or has a group in its Ethernet
 * header (RFC 1812 5.3.7, RFC 1122 3.2.1.3).
 */
function isUnanswerable(bytes: Uint8Array, start: number, ipStart: number): boolean {
  const source = readU32(bytes, ipStart + ipv4.field.source);
  const destination = readU32(bytes, ipStart + ipv4.field.destination);
  if (ipv4.isMartian(source) || ipv4.isMartian(destination) || source === destination) return true;
  return ipStart > start && ((bytes[start]! | bytes[start + 6]!) & MAC_GROUP_BIT) !== 0;
}

/** RFC 1122 3.2.2: no error about an error or about a later fragment. */
function isPartOrError(bytes: Uint8Array, ipStart: number): boolean {
  const offset =
    readU16(bytes, ipStart + ipv4.field.flagsAndFragmentOffset) &
    ~(ipv4.flag.moreFragments | ipv4.flag.dontFragment | ipv4.flag.reserved);
  if (offset !== 0) return true;
  if (readU8(bytes, ipStart + ipv4.field.protocol) !== ipProtocol.icmpv4) return false;
  const type = readU8(bytes, ipStart + ipv4.readHeaderLength(bytes, ipStart));
  return type !== icmpv4.messageType.echoRequest && type !== icmpv4.messageType.timestampRequest;
}
