/**
 * Reads a capture file piece by piece, as it comes from a disk or a pipe: pcap or pcapng, recognised by their first
 * octets. Where a file is cut or garbled, every packet before that place is still returned, and `end` says what happened.
 */

import { assert } from '@wormwood/base';
import type { ByteOrder } from './byte-order.ts';
import { readU32 } from './bytes.ts';
import { isMalformed, type Malformed, malformed } from './malformed.ts';
import * as pcap from './pcap.ts';
import * as pcapngOption from './pcapng-option.ts';
import * as pcapng from './pcapng.ts';

/** One packet of a capture. */
export interface CaptureRecord {
  /** Since 1970-01-01 UTC; a pcapng simple packet has no time and says 0. */
  readonly seconds: number;
  /** 0..999,999,999 after `seconds`; what the file resolves finer is cut off. */
  readonly nanoseconds: number;
  /** What `bytes` begin with: a `linkType`. */
  readonly linkType: number;
  /** Octets that the packet had on the link, `bytes.length` or more. */
  readonly originalLength: number;
  readonly bytes: Uint8Array;
  /** Comments and the like of pcapng; empty in pcap. */
  readonly options: readonly pcapngOption.Repr[];
  /** Those of the section that the packet stands in: the same list for all its packets. */
  readonly sectionOptions: readonly pcapngOption.Repr[];
}

interface PcapngInterface {
  readonly linkType: number;
  readonly snapLength: number;
  readonly clock: pcapngOption.Clock;
}

/** What the packets of a section have in common. */
interface PcapngSection {
  readonly interfaces: readonly PcapngInterface[];
  readonly sectionOptions: readonly pcapngOption.Repr[];
}

const NO_OPTIONS: readonly pcapngOption.Repr[] = [];
const NO_OCTETS = new Uint8Array(0);
/** Far beyond the interfaces of any machine; a file that describes more is made to fill the memory of its reader. */
const INTERFACES_MAX = 4096;

/** How many octets the next step needs before it can be taken, and what it does with them. */
interface Format {
  /** Octets of the next piece that stands at `start`; 0 while too few are there to tell. */
  nextLength(bytes: Uint8Array, start: number): number | Malformed;
  read(bytes: Uint8Array, start: number, end: number): CaptureRecord | Malformed | undefined;
}

export class CaptureReader {
  /** What was handed over and not yet read, `#heldLength` octets, with room for more. */
  #held: Uint8Array = NO_OCTETS;
  #heldLength = 0;
  /** Octets that must be held before the next step can be taken. */
  #neededLength: number = pcapng.BLOCK_OVERHEAD;
  /** Octets of the file before the held ones. */
  #consumed = 0;
  #format: Format | undefined;
  #fault: Malformed | undefined;
  #ended = false;

  /** Takes the next octets of the file and returns the packets that they complete. The octets are copied. */
  push(chunk: Uint8Array): readonly CaptureRecord[] {
    const records: CaptureRecord[] = [];
    this.visit(chunk, (record) => records.push(record));
    return records;
  }

