/**
 * A hostile machine on the sensor's link: frames of every bad kind from a great many invented sources, at a bounded rate. It
 * completes a part of the handshakes that it begins, so that strangers hold connections as well.
 */
import type { RandomStream } from '@wormwood/base';
import { checksum, ipProtocol, tcp } from '@wormwood/wire';
import type { PacketRing } from './device/packet-ring.ts';

export interface HostileMixture {
  /** The sensor's interface, and that of the hostile machine that its frames name. */
  readonly sensorMac: string;
  readonly ownMac: string;
  /** Sources are so many addresses from 20.0.0.0 on. */
  readonly sources: number;
  readonly framesPerSecond: number;
}

const SOURCE_BASE = 0x1400_0000;
/** 10.3.0.0/25: the hosts beyond serve the pings of the honest client. */
const TARGET_BASE = 0x0a03_0000;
const TARGETS = 128;
const ETHERNET = 14;
const IP = ETHERNET + 20;
const MORE_FRAGMENTS = 0x2000;
const OPEN_PORTS = [7, 80, 85];
const PAYLOAD_MAX = 1400;
/** One in so many handshakes goes on with segments beyond holes. */
const COMPLETED_ONE_IN = 4;
const SEGMENTS_BEYOND_HOLES = 8;
const WINDOW = 65_535;

type Kind = 'fragment' | 'syn' | 'closedUdp' | 'openUdp' | 'icmp' | 'blind' | 'badChecksum' | 'random';

/** Shares in the mixture; a completed handshake adds its segments. */
const SHARES: Readonly<Record<Kind, number>> = {
  fragment: 15,
  syn: 25,
  closedUdp: 15,
  openUdp: 10,
  icmp: 10,
  blind: 10,
  badChecksum: 10,
  random: 5,
};
const KINDS = Object.entries(SHARES).flatMap(([kind, share]) =>
  Array.from({ length: share }, () => kind as Kind),
);

interface TcpParts {
  readonly source: number;
  readonly target: number;
  readonly sourcePort: number;
  readonly targetPort: number;
  readonly sequence: number;
  readonly acknowledgment: number;
  readonly flags: number;
  readonly length: number;
}

