// State that is used a second time starts empty: a detector whose tables are full of other sources judges a newcomer, and a
// host that comes again after a long quiet, exactly as a detector that has seen nothing before. Each reset of the code was
// taken out once to see that a test here fails.
import { AddressSet, randomStreams, type RandomStream } from '@wormwood/base';
import { describe, expect, it } from 'vitest';
import type { WordObservation } from '../observation.ts';
import { observation } from './detect-test-support.ts';
import { createDetector } from './detector.ts';
import type { Detector } from './detector-contract.ts';
import { InfectionChain } from '../evidence/infection-chain.ts';
import { SignatureTable } from '../evidence/signature-table.ts';
import { WormTrend } from './worm-trend.ts';

const SEED = process.env['WORMWOOD_SEED'] ?? '20261130';
const streams = randomStreams(SEED);
/** One group of the source table: every newcomer competes with all others. */
const SOURCES_MAX = 16;
const LIVE_NETWORK = 0x0a000000;
const LIVE = AddressSet.fromCidrs([{ address: LIVE_NETWORK, prefixLength: 16 }]);
const DARK_NETWORK = 0xc0000000;
/** So long after the past every judgment is over, and all of it is worth less than a newcomer. */
const QUIET_SECONDS = 40 * 86_400;

function newDetector(): Detector {
  const options = { monitored: 2 ** -12, live: LIVE, falsePositiveRate: 1e-3, sourcesMax: SOURCES_MAX };
  return createDetector({ test: 'trw', streams, ...options });
}

interface Scene {
  readonly sources: readonly number[];
  readonly fromSeconds: number;
  /** Payloads of different scenes differ, since what a payload has spread to is not a state of a source. */
  readonly payloads: string;
  readonly length: number;
  /** Of four contacts, how many go to dark addresses. */
  readonly darkQuarters?: number;
}

/** Observations of everything that any table keeps: contacts, handshakes of all kinds, payloads, live contacts. */
function sceneOf(
  { sources, fromSeconds, payloads, length, darkQuarters = 3 }: Scene,
  stream: RandomStream,
): readonly WordObservation[] {
  let timeSeconds = fromSeconds;
  return Array.from({ length }, () => {
    timeSeconds += 3 * stream.nextDouble();
    const source = sources[stream.nextBelow(sources.length)] ?? 0;
    const dark = stream.nextBelow(4) < darkQuarters;
    const destination = dark
      ? DARK_NETWORK + stream.nextBelow(40)
      : LIVE_NETWORK + 100 + stream.nextBelow(40);
    const kind =
      (['contact', 'contact', 'handshake', 'handshake', 'payload'] as const)[stream.nextBelow(5)] ??
      'contact';
    const proofs = [null, null, null, 'arp-conflict', 'unknown-router', 'proof-pending'] as const;
    const forgeable = kind === 'contact' ? null : (proofs[stream.nextBelow(6)] ?? null);
    const isOnLink = stream.nextBelow(4) === 0 && kind !== 'contact' && forgeable === null;
    return observation({
      timeSeconds,
      kind,
      protocol: kind === 'handshake' || stream.nextBelow(4) > 0 ? 'tcp' : 'udp',
      source,
      destination,
      destinationPort: [445, 80, 1434][stream.nextBelow(3)] ?? 0,
      dark,
      forgeable,
      linkAddress: isOnLink ? 0x020000000000 + stream.nextBelow(2) : null,
      ...(kind === 'payload' ? { payloadHash: `${payloads}${stream.nextBelow(2)}`, payloadLength: 9 } : {}),
    });
  });
}

/** A few hosts of ours and of others; each scene may have hosts of its own. */
function sourcesOf(from: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => (i % 2 === 0 ? LIVE_NETWORK + 100 : 0x08080800) + from + i);
}

/** All that the detector says of these observations, and of their sources in the end. */
function judgmentsOf(
  detector: Detector,
  observations: readonly WordObservation[],
  sources: readonly number[],
): unknown {
  const verdicts = observations.map((each) => detector.observe(each));
  return { verdicts, explanations: sources.map((source) => detector.explain(source)) };
}

