import { describe, expect, it } from 'vitest';
import { pseudoHeaderSum } from './ip-protocol.ts';
import * as ipv4 from './ipv4.ts';
import { readSynMarks, SYN_MARK_NAMES, synMark, synMarkNames } from './syn-marks.ts';
import * as tcp from './tcp.ts';

const ends = { source: 0xc6336407, destination: 0x0a010203 };
const IP_LENGTH = 20;

interface Fields {
  readonly identification?: number;
  readonly timeToLive?: number;
  readonly sequenceNumber?: number;
  readonly flags?: number;
  readonly isBare?: boolean;
}

/** The marks of a SYN as Linux writes it, but for the fields that are given. */
function marksOf(fields: Fields): readonly string[] {
  const { identification = 4711, timeToLive = 57, sequenceNumber = 0x1234_5678, isBare = false } = fields;
  const segment: tcp.Repr = {
    sourcePort: 40_000,
    destinationPort: 23,
    sequenceNumber,
    acknowledgmentNumber: 0,
    reserved: 0,
    flags: fields.flags ?? tcp.flag.SYN,
    window: 64_240,
    urgentPointer: 0,
    options: isBare ? [] : [{ kind: 'mss', mssBytes: 1460 }],
    payload: new Uint8Array(0),
  };
  const payload = new Uint8Array(tcp.length(segment));
  tcp.emit(segment, payload, 0, pseudoHeaderSum(ends));
  const packet: ipv4.Repr = {
    ...ends,
    typeOfService: 0,
    identification,
    reservedFlag: false,
    dontFragment: true,
    moreFragments: false,
    fragmentOffset: 0,
    timeToLive,
    protocol: 6,
    options: [],
    payload,
  };
  // Somewhere inside a larger buffer.
  const bytes = new Uint8Array(7 + ipv4.length(packet));
  ipv4.emit(packet, bytes, 7);
  return synMarkNames(readSynMarks(bytes, 7, 7 + IP_LENGTH));
}

describe('the marks of a SYN', () => {
  it.each<[string, Fields, readonly string[]]>([
    ['an ordinary system', {}, []],
    ['ZMap', { identification: 54_321, timeToLive: 240 }, ['zmap', 'high-ttl']],
    // 0x0203 ^ 23 ^ 0x5678
    ['masscan', { identification: 0x546c, isBare: true }, ['masscan', 'bare-syn']],
    ['Mirai', { sequenceNumber: ends.destination, isBare: true }, ['mirai', 'bare-syn']],
    ['a TTL of 200', { timeToLive: 200 }, []],
    ['a system that writes no identification', { identification: 0, sequenceNumber: 0x0203 ^ 23 }, []],
    ['an answer', { identification: 54_321, flags: tcp.flag.SYN | tcp.flag.ACK }, []],
    ['a middle', { identification: 54_321, flags: tcp.flag.ACK }, []],
  ])('of %s', (_, fields, marks) => {
    expect(marksOf(fields)).toEqual(marks);
  });

  it('have names in the order of their bits', () => {
    expect(Object.values(synMark)).toEqual(SYN_MARK_NAMES.map((_, bit) => 1 << bit));
    expect(synMarkNames(synMark.mirai | synMark.highTtl)).toEqual(['mirai', 'high-ttl']);
  });
});
