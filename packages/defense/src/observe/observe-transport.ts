/**
 * Observations from the segments, datagrams and messages of ICMP in a capture, of either protocol below them: what begins a
 * flow, what answers one, and which handshakes are completed.
 */
import { hexadecimal, sha256 } from '@wormwood/base';
import {
  type CaptureRecord,
  icmpv4,
  icmpv6,
  type IpAddress,
  ipProtocol,
  readSynMarks,
  readU16,
  readU32,
  seqAdd,
  tcp,
} from '@wormwood/wire';
import type { Observation, ObservationKind } from '../observation.ts';
import { AddressWords } from './address-words.ts';
import { isAnswerShape } from './answer-shape.ts';
import { type FirstPacket, type Flow, type FlowEnds, FlowTable } from './flow-table.ts';
import { greetingOf } from './greeting.ts';
import type { FrameEnds, HandshakeProof } from './handshake-proof.ts';
import { isOfLink } from './ipv6-packet.ts';
import { frameEnds } from './link-frame.ts';
import type { Proof } from './link-owners.ts';
import type { WatchedAddresses } from './watched-addresses.ts';

export interface TransportComponents {
  readonly watched: WatchedAddresses;
  readonly proof: HandshakeProof;
  readonly flowsMax: number;
  readonly key: number;
}

/** Where an IP packet lies, and what it carries. */
interface Located {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly transportStart: number;
  readonly end: number;
  /** An `ipProtocol`. */
  readonly protocol: number;
}

/** What goes with an IP packet on its way to its transport. */
interface About {
  readonly timeSeconds: number;
  readonly sensorSeconds: number;
  readonly isCut: boolean;
  readonly record: CaptureRecord;
  readonly vlan: number;
  readonly source: IpAddress;
  readonly destination: IpAddress;
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

/** One packet with its time and its ends. */
interface Arrival {
  readonly timeSeconds: number;
  readonly sensorSeconds: number;
  readonly frame: FrameEnds;
  readonly source: IpAddress;
  readonly destination: IpAddress;
  /** The same with addresses as words, and the flows between such. */
  readonly ends: FlowEnds;
  readonly flows: FlowTable;
  /** The capture kept only the beginning. */
  readonly isCut: boolean;
}

const NONE: readonly Observation[] = [];
const NOTHING_MORE = {};
/** Contacts, and handshakes whose proof is not known yet. */
const UNPROVEN: Proof = { linkAddress: null, forgeable: null };
/** RFC 5961 limits what a stranger may guess at; whoever is right after this many wrong third segments guessed. */
const WRONG_GUESSES_MAX = 8;
const { SYN, RST, ACK } = tcp.flag;
const TCP_LENGTH_MIN = 20;
const UDP_LENGTH = 8;
/** As the sensor has it: a conversation without connections is over after a minute of silence. */
const IDLE_SECONDS = 60;

const ICMP_QUESTIONS: ReadonlySet<number> = new Set([
  icmpv4.messageType.echoRequest,
  icmpv4.messageType.timestampRequest,
  icmpv4.messageType.addressMaskRequest,
  icmpv4.messageType.informationRequest,
]);

export class TransportObserver {
  readonly #components: TransportComponents;
  readonly #watched: WatchedAddresses;
  readonly #proof: HandshakeProof;
  readonly #flows: FlowTable;
  /** Those of IPv6, and their addresses; made when the first such packet comes. */
  #ipv6Flows: FlowTable | null = null;
  readonly #words: AddressWords;
  /** Packets without a whole transport header. */
  malformed = 0;
  /** SYNs to live addresses, and answers from there. */
  liveAsked = 0;
  liveAnswered = 0;

  constructor(components: TransportComponents) {
    const { watched, proof, flowsMax, key } = components;
    this.#components = components;
    this.#watched = watched;
    this.#proof = proof;
    this.#flows = new FlowTable(flowsMax, key);
    this.#words = new AddressWords(2 * flowsMax);
  }

