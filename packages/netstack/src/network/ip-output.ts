/**
 * Sends packets of either protocol: takes room from the device, writes the link and IP headers, and lets the caller write the
 * rest in place. A packet that answers another goes back the way that one came, to the Ethernet address it came from, with the
 * same VLAN tags: as a host behind that router would.
 */
import {
  ethernet,
  etherType,
  ipProtocol,
  ipv4,
  ipv6,
  MAC_ADDRESS_LENGTH,
  readPseudoHeaderSumIpv4,
  readPseudoHeaderSumIpv6,
  readU16,
  writeMac,
  writeU16,
  writeU32,
  writeU8,
} from '@wormwood/wire';
import type { PacketClass, StackBehavior } from '../behavior.ts';
import type { LinkDevice } from '../link/device.ts';
import { type AddressNames, isName } from './address-names.ts';
import type { PacketContext } from './packet-context.ts';
import { PathMtus } from './path-mtus.ts';

/** A packet about to be written: one of IPv6 where its addresses are names (address-names.ts). */
export interface PacketHead {
  readonly source: number;
  readonly destination: number;
  readonly protocol: number;
  /** Of IPv6: the traffic class. */
  readonly typeOfService: number;
  readonly kind: PacketClass;
  /** Means nothing to IPv6, where nobody but the sender cuts packets. */
  readonly dontFragment: boolean;
  readonly behavior: StackBehavior;
  /** Of a connection, both in one word. */
  readonly ports?: number;
}

/** Which way pieces go: the link header saved before, and the largest packet. */
export interface PiecesWay {
  readonly saved: Uint8Array;
  readonly linkLength: number;
  readonly mtuBytes: number;
}

/** Longest link header that is remembered: Ethernet with two VLAN tags. */
export const LINK_HEADER_LENGTH_MAX: number = ethernet.HEADER_LENGTH + 8;
/** IEEE 802.3: shorter frames are padded with zeros. */
const ETHERNET_FRAME_LENGTH_MIN = 60;
/** Octets of the header that pieces of IPv6 have (RFC 8200 4.5). */
const FRAGMENT_HEADER_LENGTH = 8;
const MORE_FRAGMENTS = 1;

export class IpOutput {
  readonly #paths: PathMtus = new PathMtus();
  readonly #device: LinkDevice;
  readonly #names: AddressNames;
  #frameStart = 0;
  #ipStart = 0;
  #isIpv6 = false;
  /** Of the pieces of the packet sent last. */
  #identification: number;
  /** Packets that found no room in the device. */
  dropped = 0;
  /** Packets longer than the MTU, which no device would send. */
  oversized = 0;

  /** `firstIdentification`: 32 bits that strangers cannot predict (RFC 7739). */
  constructor(device: LinkDevice, names: AddressNames, firstIdentification: number) {
    this.#device = device;
    this.#names = names;
    this.#identification = firstIdentification;
  }

  /** Memory that the offsets of `begin…` point into. */
  get bytes(): Uint8Array {
    return this.#device.transmitBuffer;
  }

  get mtuBytes(): number {
    return this.#device.mtuBytes;
  }