  /** The same, packet by packet, for captures with millions of them. */
  visit(chunk: Uint8Array, take: (record: CaptureRecord) => void): void {
    assert(!this.#ended, 'nothing comes after the end of a file');
    if (this.#fault !== undefined) return;
    this.#append(chunk);
    if (this.#heldLength < this.#neededLength) return;
    const bytes = this.#held.subarray(0, this.#heldLength);
    let at = 0;
    for (;;) {
      const length = this.#nextLength(bytes, at);
      if (length === 0 || at + length > bytes.length) {
        this.#neededLength = Math.max(length, bytes.length - at + 1);
        break;
      }
      const piece = this.#format?.read(bytes, at, at + length);
      if (piece !== undefined && isMalformed(piece)) {
        this.#fault = { ...piece, offset: piece.offset + this.#consumed };
        break;
      }
      if (piece !== undefined) take(piece);
      at += length;
    }
    // What was handed out is not written again: new octets go behind it, or into a new buffer.
    this.#held = this.#held.subarray(at);
    this.#heldLength -= at;
    this.#consumed += at;
  }

  /** Ends the file. Returns why it cannot be read to its end, `offset` counting from its first octet, or undefined. */
  end(): Malformed | undefined {
    this.#ended = true;
    if (this.#fault !== undefined) return this.#fault;
    if (this.#format === undefined) return malformed('capture', 0, 'the file is too short for a capture');
    if (this.#heldLength === 0) return undefined;
    return malformed('capture', this.#consumed, 'the file is cut in the middle of a record');
  }

  /** A buffer that is too small doubles at least, so that a block in many pieces is not copied once for each. */
  #append(chunk: Uint8Array): void {
    const length = this.#heldLength + chunk.length;
    if (length > this.#held.length) {
      const larger = new Uint8Array(Math.max(length, 2 * this.#heldLength));
      larger.set(this.#held.subarray(0, this.#heldLength));
      this.#held = larger;
    }
    this.#held.set(chunk, this.#heldLength);
    this.#heldLength = length;
  }

  /** Octets of the next piece, or 0 where more octets are needed to tell, or where the file cannot be read on. */
  #nextLength(bytes: Uint8Array, at: number): number {
    if (this.#format === undefined) {
      if (bytes.length < pcapng.BLOCK_OVERHEAD) return 0;
      this.#format = readU32(bytes, 0) === pcapng.blockType.section ? pcapngFormat() : pcapFormat();
    }
    const length = this.#format.nextLength(bytes, at);
    if (typeof length === 'number') return length;
    this.#fault = { ...length, offset: length.offset + this.#consumed };
    return 0;
  }
}

function pcapFormat(): Format {
  let file: pcap.Repr | undefined;
  return {
    nextLength(bytes, start) {
      if (file === undefined) return pcap.HEADER_LENGTH;
      if (start + pcap.RECORD_HEADER_LENGTH > bytes.length) return 0;
      const length = pcap.readRecordLength(bytes, start, file);
      if (length <= pcap.RECORD_HEADER_LENGTH + pcap.CAPTURED_LENGTH_MAX) return length;
      return malformed('pcap', start, 'a record is longer than any packet');
    },
    read(bytes, start, end) {
      if (file === undefined) {
        const header = pcap.parse(bytes, start, end);
        if (isMalformed(header)) return header;
        file = header;
        return undefined;
      }
      const record = pcap.parseRecord(bytes, start, end, file);
      if (isMalformed(record)) return record;
      const { seconds, nanoseconds, originalLength, bytes: octets } = record;
      return {
        seconds,
        nanoseconds,
        linkType: file.linkType,
        originalLength,
        bytes: octets,
        options: NO_OPTIONS,
        sectionOptions: NO_OPTIONS,
      };
    },
  };
}

function pcapngFormat(): Format {
  let order: ByteOrder = 'little';
  let interfaces: PcapngInterface[] = [];
  let sectionOptions = NO_OPTIONS;
  return {
    nextLength(bytes, start) {
      if (start + pcapng.BLOCK_OVERHEAD > bytes.length) return 0;
      // The type of a section block reads the same in both orders; from there on the order is its own.
      if (readU32(bytes, start) === pcapng.blockType.section) {
        const declared = pcapng.readByteOrder(bytes, start);
        if (declared === undefined) {
          return malformed('pcapng', start + 8, 'the byte-order magic of a section is missing');
        }
        order = declared;
      }
      const length = pcapng.readBlockLength(bytes, start, order);
      if (length >= pcapng.BLOCK_OVERHEAD && length <= pcapng.BLOCK_LENGTH_MAX) return length;
      return malformed('pcapng', start + 4, 'the length of a block is impossible');
    },
    read(bytes, start, end) {
      const block = pcapng.parse(bytes, start, end, order);
      if (isMalformed(block)) return block;
      if (block.kind === 'section') {
        interfaces = [];
        sectionOptions = block.options;
      }
      if (block.kind === 'interface') {
        const { linkType, snapLength, options } = block;
        if (interfaces.length === INTERFACES_MAX)
          return malformed('pcapng', start, 'a section describes more than 4,096 interfaces');
        interfaces.push({ linkType, snapLength, clock: pcapngOption.readClock(options, order) });
      }
      return packetOf(block, { interfaces, sectionOptions }, start);
    },
  };
}

/** The packet of a block, undefined where the block holds none. */
function packetOf(
  block: pcapng.Repr,
  section: PcapngSection,
  start: number,
): CaptureRecord | Malformed | undefined {
  if (block.kind !== 'enhancedPacket' && block.kind !== 'simplePacket') return undefined;
  const { interfaces, sectionOptions } = section;
  const from = interfaces[block.kind === 'enhancedPacket' ? block.interfaceIndex : 0];
  if (from === undefined)
    return malformed('pcapng', start, 'a packet names an interface that was not described');
  const { originalLength } = block;
  if (block.kind === 'simplePacket') {
    // §4.4: the length that was kept is not written down; it follows from the snap length.
    const kept = from.snapLength === 0 ? originalLength : Math.min(originalLength, from.snapLength);
    const bytes = block.bytes.subarray(0, kept);
    return {
      seconds: 0,
      nanoseconds: 0,
      linkType: from.linkType,
      originalLength,
      bytes,
      options: NO_OPTIONS,
      sectionOptions,
    };
  }
  const { unitsPerSecond, offsetSeconds } = from.clock;
  return {
    seconds: Number(block.timestamp / unitsPerSecond + offsetSeconds),
    nanoseconds: Number(((block.timestamp % unitsPerSecond) * 1_000_000_000n) / unitsPerSecond),
    linkType: from.linkType,
    originalLength,
    bytes: block.bytes,
    options: block.options,
    sectionOptions,
  };
}
