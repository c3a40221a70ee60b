/**
 * Observations from the packets of a capture. A handshake counts as completed only when the capture shows all three of
 * its segments and the third acknowledges the very sequence number of the second: whoever forges a source address does
 * not receive that number. Tunnelled packets are left alone, since their inner addresses are the sender's to choose.
 */
import { type AddressSet, hexadecimal, sha256 } from '@wormwood/base';
import {
  type CaptureRecord,
  dissect,
  type Icmpv4Repr,
  type Ipv4Repr,
  type Layer,
  seqAdd,
  tcpFlag,
  type TcpRepr,
  type UdpRepr,
} from '@wormwood/wire';
import type { Observation, ObservationKind } from '../observation.ts';
import { type FlowEnds, FlowTable } from './flow-table.ts';

export interface PacketObserverOptions {
  /** Addresses to which nothing should come. Nothing that they send is observed: they are the sensor's own. */
  readonly dark: AddressSet;
  /** Live addresses whose incoming and outgoing contacts are observed, too. @default none */
  readonly live?: AddressSet;
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
const { SYN, RST, ACK } = tcpFlag;

const ICMP_QUESTIONS: ReadonlySet<Icmpv4Repr['kind']> = new Set([
  'echoRequest',
  'timestampRequest',
  'addressMaskRequest',
  'informationRequest',
]);

/** One packet with its time and its ends. */
interface Arrival {
  readonly timeSeconds: number;
  readonly ends: FlowEnds;
  readonly sourceMac: number | null;
  readonly destinationMac: number | null;
  /** The capture kept only the beginning. */
  readonly isCut: boolean;
}

/** Takes the packets of one capture in their order. */
export class PacketObserver {
  readonly #dark: AddressSet;
  readonly #live: AddressSet | undefined;
  readonly #flows: FlowTable;
  #packets = 0;
  #malformed = 0;
  #ipv6 = 0;
  #elsewhere = 0;
  #observations = 0;

  constructor(options: PacketObserverOptions) {
    this.#dark = options.dark;
    this.#live = options.live;
    this.#flows = new FlowTable(options.flowsMax ?? FLOWS_MAX);
  }

  /** Returns what the packet says about its source, mostly nothing or one observation. */
  observe(record: CaptureRecord): readonly Observation[] {
    this.#packets++;
    const timeSeconds = record.seconds + record.nanoseconds / 1e9;
    const isCut = record.originalLength > record.bytes.length;
    const { layers, fault } = dissect({ bytes: record.bytes, linkType: record.linkType, isCut });
    const ethernet = layers[0]?.protocol === 'ethernet' ? layers[0].repr : null;
    const [network, transport] = ethernet === null ? layers : layers.slice(1);
    if (network?.protocol === 'ipv6') this.#ipv6++;
    else if (fault !== undefined && transport === undefined) this.#malformed++;
    else if (!(timeSeconds >= 0 && timeSeconds < TIME_END)) this.#malformed++;
    else if (network?.protocol !== 'ipv4') return NONE;
    else if (!this.#isWatched(network.repr)) this.#elsewhere++;
    else {
      const arrival = { timeSeconds, isCut, ...macsOf(ethernet) };
      const observations = this.#observeTransport(network.repr, transport, arrival);
      this.#observations += observations.length;
      return observations;
    }
    return NONE;
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

  #isWatched({ source, destination }: Ipv4Repr): boolean {
    return this.#isOurs(source) || this.#isOurs(destination);
  }

  #isOurs(address: number): boolean {
    return this.#dark.contains(address) || this.#live?.contains(address) === true;
  }

  #observeTransport(
    { source, destination }: Ipv4Repr,
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

