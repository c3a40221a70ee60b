/** What a personality says, as a behavior answers it: each trait by itself, the others those of an empty fingerprint. */
import { describe, expect, it } from 'vitest';
import { TEST_SECRET } from '../personality-test-support.ts';
import { personalityOf } from './compile.ts';
import type { Personality } from './personality.ts';
import { playedBehavior } from './played-behavior.ts';

const EMPTY = personalityOf({ name: 'some system', classes: [], tests: new Map() });
const HERE = 0x0a00_0001;
const THERE = 0xc000_0201;
const DAY = 86_400;

const played = (traits: Partial<Personality>, secret: Uint8Array = TEST_SECRET) =>
  playedBehavior({ ...EMPTY, ...traits }, secret);

describe('an echo reply', () => {
  it.each([
    ['never', false, false],
    ['always', true, true],
    ['same', false, true],
    ['opposite', true, false],
  ] as const)('has DF %s: without %s, with %s', (dontFragment, without, within) => {
    const { echo } = EMPTY;
    const behavior = played({ echo: { ...echo, dontFragment } });
    expect([behavior.echoDontFragment(false), behavior.echoDontFragment(true)]).toEqual([without, within]);
  });

  it.each([
    ['same', [0, 9]],
    ['zero', [0, 0]],
    ['other', [1, 8]],
  ] as const)('has the code %s', (code, codes) => {
    const behavior = played({ echo: { ...EMPTY.echo, code } });
    expect([0, 9].map((requested) => behavior.echoCode(requested))).toEqual(codes);
  });

  it('has the TOS of its request but for systems that give 0; a system that answers no echo answers no other query', () => {
    const windows = played({ name: 'Microsoft Windows XP' });
    const linux = played({ name: 'Linux 2.6.32', echo: { ...EMPTY.echo, answers: true } });
    expect([windows.echoTypeOfService(8), linux.echoTypeOfService(8)]).toEqual([0, 8]);
    expect([
      windows.refusalTypeOfService('icmp-error', 8),
      linux.refusalTypeOfService('icmp-error', 8),
    ]).toEqual([0, 0xc8]);
    expect([windows.refusalTypeOfService('reset', 8), linux.refusalTypeOfService('reset', 8)]).toEqual([
      0, 8,
    ]);
    expect([windows.tcp.synAckRepeats, linux.tcp.synAckRepeats]).toEqual([2, 5]);
    expect([linux.answersEcho, linux.icmpQueries.timestamp]).toEqual([true, true]);
    const quiet = played({ name: 'Linux 2.6.32', echo: { ...EMPTY.echo, answers: false } });
    expect([quiet.answersEcho, quiet.icmpQueries]).toEqual([
      false,
      { timestamp: false, information: false, addressMask: null },
    ]);
  });
});

it('errors have the traits of the system, and are longer than their cause by 28 octets at most', () => {
  const changes = {
    hops: 1,
    totalLength: { kind: 'fixed', value: 0 },
    identification: { kind: 'same' },
    ipChecksum: 'good',
    udpChecksum: { kind: 'same' },
    spoilsData: false,
  } as const;
  const behavior = played({ unreachable: { answers: false, unused: 7, quoteBytes: 99, changes } });
  expect(behavior).toMatchObject({
    refusesDatagrams: false,
    icmpUnused: 7,
    icmpQuoteBytes: 99,
    icmpExcessBytes: 28,
  });
  const quote = new Uint8Array(30).fill(60);
  quote[1] = 0x45;
  behavior.changeQuote!(quote, 1, 29);
  // Length, time to live; the octets around the quote stay.
  expect([quote[0], quote[3], quote[4], quote[9], quote[29]]).toEqual([60, 0, 0, 59, 60]);
  expect(played({ unreachable: { ...EMPTY.unreachable, changes: null } }).changeQuote).toBeNull();
});

