/**
 * Observations from the packets of a capture. A handshake counts as completed only when the capture shows all three of
 * its segments and the third acknowledges the very sequence number of the second: whoever forges a source address does
 * not receive that number. What it proves is for `handshake-proof.ts` to say. Fragments are put together first. Tunnelled
 * packets are left alone, since their inner addresses are the sender's to choose. Headers are read where they lie: a capture
 * has millions of packets, and most of them say nothing new.
 */
import { type AddressSet, hexadecimal, sha256 } from '@wormwood/base';
import {
  arp,
  type CaptureRecord,
  etherType,
  icmpv4,
  ipProtocol,
  isMalformed,
  readSynMarks,
  readU16,
  readU32,
  seqAdd,
  tcp,
} from '@wormwood/wire';
import type { Observation, ObservationKind } from '../observation.ts';
import { isAnswerShape } from './answer-shape.ts';
import type { CaptureSensor } from './capture-sensor.ts';
import { type FirstPacket, type Flow, type FlowEnds, FlowTable } from './flow-table.ts';
import { type FragmentCounts, Fragments } from './fragments.ts';
import { greetingOf } from './greeting.ts';
import { type FrameEnds, HandshakeProof } from './handshake-proof.ts';
import { behindLink, frameEnds } from './link-frame.ts';
import type { Proof } from './link-owners.ts';
import { type ClockTrouble, SteadyClock } from './steady-clock.ts';

export interface PacketObserverOptions {
  /** Addresses to which nothing should come. Nothing that they send is observed: they are the sensor's own. */
  readonly dark: AddressSet;
  /** Live addresses whose incoming and outgoing contacts are observed, too. @default none */
  readonly live?: AddressSet;
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
  /** Without a whole IPv4 and transport header, or without a possible time. */
  readonly malformed: number;
  /** IPv6, which is not judged. */
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
/** Contacts, and handshakes whose proof is not known yet. */
const UNPROVEN: Proof = { linkAddress: null, forgeable: null };
/** RFC 5961 limits what a stranger may guess at; whoever is right after this many wrong third segments guessed. */
const WRONG_GUESSES_MAX = 8;
const { SYN, RST, ACK } = tcp.flag;

/** As the sensor has it: a conversation without connections is over after a minute of silence. */
const IDLE_SECONDS = 60;

const ICMP_QUESTIONS: ReadonlySet<number> = new Set([
  icmpv4.messageType.echoRequest,
  icmpv4.messageType.timestampRequest,
  icmpv4.messageType.addressMaskRequest,
  icmpv4.messageType.informationRequest,
]);

/** One packet with its time and its ends. */
interface Arrival {
  readonly timeSeconds: number;
  readonly sensorSeconds: number;
  readonly frame: FrameEnds;
  readonly ends: FlowEnds;
  /** The capture kept only the beginning. */
  readonly isCut: boolean;
}

/** Where an IPv4 packet lies and whom it is from and to. */
interface Located {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly headerLength: number;
}

/** A segment, its fields read. */
interface Segment {
  readonly flags: number;
  readonly sequenceNumber: number;
  readonly acknowledgmentNumber: number;
  /** Where the payload lies. */
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** Takes the packets of one capture in their order. */
export class PacketObserver {
  readonly #dark: AddressSet;
  readonly #live: AddressSet | undefined;
  readonly #flows: FlowTable;
  readonly #proof: HandshakeProof;
  readonly #fragments: Fragments = new Fragments();
  readonly #clock: SteadyClock<CaptureRecord> = new SteadyClock();
  #packets = 0;
  #malformed = 0;
  #ipv6 = 0;
  #elsewhere = 0;
  #observations = 0;
  #liveAsked = 0;
  #liveAnswered = 0;

  constructor(options: PacketObserverOptions) {
    this.#dark = options.dark;
    this.#live = options.live;
    this.#flows = new FlowTable(options.flowsMax ?? FLOWS_MAX, options.key ?? 0);
    this.#proof = new HandshakeProof(options.sensor ?? NO_SENSOR);
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
      malformed: this.#malformed,
      ipv6: this.#ipv6,
      elsewhere: this.#elsewhere,
      observations: this.#observations,
      liveAsked: this.#liveAsked,
      liveAnswered: this.#liveAnswered,
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
    if (type === etherType.ipv6) this.#ipv6++;
    else if (type === etherType.arp) {
      const message = arp.parse(bytes, start, bytes.length);
      if (isMalformed(message)) return this.#refuse();
      this.#proof.observeArp(message, frameEnds(record, vlan));
    }
    return NONE;
  }

