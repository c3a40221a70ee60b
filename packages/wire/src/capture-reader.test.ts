import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { pcapRecordRepr, pcapRepr } from './arbitrary-packet-test-support.ts';
import type { ByteOrder } from './byte-order.ts';
import { CaptureReader, type CaptureRecord } from './capture-reader.ts';
import { hex, linuxFrames } from './linux-frames-test-support.ts';
import type { Malformed } from './malformed.ts';
import * as pcap from './pcap.ts';
import * as pcapngOption from './pcapng-option.ts';
import * as pcapng from './pcapng.ts';
import { parameters } from './protocol-laws-test-support.ts';

function pcapFile(file: pcap.Repr, records: readonly pcap.RecordRepr[]): Uint8Array {
  const size = records.reduce((sum, record) => sum + pcap.recordLength(record), pcap.HEADER_LENGTH);
  const out = new Uint8Array(size);
  let at = pcap.emit(file, out);
  for (const record of records) at = pcap.emitRecord(record, out, at, file);
  return out;
}

function pcapngFile(order: ByteOrder, blocks: readonly pcapng.Repr[]): Uint8Array {
  const out = new Uint8Array(blocks.reduce((sum, block) => sum + pcapng.length(block), 0));
  let at = 0;
  for (const block of blocks) at = pcapng.emit(block, out, at, order);
  return out;
}

interface Outcome {
  readonly records: readonly CaptureRecord[];
  readonly fault: Malformed | undefined;
}

function readAll(file: Uint8Array, chunkSize = file.length): Outcome {
  const reader = new CaptureReader();
  const records: CaptureRecord[] = [];
  for (let at = 0; at < file.length; at += chunkSize) {
    records.push(...reader.push(file.subarray(at, at + chunkSize)));
  }
  return { records, fault: reader.end() };
}

const frame = hex(linuxFrames.datagram);
const milliseconds = { code: pcapngOption.code.timestampResolution, data: Uint8Array.of(3) };
const comment = { code: pcapngOption.code.comment, data: new TextEncoder().encode('first contact') };

const writer = { code: pcapngOption.code.comment, data: new TextEncoder().encode('one section') };

const blocks: readonly pcapng.Repr[] = [
  { kind: 'section', options: [writer] },
  { kind: 'interface', linkType: 1, snapLength: 20, options: [] },
  { kind: 'interface', linkType: 101, snapLength: 0, options: [milliseconds] },
  { kind: 'unknown', blockType: 4, content: new Uint8Array(8) },
  {
    kind: 'enhancedPacket',
    interfaceIndex: 0,
    timestamp: 1_100_000_000_000_007n,
    originalLength: 45,
    bytes: frame,
    options: [comment],
  },
  {
    kind: 'enhancedPacket',
    interfaceIndex: 1,
    timestamp: 1_100_000_000_007n,
    originalLength: 31,
    bytes: frame.subarray(14),
    options: [],
  },
  { kind: 'simplePacket', originalLength: 45, bytes: frame.subarray(0, 20) },
];