describe('sequence numbers', () => {
  const flow = { localAddress: HERE, localPort: 80, remoteAddress: THERE, remotePort: 4000 };

  it('are 0, one of the pair, or steps from one of the pair', () => {
    const zero = played({ sequence: { kind: 'zero' } });
    expect([zero.sequenceNumbers, zero.initialSequenceNumber(flow, 5)]).toEqual(['weak', 0]);
    const constant = played({ sequence: { kind: 'constant' } });
    const first = constant.initialSequenceNumber(flow, 5);
    expect(constant.sequenceNumbers).toBe('keyed');
    expect(constant.initialSequenceNumber({ ...flow, localPort: 81, remotePort: 1 }, 900)).toBe(first);
    const others = [
      constant.initialSequenceNumber({ ...flow, localAddress: HERE + 1 }, 5),
      constant.initialSequenceNumber({ ...flow, remoteAddress: THERE + 1 }, 5),
      played(
        { sequence: { kind: 'constant' } },
        TEST_SECRET.map((octet) => octet ^ 1),
      ).initialSequenceNumber(flow, 5),
      0,
    ];
    expect(new Set([first, ...others]).size).toBe(5);
  });
});

describe('timestamps', () => {
  it('move with the ticks of the system from the first that is asked for, over the turn of 32 bits', () => {
    const behavior = played({ timestamps: { ticksPerSecond: 100, isRandom: false } });
    expect(behavior.timestampValue(500, 1000)).toBe(500);
    expect(behavior.timestampValue(500, 1000.019)).toBe(501);
    expect(behavior.timestampValue(500, 1002)).toBe(700);
    expect(behavior.timestampValue(2 ** 32 - 1, 1000.015)).toBe(0);
    const random = played({ timestamps: { ticksPerSecond: 100, isRandom: true } });
    random.timestampValue(0, 10);
    expect(random.timestampValue(0, 11)).toBe(1000);
  });

  it('begin with the host, one to twenty days ago, whoever asks', () => {
    const ticksPerSecond = 10;
    const behavior = played({ timestamps: { ticksPerSecond, isRandom: false } });
    const days = Array.from({ length: 400 }, (_, i) => {
      const offset = behavior.timestampOffset(HERE + i, THERE);
      expect(behavior.timestampOffset(HERE + i, THERE + 1)).toBe(offset);
      return offset / (DAY * ticksPerSecond);
    });
    // The least and the largest of 400 even draws over 19 days miss the ends by more than half a day with (18.5/19)^400 = 2e-5 each.
    expect([Math.floor(Math.min(...days) * 2), Math.ceil(Math.max(...days) * 2)]).toEqual([2, 40]);
    const mean = days.reduce((sum, day) => sum + day, 0) / days.length;
    // Four standard errors of the mean of an even draw.
    expect(Math.abs(mean - 10.5)).toBeLessThan((4 * 19) / Math.sqrt(12 * 400));
  });

  it('that are random begin for each pair anew', () => {
    const behavior = played({ timestamps: { ticksPerSecond: 100, isRandom: true } });
    const offsets = [THERE, THERE + 1, THERE + 2].map((remote) => behavior.timestampOffset(HERE, remote));
    expect(new Set(offsets).size).toBe(3);
  });
});

it('data of a system whose SYN/ACKs have the identification 0 counts by connection', () => {
  const identification = { ...EMPTY.identification, open: { kind: 'zero' } } as const;
  const zero = played({ identification });
  expect(zero.identification('syn-ack', HERE, THERE, 7)).toBe(0);
  const first = zero.identification('established', HERE, THERE, 7);
  const other = zero.identification('established', HERE, THERE, 8);
  expect(zero.identification('established', HERE, THERE, 7)).toBe((first + 1) & 0xffff);
  expect(other).not.toBe((first + 1) & 0xffff);
  const counting = played({ identification: { ...EMPTY.identification, open: { kind: 'incremental' } } });
  const [a, b] = ['syn-ack', 'established'].map((kind) =>
    counting.identification(kind as 'syn-ack', HERE, THERE, 7),
  );
  expect(b).toBe((a! + 1) & 0xffff);
});

it('a bare FIN to a listener is answered where a segment without flags is', () => {
  const answer = EMPTY.strays['closed-null'];
  expect(answer).not.toBeNull();
  const withNull = (listening: typeof answer) =>
    played({ strays: { ...EMPTY.strays, 'listening-null': listening } });
  expect([withNull(null), withNull(answer)].map(({ tcp }) => tcp.answersFinToListener)).toEqual([
    false,
    true,
  ]);
  expect(withNull(null).tcp.windowBytes).toBe(65_160);
});
