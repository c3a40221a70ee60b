/**
 * ICMPv6 for virtual hosts (RFC 4443): answers echo requests and makes the errors that others ask for. Errors are never sent
 * about errors, nor to a group or nobody (2.4 (e)). Neighbor discovery is in `ndp-responder.ts`.
 */
import {
  icmpv4,
  icmpv6,
  ipProtocol,
  ipv6,
  readPseudoHeaderSumIpv6,
  readU16,
  readU32,
  readU8,
  tcp,
  writeU32,
  writeU8,
} from '@wormwood/wire';
import type { StackHost } from '../host.ts';
import type { StackObserver } from '../observer.ts';
import { type AddressNames, NOT_HELD } from './address-names.ts';
import type { SegmentError } from './icmp.ts';
import type { IpOutput, PacketHead } from './ip-output.ts';
import type { PacketContext } from './packet-context.ts';
import type { ReplyLimiter } from './reply-limiter.ts';

export interface Icmpv6Components {
  readonly output: IpOutput;
  readonly observer: StackObserver;
  readonly names: AddressNames;
  /** How many errors are sent. */
  readonly errors: ReplyLimiter;
  /** Called with errors about segments. */
  readonly reportToTcp: (error: SegmentError) => void;
}

/** Code of a destination unreachable about a port (RFC 4443 3.1). */
const PORT_UNREACHABLE = 4;
/** Codes of a destination unreachable, as those of ICMP that say the same; a connection learns of no other. */
const CODES: ReadonlyMap<number, number> = new Map([
  [0, icmpv4.unreachableCode.network],
  [3, icmpv4.unreachableCode.host],
  [PORT_UNREACHABLE, icmpv4.unreachableCode.port],
]);
/** RFC 4443 3.3. */
const REASSEMBLY_TIME_EXCEEDED = 1;
/** The packet that every link carries (RFC 8200 5): no error is longer, and no path is believed to be narrower. */
const MTU_BYTES_MIN = 1280;
/** Types up to here are errors; above are messages that inform (RFC 4443 2.1). */
const ERROR_TYPE_MAX = 127;
/** Of a quoted segment, its ports and its sequence number. */
const QUOTED_LENGTH_MIN = 8;

/** Codes of a parameter problem (RFC 4443 3.4, RFC 7112 5). */
export const problem = { field: 0, nextHeader: 1, option: 2, headerChain: 3 } as const;

export class Icmpv6 {
  readonly #components: Icmpv6Components;

  constructor(components: Icmpv6Components) {
    this.#components = components;
  }

  /** Takes the message at hand, which is none of neighbor discovery. */
  receive(packet: PacketContext): void {
    const { bytes, ipStart, transportStart, end, host } = packet;
    if (icmpv6.check(bytes, transportStart, end) !== undefined) return;
    const isValid =
      packet.checksumsVerified ||
      icmpv6.verifyChecksum(bytes, transportStart, end, readPseudoHeaderSumIpv6(bytes, ipStart));
    if (!isValid) return;
    const type = readU8(bytes, transportStart + icmpv6.field.type);
    const code = readU8(bytes, transportStart + icmpv6.field.code);
    const { names, observer } = this.#components;
    const [source, destination] = [names.addressOf(packet.source), names.addressOf(packet.destination)];
    observer.icmp(source, destination, type, code, end - ipStart);
    if (type <= ERROR_TYPE_MAX) return this.#receiveError(packet, type, code);
    if (host === null || !host.answersEcho || !host.behavior.answersEcho) return;
    if (type === icmpv6.messageType.echoRequest) this.#answerEcho(packet, host);
  }

