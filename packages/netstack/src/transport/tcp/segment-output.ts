/** Writes TCP segments into the device: resets, SYN/ACKs with the options of the disguise, and everything after. */
import { ipProtocol, readU16, readU32, tcp, tcpOption, writeU16, writeU32, writeU8 } from '@wormwood/wire';
import type { StackBehavior, SynAckOddities, SynAckShape, TcpOptionName } from '../../behavior.ts';
import { isName } from '../../network/address-names.ts';
import type { IpOutput, PacketHead } from '../../network/ip-output.ts';
import type { PacketContext } from '../../network/packet-context.ts';
import { type ConnectionTable, field, flag } from './connection-table.ts';
import type { OctetRing } from './octet-ring.ts';
import type { HeldRange } from './receive-queue.ts';
import { isTarpit, TARPIT_MSS_BYTES, TARPIT_WINDOW_BYTES } from './tarpit.ts';

const NOP = 1;
const END = 0;
/** RFC 9293 3.1: 16 bits. */
const WINDOW_MAX = 0xffff;
/** What a segment with timestamps has less of data. */
const TIMESTAMPS_BYTES = 12;

/** What to send on a connection; addresses, ports and acknowledgment come from the table. */
export interface Segment {
  readonly flags: number;
  readonly sequenceNumber: number;
  /** Already scaled. */
  readonly window: number;
  /** @default 'established' */
  readonly kind?: PacketHead['kind'];
  readonly payload: { readonly from: OctetRing; readonly offset: number; readonly length: number } | null;
  /** Ranges to tell in a SACK option (RFC 2018). */
  readonly held: readonly HeldRange[];
}

export class SegmentOutput {
  readonly #output: IpOutput;
  readonly #table: ConnectionTable;

  constructor(output: IpOutput, table: ConnectionTable) {
    this.#output = output;
    this.#table = table;
  }