  /** Takes the next packet, put together where it came in fragments. */
  observe(packet: Located, about: About): readonly Observation[] {
    const { bytes, end, transportStart: at, protocol } = packet;
    const { timeSeconds, sensorSeconds, isCut, record, vlan, source, destination } = about;
    const isIpv4 = typeof source === 'number';
    const name = protocol === ipProtocol.tcp ? 'tcp' : protocol === ipProtocol.udp ? 'udp' : 'icmp';
    const isIcmp = protocol === (isIpv4 ? ipProtocol.icmpv4 : ipProtocol.icmpv6);
    if (name === 'icmp' && !isIcmp) return NONE;
    if (end - at < (name === 'tcp' ? TCP_LENGTH_MIN : UDP_LENGTH)) return this.#refuse();
    const ends: FlowEnds = {
      protocol: name,
      source: this.#wordOf(source),
      destination: this.#wordOf(destination),
      sourcePort: isIcmp ? 0 : readU16(bytes, at),
      destinationPort: isIcmp ? 0 : readU16(bytes, at + 2),
    };
    const flows = isIpv4 ? this.#flows : this.#flowsOfIpv6();
    const frame = frameEnds(record, vlan);
    const arrival = { timeSeconds, sensorSeconds, isCut, source, destination, ends, flows, frame };
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
    // The marks of tools are in fields that IPv6 has not.
    return this.#observeTcp(segment, arrival, isIpv4 ? readSynMarks(bytes, packet.start, at) : 0);
  }

  #wordOf(address: IpAddress): number {
    return typeof address === 'number' ? address : this.#words.wordOf(address);
  }

  #flowsOfIpv6(): FlowTable {
    const { flowsMax, key } = this.#components;
    return (this.#ipv6Flows ??= new FlowTable(flowsMax, key));
  }

