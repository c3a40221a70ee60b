/** Answers to segments outside any connection, octet by octet: RFC 9293 3.10.7.1, and what disguises answer in place of it. */
import { isMalformed, pseudoHeaderSum, readU16, tcp } from '@wormwood/wire';
import { describe, expect, it } from 'vitest';
import type { StrayAnswer, SynAckShape } from '../../behavior.ts';
import { plainBehavior } from '../../plain-behavior.ts';
import {
  bench,
  flagsOf,
  LOCAL,
  PORT,
  REMOTE,
  type SegmentWords,
  TEST_SECRET,
} from '../../stack-test-support.ts';
import { strayKindOf } from './stray-answers.ts';

const CLOSED = 82;
const FAR = 2 ** 30;

it.each([
  ['', 'listening-null', 'closed-null'],
  ['F', 'listening-null', 'closed-null'],
  ['S', 'listening-syn-fin', 'closed-syn'],
  ['SF', 'listening-syn-fin', 'closed-syn'],
  ['A', 'listening-ack', 'closed-ack'],
  ['SA', 'listening-ack', 'closed-ack'],
])('a segment with the flags "%s" is %s or %s', (flags, listening, closed) => {
  expect([strayKindOf(flagsOf(flags), true), strayKindOf(flagsOf(flags), false)]).toEqual([
    listening,
    closed,
  ]);
});

const plain = plainBehavior(TEST_SECRET);
const usual: SynAckShape = { ...plain.tcp, windowBytes: 0x1234, optionOrder: [], oddities: null };

/** What a closed port answers whose disguise answers so. */
function answered(words: Partial<StrayAnswer>, segment: Partial<SegmentWords> = {}) {
  const answer: StrayAnswer = {
    flags: flagsOf('RA'),
    sequence: 'zero',
    acknowledgment: 'zero',
    payload: new Uint8Array(0),
    ...words,
    shape: { ...usual, ...words.shape },
  };
  const strays = {
    'listening-null': null,
    'listening-syn-fin': null,
    'listening-ack': null,
    'closed-syn': answer,
    'closed-ack': answer,
    'closed-null': answer,
  };
  const made = bench({ behavior: { tcp: { ...plain.tcp, strays } } });
  made.send({
    flags: 'S',
    destinationPort: CLOSED,
    sequenceNumber: 7,
    acknowledgmentNumber: 500,
    ...segment,
  });
  const [packet] = made.receivePackets();
  const head = tcp.parse(packet!.payload);
  if (isMalformed(head)) throw new Error(head.reason);
  expect(tcp.verifyChecksum(packet!.payload, 0, packet!.payload.length, pseudoHeaderSum(packet!))).toBe(true);
  return { head, made, octets: packet!.payload };
}

describe('the sequence number is', () => {
  it.each<[StrayAnswer['sequence'], number]>([
    ['zero', 0],
    ['acknowledgment', 500],
    ['acknowledgment-plus-one', 501],
  ])('%s', (sequence, number) => {
    expect(answered({ sequence }).head).toMatchObject({ sequenceNumber: number, acknowledgmentNumber: 0 });
  });

  it('that of a connection which would begin now', () => {
    const { head, made } = answered({ sequence: 'initial' });
    const flow = {
      localAddress: LOCAL,
      localPort: CLOSED,
      remoteAddress: REMOTE,
      remotePort: head.destinationPort,
    };
    expect(head.sequenceNumber).toBe(plain.initialSequenceNumber(flow, made.clock.nowSeconds()));
  });
});

describe('the acknowledgment is', () => {
  it.each<[StrayAnswer['acknowledgment'], Partial<SegmentWords>, number]>([
    ['zero', {}, 0],
    ['sequence', {}, 7],
    ['other', {}, 7 + FAR],
    ['next', {}, 8],
    ['next', { flags: '' }, 8],
    ['next', { flags: '', payload: [1] }, 8],
    ['next', { flags: '', payload: [1, 2, 3] }, 10],
    ['next', { flags: 'F', payload: [1, 2, 3] }, 11],
    ['next', { flags: 'S', payload: [1] }, 9],
    // SYN and FIN together count for one.
    ['next', { flags: 'SF' }, 8],
    ['next', { flags: 'S', sequenceNumber: 0xffff_ffff }, 0],
  ])('%s of %o', (acknowledgment, segment, number) => {
    expect(answered({ acknowledgment }, segment).head.acknowledgmentNumber).toBe(number);
  });
});