describe('a detector that has seen others before', () => {
  it.each([
    ['other sources, which are evicted', 200],
    ['the same sources, long ago', 0],
  ])('judges as one that has not: %s', (_, offset) => {
    let verdicts = 0;
    for (let run = 0; run < 60; run++) {
      const stream = streams.stream('test/reused', offset + run);
      const past = sourcesOf(0, SOURCES_MAX);
      const newcomers = sourcesOf(offset, 1 + stream.nextBelow(SOURCES_MAX));
      // Where nothing is dark, the walk alone keeps the port. It does not fade, so that it must be another's.
      const darkQuarters = offset > 0 && run % 3 === 0 ? 0 : 3;
      const used = newDetector();
      for (const each of sceneOf({ sources: past, fromSeconds: 1000, payloads: 'past', length: 600 }, stream))
        used.observe(each);
      verdicts += used.status().unforgeableVerdicts;
      const length = 10 * newcomers.length;
      const scene = { sources: newcomers, fromSeconds: QUIET_SECONDS, payloads: 'new', length, darkQuarters };
      const observations = sceneOf(scene, stream);
      expect(judgmentsOf(used, observations, newcomers), `seed ${SEED}, run ${run}`).toEqual(
        judgmentsOf(newDetector(), observations, newcomers),
      );
    }
    // The past left something to inherit.
    expect(verdicts).toBeGreaterThan(60);
  });

  it('does not take the time of another source for that of a newcomer', () => {
    const used = newDetector();
    for (let source = 0; source < SOURCES_MAX; source++) {
      used.observe(observation({ source, timeSeconds: 100_000 }));
    }
    // A sensor hands over what happened a little earlier; the newcomer reached nothing after that.
    const late = Array.from({ length: 6 }, (_, i) =>
      observation({ source: 99, destination: DARK_NETWORK + i, timeSeconds: 99_990 + i }),
    );
    expect(judgmentsOf(used, late, [99])).toEqual(judgmentsOf(newDetector(), late, [99]));
  });

  it('judges a host anew that quiet has cleared', () => {
    for (let run = 0; run < 40; run++) {
      const stream = streams.stream('test/cleared', run);
      const sources = [0x08080808];
      const options = { streams, monitored: 2 ** -12, falsePositiveRate: 1e-3, sourcesMax: SOURCES_MAX };
      const used = createDetector(options);
      for (const each of sceneOf({ sources, fromSeconds: 1000, payloads: 'past', length: 3 }, stream))
        used.observe(each);
      expect(used.status().verdicts).toBe(0);
      const observations = sceneOf(
        { sources, fromSeconds: QUIET_SECONDS, payloads: 'new', length: 20 },
        stream,
      );
      expect(judgmentsOf(used, observations, sources), `seed ${SEED}, run ${run}`).toEqual(
        judgmentsOf(createDetector(options), observations, sources),
      );
    }
  });
});

describe('a signature that takes the place of another', () => {
  const SIGNATURES_PER_GROUP = 8;
  const payload = (name: string, more: Partial<WordObservation>): WordObservation =>
    observation({ kind: 'payload', payloadHash: name, payloadLength: 9, ...more });

  /** Payloads whose signatures share a group of rows, which the low bits of their keys name. */
  function rivals(count: number): readonly string[] {
    const scratch = new SignatureTable(streams);
    const found: string[] = [];
    for (let i = 0; found.length < count; i++) {
      const key = scratch.observe(payload(`payload ${i}`, {}));
      if ((key & 511) === 0) found.push(`payload ${i}`);
    }
    return found;
  }

  const names = rivals(SIGNATURES_PER_GROUP + 2);
  const nameOf = (index: number): string => names[index] ?? '';
  const first = nameOf(0);
  const last = nameOf(SIGNATURES_PER_GROUP);
  const third = nameOf(SIGNATURES_PER_GROUP + 1);

  it('has spread nowhere yet', () => {
    const table = new SignatureTable(streams);
    const others = names.slice(1, SIGNATURES_PER_GROUP);
    const spread = (name: string, count: number): number[] =>
      Array.from({ length: count }, (_, i) =>
        table.observe(payload(name, { source: 7 * i, destination: 77 * i, timeSeconds: 100 })),
      );
    for (const each of others) spread(each, 30);
    const [firstKey = 0] = spread(first, 20);
    expect(table.spread(firstKey)?.payloadHash).toBe(first);
    const lastKey = table.observe(payload(last, { timeSeconds: 200 }));
    expect(table.spread(firstKey)).toBeNull();
    expect(table.spread(lastKey)).toEqual({ payloadHash: last, sources: 1, destinations: 1 });
  });

  it('is as old as its own payloads', () => {
    const table = new SignatureTable(streams);
    const observe = (name: string, source: number, timeSeconds: number): number =>
      table.observe(payload(name, { source, destination: source, timeSeconds }));
    // The first has one source and was seen latest; all others have two and were seen at 10.
    observe(first, 1, 100);
    for (const each of names.slice(1, SIGNATURES_PER_GROUP))
      [1, 2].forEach((source) => observe(each, source, 10));
    // The newcomer takes its place, and is the oldest of those with two sources.
    [1, 2].forEach((source) => observe(last, source, 5));
    const lastKey = observe(last, 2, 5);
    const thirdKey = observe(third, 1, 200);
    expect(table.spread(lastKey)).toBeNull();
    expect(table.spread(thirdKey)).toMatchObject({ payloadHash: third });
  });
});

