/**
 * ICMP for virtual hosts (RFC 792, RFC 1122 3.2.2): answers echo requests and makes the errors that others ask for;
 * `icmp-queries.ts` answers other questions. Errors are never sent about errors, fragments after the first, broadcasts or
 * multicasts (RFC 1122 3.2.2).
 */
import {
  complementSum,
  icmpv4,
  ipProtocol,
  ipv4,
  isChecksumValid,
  readU16,
  readU32,
  readU8,
  sumWords,
  tcp,
  updateChecksum,
  writeU16,
  writeU32,
} from '@wormwood/wire';
import type { StackBehavior } from '../behavior.ts';
import type { StackObserver } from '../observer.ts';
import { answerQuery } from './icmp-queries.ts';
import type { IpOutput, PacketHead } from './ip-output.ts';
import type { PacketContext } from './packet-context.ts';
import type { ReplyLimiter } from './reply-limiter.ts';

export interface IcmpComponents {
  readonly output: IpOutput;
  readonly observer: StackObserver;
  /** How many errors are sent. */
  readonly errors: ReplyLimiter;
  /** Called with errors about segments. */
  readonly reportToTcp: (error: SegmentError) => void;
}

/** An ICMP error about a segment that seems to be ours (RFC 792). */
export interface SegmentError {
  readonly type: number;
  readonly code: number;
  /** Words of the addresses. */
  readonly localAddress: number;
  readonly remoteAddress: number;
  /** Remote port in the upper half, local port in the lower. */
  readonly ports: number;
  readonly sequence: number;
  /** Of the next hop; 0 where the router does not say (RFC 1191 4). */
  readonly mtuBytes: number;
  readonly nowSeconds: number;
}

/** RFC 792: the quote has the IP header and eight octets behind it. */
const QUOTED_LENGTH_MIN = 8;
const REASSEMBLY_TIME_EXCEEDED = 1;

export class Icmp {
  readonly #output: IpOutput;
  readonly #observer: StackObserver;
  readonly #errors: ReplyLimiter;
  readonly #reportToTcp: (error: SegmentError) => void;

  constructor({ output, observer, errors, reportToTcp }: IcmpComponents) {
    this.#reportToTcp = reportToTcp;
    this.#output = output;
    this.#observer = observer;
    this.#errors = errors;
  }