  /** The largest packet to an address: what the link takes, or less where its path does. */
  mtuTo(address: number, nowSeconds: number): number {
    const { mtuBytes } = this;
    if (this.#paths.isEmpty) return mtuBytes;
    return Math.min(mtuBytes, this.#paths.to(this.#names.digestOf(address), nowSeconds));
  }

  /** Octets that a packet to an address carries behind its IP header. */
  roomTo(address: number, nowSeconds: number): number {
    return this.mtuTo(address, nowSeconds) - headerLengthTo(address);
  }

  /** A router says that the path to an address takes so much; returns whether that is less than was known. */
  learnMtu(address: number, mtuBytes: number, nowSeconds: number): boolean {
    return this.#paths.learn(this.#names.digestOf(address), mtuBytes, nowSeconds);
  }

  /** Begins an answer to the packet at hand; returns where its transport header goes, or -1 when there is no room. */
  beginReply(packet: PacketContext, head: PacketHead): number {
    const frame = this.#reserve();
    if (frame < 0) return -1;
    const linkLength = packet.ipStart - packet.linkStart;
    if (linkLength > 0) copyTurned(packet, linkLength, this.bytes, frame);
    return this.#writeIpHeader(frame + linkLength, head, packet.isIpv6);
  }

  /** Begins a packet whose link header was saved by `saveLinkHeader`. */
  beginSaved(saved: Uint8Array, savedStart: number, linkLength: number, head: PacketHead): number {
    const frame = this.#reserve();
    if (frame < 0) return -1;
    const bytes = this.bytes;
    for (let i = 0; i < linkLength; i++) bytes[frame + i] = saved[savedStart + i]!;
    return this.#writeIpHeader(frame + linkLength, head, isName(head.destination));
  }

  /** Writes the link header of an answer to the packet at hand to `saved` and returns its length. */
  saveLinkHeader(packet: PacketContext, saved: Uint8Array, savedStart: number): number {
    const linkLength = packet.ipStart - packet.linkStart;
    if (linkLength === 0) return 0;
    copyTurned(packet, linkLength, saved, savedStart);
    return linkLength;
  }

  /** The sum of the addresses of the packet begun last, for the checksums of the transport layer. */
  pseudoHeaderSum(): number {
    return this.#isIpv6
      ? readPseudoHeaderSumIpv6(this.bytes, this.#ipStart)
      : readPseudoHeaderSumIpv4(this.bytes, this.#ipStart);
  }

  /** Sends the packet begun last, whose transport header and payload end at `end`. */
  finish(end: number): void {
    if (end - this.#ipStart > this.#device.mtuBytes) {
      this.oversized++;
      return;
    }
    const bytes = this.bytes;
    if (this.#isIpv6)
      writeU16(bytes, this.#ipStart + ipv6.field.payloadLength, end - this.#ipStart - ipv6.HEADER_LENGTH);
    else {
      writeU16(bytes, this.#ipStart + ipv4.field.totalLength, end - this.#ipStart);
      ipv4.fillChecksum(bytes, this.#ipStart);
    }
    let frameEnd = end;
    if (this.#device.medium === 'ethernet') {
      const shortest = this.#frameStart + ETHERNET_FRAME_LENGTH_MIN;
      while (frameEnd < shortest) bytes[frameEnd++] = 0;
    }
    this.#device.commit(frameEnd - this.#frameStart);
  }

  /** Sends a transport message that answers the packet at hand and is too long for one packet. */
  replyInPieces(packet: PacketContext, head: PacketHead, message: Uint8Array): void {
    const saved = new Uint8Array(LINK_HEADER_LENGTH_MAX);
    const linkLength = this.saveLinkHeader(packet, saved, 0);
    const mtuBytes = this.mtuTo(packet.source, packet.nowSeconds);
    this.sendInPieces({ saved, linkLength, mtuBytes }, head, message);
  }

  /**
   * Sends a transport message that is too long for one packet in pieces of one identification (RFC 791 3.2, RFC 8200 4.5), behind
   * a link header saved before; no packet is longer than `mtuBytes`. What must be cut may be cut: the behavior's "don't fragment"
   * is not asked.
   */
  sendInPieces(way: PiecesWay, head: PacketHead, message: Uint8Array): void {
    const isIpv6 = isName(head.destination);
    const overhead = isIpv6 ? ipv6.HEADER_LENGTH + FRAGMENT_HEADER_LENGTH : ipv4.HEADER_LENGTH;
    // Pieces but the last hold a multiple of eight octets.
    const room = (way.mtuBytes - overhead) & ~7;
    if (isIpv6) this.#identification = (this.#identification + 1) >>> 0;
    let identification = -1;
    for (let offset = 0; offset < message.length; offset += room) {
      const hasMore = offset + room < message.length;
      let at = this.beginSaved(
        way.saved,
        0,
        way.linkLength,
        isIpv6 ? { ...head, protocol: ipProtocol.fragment } : head,
      );
      if (at < 0) return;
      const { bytes } = this;
      const piece = message.subarray(offset, offset + room);
      if (isIpv6) at = this.#writeFragmentHeader(at, head.protocol, offset | (hasMore ? MORE_FRAGMENTS : 0));
      else {
        const place = this.#ipStart + ipv4.field.identification;
        if (identification < 0) identification = readU16(bytes, place);
        else writeU16(bytes, place, identification);
        const flags = hasMore ? ipv4.flag.moreFragments : 0;
        writeU16(bytes, this.#ipStart + ipv4.field.flagsAndFragmentOffset, flags | (offset >>> 3));
      }
      bytes.set(piece, at);
      this.finish(at + piece.length);
    }
  }

  #writeFragmentHeader(at: number, protocol: number, offsetAndFlag: number): number {
    const { bytes } = this;
    writeU8(bytes, at, protocol);
    writeU8(bytes, at + 1, 0);
    writeU16(bytes, at + 2, offsetAndFlag);
    writeU32(bytes, at + 4, this.#identification);
    return at + FRAGMENT_HEADER_LENGTH;
  }

  /** Hands what was finished to the medium. */
  flush(): void {
    this.#device.flush();
  }

  #reserve(): number {
    const frame = this.#device.reserve();
    if (frame < 0) this.dropped++;
    this.#frameStart = frame;
    return frame;
  }

  #writeIpHeader(ipStart: number, head: PacketHead, isIpv6: boolean): number {
    const bytes = this.bytes;
    const { kind, behavior, source, destination, ports = 0 } = head;
    this.#ipStart = ipStart;
    this.#isIpv6 = isIpv6;
    if (isIpv6) return this.#writeIpv6Header(ipStart, head);
    bytes[ipStart] = 0x45;
    writeU8(bytes, ipStart + ipv4.field.typeOfService, head.typeOfService);
    const identification = behavior.identification(kind, source, destination, ports);
    writeU16(bytes, ipStart + ipv4.field.identification, identification);
    writeU16(
      bytes,
      ipStart + ipv4.field.flagsAndFragmentOffset,
      head.dontFragment ? ipv4.flag.dontFragment : 0,
    );
    writeU8(bytes, ipStart + ipv4.field.timeToLive, behavior.timeToLive(kind));
    writeU8(bytes, ipStart + ipv4.field.protocol, head.protocol);
    writeU32(bytes, ipStart + ipv4.field.source, behavior.spoofedSource ?? source);
    writeU32(bytes, ipStart + ipv4.field.destination, destination);
    return ipStart + ipv4.HEADER_LENGTH;
  }

  #writeIpv6Header(
    ipStart: number,
    { source, destination, protocol, typeOfService, kind, behavior }: PacketHead,
  ): number {
    const bytes = this.bytes;
    writeU32(bytes, ipStart, (6 << 28) | (typeOfService << 20));
    writeU8(bytes, ipStart + ipv6.field.nextHeader, protocol);
    writeU8(bytes, ipStart + ipv6.field.hopLimit, behavior.timeToLive(kind));
    this.#names.writeOctets(source, bytes, ipStart + ipv6.field.source);
    this.#names.writeOctets(destination, bytes, ipStart + ipv6.field.destination);
    return ipStart + ipv6.HEADER_LENGTH;
  }
}

/** Octets of the IP header of what is sent to an address. */
export function headerLengthTo(address: number): number {
  return isName(address) ? ipv6.HEADER_LENGTH : ipv4.HEADER_LENGTH;
}

/** Copies the Ethernet header of the packet at hand with its tags, back to its sender. */
function copyTurned(
  { bytes: from, linkStart: start, answersFrom, isIpv6 }: PacketContext,
  length: number,
  to: Uint8Array,
  at: number,
): void {
  for (let i = 0; i < MAC_ADDRESS_LENGTH; i++) to[at + i] = from[start + MAC_ADDRESS_LENGTH + i]!;
  writeMac(to, at + MAC_ADDRESS_LENGTH, answersFrom);
  for (let i = 2 * MAC_ADDRESS_LENGTH; i < length; i++) to[at + i] = from[start + i]!;
  writeU16(to, at + length - 2, isIpv6 ? etherType.ipv6 : etherType.ipv4);
}
