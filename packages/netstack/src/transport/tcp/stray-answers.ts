/** Answers segments outside any connection as the disguise does, which need not be as RFC 9293 3.10.7 has it. */
import { ipProtocol, tcp, tcpOption, writeU16, writeU32, writeU8 } from '@wormwood/wire';
import type {
  PacketClass,
  ShortFlow,
  StackBehavior,
  StrayAnswer,
  StraySegment,
  SynAckShape,
} from '../../behavior.ts';
import type { AddressNames } from '../../network/address-names.ts';
import type { IpOutput } from '../../network/ip-output.ts';
import type { PacketContext } from '../../network/packet-context.ts';
import type { IncomingSegment } from './incoming-segment.ts';

/** Returns what a segment without RST is that begins no connection. */
export function strayKindOf(flags: number, isListening: boolean): StraySegment {
  if ((flags & tcp.flag.ACK) !== 0) return isListening ? 'listening-ack' : 'closed-ack';
  if ((flags & tcp.flag.SYN) !== 0) return isListening ? 'listening-syn-fin' : 'closed-syn';
  return isListening ? 'listening-null' : 'closed-null';
}

/** A segment that is answered without a connection, and what its answer is. */
interface Stray {
  readonly kind: PacketClass;
  readonly segment: IncomingSegment;
}

export class StrayAnswers {
  readonly #output: IpOutput;
  readonly #names: AddressNames;

  constructor(output: IpOutput, names: AddressNames) {
    this.#output = output;
    this.#names = names;
  }

  /** Answers the segment at hand, or stays silent. */
  answer(packet: PacketContext, behavior: StackBehavior, kind: StraySegment, segment: IncomingSegment): void {
    const answer = answerOf(behavior, kind, segment.flags);
    if (answer !== null) this.send(packet, behavior, answer, { kind, segment });
  }

  /** Sends this answer to the segment at hand. */
  send(packet: PacketContext, behavior: StackBehavior, answer: StrayAnswer, { kind, segment }: Stray): void {
    const at = this.#output.beginReply(packet, {
      source: packet.destination,
      destination: packet.source,
      protocol: ipProtocol.tcp,
      typeOfService: 0,
      kind,
      dontFragment: behavior.dontFragment(kind),
      behavior,
    });
    if (at < 0) return;
    segment.scanOptions();
    const out = this.#output.bytes;
    const flow = shortFlowOf(packet, segment.ports, this.#names);
    writeU16(out, at + tcp.field.sourcePort, flow.localPort);
    writeU16(out, at + tcp.field.destinationPort, flow.remotePort);
    const initial =
      answer.sequence === 'initial' ? behavior.initialSequenceNumber(flow, packet.arrivedSeconds) : 0;
    writeU32(out, at + tcp.field.sequenceNumber, sequenceOf(answer, segment, initial));
    writeU32(out, at + tcp.field.acknowledgmentNumber, acknowledgmentOf(answer, segment));
    const { shape, payload } = answer;
    // Few answers have any, and a clock costs more than all the rest.
    const clock = shape.optionOrder.includes('timestamps')
      ? behavior.timestampValue(
          behavior.timestampOffset(flow.localAddress, flow.remoteAddress),
          packet.nowSeconds,
        )
      : 0;
    const optionsEnd = writeOptions(out, at + tcp.HEADER_LENGTH, shape, {
      value: clock,
      echo: segment.options.hasTimestamps ? segment.options.timestampValue : 0,
    });
    tcp.writeHeaderLength(out, at, optionsEnd - at, shape.oddities?.reserved ?? 0);
    writeU8(out, at + tcp.field.flags, answer.flags);
    writeU16(out, at + tcp.field.window, shape.windowBytes);
    writeU16(out, at + tcp.field.urgentPointer, shape.oddities?.urgentPointer ?? 0);
    out.set(payload, optionsEnd);
    const end = optionsEnd + payload.length;
    tcp.fillChecksum(out, at, end, this.#output.pseudoHeaderSum());
    this.#output.finish(end);
  }
}

/** Returns the flow of the segment at hand, whose ports are as `field.ports`, as a behavior gets it. */
export function shortFlowOf(
  { source, destination }: PacketContext,
  ports: number,
  names: AddressNames,
): ShortFlow {
  return {
    localAddress: names.digestOf(destination),
    localPort: ports & 0xffff,
    remoteAddress: names.digestOf(source),
    remotePort: ports >>> 16,
  };
}

/** A bare FIN to a listening port has a rule of its own. */
function answerOf({ tcp: traits }: StackBehavior, kind: StraySegment, flags: number): StrayAnswer | null {
  const { strays } = traits;
  if (strays === null) return null;
  if (kind !== 'listening-null' || (flags & tcp.flag.FIN) === 0) return strays[kind];
  return traits.answersFinToListener ? (strays['listening-null'] ?? strays['closed-null']) : null;
}

function sequenceOf({ sequence }: StrayAnswer, { acknowledgment }: IncomingSegment, initial: number): number {
  if (sequence === 'zero') return 0;
  if (sequence === 'initial') return initial;
  return sequence === 'acknowledgment' ? acknowledgment : acknowledgment + 1;
}

/** What is neither the number of the segment nor the next one. */
const FAR = 0x4000_0000;

function acknowledgmentOf(
  { acknowledgment }: StrayAnswer,
  { sequence, payloadLength, flags }: IncomingSegment,
): number {
  if (acknowledgment === 'zero') return 0;
  if (acknowledgment === 'other') return sequence + FAR;
  if (acknowledgment === 'sequence') return sequence;
  // What is refused is not taken twice: SYN and FIN count for one.
  const control = (flags & (tcp.flag.SYN | tcp.flag.FIN)) === 0 ? 0 : 1;
  return sequence + Math.max(1, payloadLength + control);
}

const NOP = 1;
const END = 0;

function writeOptions(
  out: Uint8Array,
  start: number,
  shape: SynAckShape,
  { value, echo }: { readonly value: number; readonly echo: number },
): number {
  let at = start;
  for (const name of shape.optionOrder) {
    if (name === 'nop') out[at++] = NOP;
    else if (name === 'end') out[at++] = END;
    else if (name === 'mss') {
      out[at] = tcpOption.code.mss;
      out[at + 1] = 4;
      writeU16(out, at + 2, shape.mssBytes);
      at += 4;
    } else if (name === 'sack') {
      out[at] = tcpOption.code.sackPermitted;
      out[at + 1] = 2;
      at += 2;
    } else if (name === 'scale') {
      out[at] = tcpOption.code.windowScale;
      out[at + 1] = 3;
      out[at + 2] = shape.windowScale;
      at += 3;
    } else {
      out[at] = tcpOption.code.timestamps;
      out[at + 1] = 10;
      writeU32(out, at + 2, shape.oddities?.zeroTimestamp === true ? 0 : value);
      writeU32(out, at + 6, shape.oddities?.zeroEcho === true ? 0 : echo);
      at += 10;
    }
  }
  const pad = shape.optionOrder.at(-1) === 'end' ? END : NOP;
  while ((at - start) % 4 !== 0) out[at++] = pad;
  return at;
}
