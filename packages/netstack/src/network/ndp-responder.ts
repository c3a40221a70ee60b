/**
 * IPv6 as far as it takes to be found: answers neighbor solicitations (RFC 4861) and echo requests (RFC 4443) for given
 * addresses, and stays silent to all else. For an address that is claimed only when nobody else has it, the stack asks first, as
 * the ARP responder does, by a solicitation without a sender, which moves no cache (RFC 4862, section 5.4).
 */
import {
  ethernet,
  etherType,
  icmpv6,
  ipProtocol,
  ipv6,
  isIpv6Multicast,
  isMalformed,
  pseudoHeaderSum,
  readMac,
  solicitedNodeAddress,
  writeMac,
  writeU16,
} from '@wormwood/wire';
import type { LinkDevice } from '../link/device.ts';
import { AddressClaims } from './address-claims.ts';
import type { PacketContext } from './packet-context.ts';

/** Who answers at IPv6 addresses. */
export interface Ipv6Directory {
  /** Returns who answers at an address, or null. `linkAddress` null: the stack's own. */
  find(address: bigint): { readonly linkAddress: number | null } | null;
}

export interface NdpComponents {
  readonly device: LinkDevice;
  readonly directory: Ipv6Directory;
  readonly linkAddress: number;
  /** Ask whether another machine has the address before answering for it. */
  readonly askFirst: boolean;
}

const UNSPECIFIED = 0n;
const LOOPBACK = 1n;
const ALL_NODES = 0xff02_0000_0000_0000_0000_0000_0000_0001n;
/** RFC 4861 7.1.1: from no further than this link. */
const HOP_LIMIT_NDP = 255;
const HOP_LIMIT = 64;

type Solicitation = Extract<icmpv6.Repr, { kind: 'neighborSolicitation' }>;
type Echo = Extract<icmpv6.Repr, { kind: 'echoRequest' | 'echoReply' }>;

interface Addressed {
  readonly source: bigint;
  readonly destination: bigint;
}

export class NdpResponder {
  readonly #components: NdpComponents;
  readonly #claims: AddressClaims<bigint> = new AddressClaims((address) => this.#ask(address));

  constructor(components: NdpComponents) {
    this.#components = components;
  }

  /** Takes the IPv6 packet at hand. */
  receive(packet: PacketContext): void {
    const { bytes, ipStart, end } = packet;
    const ip = ipv6.parse(bytes, ipStart, end);
    if (isMalformed(ip) || ip.protocol !== ipProtocol.icmpv6) return;
    const start = ip.payload.byteOffset - bytes.byteOffset;
    const messageEnd = start + ip.payload.length;
    if (!icmpv6.verifyChecksum(bytes, start, messageEnd, pseudoHeaderSum(ip))) return;
    const message = icmpv6.parse(bytes, start, messageEnd);
    if (isMalformed(message) || message.code !== 0) return;
    if (message.kind === 'echoRequest') {
      this.#answerEcho(packet, ip, message);
      return;
    }
    if (ip.hopLimit !== HOP_LIMIT_NDP) return;
    if (message.kind === 'neighborAdvertisement') this.#claims.note(message.target, packet.nowSeconds);
    else if (message.kind === 'neighborSolicitation') this.#answer(packet, ip, message);
  }

  #answerEcho(packet: PacketContext, ip: Addressed, request: Echo): void {
    const host = this.#components.directory.find(ip.destination);
    if (host === null || !packet.isFrameFor(host, this.#components.linkAddress)) return;
    if (isIpv6Multicast(ip.source) || ip.source === UNSPECIFIED || ip.source === LOOPBACK) return;
    if (ip.source === ip.destination) return;
    if (!this.#mayAnswer(ip.destination, packet.nowSeconds)) return;
    this.#reply(packet, host, {
      to: { source: ip.destination, destination: ip.source },
      hopLimit: HOP_LIMIT,
      message: { ...request, kind: 'echoReply' },
    });
  }

  #answer(packet: PacketContext, ip: Addressed, { target }: Solicitation): void {
    const host = this.#components.directory.find(target);
    if (host === null || isIpv6Multicast(target)) return;
    // RFC 4861 7.1.1: without a sender it goes to the solicited-node address; another asks whether it may have the address.
    const isAnonymous = ip.source === UNSPECIFIED;
    if (isAnonymous && ip.destination !== solicitedNodeAddress(target)) return;
    if (isAnonymous && this.#components.askFirst) {
      this.#claims.note(target, packet.nowSeconds);
      return;
    }
    if (!this.#mayAnswer(target, packet.nowSeconds)) return;
    const mac = host.linkAddress ?? this.#components.linkAddress;
    this.#reply(packet, host, {
      to: { source: target, destination: isAnonymous ? ALL_NODES : ip.source },
      hopLimit: HOP_LIMIT_NDP,
      message: {
        kind: 'neighborAdvertisement',
        code: 0,
        router: false,
        solicited: !isAnonymous,
        override: true,
        target,
        options: [{ kind: 'targetLinkLayerAddress', mac }],
      },
    });
  }

  #mayAnswer(address: bigint, nowSeconds: number): boolean {
    return !this.#components.askFirst || this.#claims.isOurs(address, nowSeconds);
  }

  #ask(target: bigint): void {
    const { linkAddress } = this.#components;
    const destination = solicitedNodeAddress(target);
    this.#send(multicastMac(destination), linkAddress, {
      to: { source: UNSPECIFIED, destination },
      hopLimit: HOP_LIMIT_NDP,
      message: { kind: 'neighborSolicitation', code: 0, target, options: [] },
    });
  }

  #reply(packet: PacketContext, host: { readonly linkAddress: number | null }, answer: Answer): void {
    const { destination } = answer.to;
    const sender = readMac(packet.bytes, packet.linkStart + 6);
    const mac = isIpv6Multicast(destination) ? multicastMac(destination) : sender;
    this.#send(mac, host.linkAddress ?? this.#components.linkAddress, answer, packet);
  }

  /** With a packet, what stands between its addresses and its IP header, VLAN tags, is kept. */
  #send(
    to: number,
    from: number,
    { to: addresses, hopLimit, message }: Answer,
    packet?: PacketContext,
  ): void {
    const { device } = this.#components;
    const linkLength = packet === undefined ? ethernet.HEADER_LENGTH : packet.ipStart - packet.linkStart;
    const length = ipv6.HEADER_LENGTH + icmpv6.length(message);
    if (length > device.mtuBytes) return;
    const frame = device.reserve();
    if (frame < 0) return;
    const out = device.transmitBuffer;
    writeMac(out, frame, to);
    writeMac(out, frame + 6, from);
    if (packet === undefined) writeU16(out, frame + 12, etherType.ipv6);
    else for (let i = 12; i < linkLength; i++) out[frame + i] = packet.bytes[packet.linkStart + i]!;
    const ip = {
      trafficClass: 0,
      flowLabel: 0,
      hopLimit,
      ...addresses,
      extensions: [],
      protocol: ipProtocol.icmpv6,
      payload: new Uint8Array(icmpv6.length(message)),
    };
    icmpv6.emit(message, ip.payload, 0, pseudoHeaderSum(ip));
    ipv6.emit(ip, out, frame + linkLength);
    device.commit(linkLength + length);
  }
}

interface Answer {
  readonly to: Addressed;
  readonly hopLimit: number;
  readonly message: icmpv6.Repr;
}

/** RFC 2464, section 7: 33:33 and the last four octets of the address. */
function multicastMac(address: bigint): number {
  return 0x3333_0000_0000 + Number(address & 0xffff_ffffn);
}
