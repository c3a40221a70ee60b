/**
 * Somebody on the link of a stack in memory who sends packets and waits for answers under virtual time. It is a stranger:
 * all that it has of the host comes from the wire.
 */
import type { VirtualClock } from '@wormwood/base';
import type { MemoryDevice } from '@wormwood/netstack';
import {
  arp,
  ethernet,
  etherType,
  ipProtocol,
  ipv4,
  isMalformed,
  MAC_BROADCAST,
  pseudoHeaderSum,
  readU16,
  readU32,
  tcp,
} from '@wormwood/wire';

export interface ProberComponents {
  /** Its end of the link. */
  readonly far: MemoryDevice;
  readonly clock: VirtualClock;
  /** Lets the stack at the other end work. */
  work(): void;
  /** When the other end has to work again though nothing comes: seconds of the clock, infinite for never. */
  nextWorkSeconds(): number;
}

/** A packet that came in. */
export interface ReceivedPacket {
  readonly seconds: number;
  readonly packet: ipv4.Repr;
  readonly bytes: Uint8Array;
}

/** The Ethernet address of the prober: locally administered. */
const OWN_MAC = 0x02_00_5e_10_00_63;
/** The longest step of the clock. */
const STEP_SECONDS = 0.01;
/** Handles a frame in so many parts of a second. */
const SHORTEST_STEP_SECONDS = 0.000_01;
const FRAMES_MAX = 1024;

export class Prober {
  readonly clock: VirtualClock;
  readonly #components: ProberComponents;
  #linkAddress: number = MAC_BROADCAST;
  #received: ReceivedPacket[] = [];
  #arpReplies: arp.Repr[] = [];

  constructor(components: ProberComponents) {
    this.#components = components;
    this.clock = components.clock;
  }

  /** Returns the Ethernet address that answers ARP for `target`, to which packets go from now on; null: nobody does. */
  resolve(target: number, source: number, router: number): number | null {
    const question = {
      operation: arp.operation.request,
      senderMac: OWN_MAC,
      senderAddress: source,
      targetMac: 0,
      targetAddress: target,
    };
    const payload = new Uint8Array(arp.LENGTH);
    arp.emit(question, payload);
    this.#arpReplies = [];
    this.#sendFrame(etherType.arp, payload, MAC_BROADCAST);
    this.#pump(this.clock.nowSeconds() + ARP_SECONDS);
    const reply = this.#arpReplies.find(({ senderAddress }) => senderAddress === target);
    this.#linkAddress = reply?.senderMac ?? router;
    return reply?.senderMac ?? null;
  }

  /** Sends an IP packet; what has come in is worked on at once. */
  send(packet: Uint8Array): void {
    if (this.#components.far.medium === 'ethernet')
      this.#sendFrame(etherType.ipv4, packet, this.#linkAddress);
    else this.#transmit(packet);
  }

  /** Lets so much time pass and returns what came meanwhile. */
  wait(seconds: number): readonly ReceivedPacket[] {
    this.#pump(this.clock.nowSeconds() + seconds);
    const received = this.#received;
    this.#received = [];
    return received;
  }

  #sendFrame(type: number, payload: Uint8Array, destination: number): void {
    const frame = { destination, source: OWN_MAC, tags: [], etherType: type, payload };
    const out = new Uint8Array(ethernet.length(frame));
    ethernet.emit(frame, out);
    this.#transmit(out);
  }

  #transmit(bytes: Uint8Array): void {
    const { far } = this.#components;
    const at = far.reserve();
    if (at < 0) return;
    far.transmitBuffer.set(bytes, at);
    far.commit(bytes.length);
    far.flush();
  }

  #pump(untilSeconds: number): void {
    const components = this.#components;
    const { clock, far } = components;
    for (;;) {
      components.work();
      far.receive(({ bytes, start, end }) => this.#receive(bytes.slice(start, end)), FRAMES_MAX);
      const now = clock.nowSeconds();
      if (now >= untilSeconds) return;
      if (far.waiting > 0) continue;
      const next = Math.max(now + SHORTEST_STEP_SECONDS, components.nextWorkSeconds());
      clock.advanceTo(Math.min(untilSeconds, next, now + STEP_SECONDS));
    }
  }

  #receive(frame: Uint8Array): void {
    let start = 0;
    if (this.#components.far.medium === 'ethernet') {
      if (ethernet.check(frame) !== undefined) return;
      start = ethernet.readHeaderLength(frame, 0);
      const type = readU16(frame, start - 2);
      const reply = type === etherType.arp ? arp.parse(frame, start) : null;
      if (reply !== null && !isMalformed(reply) && reply.operation === arp.operation.reply)
        this.#arpReplies.push(reply);
      if (type !== etherType.ipv4) return;
    }
    const bytes = frame.subarray(start);
    const packet = ipv4.parse(bytes);
    if (isMalformed(packet)) return;
    this.#received.push({ seconds: this.clock.nowSeconds(), packet, bytes });
    this.#resetUnwanted(packet);
  }

  /** What the kernel of whoever sent a SYN from no socket answers to a SYN/ACK (RFC 9293 3.10.7.1). */
  #resetUnwanted({ protocol, payload, source, destination }: ipv4.Repr): void {
    if (protocol !== ipProtocol.tcp || tcp.check(payload) !== undefined) return;
    if ((payload[tcp.field.flags]! & (tcp.flag.SYN | tcp.flag.RST)) !== tcp.flag.SYN) return;
    const words: tcp.Repr = {
      sourcePort: readU16(payload, tcp.field.destinationPort),
      destinationPort: readU16(payload, tcp.field.sourcePort),
      sequenceNumber: readU32(payload, tcp.field.acknowledgmentNumber),
      acknowledgmentNumber: 0,
      reserved: 0,
      flags: tcp.flag.RST,
      window: 0,
      urgentPointer: 0,
      options: [],
      payload: new Uint8Array(0),
    };
    const octets = new Uint8Array(tcp.length(words));
    tcp.emit(words, octets, 0, pseudoHeaderSum({ source: destination, destination: source }));
    this.send(packetOf(ipProtocol.tcp, octets, { source: destination, destination: source }));
  }
}

const ARP_SECONDS = 1.5;

/** Returns an IPv4 packet; what is not said of it is as ordinary hosts have it. */
export function packetOf(protocol: number, payload: Uint8Array, words: Partial<ipv4.Repr>): Uint8Array {
  const repr: ipv4.Repr = {
    typeOfService: 0,
    identification: 4711,
    reservedFlag: false,
    dontFragment: false,
    moreFragments: false,
    fragmentOffset: 0,
    timeToLive: 64,
    protocol,
    source: 0,
    destination: 0,
    options: [],
    payload,
    ...words,
  };
  const out = new Uint8Array(ipv4.length(repr));
  ipv4.emit(repr, out);
  return out;
}