describe('a remembered contact that takes the place of another', () => {
  const OURS = LIVE_NETWORK + 1;

  /** Who is said to have infected our host, after these contacts to it and a scan of its own. */
  function infectorOf(
    contacts: readonly Partial<WordObservation>[],
    scan: Partial<WordObservation> = {},
  ): number | undefined {
    const infected = new Set([1, 2]);
    const chain = new InfectionChain({
      capacity: 16,
      live: LIVE,
      streams,
      isInfected: (source) => infected.has(source),
    });
    for (const each of contacts) {
      chain.observe(0, observation({ kind: 'handshake', destination: OURS, dark: false, ...each }));
    }
    chain.observe(1, observation({ source: OURS, timeSeconds: 10_000, ...scan }));
    return chain.evidence(1)[0]?.figures['infector'];
  }

  it('names its own contactor, port and time', () => {
    expect(infectorOf([{ source: 1, timeSeconds: 9000 }])).toBe(1);
    expect(infectorOf([{ source: 1, timeSeconds: 1000 }])).toBeUndefined();
    // The first is over; the second stands.
    expect(
      infectorOf([
        { source: 1, timeSeconds: 1000 },
        { source: 2, timeSeconds: 9000 },
      ]),
    ).toBe(2);
    expect(
      infectorOf([
        { source: 1, timeSeconds: 1000 },
        { source: 3, timeSeconds: 9000 },
      ]),
    ).toBeUndefined();
    expect(
      infectorOf([
        { source: 3, timeSeconds: 9500 },
        { source: 2, timeSeconds: 9000 },
      ]),
    ).toBe(2);
    expect(infectorOf([{ source: 1, timeSeconds: 9000, destinationPort: 80 }])).toBeUndefined();
  });

  it('is not taken for one of another host or port in the same row', () => {
    const chain = new InfectionChain({ capacity: 16, live: LIVE, streams, isInfected: () => true });
    // Twice as many contacts as rows: most rows are used again.
    for (let i = 0; i < 2 ** 17; i++) {
      const contact = { source: 1, destination: LIVE_NETWORK + (i & 0xffff), destinationPort: i >>> 16 };
      chain.observe(0, observation({ kind: 'handshake', dark: false, timeSeconds: 9000, ...contact }));
    }
    let chained = 0;
    for (let i = 0; i < 2 ** 16; i++) {
      chain.reset(1);
      chain.observe(1, observation({ source: LIVE_NETWORK + i, destinationPort: 7, timeSeconds: 9001 }));
      chained += chain.evidence(1).length;
    }
    expect(chained).toBe(0);
  });
});

describe('a port that was evicted', () => {
  it('is followed again only after as many contacts as any other', () => {
    const trend = new WormTrend();
    let timeSeconds = 0;
    const contacts = (port: number, count: number): void => {
      for (let i = 0; i < count; i++) trend.observe(port, timeSeconds, -Infinity);
    };
    // 700 ports become worth following; all but the last 256 are evicted.
    for (let port = 1000; port < 1700; port++) contacts(port, 16);
    // Then something multiplies on another one.
    for (let second = 0; second < 400; second++) {
      timeSeconds = second;
      contacts(445, Math.floor(2 ** (second / 40)) + 1);
    }
    expect(trend.alarm()).toMatchObject({ port: 445 });
    for (let port = 1000; port < 1400; port++) contacts(port, 1);
    expect(trend.alarm()).toMatchObject({ port: 445, endedSeconds: null });
  });
});
