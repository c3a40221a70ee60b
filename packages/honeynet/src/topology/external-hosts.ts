/**
 * Real machines inside the virtual network (Honeyd's `bind ADDRESS to INTERFACE`): packets for them leave on the sensor's
 * interface, for the Ethernet address that they give by ARP (RFC 826). What they send goes back to whoever has come to
 * them, and to nobody else: a machine that was taken over reaches no third party through the honeynet.
 */
import { type Clock, RecentMap } from '@wormwood/base';
import type { LinkDevice } from '@wormwood/netstack';
import {
  arp,
  ethernet,
  etherType,
  ipv4,
  readMac,
  readU16,
  readU32,
  writeMac,
  writeU16,
} from '@wormwood/wire';

export interface ExternalHostsComponents {
  /** Where the machines are, and those who come to them. */
  readonly device: LinkDevice;
  readonly clock: Clock;
  /** Ethernet address of the sensor's interface. */
  readonly linkAddress: number;
  /** Addresses of the machines. */
  readonly addresses: ReadonlySet<number>;
}

/** An end on the link from which something was received. */
interface Neighbor {
  readonly linkAddress: number;
  readonly receivedSeconds: number;
}

/** Frames that wait for the answer to a question. */
interface Waiting {
  askedSeconds: number;
  readonly frames: Uint8Array[];
}

const SOURCE_MAC = 6;
const BROADCAST = 0xffff_ffff_ffff;
/** RFC 1122 2.3.2.1: an entry of the cache is forgotten within the order of a minute. */
const NEIGHBOR_SECONDS = 60;
/** RFC 1122 2.3.2.1: not more than one question a second. */
const ASK_SECONDS = 1;
/** RFC 1122 2.3.2.2 asks for one; a few let a handshake begin without a loss. */
const WAITING_FRAMES_MAX = 16;
/** Packets without an answer by then are dropped. */
const WAITING_SECONDS = 3;
/** How long a machine may answer whoever came last. */
const ASKER_SECONDS = 300;
const ASKERS_MAX = 65_536;

export class ExternalHosts {
  readonly #components: ExternalHostsComponents;
  readonly #machines: Map<number, Neighbor> = new Map();
  readonly #waiting: Map<number, Waiting> = new Map();
  /** Who has sent something to a machine, the latest at the end. */
  readonly #askers: RecentMap<number, Neighbor> = new RecentMap();

  constructor(components: ExternalHostsComponents) {
    this.#components = components;
  }

  has(address: number): boolean {
    return this.#components.addresses.has(address);
  }

  /** Whether a frame for the sensor's interface comes from the machine that its IP header names. */
  isFromMachine(bytes: Uint8Array, start: number, ipStart: number): boolean {
    const source = readU32(bytes, ipStart + ipv4.field.source);
    if (!this.has(source)) return false;
    if (this.#components.device.medium === 'ip') return true;
    const machine = this.#machines.get(source);
    return (
      readMac(bytes, start) === this.#components.linkAddress &&
      machine !== undefined &&
      readMac(bytes, start + SOURCE_MAC) === machine.linkAddress
    );
  }

  /** Notes that the sender of a frame may be answered. */
  noteAsker(bytes: Uint8Array, start: number, ipStart: number): void {
    const source = readU32(bytes, ipStart + ipv4.field.source);
    const linkAddress = ipStart === start ? 0 : readMac(bytes, start + SOURCE_MAC);
    this.#askers.set(source, { linkAddress, receivedSeconds: this.#now() });
    if (this.#askers.size > ASKERS_MAX) this.#askers.delete(this.#askers.oldest()?.key ?? 0);
  }

  /** Addresses a machine's frame to the one who asked; false when nobody of that address has come lately. */
  addressToAsker(frame: Uint8Array, ipStart: number): boolean {
    const asker = this.#askers.get(readU32(frame, ipStart + ipv4.field.destination));
    if (asker === undefined || this.#now() - asker.receivedSeconds > ASKER_SECONDS) return false;
    if (ipStart > 0) this.#address(frame, asker.linkAddress);
    return true;
  }

  /** Sends a frame to the machine that its IP header names, asking in the name of `router` where the machine is. */
  send(frame: Uint8Array, ipStart: number, router: number): void {
    if (ipStart === 0) return this.#transmit(frame);
    const destination = readU32(frame, ipStart + ipv4.field.destination);
    const machine = this.#machines.get(destination);
    if (machine !== undefined && this.#now() - machine.receivedSeconds <= NEIGHBOR_SECONDS) {
      this.#address(frame, machine.linkAddress);
      return this.#transmit(frame);
    }
    let waiting = this.#waiting.get(destination);
    if (waiting === undefined) {
      waiting = { askedSeconds: Number.NEGATIVE_INFINITY, frames: [] };
      this.#waiting.set(destination, waiting);
    }
    if (this.#isOver(waiting)) waiting.frames.length = 0;
    if (waiting.frames.length === WAITING_FRAMES_MAX) waiting.frames.shift();
    waiting.frames.push(frame);
    if (this.#now() - waiting.askedSeconds < ASK_SECONDS) return;
    waiting.askedSeconds = this.#now();
    this.#ask(frame, ipStart, router, destination);
  }

  /** Takes what is not an IPv4 frame: a machine that gives its Ethernet address gets what waits for it. */
  receive(bytes: Uint8Array, start: number, end: number): void {
    const arpStart = start + ethernet.HEADER_LENGTH;
    if (this.#components.device.medium === 'ip' || end < arpStart) return;
    if (readU16(bytes, arpStart - 2) !== etherType.arp || arp.check(bytes, arpStart, end) !== undefined)
      return;
    const address = readU32(bytes, arpStart + arp.field.senderAddress);
    if (!this.has(address)) return;
    const linkAddress = readMac(bytes, arpStart + arp.field.senderMac);
    this.#machines.set(address, { linkAddress, receivedSeconds: this.#now() });
    const waiting = this.#waiting.get(address);
    this.#waiting.delete(address);
    if (waiting === undefined || this.#isOver(waiting)) return;
    for (const frame of waiting.frames) {
      this.#address(frame, linkAddress);
      this.#transmit(frame);
    }
  }

  #isOver({ askedSeconds }: Waiting): boolean {
    return this.#now() - askedSeconds > WAITING_SECONDS;
  }

  #ask(frame: Uint8Array, ipStart: number, router: number, address: number): void {
    const { linkAddress } = this.#components;
    const question = new Uint8Array(ipStart + arp.LENGTH);
    // With the VLAN tags of the frame that waits.
    question.set(frame.subarray(0, ipStart));
    writeMac(question, 0, BROADCAST);
    writeMac(question, SOURCE_MAC, linkAddress);
    writeU16(question, ipStart - 2, etherType.arp);
    const words = { senderMac: linkAddress, senderAddress: router, targetMac: 0, targetAddress: address };
    arp.emit({ operation: arp.operation.request, ...words }, question, ipStart);
    this.#transmit(question);
  }

  #address(frame: Uint8Array, to: number): void {
    writeMac(frame, 0, to);
    writeMac(frame, SOURCE_MAC, this.#components.linkAddress);
  }

  #transmit(frame: Uint8Array): void {
    const { device } = this.#components;
    const at = device.reserve();
    if (at < 0) return;
    device.transmitBuffer.set(frame, at);
    device.commit(frame.length);
  }

  #now(): number {
    return this.#components.clock.nowSeconds();
  }
}