  #refuse(): readonly Observation[] {
    this.malformed++;
    return NONE;
  }

  /** `marks`: those of a SYN. */
  #observeTcp(segment: Segment, arrival: Arrival, marks: number): readonly Observation[] {
    const { ends, flows, frame } = arrival;
    const { flags, sequenceNumber } = segment;
    const own = flows.begunBySource(ends);
    const isFirst = (flags & (SYN | ACK | RST)) === SYN;
    if (own !== undefined && this.#proof.isElsewhere(own, frame)) return NONE;
    // The same SYN again is not a second contact.
    const isAgain = isFirst && own?.initialSequence === sequenceNumber;
    if (isAgain && this.#proof.isNearer(own, frame)) {
      flows.begin(ends, firstPacket(arrival, sequenceNumber, marks));
      return NONE;
    }
    if (own?.judgment === null) this.#proof.observeInitiator(own, frame);
    if (isAgain) return NONE;
    if (isFirst) {
      // To the sensor it may be the same connection still, whose sequence number somebody has learnt.
      const doubt = own?.judgment === null ? own.doubt : null;
      const flow = flows.begin(ends, firstPacket(arrival, sequenceNumber, marks));
      flow.doubt = doubt;
      if (!this.#watched.isDark(arrival.destination)) this.liveAsked++;
      return this.#observation('contact', arrival, { marks });
    }
    if (own !== undefined) return this.#observeRest(own, segment, arrival);
    const isAnswer = (flags & RST) !== 0 || (flags & (SYN | ACK)) === (SYN | ACK);
    if (isAnswer) return this.#observeAnswer(segment, arrival);
    // Segments without ACK open nothing, yet ask: FIN, null and Xmas scans. With ACK they are the rest of something.
    if ((flags & ACK) === 0) return this.#observation('contact', arrival);
    return this.#observeAcknowledgment(arrival);
  }

  /**
   * A segment of the responder other than its SYN/ACK, which to a router goes without being looked up; or the middle of a
   * flow whose beginning the capture does not have.
   */
  #observeAcknowledgment(arrival: Arrival): readonly Observation[] {
    const flow = arrival.flows.begunByDestination(arrival.ends);
    if (flow === undefined) return this.#observation('remainder', arrival);
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
    const { source } = arrival;
    const flow = arrival.flows.begunByDestination(arrival.ends);
    if (flow === undefined) return this.#observation('backscatter', arrival);
    if (!this.#watched.isDark(source)) this.liveAnswered++;
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
    let found = NONE;
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
      found = this.#complete(flow, arrival);
    }
    if (sequenceNumber !== seqAdd(flow.initialSequence, 1)) return found;
    if (start >= end || flow.hasPayload) return found;
    flow.hasPayload = true;
    return [...found, ...this.#observePayload(flow, arrival, bytes.subarray(start, end))];
  }

  #complete(flow: Flow, arrival: Arrival): readonly Observation[] {
    const [handshake] = this.#observation('handshake', arrival, { marks: flow.marks });
    if (handshake === undefined) {
      flow.isContradictory = true;
      return NONE;
    }
    flow.judgment = this.#proof.judge(flow, handshake, arrival.frame);
    const { linkAddress, forgeable } = flow.judgment;
    return [{ ...handshake, linkAddress, forgeable }];
  }

  /** The payload proves as much as the handshake before it. */
  #observePayload(flow: Flow, arrival: Arrival, payload: Uint8Array): readonly Observation[] {
    const [observation] = this.#observation('payload', arrival, { payload });
    if (observation === undefined || flow.judgment === null) return NONE;
    const { waiting } = flow.judgment;
    const { linkAddress, forgeable } = waiting?.proof ?? flow.judgment;
    const found = { ...observation, linkAddress, forgeable };
    if (waiting !== null && waiting.proof === null) waiting.payload = found;
    return [found];
  }

  #observeUdp(payload: Uint8Array, arrival: Arrival): readonly Observation[] {
    const { ends, flows, timeSeconds } = arrival;
    if (flows.begunByDestination(ends) !== undefined) return NONE;
    if (isAnswerShape(ends.sourcePort, ends.destinationPort))
      return this.#observation('backscatter', arrival);
    const { own, isKnown } = this.#conversation(arrival);
    own.lastSeconds = timeSeconds;
    const found = isKnown ? NONE : this.#observation('contact', arrival);
    if (payload.length === 0 || own.hasPayload) return found;
    own.hasPayload = true;
    return [...found, ...this.#observation('payload', arrival, { payload })];
  }

  #observeIcmp(type: number, arrival: Arrival): readonly Observation[] {
    const isIpv4 = typeof arrival.source === 'number';
    if (!isIpv4 && isOfLink(type)) return NONE;
    if (isIpv4 ? ICMP_QUESTIONS.has(type) : type === icmpv6.messageType.echoRequest) {
      const { own, isKnown } = this.#conversation(arrival);
      own.lastSeconds = arrival.timeSeconds;
      return isKnown ? NONE : this.#observation('contact', arrival);
    }
    return arrival.flows.begunByDestination(arrival.ends) === undefined
      ? this.#observation('backscatter', arrival)
      : NONE;
  }

  /** The conversation without connection that the packet belongs to, or begins. */
  #conversation(arrival: Arrival): { readonly own: Flow; readonly isKnown: boolean } {
    const { ends, flows, timeSeconds } = arrival;
    const known = flows.begunBySource(ends);
    const isKnown = known !== undefined && timeSeconds - known.lastSeconds < IDLE_SECONDS;
    return { own: isKnown ? known : flows.begin(ends, firstPacket(arrival, 0, 0)), isKnown };
  }

  /** The observation, unless the sensor's own address sent the packet or a part of the payload is missing. */
  #observation(
    kind: ObservationKind,
    arrival: Arrival,
    more: { readonly payload?: Uint8Array; readonly marks?: number } = NOTHING_MORE,
  ): readonly Observation[] {
    const { timeSeconds, sensorSeconds, isCut, source, destination } = arrival;
    const { protocol, sourcePort, destinationPort } = arrival.ends;
    const { payload, marks = 0 } = more;
    if (this.#watched.isDark(source) || (payload !== undefined && isCut)) return NONE;
    // Of the millions of packets most are this; the same without the fields that hold nothing.
    if (payload === undefined && marks === 0 && sensorSeconds === timeSeconds)
      return [
        {
          timeSeconds,
          kind,
          protocol,
          source,
          destination,
          sourcePort,
          destinationPort,
          payloadHash: null,
          payloadLength: 0,
          dark: this.#watched.isDark(destination),
          linkAddress: UNPROVEN.linkAddress,
          forgeable: UNPROVEN.forgeable,
        },
      ];
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
        dark: this.#watched.isDark(destination),
        linkAddress: UNPROVEN.linkAddress,
        forgeable: UNPROVEN.forgeable,
        ...(marks === 0 ? {} : { marks }),
        ...(isPlain ? {} : greetingField(greetingOf(protocol, destinationPort, payload))),
      },
    ];
  }
}

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
