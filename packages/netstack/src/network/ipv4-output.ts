/**
 * Sends IPv4 packets: takes room from the device, writes the link and IP headers, and lets the caller write the rest in
 * place. A packet that answers another goes back the way that one came, to the Ethernet address it came from, with the
 * same VLAN tags: as a host behind that router would.
 */
import {
  ethernet,
  etherType,
  ipv4,
  MAC_ADDRESS_LENGTH,
  readU16,
  writeMac,
  writeU16,
  writeU32,
  writeU8,
} from '@wormwood/wire';
import type { PacketClass, StackBehavior } from '../behavior.ts';
import type { LinkDevice } from '../link/device.ts';
import type { PacketContext } from './packet-context.ts';
import { PathMtus } from './path-mtus.ts';

/** An IPv4 packet about to be written. */
export interface PacketHead {
  readonly source: number;
  readonly destination: number;
  readonly protocol: number;
  readonly typeOfService: number;
  readonly kind: PacketClass;
  readonly dontFragment: boolean;
  readonly behavior: StackBehavior;
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

export class Ipv4Output {
  readonly paths: PathMtus = new PathMtus();
  readonly #device: LinkDevice;
  #frameStart = 0;
  #ipStart = 0;
  /** Packets that found no room in the device. */
  dropped = 0;
  /** Packets longer than the MTU, which no device would send. */
  oversized = 0;

  constructor(device: LinkDevice) {
    this.#device = device;
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
    return this.paths.isEmpty ? mtuBytes : Math.min(mtuBytes, this.paths.to(address, nowSeconds));
  }

  /** Begins an answer to the packet at hand; returns where its transport header goes, or -1 when there is no room. */
  beginReply(packet: PacketContext, head: PacketHead): number {
    const frame = this.#reserve();
    if (frame < 0) return -1;
    const linkLength = packet.ipStart - packet.linkStart;
    if (linkLength > 0)
      copyTurned(packet.bytes, packet.linkStart, linkLength, this.bytes, frame, packet.answersFrom);
    return this.#writeIpHeader(frame + linkLength, head);
  }

  /** Begins a packet whose link header was saved by `saveLinkHeader`. */
  beginSaved(saved: Uint8Array, savedStart: number, linkLength: number, head: PacketHead): number {
    const frame = this.#reserve();
    if (frame < 0) return -1;
    const bytes = this.bytes;
    for (let i = 0; i < linkLength; i++) bytes[frame + i] = saved[savedStart + i]!;
    return this.#writeIpHeader(frame + linkLength, head);
  }

  /** Writes the link header of an answer to the packet at hand to `saved` and returns its length. */
  saveLinkHeader(packet: PacketContext, saved: Uint8Array, savedStart: number): number {
    const linkLength = packet.ipStart - packet.linkStart;
    if (linkLength === 0) return 0;
    copyTurned(packet.bytes, packet.linkStart, linkLength, saved, savedStart, packet.answersFrom);
    return linkLength;
  }

  /** Where the packet begun last has its IP header: checksums of the transport layer need its addresses. */
  get ipStart(): number {
    return this.#ipStart;
  }

  /** Sends the packet begun last, whose transport header and payload end at `end`. */
  finish(end: number): void {
    if (end - this.#ipStart > this.#device.mtuBytes) {
      this.oversized++;
      return;
    }
    const bytes = this.bytes;
    writeU16(bytes, this.#ipStart + ipv4.field.totalLength, end - this.#ipStart);
    ipv4.fillChecksum(bytes, this.#ipStart);
    let frameEnd = end;
    if (this.#device.medium === 'ethernet') {
      const shortest = this.#frameStart + ETHERNET_FRAME_LENGTH_MIN;
      while (frameEnd < shortest) bytes[frameEnd++] = 0;
    }
    this.#device.commit(frameEnd - this.#frameStart);
  }

  /**
   * Sends a transport message that is too long for one packet in pieces of one identification (RFC 791, 3.2), behind a
   * link header saved before; no packet is longer than `mtuBytes`. What must be cut may be cut: the behavior's "don't fragment"
   * is not asked.
   */
  sendInPieces({ saved, linkLength, mtuBytes }: PiecesWay, head: PacketHead, message: Uint8Array): void {
    // Pieces but the last hold a multiple of eight octets.
    const room = (mtuBytes - ipv4.HEADER_LENGTH) & ~7;
    let identification = -1;
    for (let offset = 0; offset < message.length; offset += room) {
      const at = this.beginSaved(saved, 0, linkLength, head);
      if (at < 0) return;
      const { bytes } = this;
      const piece = message.subarray(offset, offset + room);
      if (identification < 0) identification = readU16(bytes, this.#ipStart + ipv4.field.identification);
      else writeU16(bytes, this.#ipStart + ipv4.field.identification, identification);
      const hasMore = offset + room < message.length ? ipv4.flag.moreFragments : 0;
      writeU16(bytes, this.#ipStart + ipv4.field.flagsAndFragmentOffset, hasMore | (offset >>> 3));
      bytes.set(piece, at);
      this.finish(at + piece.length);
    }
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

  #writeIpHeader(ipStart: number, head: PacketHead): number {
    const bytes = this.bytes;
    const { kind, behavior } = head;
    this.#ipStart = ipStart;
    bytes[ipStart] = 0x45;
    writeU8(bytes, ipStart + ipv4.field.typeOfService, head.typeOfService);
    const identification = behavior.identification(kind, head.source, head.destination);
    writeU16(bytes, ipStart + ipv4.field.identification, identification);
    writeU16(
      bytes,
      ipStart + ipv4.field.flagsAndFragmentOffset,
      head.dontFragment ? ipv4.flag.dontFragment : 0,
    );
    writeU8(bytes, ipStart + ipv4.field.timeToLive, behavior.timeToLive(kind));
    writeU8(bytes, ipStart + ipv4.field.protocol, head.protocol);
    writeU32(bytes, ipStart + ipv4.field.source, behavior.spoofedSource ?? head.source);
    writeU32(bytes, ipStart + ipv4.field.destination, head.destination);
    return ipStart + ipv4.HEADER_LENGTH;
  }
}

/** Copies an Ethernet header with its tags, back to its sender, from `source`. */
function copyTurned(
  from: Uint8Array,
  start: number,
  length: number,
  to: Uint8Array,
  at: number,
  source: number,
): void {
  for (let i = 0; i < MAC_ADDRESS_LENGTH; i++) to[at + i] = from[start + MAC_ADDRESS_LENGTH + i]!;
  writeMac(to, at + MAC_ADDRESS_LENGTH, source);
  for (let i = 2 * MAC_ADDRESS_LENGTH; i < length; i++) to[at + i] = from[start + i]!;
  writeU16(to, at + length - 2, etherType.ipv4);
}