describe('a capture reader', () => {
  it('returns the packets of a pcap file, whatever its order, precision and pieces', () => {
    fc.assert(
      fc.property(
        pcapRepr,
        fc.array(pcapRecordRepr, { maxLength: 6 }),
        fc.integer({ min: 1, max: 60 }),
        (file, drawn, chunkSize) => {
          const unit = file.precision === 'nanoseconds' ? 1 : 1000;
          const expected = drawn.map((record) => ({
            seconds: record.seconds,
            nanoseconds: Math.floor(record.nanoseconds / unit) * unit,
            originalLength: record.originalLength,
            bytes: record.bytes,
            linkType: file.linkType,
            options: [],
            sectionOptions: [],
          }));
          expect(readAll(pcapFile(file, drawn), chunkSize)).toEqual({ records: expected, fault: undefined });
        },
      ),
      { ...parameters, numRuns: 100 },
    );
  });

  it.each(['little', 'big'] as const)('returns the packets of a %s-endian pcapng file', (order) => {
    for (const chunkSize of [1, 7, 64, 4096]) {
      const { records, fault } = readAll(pcapngFile(order, blocks), chunkSize);
      expect(fault).toBeUndefined();
      expect(records).toEqual([
        {
          seconds: 1_100_000_000,
          nanoseconds: 7000,
          linkType: 1,
          originalLength: 45,
          bytes: frame,
          options: [comment],
          sectionOptions: [writer],
        },
        {
          seconds: 1_100_000_000,
          nanoseconds: 7_000_000,
          linkType: 101,
          originalLength: 31,
          bytes: frame.subarray(14),
          options: [],
          sectionOptions: [writer],
        },
        {
          seconds: 0,
          nanoseconds: 0,
          linkType: 1,
          originalLength: 45,
          bytes: frame.subarray(0, 20),
          options: [],
          sectionOptions: [writer],
        },
      ]);
    }
  });

  it('reads sections of both orders in one file, each with its own interfaces', () => {
    const both = new Uint8Array([...pcapngFile('big', blocks), ...pcapngFile('little', blocks)]);
    expect(readAll(both, 100)).toMatchObject({ records: { length: 6 }, fault: undefined });
    const orphan = new Uint8Array([
      ...pcapngFile('big', blocks),
      ...pcapngFile('little', [blocks[0]!, blocks[4]!]),
    ]);
    expect(readAll(orphan)).toMatchObject({
      records: { length: 3 },
      fault: { reason: 'a packet names an interface that was not described' },
    });
  });

  it('returns what stands before a cut, and says where the cut is', () => {
    const file: pcap.Repr = {
      byteOrder: 'little',
      precision: 'microseconds',
      snapLength: 65_535,
      linkType: 1,
    };
    const record: pcap.RecordRepr = { seconds: 1, nanoseconds: 2000, originalLength: 45, bytes: frame };
    const ngBlocks = blocks.slice(0, 5);
    const files: readonly (readonly [Uint8Array, readonly number[]])[] = [
      [pcapFile(file, [record, record]), [24, 85]],
      [
        pcapngFile('big', ngBlocks),
        ngBlocks.map((_, count) => pcapngFile('big', ngBlocks.slice(0, count)).length),
      ],
    ];
    for (const [whole, starts] of files) {
      expect(readAll(whole).fault).toBeUndefined();
      for (let length = 0; length < whole.length; length++) {
        const { records, fault } = readAll(whole.subarray(0, length), 33);
        expect(records.length).toBeLessThan(2);
        // A file may end behind any of its records or blocks, but for the first.
        const isBetweenRecords = starts.includes(length) && length > 0;
        if (!isBetweenRecords) expect(fault, `${length} octets`).toMatchObject({ malformed: true });
      }
    }
    expect(readAll(pcapFile(file, [record, record]).subarray(0, 100)).fault).toEqual({
      malformed: true,
      protocol: 'capture',
      reason: 'the file is cut in the middle of a record',
      offset: 85,
    });
  });

  it('never throws and never waits for ever, whatever is changed', () => {
    const file: pcap.Repr = { byteOrder: 'big', precision: 'nanoseconds', snapLength: 65_535, linkType: 1 };
    const record: pcap.RecordRepr = { seconds: 1, nanoseconds: 2, originalLength: 45, bytes: frame };
    const whole = [pcapFile(file, [record, record, record]), pcapngFile('little', blocks)];
    const change = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(
        fc.constantFrom(...whole),
        fc.array(change, { maxLength: 4 }),
        fc.integer({ min: 1, max: 300 }),
        (original, changes, chunkSize) => {
          const octets = original.slice();
          for (const [at, value] of changes) octets[at % octets.length] = value;
          const inPieces = readAll(octets, chunkSize);
          expect(inPieces).toEqual(readAll(octets));
          expect(inPieces.records.length).toBeLessThanOrEqual(3);
        },
      ),
      { ...parameters, numRuns: 150 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (octets) => void readAll(octets, 50)),
      parameters,
    );
  });

  it('stops at a record that is longer than any packet instead of waiting for it', () => {
    const file: pcap.Repr = {
      byteOrder: 'little',
      precision: 'microseconds',
      snapLength: 65_535,
      linkType: 1,
    };
    const octets = pcapFile(file, [{ seconds: 1, nanoseconds: 0, originalLength: 45, bytes: frame }]);
    octets[35] = 0x7f;
    const reader = new CaptureReader();
    expect(reader.push(octets)).toEqual([]);
    expect(reader.push(octets)).toEqual([]);
    expect(reader.end()).toMatchObject({ reason: 'a record is longer than any packet', offset: 24 });
    expect(() => reader.push(octets)).toThrow('after the end');
  });

  it('refuses what is not a capture, naming the reason', () => {
    expect(readAll(hex('')).fault).toMatchObject({ reason: 'the file is too short for a capture' });
    expect(readAll(new Uint8Array(100)).fault).toMatchObject({
      reason: 'the file is not a pcap capture',
      offset: 0,
    });
    // Version 3.0, in the order of the file: 0xa1b2c3d4, then the version as two numbers of two octets.
    const future = hex('a1b2c3d4 0003 0000 00000000 00000000 0000ffff 00000001');
    expect(readAll(future).fault).toMatchObject({ reason: 'the major version is not 2', offset: 4 });
    const section = pcapngFile('big', blocks);
    section[8] = 0;
    expect(readAll(section).fault).toMatchObject({
      reason: 'the byte-order magic of a section is missing',
      offset: 8,
    });
  });
});

