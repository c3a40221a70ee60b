/**
 * Answers ARP requests (RFC 826) for the addresses of virtual hosts, as an ordinary host does: `arp-fingerprint` calls it a
 * current Linux or Windows. An address for which another machine speaks is left to it (address-claims.ts).
 */
import {
  arp,
  ethernet,
  etherType,
  ipv4,
  isMacMulticast,
  MAC_ADDRESS_LENGTH,
  MAC_BROADCAST,
  readMac,
  readU16,
  readU32,
  writeMac,
  writeU16,
} from '@wormwood/wire';
import type { HostDirectory } from '../host.ts';
import type { LinkDevice } from '../link/device.ts';
import type { StackObserver } from '../observer.ts';
import { AddressClaims, type ClaimSubject } from './address-claims.ts';
import { LINK_HEADER_LENGTH_MAX } from './ip-output.ts';
import type { PacketContext } from './packet-context.ts';
import { copyTags, vlanOf } from './vlan.ts';

export interface ArpComponents {
  readonly device: LinkDevice;
  readonly hosts: HostDirectory;
  readonly observer: StackObserver;
  readonly linkAddress: number;
}

export interface ArpOptions {
  /** Ask whether another machine has the address before answering for it. @default false */
  readonly askFirst?: boolean;
}

/** RFC 5227 2.1.1: a probe has no sender address, so that it moves no cache. */
const NO_ADDRESS = 0;
/** Who answers a question about an address does not depend on what will be sent there. */
const NO_PROTOCOL = -1;
const HARDWARE_ETHERNET = 1;
/** Some hosts of old say so on Ethernet; Linux and Windows answer them (RFC 1042). */
const HARDWARE_IEEE_802 = 6;
const IPV4_ADDRESS_LENGTH = 4;

type Answer = Parameters<typeof arp.emit>[0];

export class ArpResponder {
  readonly #components: ArpComponents;
  readonly #claims: AddressClaims<number>;

  constructor(components: ArpComponents, { askFirst = false }: ArpOptions = {}) {
    this.#components = components;
    this.#claims = new AddressClaims({ askFirst, ask: (subject) => this.#ask(subject) });
  }

  /** Whose the addresses are. */
  get claims(): AddressClaims<number> {
    return this.#claims;
  }