describe('the rest', () => {
  const oddities = {
    instead: null,
    isLiteral: false,
    zeroTimestamp: false,
    zeroEcho: false,
    flags: 0,
    reserved: 5,
    urgentPointer: 0x4321,
    packetClass: 'syn-ack',
  } as const;

  it('is window, flags, ports, reserved bits, urgent pointer and text of the answer', () => {
    const { head } = answered({ shape: { ...usual, oddities }, payload: Uint8Array.of(72, 105) });
    expect(head).toMatchObject({
      sourcePort: CLOSED,
      destinationPort: 40_000,
      flags: flagsOf('RA'),
      window: 0x1234,
      reserved: 5,
      urgentPointer: 0x4321,
      payload: Uint8Array.of(72, 105),
    });
    expect(answered({}).head).toMatchObject({ reserved: 0, urgentPointer: 0, options: [] });
  });

  it('is every option, filled up to words with what stands last', () => {
    const optionOrder = ['mss', 'scale', 'sack', 'timestamps', 'nop', 'end'] as const;
    const segment = { options: [{ kind: 'timestamps', value: 0x0102_0304, echo: 9 }] } as const;
    const shape = { ...usual, mssBytes: 0x0506, windowScale: 9, optionOrder };
    const { octets, made } = answered({ shape }, segment);
    const value = plain.timestampValue(plain.timestampOffset(LOCAL, REMOTE), made.clock.nowSeconds());
    const clock = [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff);
    const options = [2, 4, 5, 6, 3, 3, 9, 4, 2, 8, 10, ...clock, 1, 2, 3, 4, 1, 0, 0, 0, 0];
    expect([...octets.subarray(tcp.HEADER_LENGTH)]).toEqual(options);
    expect(octets[tcp.field.dataOffset]! >>> 4).toBe((tcp.HEADER_LENGTH + options.length) / 4);
    expect(readU16(octets, tcp.field.window)).toBe(0x1234);
  });

  it('is NOP where the options do not end, and 0 for times where the system writes 0', () => {
    const only = answered({ shape: { ...usual, windowScale: 2, optionOrder: ['scale'] } });
    expect([...only.octets.subarray(tcp.HEADER_LENGTH)]).toEqual([3, 3, 2, 1]);
    const zero = { ...oddities, zeroTimestamp: true, zeroEcho: true };
    const times = { ...usual, optionOrder: ['nop', 'nop', 'timestamps'], oddities: zero } as const;
    const { octets } = answered({ shape: times }, { options: [{ kind: 'timestamps', value: 5, echo: 9 }] });
    expect([...octets.subarray(tcp.HEADER_LENGTH)]).toEqual([1, 1, 8, 10, 0, 0, 0, 0, 0, 0, 0, 0]);
    const unasked = answered({ shape: { ...times, oddities: { ...oddities, zeroTimestamp: true } } });
    expect([...unasked.octets.subarray(tcp.HEADER_LENGTH)]).toEqual([1, 1, 8, 10, 0, 0, 0, 0, 0, 0, 0, 0]);
  });
});

it('a bare FIN to a listener is answered where the system does, as at a closed port where it has no answer of its own', () => {
  const answer = (flags: string, shape: SynAckShape = usual): StrayAnswer => ({
    flags: flagsOf(flags),
    sequence: 'zero',
    acknowledgment: 'zero',
    payload: new Uint8Array(0),
    shape,
  });
  const flagsFor = (flags: string, listeningNull: StrayAnswer | null, answersFinToListener: boolean) => {
    const strays = {
      'listening-null': listeningNull,
      'listening-syn-fin': null,
      'listening-ack': null,
      'closed-syn': null,
      'closed-ack': null,
      'closed-null': answer('R'),
    };
    const made = bench({ behavior: { tcp: { ...plain.tcp, strays, answersFinToListener } } });
    made.send({ flags, destinationPort: PORT });
    return made.receive().map((segment) => segment.flags);
  };
  expect(flagsFor('F', null, false)).toEqual([]);
  expect(flagsFor('F', answer('RA'), false)).toEqual([]);
  expect(flagsFor('F', answer('RA'), true)).toEqual([flagsOf('RA')]);
  expect(flagsFor('F', null, true)).toEqual([flagsOf('R')]);
  expect(flagsFor('', answer('RA'), false)).toEqual([flagsOf('RA')]);
  expect(flagsFor('', null, true)).toEqual([]);
});