  /** RFC 4443 4.2: the data comes back as it came. */
  #answerEcho(packet: PacketContext, { behavior }: StackHost): void {
    const { output } = this.#components;
    const { bytes, transportStart, end } = packet;
    const length = end - transportStart;
    const head: PacketHead = {
      source: packet.destination,
      destination: packet.source,
      protocol: ipProtocol.icmpv6,
      typeOfService: behavior.echoTypeOfService(packet.typeOfService),
      kind: 'echo-reply',
      dontFragment: false,
      behavior,
    };
    if (length > output.roomTo(packet.source, packet.nowSeconds)) {
      const message = bytes.slice(transportStart, end);
      turnEcho(message, 0, length, readPseudoHeaderSumIpv6(bytes, packet.ipStart));
      output.replyInPieces(packet, head, message);
      return;
    }
    const at = output.beginReply(packet, head);
    if (at < 0) return;
    output.bytes.set(bytes.subarray(transportStart, end), at);
    turnEcho(output.bytes, at, at + length, output.pseudoHeaderSum());
    output.finish(at + length);
  }

  /** RFC 4443 2.4 (d): an error about a segment of ours is for its connection. */
  #receiveError(packet: PacketContext, type: number, code: number): void {
    const { names, reportToTcp } = this.#components;
    const { bytes, transportStart, end } = packet;
    const quote = transportStart + icmpv6.HEADER_LENGTH;
    const segment = quote + ipv6.HEADER_LENGTH;
    // Our segments have no extension headers.
    if (segment + QUOTED_LENGTH_MIN > end || readU8(bytes, quote) >>> 4 !== 6) return;
    if (readU8(bytes, quote + ipv6.field.nextHeader) !== ipProtocol.tcp) return;
    if (names.findOctets(bytes, quote + ipv6.field.source) !== packet.destination) return;
    const remoteAddress = names.findOctets(bytes, quote + ipv6.field.destination);
    const same = sameError(type, code);
    if (remoteAddress === NOT_HELD || same === null) return;
    reportToTcp({
      ...same,
      localAddress: packet.destination,
      remoteAddress,
      // The quote is ours, so its ports stand the other way round.
      ports:
        (readU16(bytes, segment + tcp.field.destinationPort) << 16) |
        readU16(bytes, segment + tcp.field.sourcePort),
      sequence: readU32(bytes, segment + tcp.field.sequenceNumber),
      // RFC 8201 4: a narrower path is not believed.
      mtuBytes: Math.max(MTU_BYTES_MIN, readU32(bytes, transportStart + icmpv6.field.mtu)),
      nowSeconds: packet.nowSeconds,
    });
  }

  /** Reports to the sender of the packet at hand that nothing listens at its port. */
  sendPortUnreachable(packet: PacketContext): void {
    if (packet.host?.behavior.refusesDatagrams !== true) return;
    this.#sendError(packet, icmpv6.messageType.destinationUnreachable, PORT_UNREACHABLE);
  }

  /** Says that a packet in pieces never became whole, with its first piece as the packet at hand (RFC 8200 4.5). */
  sendReassemblyTimeExceeded(packet: PacketContext): void {
    this.#sendError(packet, icmpv6.messageType.timeExceeded, REASSEMBLY_TIME_EXCEEDED);
  }

  /** Says which octet of the packet at hand, counted from its beginning, cannot be understood; `code` of `problem`. */
  sendParameterProblem(packet: PacketContext, code: number, pointer: number): void {
    this.#sendError(packet, icmpv6.messageType.parameterProblem, code, pointer);
  }

  /** Sends an error that quotes the packet at hand as far as the smallest MTU goes (RFC 4443 2.4 (c)). */
  #sendError(packet: PacketContext, type: number, code: number, word = 0): void {
    const { output, observer, names, errors } = this.#components;
    const { bytes, ipStart, end, host } = packet;
    // The stack has seen to it that neither address is a group or unassigned.
    if (host === null || isAboutError(packet)) return;
    if (!errors.allows(packet.share, packet.nowSeconds)) {
      const [source, destination] = [names.addressOf(packet.source), names.addressOf(packet.destination)];
      observer.answerLimited('icmp-error-rate', packet.protocol, source, destination);
      return;
    }
    const at = output.beginReply(packet, {
      source: packet.destination,
      destination: packet.source,
      protocol: ipProtocol.icmpv6,
      typeOfService: 0,
      kind: 'icmp-error',
      dontFragment: false,
      behavior: host.behavior,
    });
    if (at < 0) return;
    const out = output.bytes;
    const room = Math.min(MTU_BYTES_MIN, output.mtuBytes) - ipv6.HEADER_LENGTH - icmpv6.HEADER_LENGTH;
    const quoteEnd = Math.min(end, ipStart + room);
    writeU8(out, at + icmpv6.field.type, type);
    writeU8(out, at + icmpv6.field.code, code);
    writeU32(out, at + icmpv6.field.unused, word);
    out.set(bytes.subarray(ipStart, quoteEnd), at + icmpv6.HEADER_LENGTH);
    const errorEnd = at + icmpv6.HEADER_LENGTH + quoteEnd - ipStart;
    icmpv6.fillChecksum(out, at, errorEnd, output.pseudoHeaderSum());
    output.finish(errorEnd);
  }
}

/** Whether the packet at hand is an error itself, or too short to say so. */
function isAboutError({ protocol, bytes, transportStart, end }: PacketContext): boolean {
  if (protocol !== ipProtocol.icmpv6) return false;
  return transportStart >= end || readU8(bytes, transportStart) <= ERROR_TYPE_MAX;
}

/** The error of ICMP that says the same; null where there is none. */
function sameError(type: number, code: number): Pick<SegmentError, 'type' | 'code'> | null {
  const { destinationUnreachable, timeExceeded, parameterProblem } = icmpv4.messageType;
  if (type === icmpv6.messageType.packetTooBig)
    return { type: destinationUnreachable, code: icmpv4.unreachableCode.fragmentationNeeded };
  if (type === icmpv6.messageType.timeExceeded) return { type: timeExceeded, code };
  if (type === icmpv6.messageType.parameterProblem) return { type: parameterProblem, code };
  const same = type === icmpv6.messageType.destinationUnreachable ? CODES.get(code) : undefined;
  return same === undefined ? null : { type: destinationUnreachable, code: same };
}

/** Makes the reply of an echo request in [start, end). */
function turnEcho(out: Uint8Array, start: number, end: number, pseudoSum: number): void {
  writeU8(out, start + icmpv6.field.type, icmpv6.messageType.echoReply);
  writeU8(out, start + icmpv6.field.code, 0);
  icmpv6.fillChecksum(out, start, end, pseudoSum);
}
