/**
 * Observations from the packets of a capture. A handshake counts as completed only when the capture shows all three of
 * its segments and the third acknowledges the very sequence number of the second: whoever forges a source address does
 * not receive that number. What it proves is for `handshake-proof.ts` to say. Fragments are put together first. Tunnelled
 * packets are left alone, since their inner addresses are the sender's to choose. Headers are read where they lie: a capture
 * has millions of packets, and most of them say nothing new.
 */
import type { AddressSet } from '@wormwood/base';
import {
  arp,
  type CaptureRecord,
  etherType,
  type IpSet,
  isIpv6Martian,
  isMalformed,
  readU16,
  readU32,
} from '@wormwood/wire';
import type { Observation } from '../observation.ts';
import type { CaptureSensor } from './capture-sensor.ts';
import { type FragmentCounts, Fragments } from './fragments.ts';
import { HandshakeProof } from './handshake-proof.ts';
import { locateIpv6, neighborMessageOf } from './ipv6-packet.ts';
import { behindLink, frameEnds } from './link-frame.ts';
import { linkMessageOf } from './link-owners.ts';
import { TransportObserver } from './observe-transport.ts';
import { type ClockTrouble, SteadyClock } from './steady-clock.ts';
import { WatchedAddresses } from './watched-addresses.ts';

export interface PacketObserverOptions {
  /** Addresses to which nothing should come. Nothing that they send is observed: they are the sensor's own. */
  readonly dark: AddressSet | IpSet;
  /** Live addresses whose incoming and outgoing contacts are observed, too. @default none */
  readonly live?: AddressSet | IpSet;
  /**
   * The sensor and the routers of its link, beside those that the capture names itself. @default none, so that nothing
   * but what such a capture names proves an address
   */
  readonly sensor?: CaptureSensor;
  /** Flows that are remembered at a time. @default 65536 */
  readonly flowsMax?: number;
  /** A word that nobody outside knows, or flows could be chosen to slow the table down. @default 0 */
  readonly key?: number;
}

/** What became of the packets. */
export interface PacketCounts {
  readonly packets: number;
  /** Without a whole IP and transport header, or without a possible time. */
  readonly malformed: number;
  /** IPv6, where no address of it is watched. */
  readonly ipv6: number;
  /** Between addresses that are neither dark nor live. */
  readonly elsewhere: number;
  readonly observations: number;
  /** SYNs to live addresses, and answers from there: with none of these, the capture has one direction alone. */
  readonly liveAsked: number;
  readonly liveAnswered: number;
  readonly fragments: FragmentCounts;
  readonly clock: ClockTrouble;
}

const FLOWS_MAX = 65_536;
/** Captures count in seconds of 32 bits; what lies beyond is a damaged file. */
const TIME_END = 2 ** 32;
const NONE: readonly Observation[] = [];
const NO_SENSOR: CaptureSensor = { sensorMacs: new Set(), routerMacs: new Set() };
const IPV4_LENGTH_MIN = 20;
/** More fragments, and the offset of this one. */
const FRAGMENT_BITS = 0x3fff;

/** Where the packet of a frame begins, in which virtual network, and when it came. */
interface Framed {
  readonly start: number;
  readonly vlan: number;
  readonly timeSeconds: number;
  readonly sensorSeconds: number;
}

/** Takes the packets of one capture in their order. */
export class PacketObserver {
  readonly #watched: WatchedAddresses;
  readonly #transport: TransportObserver;
  readonly #proof: HandshakeProof;
  readonly #fragments: Fragments = new Fragments();
  readonly #clock: SteadyClock<CaptureRecord> = new SteadyClock();
  #packets = 0;
  #malformed = 0;
  #ipv6 = 0;
  #elsewhere = 0;
  #observations = 0;

  constructor(options: PacketObserverOptions) {
    const { dark, live, sensor = NO_SENSOR, flowsMax = FLOWS_MAX, key = 0 } = options;
    this.#watched = new WatchedAddresses(dark, live);
    this.#proof = new HandshakeProof(sensor);
    this.#transport = new TransportObserver({ watched: this.#watched, proof: this.#proof, flowsMax, key });
  }

