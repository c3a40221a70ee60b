/** IPv6 packets up to their transport (RFC 8200): who is asked, which extension headers there are, and pieces made whole. */
import { icmpv6, ipProtocol, ipv6, isIpv6Martian, readU16, readU8 } from '@wormwood/wire';
import type { HostDirectory, StackHost } from '../host.ts';
import type { StackObserver } from '../observer.ts';
import type { AddressNames } from './address-names.ts';
import { pieceOfIpv6, wholeIpv6 } from './fragments.ts';
import { type Icmpv6, problem } from './icmpv6.ts';
import { followHeaders, type HeaderChain, newHeaderChain } from './ipv6-headers.ts';
import { type NdpResponder, subjectOf } from './ndp-responder.ts';
import type { PacketContext } from './packet-context.ts';
import type { FirstFragment, Reassembly } from './reassembly.ts';

export interface Ipv6Components {
  readonly hosts: HostDirectory;
  readonly names: AddressNames;
  readonly observer: StackObserver;
  readonly icmp: Icmpv6;
  readonly ndp: NdpResponder;
  readonly reassembly: Reassembly;
  readonly linkAddress: number;
  /** Takes the packet at hand, whose transport is TCP or UDP. */
  readonly dispatch: (packet: PacketContext) => void;
}

/** The first octet of the address of a group (RFC 4291 2.7). */
const GROUP = 0xff;
const PAYLOAD_LENGTH_MAX = 65_535;
const UNIT_MASK = 7;

export class Ipv6Input {
  readonly #components: Ipv6Components;
  readonly #chain: HeaderChain = newHeaderChain();

  constructor(components: Ipv6Components) {
    this.#components = components;
  }

  /** Takes the packet at hand. */
  receive(packet: PacketContext): void {
    const { names, ndp } = this.#components;
    const { bytes, ipStart } = packet;
    if (ipv6.check(bytes, ipStart, packet.end) !== undefined) return;
    packet.end = ipStart + ipv6.HEADER_LENGTH + readU16(bytes, ipStart + ipv6.field.payloadLength);
    if (isNeighborDiscovery(packet)) return ndp.receive(packet);
    // We are in no group but those of neighbor discovery.
    if (bytes[ipStart + ipv6.field.destination] === GROUP) return;
    const source = names.holdOctets(bytes, ipStart + ipv6.field.source);
    const destination = names.holdOctets(bytes, ipStart + ipv6.field.destination);
    try {
      packet.source = source;
      packet.destination = destination;
      packet.share = names.shareOf(source);
      this.#receiveNamed(packet);
    } finally {
      names.release(source);
      names.release(destination);
    }
  }

  #receiveNamed(packet: PacketContext): void {
    const chain = this.#chain;
    followHeaders(packet.bytes, packet.ipStart, packet.end, chain);
    packet.protocol = chain.protocol;
    packet.transportStart = chain.transportStart;
    const host = this.#find(packet);
    if (packet.ipStart > packet.linkStart && !this.#isOurs(packet, host)) return;
    packet.host = host === null || host.losesPacket?.() === true || !this.#isClaimed(packet) ? null : host;
    if (packet.host === null) return this.#reportOther(packet);
    if (chain.verdict !== 'fine') {
      this.#reportOther(packet);
      if (chain.verdict === 'problem') this.#refuse(packet, chain.code, chain.pointer);
      return;
    }
    if (chain.fragmentStart >= 0) this.#receiveFragment(packet);
    else this.#dispatch(packet);
  }

