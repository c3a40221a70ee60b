/**
 * The lab's hosts, all behind one link device. A host listens on one port for one inert text; the receiver of the callback
 * decides what its arrival means. The hosts implement just enough TCP for evidence that cannot be forged: SYN, SYN/ACK, ACK
 * with the marker, RST. No state is kept for a connection; as with SYN cookies (RFC 4987 3.6), the initial sequence numbers
 * are a keyed hash of the flow, so that a reply is recognized by its acknowledgment number.
 */
import { assert, type RandomStream } from '@wormwood/base';
import type { LinkDevice, ReceivedFrame } from '@wormwood/netstack';
import {
  ethernet,
  etherType,
  hashFlow,
  ipProtocol,
  ipv4,
  pseudoHeaderSum,
  readPseudoHeaderSumIpv4,
  readU16,
  readU32,
  readU8,
  seqAdd,
  tcp,
  writeMac,
  writeU16,
  writeU32,
  writeU8,
} from '@wormwood/wire';

/** Sent in place of a worm: a text that no program acts on. */
export const LAB_MARKER = 'WORMWOOD-LAB-MARKER';

export interface MarkerHostsComponents {
  readonly device: LinkDevice;
  /** Index of the host with this address, or -1. */
  hostAt(address: number): number;
  readonly port: number;
  /** For the secret of the sequence numbers and for source ports. */
  readonly stream: RandomStream;
  /** The marker has reached the host of this index; `source` is the address that it came from. */
  received(host: number, source: number): void;
  /** Ethernet addresses of the hosts' side and of the router; needed on a device with Ethernet. */
  readonly link?: { readonly own: number; readonly router: number };
}

export interface MarkerHostsCounts {
  /** Frames sent and taken. */
  readonly sent: number;
  readonly received: number;
  /** Markers handed to the far side of an open connection, and markers that arrived here. */
  readonly markersSent: number;
  readonly markersReceived: number;
  /** Frames dropped because the device's queue was full. */
  readonly dropped: number;
}

interface Segment {
  readonly source: number;
  readonly destination: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly flags: number;
  readonly sequenceNumber: number;
  readonly acknowledgmentNumber: number;
  readonly payload: Uint8Array;
}

const MARKER = Uint8Array.from(LAB_MARKER, (character) => character.codePointAt(0) ?? 0);
const NO_PAYLOAD = new Uint8Array(0);
const EPHEMERAL_FIRST = 32_768;
const EPHEMERAL_COUNT = 28_232;
const WINDOW = 65_535;
const HEADERS_LENGTH = ipv4.HEADER_LENGTH + tcp.HEADER_LENGTH;
const { SYN, ACK, RST, PSH } = tcp.flag;

export class MarkerHosts {
  readonly #components: MarkerHostsComponents;
  readonly #secret: number;
  readonly #linkLength: number;
  #sent = 0;
  #received = 0;
  #markersSent = 0;
  #markersReceived = 0;
  #dropped = 0;

  constructor(components: MarkerHostsComponents) {
    const isEthernet = components.device.medium === 'ethernet';
    assert(!isEthernet || components.link !== undefined, 'hosts on Ethernet have Ethernet addresses');
    this.#components = components;
    this.#secret = components.stream.nextUint32();
    this.#linkLength = isEthernet ? ethernet.HEADER_LENGTH : 0;
  }

