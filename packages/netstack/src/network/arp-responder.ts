/**
 * Answers ARP requests (RFC 826) for the addresses of virtual hosts. For an address that is claimed only when nobody else
 * has it, the stack asks first, as `farpd` does, and answers from the moment when its question has stayed without reply.
 */
import {
  arp,
  ethernet,
  etherType,
  ipv4,
  isMacMulticast,
  MAC_BROADCAST,
  readMac,
  readU16,
  readU32,
  writeMac,
  writeU16,
} from '@wormwood/wire';
import type { HostDirectory, StackHost } from '../host.ts';
import type { LinkDevice } from '../link/device.ts';
import { AddressClaims } from './address-claims.ts';
import type { PacketContext } from './packet-context.ts';

export interface ArpComponents {
  readonly device: LinkDevice;
  readonly hosts: HostDirectory;
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

export class ArpResponder {
  readonly #components: ArpComponents;
  readonly #askFirst: boolean;
  readonly #claims: AddressClaims<number> = new AddressClaims((address) => this.#ask(address));

  constructor(components: ArpComponents, options: ArpOptions = {}) {
    this.#components = components;
    this.#askFirst = options.askFirst ?? false;
  }

  /** Takes the ARP packet at hand, whose octets begin at `arpStart`. */
  receive(packet: PacketContext, arpStart: number): void {
    const { bytes, end, nowSeconds } = packet;
    if (arp.check(bytes, arpStart, end) !== undefined) return;
    const sender = readU32(bytes, arpStart + arp.field.senderAddress);
    const target = readU32(bytes, arpStart + arp.field.targetAddress);
    const senderMac = readMac(bytes, arpStart + arp.field.senderMac);
    // Whoever claims to be a group, or nobody, would have the answer go to others (RFC 1812 3.3.2).
    if (isMacMulticast(senderMac) || senderMac === 0) return;
    if (sender !== NO_ADDRESS && ipv4.isMartian(sender)) return;
    this.#claims.note(sender, nowSeconds);
    if (readU16(bytes, arpStart + arp.field.operation) !== arp.operation.request) return;
    // A question about the own address (RFC 5227 2.1.1) or an announcement of it is answered by nobody else.
    if (sender === target) return;
    const host = this.#components.hosts.find(target, sender, NO_PROTOCOL);
    if (host === null || ipv4.isMartian(target) || !this.#isForUs(packet, host)) return;
    if (!this.#mayAnswer(target, nowSeconds)) return;
    const own = host.linkAddress ?? this.#components.linkAddress;
    this.#send(packet, arpStart, {
      operation: arp.operation.reply,
      senderMac: own,
      senderAddress: target,
      targetMac: senderMac,
      targetAddress: sender,
    });
  }

  /** Questions go to everybody, or to the one who is believed to have the address (RFC 1122 2.3.2.1). */
  #isForUs(packet: PacketContext, host: StackHost): boolean {
    const to = readMac(packet.bytes, packet.linkStart + ethernet.field.destination);
    return to === MAC_BROADCAST || packet.isFrameFor(host, this.#components.linkAddress);
  }

  #mayAnswer(address: number, nowSeconds: number): boolean {
    return !this.#askFirst || this.#claims.isOurs(address, nowSeconds);
  }

  #ask(address: number): void {
    const { device, linkAddress } = this.#components;
    const frame = device.reserve();
    if (frame < 0) return;
    const out = device.transmitBuffer;
    writeMac(out, frame, MAC_BROADCAST);
    writeMac(out, frame + 6, linkAddress);
    writeU16(out, frame + 12, etherType.arp);
    const end = arp.emit(
      {
        operation: arp.operation.request,
        senderMac: linkAddress,
        senderAddress: NO_ADDRESS,
        targetMac: 0,
        targetAddress: address,
      },
      out,
      frame + ethernet.HEADER_LENGTH,
    );
    device.commit(end - frame);
  }

  #send(packet: PacketContext, arpStart: number, repr: Parameters<typeof arp.emit>[0]): void {
    const { device } = this.#components;
    const frame = device.reserve();
    if (frame < 0) return;
    const out = device.transmitBuffer;
    const linkLength = arpStart - packet.linkStart;
    for (let i = 12; i < linkLength; i++) out[frame + i] = packet.bytes[packet.linkStart + i]!;
    writeMac(out, frame, repr.targetMac);
    writeMac(out, frame + 6, repr.senderMac);
    device.commit(arp.emit(repr, out, frame + linkLength) - frame);
  }
}