  /**
   * Returns what the packet says about its source, and what earlier packets say that waited for it: mostly nothing. Packets
   * whose time leaps are held back until others confirm it.
   */
  observe(record: CaptureRecord): readonly Observation[] {
    this.#packets++;
    const sensorSeconds = record.seconds + record.nanoseconds / 1e9;
    if (!(sensorSeconds >= 0 && sensorSeconds < TIME_END)) {
      this.#malformed++;
      return NONE;
    }
    const timeSeconds = this.#clock.accept(sensorSeconds);
    if (!Number.isNaN(timeSeconds)) return this.#observeAt(record, timeSeconds, sensorSeconds);
    return this.#clock
      .hold(record, sensorSeconds)
      .flatMap(({ item, seconds }) => this.#observeAt(item, seconds, item.seconds + item.nanoseconds / 1e9));
  }

  /** Returns what packets say that were held back when the capture ended. */
  end(): readonly Observation[] {
    return this.#clock
      .end()
      .flatMap(({ item, seconds }) => this.#observeAt(item, seconds, item.seconds + item.nanoseconds / 1e9));
  }

  /** Why what the head of the capture says of its sensor cannot be read; null when it can, or says nothing. */
  get sensorFault(): string | null {
    return this.#proof.fault;
  }

  counts(): PacketCounts {
    return {
      packets: this.#packets,
      malformed: this.#malformed + this.#transport.malformed,
      ipv6: this.#ipv6,
      elsewhere: this.#elsewhere,
      observations: this.#observations,
      liveAsked: this.#transport.liveAsked,
      liveAnswered: this.#transport.liveAnswered,
      fragments: this.#fragments.counts(),
      clock: this.#clock.trouble(),
    };
  }

  #observeAt(record: CaptureRecord, timeSeconds: number, sensorSeconds: number): readonly Observation[] {
    this.#proof.enterSection(record.sectionOptions);
    const settled = this.#proof.advance(timeSeconds);
    const observed = this.#observeFrame(record, timeSeconds, sensorSeconds);
    const observations = settled.length === 0 ? observed : [...settled, ...observed];
    this.#observations += observations.length;
    return observations;
  }

  #observeFrame(record: CaptureRecord, timeSeconds: number, sensorSeconds: number): readonly Observation[] {
    const { bytes } = record;
    const behind = behindLink(record);
    if (behind === null) return this.#refuse();
    const { type, start, vlan } = behind;
    if (type === etherType.ipv4)
      return this.#observeIpv4(record, { start, vlan, timeSeconds, sensorSeconds });
    if (type === etherType.ipv6) {
      if (this.#watched.hasIpv6)
        return this.#observeIpv6(record, { start, vlan, timeSeconds, sensorSeconds });
      this.#ipv6++;
    } else if (type === etherType.arp) {
      const message = arp.parse(bytes, start, bytes.length);
      if (isMalformed(message)) return this.#refuse();
      this.#proof.observeLink(linkMessageOf(message), frameEnds(record, vlan));
    }
    return NONE;
  }

  #observeIpv4(record: CaptureRecord, frame: Framed): readonly Observation[] {
    const { bytes } = record;
    const { start, vlan, timeSeconds, sensorSeconds } = frame;
    const isCut = record.originalLength > bytes.length;
    if (bytes.length - start < IPV4_LENGTH_MIN || (bytes[start] ?? 0) >>> 4 !== 4) return this.#refuse();
    const headerLength = ((bytes[start] ?? 0) & 15) * 4;
    const totalLength = readU16(bytes, start + 2);
    const end = Math.min(start + totalLength, bytes.length);
    const isShort = start + totalLength > bytes.length && !isCut;
    if (
      headerLength < IPV4_LENGTH_MIN ||
      totalLength < headerLength ||
      start + headerLength > bytes.length ||
      isShort
    )
      return this.#refuse();
    const source = readU32(bytes, start + 12);
    const destination = readU32(bytes, start + 16);
    if (!this.#watched.isOurs(destination) && !this.#watched.isOurs(source)) {
      this.#elsewhere++;
      return NONE;
    }
    const about = { timeSeconds, sensorSeconds, isCut, record, vlan, source, destination };
    const protocol = bytes[start + 9] ?? 0;
    if ((readU16(bytes, start + 6) & FRAGMENT_BITS) === 0)
      return this.#transport.observe(
        { bytes, start, transportStart: start + headerLength, end, protocol },
        about,
      );
    if (isCut && start + totalLength > bytes.length) return NONE;
    const whole = this.#fragments.add(bytes, { start, end, headerLength }, timeSeconds);
    if (whole === null) return NONE;
    const transportStart = ((whole[0] ?? 0) & 15) * 4;
    const first = { bytes: whole, start: 0, transportStart, end: whole.length, protocol };
    return this.#transport.observe(first, { ...about, isCut: false });
  }

  #observeIpv6(record: CaptureRecord, frame: Framed): readonly Observation[] {
    const { bytes } = record;
    const { vlan, timeSeconds, sensorSeconds } = frame;
    const isCut = record.originalLength > bytes.length;
    const packet = locateIpv6(bytes, frame.start, isCut);
    if (packet === null) return this.#refuse();
    const { source, destination } = packet;
    const ends = frameEnds(record, vlan);
    const message = ends.sourceMac === null ? null : neighborMessageOf(bytes, packet, ends.sourceMac);
    if (message !== null) this.#proof.observeLink(message, ends);
    const isOurs = this.#watched.isOurs(destination) || this.#watched.isOurs(source);
    if (!isOurs || isIpv6Martian(source)) {
      this.#elsewhere++;
      return NONE;
    }
    const about = { timeSeconds, sensorSeconds, isCut, record, vlan, source, destination };
    if (packet.fragmentStart < 0) return this.#transport.observe({ ...packet, bytes }, about);
    if (isCut) return NONE;
    const whole = this.#fragments.addIpv6(bytes, packet, timeSeconds);
    const first = whole === null ? null : locateIpv6(whole, 0, false);
    if (whole === null || first === null) return NONE;
    return this.#transport.observe({ ...first, bytes: whole }, { ...about, isCut: false });
  }

  #refuse(): readonly Observation[] {
    this.#malformed++;
    return NONE;
  }
}