  /** Sends the SYN of a probe; `work` handles the reply, if there is one. */
  probe(source: number, destination: number): void {
    const sourcePort = EPHEMERAL_FIRST + this.#components.stream.nextBelow(EPHEMERAL_COUNT);
    const destinationPort = this.#components.port;
    this.#send({
      source,
      destination,
      sourcePort,
      destinationPort,
      flags: SYN,
      sequenceNumber: this.#initialSequence({ source, destination, sourcePort, destinationPort }),
      acknowledgmentNumber: 0,
      payload: NO_PAYLOAD,
    });
  }

  /** Takes at most `budget` waiting frames and answers them; returns how many there were. */
  work(budget: number): number {
    const frames = this.#components.device.receive(this.#receiveFrame, budget);
    this.#components.device.flush();
    return frames;
  }

  counts(): MarkerHostsCounts {
    return {
      sent: this.#sent,
      received: this.#received,
      markersSent: this.#markersSent,
      markersReceived: this.#markersReceived,
      dropped: this.#dropped,
    };
  }

  readonly #receiveFrame = ({ bytes, start, end }: ReceivedFrame): void => {
    let ipStart = start;
    if (this.#linkLength > 0) {
      if (ethernet.check(bytes, start, end) !== undefined) return;
      ipStart = start + ethernet.readHeaderLength(bytes, start);
      if (readU16(bytes, ipStart - 2) !== etherType.ipv4) return;
    }
    if (ipv4.check(bytes, ipStart, end) !== undefined || !ipv4.verifyChecksum(bytes, ipStart)) return;
    if (readU8(bytes, ipStart + ipv4.field.protocol) !== ipProtocol.tcp) return;
    const destination = readU32(bytes, ipStart + ipv4.field.destination);
    const host = this.#components.hostAt(destination);
    if (host < 0) return;
    const tcpStart = ipStart + ipv4.readHeaderLength(bytes, ipStart);
    const tcpEnd = ipStart + readU16(bytes, ipStart + ipv4.field.totalLength);
    if (tcp.check(bytes, tcpStart, tcpEnd) !== undefined) return;
    const sum = readPseudoHeaderSumIpv4(bytes, ipStart);
    if (!tcp.verifyChecksum(bytes, tcpStart, tcpEnd, sum)) return;
    this.#received++;
    this.#receiveSegment(host, {
      source: readU32(bytes, ipStart + ipv4.field.source),
      destination,
      sourcePort: readU16(bytes, tcpStart + tcp.field.sourcePort),
      destinationPort: readU16(bytes, tcpStart + tcp.field.destinationPort),
      flags: readU8(bytes, tcpStart + tcp.field.flags),
      sequenceNumber: readU32(bytes, tcpStart + tcp.field.sequenceNumber),
      acknowledgmentNumber: readU32(bytes, tcpStart + tcp.field.acknowledgmentNumber),
      payload: bytes.subarray(tcpStart + tcp.readHeaderLength(bytes, tcpStart), tcpEnd),
    });
  };

  #receiveSegment(host: number, segment: Segment): void {
    const { flags, acknowledgmentNumber } = segment;
    const own = endsOfAnswer(segment);
    if ((flags & RST) !== 0) return;
    const expected = seqAdd(this.#initialSequence(own), 1);
    if (segment.sourcePort === this.#components.port && (flags & (SYN | ACK)) === (SYN | ACK)) {
      if (acknowledgmentNumber === expected) this.#deliver(own, segment);
    } else if (segment.destinationPort !== this.#components.port) return;
    else if ((flags & (SYN | ACK)) === SYN) this.#accept(own, segment);
    else if (acknowledgmentNumber === expected && isMarker(segment.payload)) {
      this.#markersReceived++;
      this.#components.received(host, segment.source);
    }
  }

  /** The probed port is open: completes the handshake with the marker and ends the connection. */
  #deliver(own: Ends, { sequenceNumber, acknowledgmentNumber }: Segment): void {
    const next = { sequenceNumber: acknowledgmentNumber, acknowledgmentNumber: seqAdd(sequenceNumber, 1) };
    this.#markersSent++;
    this.#send({ ...own, ...next, flags: ACK | PSH, payload: MARKER });
    const end = seqAdd(acknowledgmentNumber, MARKER.length);
    this.#send({ ...own, ...next, sequenceNumber: end, flags: RST | ACK, payload: NO_PAYLOAD });
  }

  #accept(own: Ends, { sequenceNumber }: Segment): void {
    this.#send({
      ...own,
      flags: SYN | ACK,
      sequenceNumber: this.#initialSequence(own),
      acknowledgmentNumber: seqAdd(sequenceNumber, 1),
      payload: NO_PAYLOAD,
    });
  }

  #send(segment: Segment): void {
    const { device, link } = this.#components;
    const start = reserveOrFlush(device);
    if (start < 0) {
      this.#dropped++;
      return;
    }
    const out = device.transmitBuffer;
    if (link !== undefined && this.#linkLength > 0) {
      writeMac(out, start, link.router);
      writeMac(out, start + ethernet.field.source, link.own);
      writeU16(out, start + ethernet.field.etherType, etherType.ipv4);
    }
    writePacket(segment, out, start + this.#linkLength);
    device.commit(this.#linkLength + HEADERS_LENGTH + segment.payload.length);
    this.#sent++;
  }

  #initialSequence({ source, destination, sourcePort, destinationPort }: Ends): number {
    return hashFlow(this.#secret, source, destination, (sourcePort << 16) | destinationPort);
  }
}

