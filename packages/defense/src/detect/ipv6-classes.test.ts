// Classes of traffic over IPv6, and what is promised of each: `docs/detect.md`, IPv6.
import { exponential, type RandomStream, randomStreams } from '@wormwood/base';
import { IpSet, parseIpPrefix } from '@wormwood/wire';
import { describe, expect, it } from 'vitest';
import type { Observation } from '../observation.ts';
import type { Verdict } from '../verdict.ts';
import { createDetector } from './detector.ts';

const DARK = 0x2001_0db8_0001_0000n << 64n;
const SOURCES = 200;
const HOUR_SECONDS = 3600;
const DAY_SECONDS = 86_400;
const streams = randomStreams('1');

function monitored(): IpSet {
  const prefix = parseIpPrefix('2001:db8:1::/64');
  return prefix.ok ? IpSet.of([prefix.value]) : IpSet.empty;
}

function word64(stream: RandomStream): bigint {
  return (BigInt(stream.nextUint32()) << 32n) + BigInt(stream.nextUint32());
}

function contact(timeSeconds: number, source: bigint, destination: bigint, port: number): Observation {
  return {
    timeSeconds,
    kind: 'contact',
    protocol: 'tcp',
    source,
    destination,
    sourcePort: 50_000,
    destinationPort: port,
    payloadHash: null,
    payloadLength: 0,
    dark: true,
    linkAddress: null,
    forgeable: null,
  };
}

/** The contacts of one source, its number given. */
type Source = (stream: RandomStream, number: number) => readonly Observation[];

/** Judges all contacts in the order of their times; returns the first verdict on each network of 64 bits. */
function judge(source: Source, count: number = SOURCES): ReadonlyMap<string, Verdict> {
  const all = Array.from({ length: count }, (_, number) =>
    source(streams.stream('test/ipv6-class', number), number),
  );
  const detector = createDetector({ streams, monitored: monitored(), sourcesMax: 1024 });
  const found = new Map<string, Verdict>();
  for (const each of all.flat().toSorted((a, b) => a.timeSeconds - b.timeSeconds)) {
    const verdict = detector.observe(each);
    if (verdict?.prefix !== undefined && !found.has(verdict.prefix)) found.set(verdict.prefix, verdict);
  }
  return found;
}

/** The network of 64 bits of that number. */
function networkOf(number: number): bigint {
  return (0x2001_0db8_1000_0000n + BigInt(number)) << 64n;
}

/** A scanner that meets a new address every hour; `sourceAt` returns the source of a contact. */
function scanner(stream: RandomStream, contacts: number, sourceAt: () => bigint): readonly Observation[] {
  let now = 0;
  return Array.from({ length: contacts }, () => {
    now += HOUR_SECONDS * exponential(stream);
    return contact(now, sourceAt(), DARK + word64(stream), 2323);
  });
}

describe('a client with a list of stale addresses and a new address of its own every day', () => {
  it('is not judged', () => {
    const found = judge((stream, number) => {
      const peers = Array.from({ length: 2 + stream.nextBelow(9) }, () => DARK + word64(stream));
      return Array.from({ length: 30 }, (_, day) => {
        const own = networkOf(number) + word64(stream);
        return peers.map((peer) => contact((day + stream.nextDouble()) * DAY_SECONDS, own, peer, 51_413));
      }).flat();
    });
    expect([...found.keys()]).toEqual([]);
  });
});

describe('a scanner that takes another address of its network for each probe', () => {
  it('is found at its fifteenth address, as one that keeps its address', () => {
    const found = judge((stream, number) => scanner(stream, 100, () => networkOf(number) + word64(stream)));
    expect(found.size).toBeGreaterThanOrEqual(0.99 * SOURCES);
    const addresses = [...found.values()].map(
      ({ evidence }) => evidence.find(({ detector }) => detector === 'dark-contacts')?.figures['addresses'],
    );
    expect(addresses.filter((count) => count !== 15).length).toBeLessThanOrEqual(0.01 * SOURCES);
  });
});

describe('a scanner that takes another network of its 48 bits for each probe', () => {
  it.each([
    [8, 8],
    // Each of them is seen once or not at all: such a scanner is not found.
    [65_536, 0],
  ])('of %d networks has %d judged', (networks, judged) => {
    const found = judge(
      (stream) => scanner(stream, 400, () => networkOf(stream.nextBelow(networks)) + word64(stream)),
      1,
    );
    expect(found.size).toBe(judged);
  });
});
