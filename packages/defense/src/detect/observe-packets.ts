/**
 * Observations from the packets of a capture. A handshake counts as completed only when the capture shows all three of
 * its segments and the third acknowledges the very sequence number of the second: whoever forges a source address does
 * not receive that number. What it proves is for `handshake-proof.ts` to say. Tunnelled packets are left alone, since
 * their inner addresses are the sender's to choose.
 */
import { type AddressSet, hexadecimal, sha256 } from '@wormwood/base';
import {
  type CaptureRecord,
  dissect,
  type ethernet,
  type icmpv4,
  type ipv4,
  type Layer,
  seqAdd,
  tcp,
  type udp,
} from '@wormwood/wire';
import type { Observation, ObservationKind } from '../observation.ts';
import type { CaptureSensor } from './capture-sensor.ts';
import { type FirstPacket, type Flow, type FlowEnds, FlowTable } from './flow-table.ts';
import { directionOf, type FrameEnds, HandshakeProof, vlanOf } from './handshake-proof.ts';
import type { Proof } from './link-owners.ts';

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

const ICMP_QUESTIONS: ReadonlySet<icmpv4.Repr['kind']> = new Set([
  'echoRequest',
  'timestampRequest',
  'addressMaskRequest',
  'informationRequest',
]);

/** One packet with its time and its ends. */
interface Arrival extends FrameEnds {
  readonly timeSeconds: number;
  readonly ends: FlowEnds;
  /** The capture kept only the beginning. */
  readonly isCut: boolean;
}

/** Takes the packets of one capture in their order. */
export class PacketObserver {
  readonly #dark: AddressSet;
  readonly #live: AddressSet | undefined;
  readonly #flows: FlowTable;
  readonly #proof: HandshakeProof;
  #packets = 0;
  #malformed = 0;
  #ipv6 = 0;
  #elsewhere = 0;
  #observations = 0;

  constructor(options: PacketObserverOptions) {
    this.#dark = options.dark;
    this.#live = options.live;
    this.#flows = new FlowTable(options.flowsMax ?? FLOWS_MAX);
    this.#proof = new HandshakeProof(options.sensor ?? NO_SENSOR);
  }

  /** Returns what the packet says about its source, and what earlier handshakes prove now: mostly nothing. */
  observe(record: CaptureRecord): readonly Observation[] {
    this.#packets++;
    const timeSeconds = record.seconds + record.nanoseconds / 1e9;
    if (!(timeSeconds >= 0 && timeSeconds < TIME_END)) {
      this.#malformed++;
      return NONE;
    }
    this.#proof.enterSection(record.sectionOptions);
    const settled = this.#proof.advance(timeSeconds);
    const observed = this.#observePacket(record, timeSeconds);
    const observations = settled.length === 0 ? observed : [...settled, ...observed];
    this.#observations += observations.length;
    return observations;
  }

