/** The choices of a host without a personality, against what Linux sends and what the RFCs say. */
import type { tcpOption } from '@wormwood/wire';
import { describe, expect, it } from 'vitest';
import type { PacketClass } from './behavior.ts';
import { plainBehavior, raisedTypeOfService } from './plain-behavior.ts';
import { TEST_SECRET } from './stack-test-support.ts';

const FROM = 0x0a00_0001;
const TO = 0xc000_0201;

it('a reset keeps the TOS; an error keeps its four bits and has the precedence of internetwork control (RFC 1812)', () => {
  for (let requested = 0; requested < 256; requested++) {
    expect(raisedTypeOfService('reset', requested)).toBe(requested);
    const bits = requested.toString(2).padStart(8, '0');
    expect(raisedTypeOfService('icmp-error', requested)).toBe(Number.parseInt(`110${bits.slice(3, 7)}0`, 2));
  }
  expect(plainBehavior(TEST_SECRET).echoTypeOfService(0xff)).toBe(0xff);
});

it('headers are those of Linux', () => {
  const behavior = plainBehavior(TEST_SECRET);
  const kinds: PacketClass[] = ['echo-reply', 'icmp-error', 'syn-ack', 'established', 'reset', 'udp'];
  expect(kinds.map((kind) => behavior.dontFragment(kind))).toEqual([false, false, true, true, true, true]);
  expect(kinds.map((kind) => behavior.timeToLive(kind))).toEqual([64, 64, 64, 64, 64, 64]);
  expect([behavior.echoDontFragment(true), behavior.echoCode(9)]).toEqual([false, 9]);
  expect(behavior).toMatchObject({
    spoofedSource: null,
    answersEcho: true,
    refusesDatagrams: true,
    icmpQueries: { timestamp: true, information: false, addressMask: null },
    // RFC 1812 4.3.2.3: no more than 576 octets with the headers of 28.
    icmpQuoteBytes: 576 - 28,
    icmpExcessBytes: 0,
    icmpUnused: 0,
    tcp: { windowScale: 7, mssBytes: 1460, sack: true, timestamps: true, synAckRepeats: 5 },
  });
});

it('identifications count by protocol and pair of hosts, in TCP by connection, and are 0 beside DF without data', () => {
  const behavior = plainBehavior(TEST_SECRET);
  expect([
    behavior.identification('syn-ack', FROM, TO, 7),
    behavior.identification('reset', FROM, TO, 7),
  ]).toEqual([0, 0]);
  const next = (first: number, steps: number) => (first + steps) & 0xffff;
  const icmp = behavior.identification('echo-reply', FROM, TO, 0);
  expect(behavior.identification('icmp-error', FROM, TO, 0)).toBe(next(icmp, 1));
  const udp = behavior.identification('udp', FROM, TO, 1);
  const flow = behavior.identification('established', FROM, TO, 0x1234_0050);
  const other = behavior.identification('established', FROM, TO, 0x1235_0050);
  expect(new Set([icmp, udp, flow, other]).size).toBe(4);
  expect(behavior.identification('udp', FROM, TO, 2)).toBe(next(udp, 1));
  expect(behavior.identification('established', FROM, TO, 0x1234_0050)).toBe(next(flow, 1));
  expect(behavior.identification('established', FROM, TO, 0x1235_0050)).toBe(next(other, 1));
  expect(behavior.identification('echo-reply', FROM, TO, 0)).toBe(next(icmp, 2));
});

describe('the first sequence number (RFC 6528 3)', () => {
  const behavior = plainBehavior(TEST_SECRET);
  const flow = { localAddress: FROM, localPort: 80, remoteAddress: TO, remotePort: 40_000 };
  const first = behavior.initialSequenceNumber(flow, 1000);

  it('of a flow moves 250,000 a second', () => {
    expect(behavior.initialSequenceNumber(flow, 1000.000004)).toBe((first + 1) >>> 0);
    expect(behavior.initialSequenceNumber(flow, 1001)).toBe((first + 250_000) >>> 0);
    // It turns over after 2^32 / 250,000 seconds.
    expect(behavior.initialSequenceNumber(flow, 1000 + 2 ** 32 / 250_000)).toBe(first);
  });

  it('of flows that differ in one number have nothing in common, and neither have those of two secrets', () => {
    const numbers = [
      first,
      behavior.initialSequenceNumber({ ...flow, localAddress: FROM + 1 }, 1000),
      behavior.initialSequenceNumber({ ...flow, remoteAddress: TO + 1 }, 1000),
      behavior.initialSequenceNumber({ ...flow, localPort: 81 }, 1000),
      behavior.initialSequenceNumber({ ...flow, remotePort: 40_001 }, 1000),
      plainBehavior(TEST_SECRET.map((octet) => octet ^ 1)).initialSequenceNumber(flow, 1000),
    ];
    const distances = numbers.flatMap((a) => numbers.map((b) => Math.abs((a - b) | 0)));
    // 15 pairs: that two of them meet within a million has a probability of 15 · 2^21 / 2^32 = 0.7 %, settled by the key.
    expect(distances.filter((distance) => distance < 2 ** 20)).toHaveLength(numbers.length);
  });
});

it('timestamps move a thousand times a second from a number of the pair, and turn over', () => {
  const behavior = plainBehavior(TEST_SECRET);
  expect(behavior.timestampValue(5, 12.3459)).toBe(12_350);
  expect(behavior.timestampValue(0xffff_ffff, 0.002)).toBe(1);
  expect(behavior.timestampOffset(FROM, TO)).toBe(behavior.timestampOffset(FROM, TO));
  expect(
    new Set([
      behavior.timestampOffset(FROM, TO),
      behavior.timestampOffset(TO, FROM),
      behavior.timestampOffset(FROM, TO + 1),
    ]).size,
  ).toBe(3);
});

// The order in which Linux writes them (net/ipv4/tcp_output.c): M(SS) S(ACK) T(imestamps) N(OP) W(indow scale).
it.each([
  { offered: '', order: 'M', window: 64_240 },
  { offered: 'W', order: 'MNW', window: 64_240 },
  { offered: 'S', order: 'MNNS', window: 64_240 },
  { offered: 'SW', order: 'MNNSNW', window: 64_240 },
  { offered: 'T', order: 'MNNT', window: 65_160 },
  { offered: 'TW', order: 'MNNTNW', window: 65_160 },
  { offered: 'ST', order: 'MST', window: 65_160 },
  { offered: 'STW', order: 'MSTNW', window: 65_160 },
])(
  'a SYN that offers "$offered" is answered with $order and a window of $window',
  ({ offered, order, window }) => {
    const { tcp } = plainBehavior(TEST_SECRET);
    const scan = {
      mssBytes: 1460,
      hasTimestamps: offered.includes('T'),
      sackPermitted: offered.includes('S'),
      windowScale: offered.includes('W') ? 0 : -1,
    } as tcpOption.Scan;
    const shape = tcp.shapes!.list[tcp.shapes!.of(scan, { flags: 2, window: 1024 })]!;
    const letter = { mss: 'M', sack: 'S', timestamps: 'T', nop: 'N', scale: 'W', end: 'E' };
    expect(shape.optionOrder.map((name) => letter[name]).join('')).toBe(order);
    expect(shape).toMatchObject({
      windowBytes: window,
      windowScale: 7,
      mssBytes: 1460,
      sack: true,
      timestamps: true,
    });
  },
);