export class HostileMachine {
  /** Frames sent, and segments into connections among them. */
  readonly counts = { frames: 0, unsent: 0, handshakes: 0, segments: 0 };
  readonly #ring: PacketRing;
  readonly #mixture: HostileMixture;
  readonly #stream: RandomStream;
  readonly #frame: Uint8Array = new Uint8Array(1600);
  readonly #view: DataView = new DataView(this.#frame.buffer);
  readonly #makers: Readonly<Record<Kind, () => void>> = {
    fragment: () => this.#fragment(),
    syn: () => this.#syn(),
    closedUdp: () => this.#udp(1024 + this.#below(60_000)),
    openUdp: () => this.#udp(7),
    icmp: () => this.#icmp(),
    blind: () => this.#blind(),
    badChecksum: () => this.#badChecksum(),
    random: () => this.#random(),
  };
  #timer: NodeJS.Timeout | null = null;
  #due = 0;

  constructor(ring: PacketRing, mixture: HostileMixture, stream: RandomStream) {
    this.#ring = ring;
    this.#mixture = mixture;
    this.#stream = stream;
  }

  /** Sends until `stop`. After a pause of this process it sends no more than a tenth of a second's frames at once. */
  start(): void {
    let lastMs = performance.now();
    this.#timer = setInterval(() => {
      const now = performance.now();
      const { framesPerSecond } = this.#mixture;
      this.#due = Math.min(this.#due + ((now - lastMs) / 1000) * framesPerSecond, framesPerSecond / 10);
      lastMs = now;
      // What the answers ask for comes out of the same rate.
      this.#answer();
      for (; this.#due >= 1;) this.#makers[KINDS[this.#below(KINDS.length)] ?? 'syn']();
      this.#ring.flush();
    }, 2);
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** Goes on with handshakes whose SYN/ACK has come. */
  #answer(): void {
    this.#ring.receive(({ bytes, start, end }) => {
      const view = new DataView(bytes.buffer, bytes.byteOffset + start, end - start);
      if (end - start < IP + 20 || view.getUint16(12) !== 0x0800) return;
      if (view.getUint8(ETHERNET + 9) !== ipProtocol.tcp) return;
      if (view.getUint8(IP + 13) !== (tcp.flag.SYN | tcp.flag.ACK)) return;
      const source = view.getUint32(ETHERNET + 16);
      if (source < SOURCE_BASE || source >= SOURCE_BASE + this.#mixture.sources) return;
      if (this.#due < 1 || this.#below(COMPLETED_ONE_IN) > 0) return;
      this.#goOn({
        source,
        target: view.getUint32(ETHERNET + 12),
        sourcePort: view.getUint16(IP + 2),
        targetPort: view.getUint16(IP),
        sequence: view.getUint32(IP + 8),
        acknowledgment: (view.getUint32(IP + 4) + 1) >>> 0,
      });
    }, 4096);
  }

  /** Acknowledges, then leaves a hole and sends what lies beyond: full segments, or single octets with a hole before each. */
  #goOn(flow: Omit<TcpParts, 'flags' | 'length'>): void {
    this.counts.handshakes++;
    this.#tcp({ ...flow, flags: tcp.flag.ACK, length: 0 });
    const length = this.#below(2) === 0 ? 1 : PAYLOAD_MAX;
    for (let i = 0; i < SEGMENTS_BEYOND_HOLES; i++) {
      const sequence = (flow.sequence + 10 + 2 * i * length) >>> 0;
      this.#tcp({ ...flow, sequence, flags: tcp.flag.ACK | tcp.flag.PSH, length });
      this.counts.segments++;
    }
  }

  /** Pieces of packets of which none is whole: the last one never comes, and pieces overlap. */
  #fragment(): void {
    const length = 8 * (1 + this.#below(PAYLOAD_MAX / 8));
    this.#fill(IP, length);
    const offset = this.#below(256);
    const protocol = [ipProtocol.tcp, ipProtocol.udp, ipProtocol.icmpv4][this.#below(3)] ?? ipProtocol.udp;
    // Few numbers, so that pieces of one source meet.
    this.#view.setUint16(ETHERNET + 4, this.#below(4));
    this.#ip(this.#source(), this.#target(), protocol, length, MORE_FRAGMENTS | offset);
  }

  #syn(): void {
    this.#tcp({ ...this.#anyFlow(), flags: tcp.flag.SYN, length: 0 });
  }

  #blind(): void {
    const flags = [tcp.flag.ACK, tcp.flag.RST, tcp.flag.FIN | tcp.flag.ACK, tcp.flag.SYN | tcp.flag.ACK, 0];
    this.#tcp({ ...this.#anyFlow(), flags: flags[this.#below(flags.length)] ?? 0, length: this.#below(100) });
  }

  #udp(port: number): void {
    const length = 8 + this.#below(200);
    this.#fill(IP, length);
    this.#view.setUint16(IP, 1024 + this.#below(60_000));
    this.#view.setUint16(IP + 2, port);
    this.#view.setUint16(IP + 4, length);
    this.#ipWithSum(this.#source(), this.#target(), ipProtocol.udp, length, IP + 6);
  }

  #icmp(): void {
    const length = 8 + this.#below(200);
    this.#fill(IP, length);
    this.#view.setUint8(IP, [8, 13, 3, 11, 5, this.#below(256)][this.#below(6)] ?? 8);
    this.#view.setUint8(IP + 1, 0);
    this.#view.setUint16(IP + 2, 0);
    this.#view.setUint16(IP + 2, checksum(this.#frame, IP, IP + length));
    this.#ip(this.#source(), this.#target(), ipProtocol.icmpv4, length, 0);
  }

  #badChecksum(): void {
    const length = 20 + this.#below(100);
    this.#fill(IP, length);
    const protocol = this.#below(2) === 0 ? ipProtocol.tcp : ipProtocol.udp;
    this.#writeIp(this.#source(), this.#target(), protocol, length, 0);
    if (this.#below(2) === 0) this.#frame[ETHERNET + 10]! ^= 1 + this.#below(255);
    this.#send(IP + length);
  }

  /** Random octets behind an Ethernet header, or behind an IPv4 header whose checksum is right. */
  #random(): void {
    const length = this.#below(PAYLOAD_MAX);
    this.#fill(ETHERNET, 20 + length);
    if (this.#below(2) === 0) return this.#ip(this.#source(), this.#target(), this.#below(256), length, 0);
    this.#ethernet([0x0800, 0x0806, 0x8100, 0x86dd, this.#below(0x10000)][this.#below(5)] ?? 0x0800);
    this.#send(IP + length);
  }

  #anyFlow(): Omit<TcpParts, 'flags' | 'length'> {
    const isOpen = this.#below(4) > 0;
    return {
      source: this.#source(),
      target: this.#target(),
      sourcePort: 1024 + this.#below(60_000),
      targetPort: isOpen ? (OPEN_PORTS[this.#below(OPEN_PORTS.length)] ?? 7) : this.#below(0x10000),
      sequence: this.#stream.nextUint32(),
      acknowledgment: this.#stream.nextUint32(),
    };
  }

  #tcp({ source, target, sourcePort, targetPort, sequence, acknowledgment, flags, length }: TcpParts): void {
    this.#fill(IP + 20, length);
    const view = this.#view;
    view.setUint16(IP, sourcePort);
    view.setUint16(IP + 2, targetPort);
    view.setUint32(IP + 4, sequence);
    view.setUint32(IP + 8, acknowledgment);
    view.setUint8(IP + 12, 5 << 4);
    view.setUint8(IP + 13, flags);
    view.setUint16(IP + 14, WINDOW);
    view.setUint16(IP + 18, 0);
    this.#ipWithSum(source, target, ipProtocol.tcp, 20 + length, IP + 16);
  }

  /** Writes the checksum of the transport at `at`, then sends the packet. */
  #ipWithSum(source: number, target: number, protocol: number, length: number, at: number): void {
    this.#writeIp(source, target, protocol, length, 0);
    this.#view.setUint16(at, 0);
    const pseudo = checksum(this.#frame, ETHERNET + 12, IP, protocol + length);
    this.#view.setUint16(at, checksum(this.#frame, IP, IP + length, ~pseudo & 0xffff));
    this.#send(IP + length);
  }

  #ip(source: number, target: number, protocol: number, length: number, flagsAndOffset: number): void {
    this.#writeIp(source, target, protocol, length, flagsAndOffset);
    this.#send(IP + length);
  }

  #writeIp(source: number, target: number, protocol: number, length: number, flagsAndOffset: number): void {
    const view = this.#view;
    this.#ethernet(0x0800);
    view.setUint16(ETHERNET, 0x4500);
    view.setUint16(ETHERNET + 2, 20 + length);
    view.setUint16(ETHERNET + 6, flagsAndOffset);
    view.setUint8(ETHERNET + 8, 64);
    view.setUint8(ETHERNET + 9, protocol);
    view.setUint16(ETHERNET + 10, 0);
    view.setUint32(ETHERNET + 12, source);
    view.setUint32(ETHERNET + 16, target);
    view.setUint16(ETHERNET + 10, checksum(this.#frame, ETHERNET, IP));
  }

  #ethernet(type: number): void {
    this.#mac(0, this.#mixture.sensorMac);
    this.#mac(6, this.#mixture.ownMac);
    this.#view.setUint16(12, type);
  }

  #mac(at: number, text: string): void {
    this.#view.setUint16(at, Number.parseInt(text.slice(0, 2) + text.slice(3, 5), 16));
    this.#view.setUint32(at + 2, Number.parseInt(text.slice(6).replaceAll(':', ''), 16));
  }

  #send(length: number): void {
    this.#due--;
    const at = this.#ring.reserve();
    if (at < 0) {
      this.counts.unsent++;
      return;
    }
    this.#ring.transmitBuffer.set(this.#frame.subarray(0, length), at);
    this.#ring.commit(length);
    this.counts.frames++;
  }

  /** Random octets; a word of them again and again is as good as others for whoever does not read it. */
  #fill(at: number, length: number): void {
    this.#frame.fill(this.#below(256), at, at + length);
    for (let i = 0; i < Math.min(length, 8); i++) this.#frame[at + i] = this.#below(256);
  }

  #source(): number {
    return SOURCE_BASE + this.#below(this.#mixture.sources);
  }

  #target(): number {
    return TARGET_BASE + this.#below(TARGETS);
  }

  #below(bound: number): number {
    return this.#stream.nextBelow(bound);
  }
}

/** The least-squares slope of numbers at equal distances, as the change over all; the mean of the last tenth minus the first's. */
export function trendOf(values: readonly number[]): { readonly slope: number; readonly difference: number } {
  const n = values.length;
  const mean = (part: readonly number[]): number => part.reduce((sum, value) => sum + value, 0) / part.length;
  const [middle, all] = [(n - 1) / 2, mean(values)];
  const over = values.reduce((sum, value, i) => sum + (i - middle) * (value - all), 0);
  const under = values.reduce((sum, _, i) => sum + (i - middle) ** 2, 0);
  const tenth = Math.max(1, Math.floor(n / 10));
  return {
    slope: (over / under) * (n - 1),
    difference: mean(values.slice(-tenth)) - mean(values.slice(0, tenth)),
  };
}