  #observePacket(record: CaptureRecord, timeSeconds: number): readonly Observation[] {
    const isCut = record.originalLength > record.bytes.length;
    const { layers, fault } = dissect({ bytes: record.bytes, linkType: record.linkType, isCut });
    const frame = layers[0]?.protocol === 'ethernet' ? layers[0].repr : null;
    const network = layers[frame === null ? 0 : 1];
    const transport = layers[frame === null ? 1 : 2];
    if (network?.protocol === 'ipv6') this.#ipv6++;
    else if (fault !== undefined && transport === undefined) this.#malformed++;
    else if (network?.protocol === 'arp') this.#proof.observeArp(network.repr, frameEnds(frame, record));
    else if (network?.protocol !== 'ipv4') return NONE;
    else if (!this.#isWatched(network.repr)) this.#elsewhere++;
    else {
      const arrival = { timeSeconds, isCut, ...frameEnds(frame, record) };
      return this.#observeTransport(network.repr, transport, arrival);
    }
    return NONE;
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
    };
  }

  #isWatched({ source, destination }: ipv4.Repr): boolean {
    return this.#isOurs(source) || this.#isOurs(destination);
  }

  #isOurs(address: number): boolean {
    return this.#dark.contains(address) || this.#live?.contains(address) === true;
  }

  #observeTransport(
    { source, destination }: ipv4.Repr,
    transport: Layer | undefined,
    partial: Omit<Arrival, 'ends'>,
  ): readonly Observation[] {
    switch (transport?.protocol) {
      case 'tcp': {
        const { sourcePort, destinationPort } = transport.repr;
        const ends: FlowEnds = { protocol: 'tcp', source, destination, sourcePort, destinationPort };
        return this.#observeTcp(transport.repr, { ...partial, ends });
      }
      case 'udp': {
        const { sourcePort, destinationPort } = transport.repr;
        const ends: FlowEnds = { protocol: 'udp', source, destination, sourcePort, destinationPort };
        return this.#observeUdp(transport.repr, { ...partial, ends });
      }
      case 'icmpv4': {
        const ends: FlowEnds = { protocol: 'icmp', source, destination, sourcePort: 0, destinationPort: 0 };
        return this.#observeIcmp(transport.repr, { ...partial, ends });
      }
      default:
        return NONE;
    }
  }

  #observeTcp(segment: tcp.Repr, arrival: Arrival): readonly Observation[] {
    const { ends } = arrival;
    const { flags, sequenceNumber } = segment;
    const own = this.#flows.begunBySource(ends);
    if (own?.judgment === null) this.#proof.observeInitiator(own, arrival);
    if ((flags & (SYN | ACK | RST)) === SYN) {
      // The same SYN again is no second contact.
      if (own?.initialSequence === sequenceNumber) return NONE;
      const flow = this.#flows.begin(ends, firstPacket(arrival, sequenceNumber));
      // To the sensor it may be the same connection still, whose sequence number somebody has learnt.
      if (own?.judgment === null) flow.doubt = own.doubt;
      return this.#tell('contact', arrival);
    }
    if (own !== undefined) return this.#observeRest(own, segment, arrival);
    const isAnswer = (flags & RST) !== 0 || (flags & (SYN | ACK)) === (SYN | ACK);
    if (isAnswer) return this.#observeAnswer(segment, arrival);
    // Segments without ACK open nothing, yet ask: FIN, null and Xmas scans. With ACK they are the rest of something.
    if ((flags & ACK) === 0) return this.#tell('contact', arrival);
    this.#observeAcknowledgment(arrival);
    return NONE;
  }

  /** A segment of the responder other than its SYN/ACK; to a router it goes without being looked up. */
  #observeAcknowledgment(arrival: Arrival): void {
    if (this.#proof.isRouter(arrival.destinationMac, arrival.vlan)) return;
    const flow = this.#flows.begunByDestination(arrival.ends);
    if (flow?.judgment === null) this.#proof.observeResponder(flow, arrival);
  }

  /** SYN/ACK or RST: backscatter, unless its destination began the flow. */
  #observeAnswer(
    { flags, sequenceNumber, acknowledgmentNumber }: tcp.Repr,
    arrival: Arrival,
  ): readonly Observation[] {
    const flow = this.#flows.begunByDestination(arrival.ends);
    if (flow === undefined) return this.#tell('backscatter', arrival);
    if ((flags & RST) !== 0 || acknowledgmentNumber !== seqAdd(flow.initialSequence, 1)) return NONE;
    this.#proof.observeAnswer(flow, arrival, { responder: arrival.ends.source, sequence: sequenceNumber });
    flow.answerSequence ??= sequenceNumber;
    if (flow.answerSequence !== sequenceNumber) flow.isContradictory = true;
    return NONE;
  }

  /** What the host that began the flow sends after its SYN: the third segment, then a payload. */
  #observeRest(flow: Flow, segment: tcp.Repr, arrival: Arrival): readonly Observation[] {
    const { flags, sequenceNumber, acknowledgmentNumber, payload } = segment;
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
    if (payload.length === 0 || flow.hasPayload) return told;
    flow.hasPayload = true;
    return [...told, ...this.#tellPayload(flow, arrival, payload)];
  }

  #complete(flow: Flow, arrival: Arrival): readonly Observation[] {
    const [handshake] = this.#tell('handshake', arrival);
    if (handshake === undefined) {
      flow.isContradictory = true;
      return NONE;
    }
    flow.judgment = this.#proof.judge(flow, handshake, arrival);
    const { linkAddress, forgeable } = flow.judgment;
    return [{ ...handshake, linkAddress, forgeable }];
  }

  /** The payload proves as much as the handshake before it. */
  #tellPayload(flow: Flow, arrival: Arrival, payload: Uint8Array): readonly Observation[] {
    const [observation] = this.#tell('payload', arrival, payload);
    if (observation === undefined || flow.judgment === null) return NONE;
    const { waiting } = flow.judgment;
    const { linkAddress, forgeable } = waiting?.proof ?? flow.judgment;
    const told = { ...observation, linkAddress, forgeable };
    if (waiting !== null && waiting.proof === null) waiting.payload = told;
    return [told];
  }

  #observeUdp({ payload }: udp.Repr, arrival: Arrival): readonly Observation[] {
    const { ends } = arrival;
    if (this.#flows.begunByDestination(ends) !== undefined) return NONE;
    const own = this.#flows.begunBySource(ends);
    const flow = own ?? this.#flows.begin(ends, firstPacket(arrival, 0));
    const told = own === undefined ? this.#tell('contact', arrival) : NONE;
    if (payload.length === 0 || flow.hasPayload) return told;
    flow.hasPayload = true;
    return [...told, ...this.#tell('payload', arrival, payload)];
  }

  #observeIcmp({ kind }: icmpv4.Repr, arrival: Arrival): readonly Observation[] {
    const { ends } = arrival;
    if (ICMP_QUESTIONS.has(kind)) {
      if (this.#flows.begunBySource(ends) !== undefined) return NONE;
      this.#flows.begin(ends, firstPacket(arrival, 0));
      return this.#tell('contact', arrival);
    }
    return this.#flows.begunByDestination(ends) === undefined ? this.#tell('backscatter', arrival) : NONE;
  }

  /** The observation, unless the sensor's own address sent the packet or a part of the payload is missing. */
  #tell(kind: ObservationKind, arrival: Arrival, payload?: Uint8Array): readonly Observation[] {
    const { ends, timeSeconds, isCut } = arrival;
    if (this.#dark.contains(ends.source) || (payload !== undefined && isCut)) return NONE;
    const payloadHash = payload === undefined ? null : hexadecimal(sha256(payload));
    const dark = this.#dark.contains(ends.destination);
    return [
      {
        timeSeconds,
        kind,
        ...ends,
        payloadHash,
        payloadLength: payload?.length ?? 0,
        dark,
        ...UNPROVEN,
      },
    ];
  }
}

function frameEnds(frame: ethernet.Repr | null, { options }: CaptureRecord): FrameEnds {
  if (frame === null) return { sourceMac: null, destinationMac: null, vlan: 0, direction: 'unknown' };
  const { source: sourceMac, destination: destinationMac, tags } = frame;
  return { sourceMac, destinationMac, vlan: vlanOf(tags), direction: directionOf(options) };
}

function firstPacket({ sourceMac, destinationMac, vlan }: Arrival, initialSequence: number): FirstPacket {
  return { initialSequence, initiatorMac: sourceMac, responderMac: destinationMac, vlan };
}