type Ends = Pick<Segment, 'source' | 'destination' | 'sourcePort' | 'destinationPort'>;

function endsOfAnswer({ source, destination, sourcePort, destinationPort }: Ends): Ends {
  return {
    source: destination,
    destination: source,
    sourcePort: destinationPort,
    destinationPort: sourcePort,
  };
}

/** Returns the buffer of the next frame; sends the queued frames first if there is no room left. */
function reserveOrFlush(device: LinkDevice): number {
  const start = device.reserve();
  if (start >= 0) return start;
  device.flush();
  return device.reserve();
}

function isMarker(payload: Uint8Array): boolean {
  return payload.length === MARKER.length && MARKER.every((octet, index) => payload[index] === octet);
}

/** A template for packets. Most packets of a lab are SYNs, so they are written over it in place. */
const TEMPLATE: Uint8Array = (() => {
  const out = new Uint8Array(HEADERS_LENGTH);
  const ends = { source: 0, destination: 0 };
  const flagBits = { reservedFlag: false, dontFragment: true, moreFragments: false };
  const payload = out.subarray(ipv4.HEADER_LENGTH);
  ipv4.emit(
    {
      ...ends,
      ...flagBits,
      typeOfService: 0,
      identification: 0,
      fragmentOffset: 0,
      timeToLive: 64,
      protocol: ipProtocol.tcp,
      options: [],
      payload,
    },
    out,
  );
  const ports = { sourcePort: 0, destinationPort: 0 };
  const numbers = { sequenceNumber: 0, acknowledgmentNumber: 0, urgentPointer: 0, reserved: 0 };
  tcp.emit(
    { ...ports, ...numbers, flags: 0, window: WINDOW, options: [], payload: NO_PAYLOAD },
    out,
    ipv4.HEADER_LENGTH,
    pseudoHeaderSum(ends),
  );
  return out;
})();

function writePacket(segment: Segment, out: Uint8Array, ipStart: number): void {
  const tcpStart = ipStart + ipv4.HEADER_LENGTH;
  const end = ipStart + HEADERS_LENGTH + segment.payload.length;
  out.set(TEMPLATE, ipStart);
  writeU16(out, ipStart + ipv4.field.totalLength, end - ipStart);
  writeU32(out, ipStart + ipv4.field.source, segment.source);
  writeU32(out, ipStart + ipv4.field.destination, segment.destination);
  ipv4.fillChecksum(out, ipStart);
  writeU16(out, tcpStart + tcp.field.sourcePort, segment.sourcePort);
  writeU16(out, tcpStart + tcp.field.destinationPort, segment.destinationPort);
  writeU32(out, tcpStart + tcp.field.sequenceNumber, segment.sequenceNumber);
  writeU32(out, tcpStart + tcp.field.acknowledgmentNumber, segment.acknowledgmentNumber);
  writeU8(out, tcpStart + tcp.field.flags, segment.flags);
  out.set(segment.payload, tcpStart + tcp.HEADER_LENGTH);
  tcp.fillChecksum(out, tcpStart, end, readPseudoHeaderSumIpv4(out, ipStart));
}