  #observeTcp(segment: TcpRepr, arrival: Arrival): readonly Observation[] {
    const { ends, destinationMac: responderMac } = arrival;
    const { flags, sequenceNumber } = segment;
    const own = this.#flows.begunBySource(ends);
    if ((flags & (SYN | ACK | RST)) === SYN) {
      // The same SYN again is no second contact.
      if (own?.initialSequence === sequenceNumber) return NONE;
      this.#flows.begin(ends, { initialSequence: sequenceNumber, responderMac });
      return this.#tell('contact', arrival);
    }
    if (own !== undefined) return this.#observeRest(segment, arrival);
    const isAnswer = (flags & RST) !== 0 || (flags & (SYN | ACK)) === (SYN | ACK);
    if (isAnswer) return this.#observeAnswer(segment, arrival);
    // Segments without ACK open nothing, yet ask: FIN, null and Xmas scans. With ACK they are the rest of something.
    return (flags & ACK) === 0 ? this.#tell('contact', arrival) : NONE;
  }

  /** SYN/ACK or RST: backscatter, unless its destination began the flow. */
  #observeAnswer(
    { flags, sequenceNumber, acknowledgmentNumber }: TcpRepr,
    arrival: Arrival,
  ): readonly Observation[] {
    const flow = this.#flows.begunByDestination(arrival.ends);
    if (flow === undefined) return this.#tell('backscatter', arrival);
    if ((flags & RST) !== 0 || acknowledgmentNumber !== seqAdd(flow.initialSequence, 1)) return NONE;
    // An answer must come from the machine to which the SYN went, not from the one that sent a forged SYN.
    if (flow.responderMac !== arrival.sourceMac) flow.isContradictory = true;
    flow.answerSequence ??= sequenceNumber;
    if (flow.answerSequence !== sequenceNumber) flow.isContradictory = true;
    return NONE;
  }

  /** What the host that began the flow sends after its SYN: the third segment, then a payload. */
  #observeRest(segment: TcpRepr, arrival: Arrival): readonly Observation[] {
    const flow = this.#flows.begunBySource(arrival.ends);
    const { flags, sequenceNumber, acknowledgmentNumber, payload } = segment;
    if (flow === undefined || flow.answerSequence === null || flow.isContradictory) return NONE;
    if ((flags & (SYN | RST | ACK)) !== ACK) return NONE;
    if (sequenceNumber !== seqAdd(flow.initialSequence, 1)) return NONE;
    const told: Observation[] = [];
    if (!flow.isComplete) {
      // RFC 9293 §3.5: the third segment acknowledges the SYN of the second. A guess is right once in 2^32 times.
      if (acknowledgmentNumber !== seqAdd(flow.answerSequence, 1)) return NONE;
      flow.isComplete = true;
      told.push(...this.#tell('handshake', arrival));
    }
    if (payload.length === 0 || flow.hasPayload) return told;
    flow.hasPayload = true;
    return [...told, ...this.#tell('payload', arrival, payload)];
  }

  #observeUdp({ payload }: UdpRepr, arrival: Arrival): readonly Observation[] {
    const { ends, destinationMac: responderMac } = arrival;
    if (this.#flows.begunByDestination(ends) !== undefined) return NONE;
    const own = this.#flows.begunBySource(ends);
    const flow = own ?? this.#flows.begin(ends, { initialSequence: 0, responderMac });
    const told = own === undefined ? this.#tell('contact', arrival) : NONE;
    if (payload.length === 0 || flow.hasPayload) return told;
    flow.hasPayload = true;
    return [...told, ...this.#tell('payload', arrival, payload)];
  }

  #observeIcmp({ kind }: Icmpv4Repr, arrival: Arrival): readonly Observation[] {
    const { ends, destinationMac: responderMac } = arrival;
    if (ICMP_QUESTIONS.has(kind)) {
      if (this.#flows.begunBySource(ends) !== undefined) return NONE;
      this.#flows.begin(ends, { initialSequence: 0, responderMac });
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
        linkAddress: null,
        forgeable: null,
      },
    ];
  }
}

function macsOf(
  ethernet: { readonly source: number; readonly destination: number } | null,
): Pick<Arrival, 'sourceMac' | 'destinationMac'> {
  return { sourceMac: ethernet?.source ?? null, destinationMac: ethernet?.destination ?? null };
}
