/**
 * Answers neighbor solicitations (RFC 4861) for the addresses of virtual hosts; it never says that it is a router. An address
 * for which another machine speaks is left to it (address-claims.ts). For one that is claimed only when nobody else has it, the
 * stack asks first, as the ARP responder does, by a solicitation without a sender, which moves no cache (RFC 4862 5.4).
 */
import {
  ethernet,
  icmpv6,
  ipProtocol,
  ipv6,
  isIpv6Multicast,
  isMalformed,
  pseudoHeaderSum,
  readMac,
  solicitedNodeAddress,
} from '@wormwood/wire';
import type { LinkDevice } from '../link/device.ts';
import type { HostDirectory, StackHost } from '../host.ts';
import type { StackObserver } from '../observer.ts';
import { AddressClaims, type ClaimSubject } from './address-claims.ts';
import { claimOfMessage } from './ndp-claim.ts';
import { HOP_LIMIT_NDP, multicastMac, type NdpPacket, sendNdp } from './ndp-output.ts';
import type { AddressClaim } from './owner-questions.ts';
import type { PacketContext } from './packet-context.ts';
import { copyTags, vlanOf } from './vlan.ts';

export interface NdpComponents {
  readonly device: LinkDevice;
  readonly hosts: HostDirectory;
  readonly linkAddress: number;
  readonly observer: StackObserver;
  /** Ask whether another machine has the address before answering for it. */
  readonly askFirst: boolean;
  /** Called with what a message claims: that its sender has an address. @default nobody listens */
  readonly heard?: (claim: AddressClaim) => void;
}

const UNSPECIFIED = 0n;
/** Who answers a question about an address does not depend on what will be sent there. */
const NO_PROTOCOL = -1;
const ALL_NODES = 0xff02_0000_0000_0000_0000_0000_0000_0001n;

type Solicitation = Extract<icmpv6.Repr, { kind: 'neighborSolicitation' }>;

export class NdpResponder {
  readonly #components: NdpComponents;
  readonly #claims: AddressClaims<bigint>;

  constructor(components: NdpComponents) {
    this.#components = components;
    this.#claims = new AddressClaims({
      askFirst: components.askFirst,
      ask: (subject) => this.#ask(subject),
    });
  }

  /** Whose the addresses are. */
  get claims(): AddressClaims<bigint> {
    return this.#claims;
  }

  /** Takes the IPv6 packet at hand. */
  receive(packet: PacketContext): void {
    const { bytes, ipStart, end } = packet;
    const ip = ipv6.parse(bytes, ipStart, end);
    if (isMalformed(ip)) return;
    const message = messageOf(ip, bytes);
    if (message === null || ip.hopLimit !== HOP_LIMIT_NDP) return;
    const claim = claimOfMessage(packet, ip, message);
    if (claim !== null) this.#components.heard?.(claim);
    if (message.kind === 'neighborSolicitation') this.#answer(packet, ip, message);
    else if (message.kind === 'neighborAdvertisement') this.#noteSpeaker(packet, message.target);
  }

  /** Who answers at an address, and with which Ethernet address. */
  #find(address: bigint, source: bigint): { readonly host: StackHost; readonly mac: number } | null {
    const { hosts, linkAddress } = this.#components;
    const host = hosts.find(address, source, NO_PROTOCOL);
    return host === null ? null : { host, mac: host.linkAddressAt(address) ?? linkAddress };
  }

  #answer(packet: PacketContext, ip: ipv6.Repr, { target }: Solicitation): void {
    if (isIpv6Multicast(target) || isIpv6Multicast(ip.source)) return;
    const found = this.#find(target, ip.source);
    if (found === null) return;
    // A bridge floods what is meant for another machine.
    if (!isIpv6Multicast(ip.destination) && !packet.isFrameFor(found.mac, this.#components.linkAddress))
      return;
    // RFC 4861 7.1.1: without a sender it goes to the solicited-node address; another asks whether it may have the address.
    const isAnonymous = ip.source === UNSPECIFIED;
    if (isAnonymous && ip.destination !== solicitedNodeAddress(target)) return;
    const subject = subjectOf(packet, target);
    const isAnswered = isAnonymous
      ? this.#claims.defends(subject, packet.nowSeconds)
      : this.#claims.isOurs(subject, packet.nowSeconds);
    this.#report(packet, ip, target, isAnswered);
    if (!isAnswered) return;
    const { mac } = found;
    this.#reply(packet, mac, {
      source: target,
      destination: isAnonymous ? ALL_NODES : ip.source,
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

  /** Another machine that speaks for an address of ours has it. */
  #noteSpeaker(packet: PacketContext, target: bigint): void {
    const found = this.#find(target, UNSPECIFIED);
    if (found === null) return;
    const from = readMac(packet.bytes, packet.linkStart + ethernet.field.source);
    if (from === found.mac) return;
    const subject = subjectOf(packet, target);
    if (this.#claims.note(subject, packet.nowSeconds))
      this.#components.observer.addressTaken({ address: target, linkAddress: from, vlan: subject.vlan });
  }

  #report(
    packet: PacketContext,
    { source, protocol }: ipv6.Repr,
    destination: bigint,
    isAnswered: boolean,
  ): void {
    const { bytes, linkStart, ipStart, end } = packet;
    this.#components.observer.ipv6({
      kind: 'neighbor-solicitation',
      destination,
      isAnswered,
      source,
      protocol,
      lengthBytes: end - ipStart,
      linkAddress: readMac(bytes, linkStart + ethernet.field.source),
      vlan: vlanOf(bytes, linkStart, ipStart),
    });
  }

  #ask({ address, tags }: ClaimSubject<bigint>): void {
    const { device, linkAddress } = this.#components;
    const destination = solicitedNodeAddress(address);
    sendNdp(
      device,
      { to: multicastMac(destination), from: linkAddress, tags },
      {
        source: UNSPECIFIED,
        destination,
        message: { kind: 'neighborSolicitation', code: 0, target: address, options: [] },
      },
    );
  }

  #reply(packet: PacketContext, mac: number, answer: NdpPacket): void {
    const { destination } = answer;
    const sender = readMac(packet.bytes, packet.linkStart + ethernet.field.source);
    const to = isIpv6Multicast(destination) ? multicastMac(destination) : sender;
    const tags = copyTags(packet.bytes, packet.linkStart, packet.ipStart);
    sendNdp(this.#components.device, { to, from: mac, tags }, answer);
  }
}

/** The ICMPv6 message in a packet; null where there is none that is whole and without a code. */
function messageOf(ip: ipv6.Repr, bytes: Uint8Array): icmpv6.Repr | null {
  if (ip.protocol !== ipProtocol.icmpv6) return null;
  const start = ip.payload.byteOffset - bytes.byteOffset;
  const end = start + ip.payload.length;
  if (!icmpv6.verifyChecksum(bytes, start, end, pseudoHeaderSum(ip))) return null;
  const message = icmpv6.parse(bytes, start, end);
  return isMalformed(message) || message.code !== 0 ? null : message;
}

/** An address in the VLAN of the packet at hand. */
export function subjectOf(
  { bytes, linkStart, ipStart }: PacketContext,
  address: bigint,
): ClaimSubject<bigint> {
  return {
    address,
    vlan: vlanOf(bytes, linkStart, ipStart),
    tags: copyTags(bytes, linkStart, ipStart),
  };
}