  /** Refuses the segment at hand (RFC 9293 3.10.7.1): outside any connection, or one that cannot be. */
  sendReset(packet: PacketContext, segmentLength: number): void {
    const { bytes, transportStart, host } = packet;
    if (host === null) return;
    const flags = bytes[transportStart + tcp.field.flags]!;
    const hasAck = (flags & tcp.flag.ACK) !== 0;
    const sequence = hasAck ? readU32(bytes, transportStart + tcp.field.acknowledgmentNumber) : 0;
    const acknowledgment = hasAck
      ? 0
      : readU32(bytes, transportStart + tcp.field.sequenceNumber) + segmentLength;
    const at = this.#output.beginReply(packet, {
      source: packet.destination,
      destination: packet.source,
      protocol: ipProtocol.tcp,
      typeOfService: host.behavior.refusalTypeOfService('reset', packet.typeOfService),
      kind: 'reset',
      dontFragment: host.behavior.dontFragment('reset'),
      behavior: host.behavior,
    });
    if (at < 0) return;
    const out = this.#output.bytes;
    writeU16(out, at + tcp.field.sourcePort, readU16(bytes, transportStart + tcp.field.destinationPort));
    writeU16(out, at + tcp.field.destinationPort, readU16(bytes, transportStart + tcp.field.sourcePort));
    writeU32(out, at + tcp.field.sequenceNumber, sequence);
    writeU32(out, at + tcp.field.acknowledgmentNumber, acknowledgment);
    tcp.writeHeaderLength(out, at, tcp.HEADER_LENGTH);
    writeU8(out, at + tcp.field.flags, hasAck ? tcp.flag.RST : tcp.flag.RST | tcp.flag.ACK);
    writeU16(out, at + tcp.field.window, 0);
    writeU16(out, at + tcp.field.urgentPointer, 0);
    this.#finish(at, at + tcp.HEADER_LENGTH);
  }

  /** Answers a SYN: the options that both sides have, in the order of the disguise. */
  sendSynAck(at: number, behavior: StackBehavior, nowSeconds: number): void {
    const { words } = this.#table;
    const { shapes } = behavior.tcp;
    const shape = shapes === null ? behavior.tcp : shapes.list[shapeIn(words[at + field.scales]!)]!;
    const { oddities } = shape;
    if ((oddities?.instead ?? null) !== null) return;
    const start = this.#begin(at, behavior, oddities?.packetClass ?? 'syn-ack');
    if (start < 0) return;
    const out = this.#output.bytes;
    let option = start + tcp.HEADER_LENGTH;
    // Filling belongs to the option behind it: without that option it is not sent either.
    let filling = 0;
    const parts = { at, shape, behavior, nowSeconds };
    for (const name of shape.optionOrder) {
      if (name === 'nop') {
        filling++;
        continue;
      }
      if (oddities?.isLiteral === true || this.#isOffered(at, name)) {
        for (; filling > 0; filling--) out[option++] = NOP;
        option = this.#writeOption(name, out, option, parts);
      }
      filling = 0;
    }
    if (oddities?.isLiteral === true) for (; filling > 0; filling--) out[option++] = NOP;
    // RFC 9293 3.1: behind the end of the options come zeros.
    const pad = shape.optionOrder.at(-1) === 'end' ? END : NOP;
    while ((option - start) % 4 !== 0) out[option++] = pad;
    // Nothing is acknowledged yet: the oldest octet is our SYN.
    const sequence = words[at + field.sendUnacknowledged]!;
    this.#writeHeader(start, at, {
      flags: tcp.flag.SYN | tcp.flag.ACK | (oddities?.flags ?? 0),
      sequence,
      window: isTarpit(this.#table, at) ? TARPIT_WINDOW_BYTES : this.#synAckWindow(at, shape, nowSeconds),
      headerLength: option - start,
    });
    if (oddities !== null) writeOddities(out, start, option - start, oddities);
    this.#finish(start, option);
  }

  /**
   * RFC 6691: what the link can carry, without regard to options. What is written as it stands in a shape is that of IPv4, whose
   * header is shorter.
   */
  #longestMss(at: number, { oddities }: SynAckShape, nowSeconds: number): number {
    const remote = this.#table.words[at + field.remoteAddress]! >>> 0;
    if (oddities?.isLiteral === true && !isName(remote)) return 0xffff;
    return this.#output.roomTo(remote, nowSeconds) - tcp.HEADER_LENGTH;
  }

  /**
   * A window of whole segments, with their timestamps or without, is one of as many over IPv6, and one of as many as there is
   * room for is so, too.
   */
  #synAckWindow(at: number, shape: SynAckShape, nowSeconds: number): number {
    const { windowBytes, mssBytes } = shape;
    if (!isName(this.#table.words[at + field.remoteAddress]! >>> 0)) return windowBytes;
    const shorter = mssBytes - Math.min(mssBytes, this.#longestMss(at, shape, nowSeconds));
    const unit = [mssBytes - TIMESTAMPS_BYTES, mssBytes].find((each) => each > 0 && windowBytes % each === 0);
    if (unit === undefined) return windowBytes;
    const room = windowBytes + unit > WINDOW_MAX ? WINDOW_MAX : (windowBytes / unit) * (unit - shorter);
    return room - (room % (unit - shorter));
  }

  /** Whether the SYN had the option too, so that the SYN/ACK may. */
  #isOffered(at: number, name: TcpOptionName): boolean {
    if (name === 'end') return true;
    const { words } = this.#table;
    if (name === 'sack') return (words[at + field.flags]! & flag.sack) !== 0;
    if (name === 'timestamps') return (words[at + field.flags]! & flag.timestamps) !== 0;
    return name === 'mss' || words[at + field.scales]! >>> 16 !== NO_SCALE;
  }

  #writeOption(
    name: TcpOptionName,
    out: Uint8Array,
    option: number,
    { at, shape, behavior, nowSeconds }: SynAckParts,
  ): number {
    const { oddities } = shape;
    if (name === 'end') {
      out[option] = END;
      return option + 1;
    }
    if (name === 'timestamps') {
      const end = this.#writeTimestamps(out, option, at, behavior, nowSeconds);
      if (oddities?.zeroTimestamp === true) writeU32(out, option + 2, 0);
      if (oddities?.zeroEcho === true) writeU32(out, option + 6, 0);
      // There is nothing to echo: our own clock, as whatever a system has in its place.
      else if (!this.#isOffered(at, name)) out.copyWithin(option + 6, option + 2, option + 6);
      return end;
    }
    if (name === 'mss') {
      out[option] = tcpOption.code.mss;
      out[option + 1] = 4;
      const mssBytes = isTarpit(this.#table, at) ? TARPIT_MSS_BYTES : shape.mssBytes;
      writeU16(out, option + 2, Math.min(mssBytes, this.#longestMss(at, shape, nowSeconds)));
      return option + 4;
    }
    if (name === 'sack') {
      out[option] = tcpOption.code.sackPermitted;
      out[option + 1] = 2;
      return option + 2;
    }
    out[option] = tcpOption.code.windowScale;
    out[option + 1] = 3;
    out[option + 2] = shape.windowScale;
    return option + 3;
  }

  /** Sends a segment of a connection that is past its handshake; false when the device has no room. */
  send(at: number, behavior: StackBehavior, segment: Segment, nowSeconds: number): boolean {
    const start = this.#begin(at, behavior, segment.kind ?? 'established');
    if (start < 0) return false;
    const out = this.#output.bytes;
    const flags = this.#table.words[at + field.flags]!;
    let option = start + tcp.HEADER_LENGTH;
    if ((flags & flag.timestamps) !== 0) {
      out[option++] = NOP;
      out[option++] = NOP;
      option = this.#writeTimestamps(out, option, at, behavior, nowSeconds);
    }
    if (segment.held.length > 0) option = writeSack(out, option, segment.held);
    const { payload } = segment;
    if (payload !== null) payload.from.copyTo(out, option, payload.offset, payload.length);
    this.#writeHeader(start, at, {
      flags: segment.flags,
      sequence: segment.sequenceNumber,
      window: segment.window,
      headerLength: option - start,
    });
    this.#finish(start, option + (payload?.length ?? 0));
    return true;
  }

  #begin(at: number, behavior: StackBehavior, kind: PacketHead['kind']): number {
    const { words, bytes } = this.#table;
    const head: PacketHead = {
      source: words[at + field.localAddress]! >>> 0,
      destination: words[at + field.remoteAddress]! >>> 0,
      protocol: ipProtocol.tcp,
      typeOfService: 0,
      kind,
      dontFragment: behavior.dontFragment(kind),
      behavior,
      ports: words[at + field.ports]!,
    };
    return this.#output.beginSaved(bytes, this.#table.linkOffset(at), this.#table.linkLength(at), head);
  }

  #writeHeader(
    start: number,
    at: number,
    segment: {
      readonly flags: number;
      readonly sequence: number;
      readonly window: number;
      readonly headerLength: number;
    },
  ): void {
    const out = this.#output.bytes;
    const { words } = this.#table;
    const ports = words[at + field.ports]!;
    writeU16(out, start + tcp.field.sourcePort, ports & 0xffff);
    writeU16(out, start + tcp.field.destinationPort, ports >>> 16);
    writeU32(out, start + tcp.field.sequenceNumber, segment.sequence);
    const hasAck = (segment.flags & tcp.flag.ACK) !== 0;
    writeU32(out, start + tcp.field.acknowledgmentNumber, hasAck ? words[at + field.receiveNext]! : 0);
    tcp.writeHeaderLength(out, start, segment.headerLength);
    writeU8(out, start + tcp.field.flags, segment.flags);
    writeU16(out, start + tcp.field.window, Math.min(segment.window, 0xffff));
    writeU16(out, start + tcp.field.urgentPointer, 0);
  }

  #writeTimestamps(
    out: Uint8Array,
    option: number,
    at: number,
    behavior: StackBehavior,
    nowSeconds: number,
  ): number {
    const { words } = this.#table;
    out[option] = tcpOption.code.timestamps;
    out[option + 1] = 10;
    writeU32(out, option + 2, behavior.timestampValue(words[at + field.timestampOffset]!, nowSeconds));
    writeU32(out, option + 6, words[at + field.recentTimestamp]!);
    return option + 10;
  }

  #finish(start: number, end: number): void {
    const out = this.#output.bytes;
    tcp.fillChecksum(out, start, end, this.#output.pseudoHeaderSum());
    this.#output.finish(end);
  }
}