describe('a file made to exhaust its reader', () => {
  const section: pcapng.Repr = { kind: 'section', options: [] };
  const description: pcapng.Repr = { kind: 'interface', linkType: 1, snapLength: 0, options: [] };
  const packet = blocks[4] as Extract<pcapng.Repr, { kind: 'enhancedPacket' }>;
  const some = (count: number): readonly pcapngOption.Repr[] => Array.from({ length: count }, () => comment);

  it.each<[string, number, (count: number) => readonly pcapng.Repr[]]>([
    [
      'a section describes more than 4,096 interfaces',
      4096,
      (count) => [section, ...Array.from({ length: count }, () => description), packet],
    ],
    [
      'a block has more than 1,024 options',
      1024,
      (count) => [section, description, { ...packet, options: some(count) }],
    ],
    [
      'a block has more than 1,024 options',
      1024,
      (count) => [{ kind: 'section', options: some(count) }, description, packet],
    ],
    [
      'a block has more than 1,024 options',
      1024,
      (count) => [section, { ...description, options: some(count) }, packet],
    ],
    [
      'a record is longer than any packet',
      262_144,
      (count) => [section, description, { ...packet, bytes: new Uint8Array(count) }],
    ],
  ])('is read up to a limit: %s', (reason, limit, blocksOf) => {
    expect(readAll(pcapngFile('little', blocksOf(limit)))).toMatchObject({
      records: { length: 1 },
      fault: undefined,
    });
    expect(readAll(pcapngFile('little', blocksOf(limit + 1)))).toMatchObject({
      records: [],
      fault: { reason },
    });
  });

  it('has its interfaces counted in each section anew', () => {
    const many = [section, ...Array.from({ length: 4000 }, () => description), packet];
    expect(readAll(pcapngFile('big', [...many, ...many]), 5000)).toMatchObject({
      records: { length: 2 },
      fault: undefined,
    });
  });

  it('is copied a few times, however small the pieces of a large block are', () => {
    const whole = pcapngFile('little', [
      section,
      { kind: 'unknown', blockType: 9, content: new Uint8Array(2 ** 20) },
    ]);
    let copied = 0;
    const copy = vi.spyOn(Uint8Array.prototype, 'set').mockImplementation(function (
      this: Uint8Array,
      from,
      offset,
    ) {
      copied += from.length;
      for (let i = 0; i < from.length; i++) this[(offset ?? 0) + i] = from[i] ?? 0;
    });
    try {
      expect(readAll(whole, 100).fault).toBeUndefined();
    } finally {
      copy.mockRestore();
    }
    expect(copied).toBeGreaterThanOrEqual(whole.length);
    expect(copied).toBeLessThan(4 * whole.length);
  });
});

describe('the clock of a pcapng interface', () => {
  it('counts in powers of ten or two, from an offset', () => {
    const option = (code: number, digits: string): { code: number; data: Uint8Array } => ({
      code,
      data: hex(digits),
    });
    expect(pcapngOption.readClock([], 'big')).toEqual({ unitsPerSecond: 1_000_000n, offsetSeconds: 0n });
    expect(pcapngOption.readClock([option(9, '09')], 'big')).toMatchObject({
      unitsPerSecond: 1_000_000_000n,
    });
    expect(pcapngOption.readClock([option(9, '8a')], 'big')).toMatchObject({ unitsPerSecond: 1024n });
    expect(pcapngOption.readClock([option(14, 'ffffffffffffff00')], 'big')).toMatchObject({
      offsetSeconds: -256n,
    });
    expect(pcapngOption.readClock([option(14, '0001000000000000')], 'little')).toMatchObject({
      offsetSeconds: 256n,
    });
  });
});