  /** Who answers the packet at hand: nobody where an address of it names no machine, or both are one. */
  #find(packet: PacketContext): StackHost | null {
    const { names, hosts } = this.#components;
    const [source, destination] = [names.addressOf(packet.source), names.addressOf(packet.destination)];
    if (typeof source === 'number' || isIpv6Martian(source) || source === destination) return null;
    return hosts.find(destination, source, packet.protocol);
  }

  /** Whether the frame at hand is for us, about an address that no other machine has. */
  #isOurs(packet: PacketContext, host: StackHost | null): boolean {
    const { names, linkAddress, ndp } = this.#components;
    const address = names.addressOf(packet.destination);
    packet.answersFrom = host?.linkAddressAt(address) ?? linkAddress;
    if (!packet.isFrameFor(packet.answersFrom, linkAddress)) return false;
    if (host === null || ndp.claims.areUndisputed || typeof address === 'number') return true;
    return !ndp.claims.isTaken(address, subjectOf(packet, address).vlan, packet.nowSeconds);
  }

  /** Whether it is known that the destination is ours; asks. */
  #isClaimed(packet: PacketContext): boolean {
    const { names, ndp } = this.#components;
    if (ndp.claims.areUndisputed || packet.ipStart === packet.linkStart) return true;
    const address = names.addressOf(packet.destination);
    return typeof address === 'number' || ndp.claims.isOurs(subjectOf(packet, address), packet.nowSeconds);
  }

  #dispatch(packet: PacketContext): void {
    const { icmp, dispatch } = this.#components;
    if (packet.protocol === ipProtocol.tcp || packet.protocol === ipProtocol.udp) return dispatch(packet);
    if (packet.protocol === ipProtocol.icmpv6) return icmp.receive(packet);
    this.#reportOther(packet);
    // RFC 8200 4.7: nothing follows, and nothing is wrong with that.
    if (packet.protocol === ipProtocol.noNextHeader) return;
    this.#refuse(packet, problem.nextHeader, this.#chain.protocolAt - packet.ipStart);
  }

  #refuse(packet: PacketContext, code: number, pointer: number): void {
    this.#components.icmp.sendParameterProblem(packet, code, pointer);
  }

  #reportOther(packet: PacketContext): void {
    const { names, observer } = this.#components;
    const [source, destination] = [names.addressOf(packet.source), names.addressOf(packet.destination)];
    observer.other(source, destination, packet.protocol, packet.end - packet.ipStart);
  }

  /** A packet made whole keeps the link header of its last piece in front of it: that is where the answer goes. */
  #receiveFragment(packet: PacketContext): void {
    const chain = this.#chain;
    if (packet.host?.behavior.fragments === 'drop') return;
    const piece = pieceOfIpv6(packet, chain, this.#components.names);
    // RFC 8200 4.5: such pieces are refused.
    if (!piece.isLast && (piece.length & UNIT_MASK) !== 0)
      return this.#refuse(packet, problem.field, ipv6.field.payloadLength);
    if (piece.headerLength + piece.offset + piece.length > PAYLOAD_LENGTH_MAX)
      return this.#refuse(packet, problem.field, chain.fragmentStart + 2 - packet.ipStart);
    // RFC 5722: whatever the system, pieces that overlap are given up.
    const made = this.#components.reassembly.add(packet, piece, 'discard');
    if (made === null) return;
    const { first, payload } = made;
    followHeaders(first.bytes, first.ipStart, first.bytes.length, chain);
    const whole = wholeIpv6(first, payload, chain);
    const linkLength = packet.ipStart - packet.linkStart;
    const copy = new Uint8Array(linkLength + whole.length);
    copy.set(packet.bytes.subarray(packet.linkStart, packet.ipStart));
    copy.set(whole, linkLength);
    packet.bytes = copy;
    packet.linkStart = 0;
    packet.ipStart = linkLength;
    packet.end = copy.length;
    // The checksum of a packet that was cut into pieces was made before the cutting.
    packet.checksumsVerified = false;
    followHeaders(copy, linkLength, copy.length, chain);
    packet.protocol = chain.protocol;
    packet.transportStart = chain.transportStart;
    if (chain.verdict === 'problem') this.#refuse(packet, chain.code, chain.pointer);
    // A piece of a packet that was in pieces is none that anybody makes.
    if (chain.verdict === 'fine' && chain.fragmentStart < 0) this.#dispatch(packet);
  }

  /** Informs the sender that a packet never became whole; `packet` becomes its first piece. */
  giveUp(first: FirstFragment, packet: PacketContext): void {
    const { names } = this.#components;
    const { bytes, ipStart } = first;
    const source = names.holdOctets(bytes, ipStart + ipv6.field.source);
    const destination = names.holdOctets(bytes, ipStart + ipv6.field.destination);
    packet.isIpv6 = true;
    packet.source = source;
    packet.destination = destination;
    packet.share = names.shareOf(source);
    followHeaders(bytes, ipStart, packet.end, this.#chain);
    packet.protocol = this.#chain.protocol;
    packet.transportStart = this.#chain.transportStart;
    packet.host = this.#find(packet);
    if (packet.host !== null && this.#isClaimed(packet))
      this.#components.icmp.sendReassemblyTimeExceeded(packet);
    names.release(source);
    names.release(destination);
  }
}

/** RFC 4861 4: such messages have no extension headers, and never come in pieces (RFC 6980). */
function isNeighborDiscovery({ bytes, ipStart, end }: PacketContext): boolean {
  const at = ipStart + ipv6.HEADER_LENGTH;
  if (readU8(bytes, ipStart + ipv6.field.nextHeader) !== ipProtocol.icmpv6 || at >= end) return false;
  const type = readU8(bytes, at);
  return type >= icmpv6.messageType.routerSolicitation && type <= icmpv6.messageType.redirect;
}