  /** Takes the ARP packet at hand, whose octets begin at `arpStart`. */
  receive(packet: PacketContext, arpStart: number): void {
    const { bytes, end, linkStart } = packet;
    if (!isArpForIpv4(bytes, arpStart, end)) return;
    const sender = readU32(bytes, arpStart + arp.field.senderAddress);
    const target = readU32(bytes, arpStart + arp.field.targetAddress);
    const senderMac = readMac(bytes, arpStart + arp.field.senderMac);
    // Whoever claims to be a group, or nobody, would have the answer go to others (RFC 1812 3.3.2).
    if (isMacMulticast(senderMac) || senderMac === 0) return;
    if (sender !== NO_ADDRESS && ipv4.isMartian(sender)) return;
    const vlan = vlanOf(bytes, linkStart, arpStart);
    if (sender !== NO_ADDRESS) this.#noteSpeaker(packet, arpStart, { address: sender, vlan, senderMac });
    if (readU16(bytes, arpStart + arp.field.operation) !== arp.operation.request) return;
    // An announcement is answered by nobody (RFC 5227 2.3).
    if (sender === target || ipv4.isMartian(target)) return;
    const own = this.#linkAddressAt(target, sender);
    if (own === null || senderMac === own || !this.#isForUs(packet, own)) return;
    this.#answer(packet, arpStart, { target, sender, senderMac, own, vlan });
  }

  #answer(packet: PacketContext, arpStart: number, { target, sender, senderMac, own, vlan }: Question): void {
    const { bytes, linkStart, nowSeconds } = packet;
    const subject = { address: target, vlan, tags: copyTags(bytes, linkStart, arpStart) };
    const reply: Answer = {
      operation: arp.operation.reply,
      senderMac: own,
      senderAddress: target,
      targetMac: senderMac,
      targetAddress: sender,
    };
    const isOurs =
      sender === NO_ADDRESS
        ? this.#claims.defends(subject, nowSeconds)
        : this.#claims.isOurs(subject, nowSeconds, () => this.#send(subject.tags, reply));
    this.#components.observer.arpRequest({
      source: sender,
      linkAddress: senderMac,
      target,
      vlan,
      isAnswered: isOurs,
    });
    if (isOurs) this.#send(subject.tags, reply);
  }

  /** Another machine that speaks for an address of ours has it. */
  #noteSpeaker(
    packet: PacketContext,
    arpStart: number,
    {
      address,
      vlan,
      senderMac,
    }: { readonly address: number; readonly vlan: number; readonly senderMac: number },
  ): void {
    const ours = this.#linkAddressAt(address, 0);
    if (ours === null || senderMac === ours || senderMac === this.#components.linkAddress) return;
    const subject = { address, vlan, tags: copyTags(packet.bytes, packet.linkStart, arpStart) };
    if (this.#claims.note(subject, packet.nowSeconds))
      this.#components.observer.addressTaken({ address, linkAddress: senderMac, vlan });
  }

  /** The Ethernet address of ours at which an address is answered for; null: it is none of ours. */
  #linkAddressAt(address: number, source: number): number | null {
    const host = this.#components.hosts.find(address, source, NO_PROTOCOL);
    return host === null ? null : (host.linkAddressAt(address) ?? this.#components.linkAddress);
  }

  /** Questions go to everybody, or to the one who is believed to have the address (RFC 1122 2.3.2.1). */
  #isForUs(packet: PacketContext, own: number): boolean {
    const to = readMac(packet.bytes, packet.linkStart + ethernet.field.destination);
    return to === MAC_BROADCAST || packet.isFrameFor(own, this.#components.linkAddress);
  }

  #ask({ address, tags }: ClaimSubject<number>): void {
    const { linkAddress } = this.#components;
    this.#send(
      tags,
      {
        operation: arp.operation.request,
        senderMac: linkAddress,
        senderAddress: NO_ADDRESS,
        targetMac: 0,
        targetAddress: address,
      },
      MAC_BROADCAST,
    );
  }

  #send(tags: Uint8Array, repr: Answer, to: number = repr.targetMac): void {
    const { device } = this.#components;
    const linkLength = ethernet.HEADER_LENGTH + tags.length;
    if (linkLength > LINK_HEADER_LENGTH_MAX) return;
    const frame = device.reserve();
    if (frame < 0) return;
    const out = device.transmitBuffer;
    writeMac(out, frame, to);
    writeMac(out, frame + ethernet.field.source, repr.senderMac);
    out.set(tags, frame + ethernet.field.etherType);
    writeU16(out, frame + linkLength - 2, etherType.arp);
    device.commit(arp.emit(repr, out, frame + linkLength) - frame);
  }
}

interface Question {
  readonly target: number;
  readonly sender: number;
  readonly senderMac: number;
  /** Our Ethernet address at the target. */
  readonly own: number;
  readonly vlan: number;
}

/** Whether a whole packet about IPv4 over Ethernet stands there, as hosts judge it: either hardware type will do. */
function isArpForIpv4(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < arp.LENGTH) return false;
  const hardwareType = readU16(bytes, start + arp.field.hardwareType);
  return (
    (hardwareType === HARDWARE_ETHERNET || hardwareType === HARDWARE_IEEE_802) &&
    readU16(bytes, start + arp.field.protocolType) === etherType.ipv4 &&
    bytes[start + arp.field.hardwareLength] === MAC_ADDRESS_LENGTH &&
    bytes[start + arp.field.protocolLength] === IPV4_ADDRESS_LENGTH
  );
}