  receive(packet: PacketContext): void {
    const { bytes, transportStart, end, host } = packet;
    if (icmpv4.check(bytes, transportStart, end) !== undefined) return;
    const type = bytes[transportStart + icmpv4.field.type]!;
    const code = bytes[transportStart + icmpv4.field.code]!;
    this.#observer.icmp(packet.source, packet.destination, type, code, end - packet.ipStart);
    if (isError(type)) return this.#receiveError(packet, type, code);
    if (host === null || !host.answersEcho) return;
    if (type !== icmpv4.messageType.echoRequest) return answerQuery(this.#output, packet, host, type);
    if (!host.behavior.answersEcho) return;
    this.#answerEcho(packet);
  }

  /** RFC 792, echo: the data comes back as it came. */
  #answerEcho(packet: PacketContext): void {
    const { bytes, transportStart, end, host } = packet;
    if (host === null) return;
    if (!packet.checksumsVerified && !isChecksumValid(bytes, transportStart, end)) return;
    const length = end - transportStart;
    const { behavior } = host;
    const requested = readU16(bytes, packet.ipStart + ipv4.field.flagsAndFragmentOffset);
    const head: PacketHead = {
      source: packet.destination,
      destination: packet.source,
      protocol: ipProtocol.icmpv4,
      typeOfService: behavior.echoTypeOfService(packet.typeOfService),
      kind: 'echo-reply',
      dontFragment: behavior.echoDontFragment((requested & ipv4.flag.dontFragment) !== 0),
      behavior,
    };
    if (length > this.#output.roomTo(packet.source, packet.nowSeconds)) {
      const reply = new Uint8Array(length);
      writeEchoReply(packet, behavior, reply, 0);
      this.#output.replyInPieces(packet, head, reply);
      return;
    }
    const at = this.#output.beginReply(packet, head);
    if (at < 0) return;
    writeEchoReply(packet, behavior, this.#output.bytes, at);
    this.#output.finish(at + length);
  }

  /** RFC 1122 4.2.3.9: an error about a segment of ours is for its connection. */
  #receiveError(packet: PacketContext, type: number, code: number): void {
    const { bytes, transportStart, end, destination } = packet;
    const quote = transportStart + icmpv4.HEADER_LENGTH;
    if (ipv4.checkHeader(bytes, quote, end) !== undefined) return;
    if (readU8(bytes, quote + ipv4.field.protocol) !== ipProtocol.tcp) return;
    const segment = quote + ipv4.readHeaderLength(bytes, quote);
    if (segment + QUOTED_LENGTH_MIN > end || readU32(bytes, quote + ipv4.field.source) !== destination)
      return;
    if (!packet.checksumsVerified && !isChecksumValid(bytes, transportStart, end)) return;
    this.#reportToTcp({
      type,
      code,
      localAddress: destination,
      remoteAddress: readU32(bytes, quote + ipv4.field.destination),
      // The quote is ours, so its ports stand the other way round.
      ports:
        (readU16(bytes, segment + tcp.field.destinationPort) << 16) |
        readU16(bytes, segment + tcp.field.sourcePort),
      sequence: readU32(bytes, segment + tcp.field.sequenceNumber),
      mtuBytes: readU16(bytes, transportStart + icmpv4.field.nextHopMtu),
      nowSeconds: packet.nowSeconds,
    });
  }

  /**
   * Says that a packet in pieces never became whole, with its first piece as the packet at hand (RFC 792, RFC 1122 3.3.2).
   */
  sendReassemblyTimeExceeded(packet: PacketContext): void {
    this.#sendError(packet, icmpv4.messageType.timeExceeded, REASSEMBLY_TIME_EXCEEDED);
  }

  /** Says which octet of the IP header at hand cannot be understood (RFC 792). */
  sendParameterProblem(packet: PacketContext, pointer: number): void {
    const { bytes, transportStart, end, protocol } = packet;
    if (protocol === ipProtocol.icmpv4 && (transportStart >= end || isError(bytes[transportStart]!))) return;
    this.#sendError(packet, icmpv4.messageType.parameterProblem, 0, (pointer << 24) >>> 0);
  }

  /** Reports to the sender of the packet at hand that nothing listens at its port. */
  sendPortUnreachable(packet: PacketContext): void {
    if (packet.host?.behavior.refusesDatagrams !== true) return;
    this.#sendError(packet, icmpv4.messageType.destinationUnreachable, icmpv4.unreachableCode.port);
  }

  /** Reports to the sender of the packet at hand that its protocol is not supported. */
  sendProtocolUnreachable(packet: PacketContext): void {
    this.#sendError(packet, icmpv4.messageType.destinationUnreachable, icmpv4.unreachableCode.protocol);
  }

  /**
   * Sends an error that quotes the packet at hand, which is not an ICMP error, as far as the host's behavior quotes it. The stack
   * has made sure that neither address is a group or unassigned.
   */
  #sendError(packet: PacketContext, type: number, code: number, word = 0): void {
    const { bytes, ipStart, end, host } = packet;
    if (host === null || ipv4.readFragmentOffset(bytes, ipStart) > 0) return;
    if (!this.#errors.allows(packet.share, packet.nowSeconds)) {
      const { protocol, source, destination } = packet;
      this.#observer.answerLimited('icmp-error-rate', protocol, source, destination);
      return;
    }
    const at = this.#output.beginReply(packet, {
      source: packet.destination,
      destination: packet.source,
      protocol: ipProtocol.icmpv4,
      typeOfService: host.behavior.refusalTypeOfService('icmp-error', packet.typeOfService),
      kind: 'icmp-error',
      dontFragment: host.behavior.dontFragment('icmp-error'),
      behavior: host.behavior,
    });
    if (at < 0) return;
    const out = this.#output.bytes;
    const quoteEnd = Math.min(end, ipStart + this.#quoteBytes(packet, host.behavior));
    out[at + icmpv4.field.type] = type;
    out[at + icmpv4.field.code] = code;
    const isUnreachable = type === icmpv4.messageType.destinationUnreachable;
    writeU32(out, at + icmpv4.field.unused, isUnreachable ? host.behavior.icmpUnused : word);
    const quoteAt = at + icmpv4.HEADER_LENGTH;
    out.set(bytes.subarray(ipStart, quoteEnd), quoteAt);
    const errorEnd = quoteAt + quoteEnd - ipStart;
    host.behavior.changeQuote?.(out, quoteAt, errorEnd);
    icmpv4.fillChecksum(out, at, errorEnd);
    this.#output.finish(errorEnd);
  }

  /**
   * Octets of the packet at hand that an error quotes: what the behavior quotes and the device can send, and no more than makes
   * the error as long as the packet, so that nobody is sent more in our answers than was sent to us in his name; or longer by
   * its headers, where the behavior is that of a system which quotes all. The header and eight octets are quoted in any case
   * (RFC 792).
   */
  #quoteBytes(
    { bytes, ipStart, end }: PacketContext,
    { icmpQuoteBytes, icmpExcessBytes }: StackBehavior,
  ): number {
    const overhead = ipv4.HEADER_LENGTH + icmpv4.HEADER_LENGTH;
    const shortest = ipv4.readHeaderLength(bytes, ipStart) + 8;
    const longest =
      Math.min(end - ipStart + Math.min(icmpExcessBytes, overhead), this.#output.mtuBytes) - overhead;
    return Math.max(shortest, Math.min(icmpQuoteBytes, longest));
  }
}

/** Errors that a host acts on; redirects are for routers, and source quench is for nobody (RFC 6633). */
function isError(type: number): boolean {
  return (
    type === icmpv4.messageType.destinationUnreachable ||
    type === icmpv4.messageType.timeExceeded ||
    type === icmpv4.messageType.parameterProblem
  );
}

const SHORT_BYTES = 128;

function writeEchoReply(packet: PacketContext, behavior: StackBehavior, out: Uint8Array, at: number): void {
  const { bytes, transportStart, end } = packet;
  // A view costs more than a short copy.
  if (end - transportStart > SHORT_BYTES) out.set(bytes.subarray(transportStart, end), at);
  else for (let i = transportStart; i < end; i++) out[at + i - transportStart] = bytes[i]!;
  out[at + icmpv4.field.type] = icmpv4.messageType.echoReply;
  // RFC 1624: only the first word has changed.
  const code = bytes[transportStart + icmpv4.field.code]!;
  const answered = behavior.echoCode(code);
  out[at + icmpv4.field.code] = answered;
  const current = packet.checksumsVerified
    ? complementSum(sumWithout(bytes, transportStart, end))
    : readU16(bytes, transportStart + icmpv4.field.checksum);
  const changed = updateChecksum(
    current,
    (icmpv4.messageType.echoRequest << 8) | code,
    (icmpv4.messageType.echoReply << 8) | answered,
  );
  writeU16(out, at + icmpv4.field.checksum, changed);
}

/** The sum of a message without its checksum field, which its sender left to hardware. */
function sumWithout(bytes: Uint8Array, start: number, end: number): number {
  return sumWords(bytes, start + 4, end, readU16(bytes, start));
}