/** In the upper half of `field.scales`: the remote side did not offer window scaling. */
export const NO_SCALE = 0xff;

/**
 * Returns the word that keeps both shifts, what the remote side scales by and what we scale by, and between them which of its
 * shapes our SYN/ACK has.
 */
export function scalesOf(remoteScale: number, ownScale: number, shape: number): number {
  // RFC 7323 2.3: a shift beyond 14 is taken for 14.
  const scales =
    remoteScale < 0 || ownScale < 0
      ? NO_SCALE << 16
      : (Math.min(remoteScale, 14) << 16) | Math.min(ownScale, 14);
  return scales | (shape << 8);
}

/** Returns the number of the SYN/ACK's shape that the word keeps. */
export function shapeIn(scales: number): number {
  return (scales >>> 8) & 0xff;
}

/** What the options of a SYN/ACK come from. */
interface SynAckParts {
  readonly at: number;
  readonly shape: SynAckShape;
  readonly behavior: StackBehavior;
  readonly nowSeconds: number;
}

function writeOddities(
  out: Uint8Array,
  start: number,
  headerLength: number,
  { reserved, urgentPointer }: SynAckOddities,
): void {
  tcp.writeHeaderLength(out, start, headerLength, reserved);
  writeU16(out, start + tcp.field.urgentPointer, urgentPointer);
}

function writeSack(out: Uint8Array, option: number, held: readonly HeldRange[]): number {
  out[option] = NOP;
  out[option + 1] = NOP;
  out[option + 2] = tcpOption.code.sack;
  out[option + 3] = 2 + 8 * held.length;
  let at = option + 4;
  for (const { start, end } of held) {
    writeU32(out, at, start);
    writeU32(out, at + 4, end);
    at += 8;
  }
  return at;
}