  #observeIpv4(
    record: CaptureRecord,
    frame: {
      readonly start: number;
      readonly vlan: number;
      readonly timeSeconds: number;
      readonly sensorSeconds: number;
    },
  ): readonly Observation[] {
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
    if (!this.#isOurs(destination) && !this.#isOurs(source)) {
      this.#elsewhere++;
      return NONE;
    }
    const about = { timeSeconds, sensorSeconds, isCut, record, vlan, source, destination };
    const packet = { bytes, start, end, headerLength };
    if ((readU16(bytes, start + 6) & FRAGMENT_BITS) === 0) return this.#observeTransport(packet, about);
    if (isCut && start + totalLength > bytes.length) return NONE;
    const whole = this.#fragments.add(bytes, packet, timeSeconds);
    if (whole === null) return NONE;
    const first = { bytes: whole, start: 0, end: whole.length, headerLength: ((whole[0] ?? 0) & 15) * 4 };
    return this.#observeTransport(first, { ...about, isCut: false });
  }

  #isOurs(address: number): boolean {
    return this.#dark.contains(address) || this.#live?.contains(address) === true;
  }

  #refuse(): readonly Observation[] {
    this.#malformed++;
    return NONE;
  }

  #observeTransport(packet: Located, about: About): readonly Observation[] {
    const { bytes, end } = packet;
    const at = packet.start + packet.headerLength;
    const { timeSeconds, sensorSeconds, isCut, record, vlan, source, destination } = about;
    const protocol = bytes[packet.start + 9] ?? 0;
    const name = protocol === ipProtocol.tcp ? 'tcp' : protocol === ipProtocol.udp ? 'udp' : 'icmp';
    const isIcmp = protocol === ipProtocol.icmpv4;
    if (name === 'icmp' && !isIcmp) return NONE;
    if (end - at < (name === 'tcp' ? TCP_LENGTH_MIN : UDP_LENGTH)) return this.#refuse();
    const ends: FlowEnds = {
      protocol: name,
      source,
      destination,
      sourcePort: isIcmp ? 0 : readU16(bytes, at),
      destinationPort: isIcmp ? 0 : readU16(bytes, at + 2),
    };
    const arrival = { timeSeconds, sensorSeconds, isCut, ends, frame: frameEnds(record, vlan) };
    if (isIcmp) return this.#observeIcmp(bytes[at] ?? 0, arrival);
    if (name === 'udp') {
      const length = readU16(bytes, at + 4);
      if (length < UDP_LENGTH || (length > end - at && !isCut)) return this.#refuse();
      return this.#observeUdp(bytes.subarray(at + UDP_LENGTH, Math.min(at + length, end)), arrival);
    }
    const headerLength = ((bytes[at + 12] ?? 0) >>> 4) * 4;
    if (headerLength < TCP_LENGTH_MIN || at + headerLength > end) return this.#refuse();
    const segment: Segment = {
      flags: bytes[at + 13] ?? 0,
      sequenceNumber: readU32(bytes, at + 4),
      acknowledgmentNumber: readU32(bytes, at + 8),
      bytes,
      start: at + headerLength,
      end,
    };
    return this.#observeTcp(segment, arrival, readSynMarks(bytes, packet.start, at));
  }

  /** `marks`: those of a SYN. */
  #observeTcp(segment: Segment, arrival: Arrival, marks: number): readonly Observation[] {
    const { ends, frame } = arrival;
    const { flags, sequenceNumber } = segment;
    const own = this.#flows.begunBySource(ends);
    const isFirst = (flags & (SYN | ACK | RST)) === SYN;
    if (own !== undefined && this.#proof.isElsewhere(own, frame)) return NONE;
    // The same SYN again is no second contact.
    const isAgain = isFirst && own?.initialSequence === sequenceNumber;
    if (isAgain && this.#proof.isNearer(own, frame)) {
      this.#flows.begin(ends, firstPacket(arrival, sequenceNumber, marks));
      return NONE;
    }
    if (own?.judgment === null) this.#proof.observeInitiator(own, frame);
    if (isAgain) return NONE;
    if (isFirst) {
      // To the sensor it may be the same connection still, whose sequence number somebody has learnt.
      const doubt = own?.judgment === null ? own.doubt : null;
      const flow = this.#flows.begin(ends, firstPacket(arrival, sequenceNumber, marks));
      flow.doubt = doubt;
      if (!this.#dark.contains(ends.destination)) this.#liveAsked++;
      return this.#tell('contact', arrival, { marks });
    }
    if (own !== undefined) return this.#observeRest(own, segment, arrival);
    const isAnswer = (flags & RST) !== 0 || (flags & (SYN | ACK)) === (SYN | ACK);
    if (isAnswer) return this.#observeAnswer(segment, arrival);
    // Segments without ACK open nothing, yet ask: FIN, null and Xmas scans. With ACK they are the rest of something.
    if ((flags & ACK) === 0) return this.#tell('contact', arrival);
    return this.#observeAcknowledgment(arrival);
  }

  /**
   * A segment of the responder other than its SYN/ACK, which to a router goes without being looked up; or the middle of a
   * flow whose beginning the capture does not have.
   */
  #observeAcknowledgment(arrival: Arrival): readonly Observation[] {
    const flow = this.#flows.begunByDestination(arrival.ends);
    if (flow === undefined) return this.#tell('remainder', arrival);
    if (this.#proof.isAnswerElsewhere(flow, arrival.frame)) return NONE;
    if (flow.judgment === null && !this.#proof.isRouter(arrival.frame.destinationMac, arrival.frame.vlan))
      this.#proof.observeResponder(flow, arrival.frame);
    return NONE;
  }

  /** SYN/ACK or RST: backscatter, unless its destination began the flow. */
  #observeAnswer(
    { flags, sequenceNumber, acknowledgmentNumber }: Segment,
    arrival: Arrival,
  ): readonly Observation[] {
    const { source } = arrival.ends;
    const flow = this.#flows.begunByDestination(arrival.ends);
    if (flow === undefined) return this.#tell('backscatter', arrival);
    if (!this.#dark.contains(source)) this.#liveAnswered++;
    if ((flags & RST) !== 0 || acknowledgmentNumber !== seqAdd(flow.initialSequence, 1)) return NONE;
    const isCopy =
      flow.answerSequence === sequenceNumber && this.#proof.isAnswerElsewhere(flow, arrival.frame);
    if (isCopy) return NONE;
    this.#proof.observeAnswer(flow, arrival.frame, { responder: source, sequence: sequenceNumber });
    flow.answerSequence ??= sequenceNumber;
    if (flow.answerSequence !== sequenceNumber) flow.isContradictory = true;
    return NONE;
  }

  /** What the host that began the flow sends after its SYN: the third segment, then a payload. */
  #observeRest(flow: Flow, segment: Segment, arrival: Arrival): readonly Observation[] {
    const { flags, sequenceNumber, acknowledgmentNumber, bytes, start, end } = segment;
    if (flow.answerSequence === null || flow.isContradictory) return NONE;
    if ((flags & (SYN | RST | ACK)) !== ACK) return NONE;
    let told = NONE;
    if (flow.judgment === null) {
      // RFC 9293 §3.5: the third segment acknowledges the SYN of the second. A guess is right once in 2^32 times.
      const isThird =
        sequenceNumber === seqAdd(flow.initialSequence, 1) &&
        acknowledgmentNumber === seqAdd(flow.answerSequence, 1);
      if (!isThird) {
        flow.wrongGuesses++;
        if (flow.wrongGuesses > WRONG_GUESSES_MAX) flow.isContradictory = true;
        return NONE;
      }
      told = this.#complete(flow, arrival);
    }
    if (sequenceNumber !== seqAdd(flow.initialSequence, 1)) return told;
    if (start >= end || flow.hasPayload) return told;
    flow.hasPayload = true;
    return [...told, ...this.#tellPayload(flow, arrival, bytes.subarray(start, end))];
  }

  #complete(flow: Flow, arrival: Arrival): readonly Observation[] {
    const [handshake] = this.#tell('handshake', arrival, { marks: flow.marks });
    if (handshake === undefined) {
      flow.isContradictory = true;
      return NONE;
    }
    flow.judgment = this.#proof.judge(flow, handshake, arrival.frame);
    const { linkAddress, forgeable } = flow.judgment;
    return [{ ...handshake, linkAddress, forgeable }];
  }

  /** The payload proves as much as the handshake before it. */
  #tellPayload(flow: Flow, arrival: Arrival, payload: Uint8Array): readonly Observation[] {
    const [observation] = this.#tell('payload', arrival, { payload });
    if (observation === undefined || flow.judgment === null) return NONE;
    const { waiting } = flow.judgment;
    const { linkAddress, forgeable } = waiting?.proof ?? flow.judgment;
    const told = { ...observation, linkAddress, forgeable };
    if (waiting !== null && waiting.proof === null) waiting.payload = told;
    return [told];
  }

  #observeUdp(payload: Uint8Array, arrival: Arrival): readonly Observation[] {
    const { ends, timeSeconds } = arrival;
    if (this.#flows.begunByDestination(ends) !== undefined) return NONE;
    if (isAnswerShape(ends.sourcePort, ends.destinationPort)) return this.#tell('backscatter', arrival);
    const { own, isKnown } = this.#conversation(arrival);
    own.lastSeconds = timeSeconds;
    const told = isKnown ? NONE : this.#tell('contact', arrival);
    if (payload.length === 0 || own.hasPayload) return told;
    own.hasPayload = true;
    return [...told, ...this.#tell('payload', arrival, { payload })];
  }

  #observeIcmp(type: number, arrival: Arrival): readonly Observation[] {
    if (ICMP_QUESTIONS.has(type)) {
      const { own, isKnown } = this.#conversation(arrival);
      own.lastSeconds = arrival.timeSeconds;
      return isKnown ? NONE : this.#tell('contact', arrival);
    }
    return this.#flows.begunByDestination(arrival.ends) === undefined
      ? this.#tell('backscatter', arrival)
      : NONE;
  }

  /** The conversation without connection that the packet belongs to, or begins. */
  #conversation(arrival: Arrival): { readonly own: Flow; readonly isKnown: boolean } {
    const known = this.#flows.begunBySource(arrival.ends);
    const isKnown = known !== undefined && arrival.timeSeconds - known.lastSeconds < IDLE_SECONDS;
    return { own: isKnown ? known : this.#flows.begin(arrival.ends, firstPacket(arrival, 0, 0)), isKnown };
  }

  /** The observation, unless the sensor's own address sent the packet or a part of the payload is missing. */
  #tell(
    kind: ObservationKind,
    arrival: Arrival,
    more: { readonly payload?: Uint8Array; readonly marks?: number } = NOTHING_MORE,
  ): readonly Observation[] {
    const { timeSeconds, sensorSeconds, isCut } = arrival;
    const { protocol, source, destination, sourcePort, destinationPort } = arrival.ends;
    const { payload, marks = 0 } = more;
    if (this.#dark.contains(source) || (payload !== undefined && isCut)) return NONE;
    const isPlain = payload === undefined || protocol === 'icmp';
    return [
      {
        timeSeconds,
        ...(sensorSeconds === timeSeconds ? {} : { sensorSeconds }),
        kind,
        protocol,
        source,
        destination,
        sourcePort,
        destinationPort,
        payloadHash: payload === undefined ? null : hexadecimal(sha256(payload)),
        payloadLength: payload?.length ?? 0,
        dark: this.#dark.contains(destination),
        linkAddress: UNPROVEN.linkAddress,
        forgeable: UNPROVEN.forgeable,
        ...(marks === 0 ? {} : { marks }),
        ...(isPlain ? {} : greetingField(greetingOf(protocol, destinationPort, payload))),
      },
    ];
  }
}

/** What goes with an IPv4 packet on its way to its transport. */
interface About {
  readonly timeSeconds: number;
  readonly sensorSeconds: number;
  readonly isCut: boolean;
  readonly record: CaptureRecord;
  readonly vlan: number;
  readonly source: number;
  readonly destination: number;
}

const NOTHING_MORE = {};
const IPV4_LENGTH_MIN = 20;
const TCP_LENGTH_MIN = 20;
const UDP_LENGTH = 8;
/** More fragments, and the offset of this one. */
const FRAGMENT_BITS = 0x3fff;

function greetingField(greeting: string | null): Pick<Observation, 'greeting'> {
  return greeting === null ? {} : { greeting };
}

function firstPacket({ frame, timeSeconds }: Arrival, initialSequence: number, marks: number): FirstPacket {
  const { sourceMac, destinationMac, vlan } = frame;
  return {
    initialSequence,
    initiatorMac: sourceMac,
    responderMac: destinationMac,
    vlan,
    marks,
    lastSeconds: timeSeconds,
  };
}
