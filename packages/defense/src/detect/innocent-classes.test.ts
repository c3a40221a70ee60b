import { AddressSet, exponential, type RandomStream, randomStreams } from '@wormwood/base';
import { synMark } from '@wormwood/wire';
import { describe, expect, it } from 'vitest';
import type { WordObservation } from '../observation.ts';
import type { Verdict } from '../verdict.ts';
import { observation } from './detect-test-support.ts';
import { createDetector } from './detector.ts';
import type { Detector, DetectorOptions } from './detector-contract.ts';

const streams = randomStreams('15');
const NETWORK = 0x0a010000;
const DARK = AddressSet.fromCidrs([{ address: NETWORK, prefixLength: 16 }]);
const DAY = 86_400;
const SOURCE = 0xc6336407;

function newDetector(options: Partial<DetectorOptions> = {}): Detector {
  return createDetector({ streams, monitored: DARK, sourcesMax: 4096, ...options });
}

/** Contacts of a scanner: Poisson times, addresses drawn at random. */
function scan(
  stream: RandomStream,
  contactsPerSecond: number,
  more: Partial<WordObservation> = {},
): WordObservation[] {
  let timeSeconds = 0;
  return Array.from({ length: 60 }, () => {
    timeSeconds += exponential(stream) / contactsPerSecond;
    return observation({
      source: SOURCE,
      destination: NETWORK + stream.nextBelow(65_536),
      timeSeconds,
      ...more,
    });
  });
}

function verdictsOf(detector: Detector, observations: readonly WordObservation[]): Verdict[] {
  return observations.map((each) => detector.observe(each)).filter((verdict) => verdict !== null);
}

/** Calls addresses of a list, round after round. */
function rounds(addresses: number, count: number, gapSeconds: number): WordObservation[] {
  return Array.from({ length: addresses * count }, (_, i) =>
    observation({
      source: SOURCE,
      destination: NETWORK + 37 * (i % addresses),
      timeSeconds: Math.floor(i / addresses) * gapSeconds + (i % addresses),
    }),
  );
}

describe('a scanner', () => {
  it.each([10, 1000])('of %d probes/s is found when and where the promise says', (rate) => {
    const stream = streams.stream('test/classes', rate);
    const promise = newDetector().promise(rate);
    const runs = 400;
    let seconds = 0;
    let addresses = 0;
    for (let run = 0; run < runs; run++) {
      const contacts = scan(stream, rate / 65_536);
      const [verdict] = verdictsOf(newDetector({ sourcesMax: 16 }), contacts);
      expect(verdict?.kind).toBe('scanning');
      seconds += (verdict?.timeSeconds ?? 0) - (verdict?.sinceSeconds ?? 0);
      addresses += verdict?.evidence[0]?.figures['addresses'] ?? 0;
    }
    // An address met twice costs 15 more in 500 runs of ten thousand; the sum of gaps has a relative sd of 1/√(n runs).
    expect(addresses / runs / (promise?.addresses ?? 0)).toBeCloseTo(1, 1);
    const expected = promise?.seconds ?? 0;
    expect(Math.abs(seconds / runs / expected - 1)).toBeLessThan(0.02 + 4 / Math.sqrt(14 * runs));
  });

  it('is found by the tool that it uses after few contacts', () => {
    for (const [marks, most] of [
      [synMark.mirai, 3],
      [synMark.zmap, 3],
      [synMark.masscan, 3],
      [synMark.bare, 15],
    ] as const) {
      const [verdict] = verdictsOf(newDetector(), scan(streams.stream('test/marks'), 0.1, { marks }));
      expect(verdict?.evidence[0]?.figures['addresses']).toBe(most);
      expect(verdict?.evidence.some(({ detector }) => detector.startsWith('mark-'))).toBe(true);
    }
  });

  it('is found though it tries seven ports, and goes beyond the addresses that are kept one by one', () => {
    const stream = streams.stream('test/ports');
    const ports = [22, 23, 80, 137, 445, 1434, 3389];
    let sum = 0;
    for (let run = 0; run < 50; run++) {
      const contacts = [...scan(stream, 0.01), ...scan(stream, 0.01)].map((each, i) =>
        Object.assign({}, each, { timeSeconds: i * 100, destinationPort: ports[stream.nextBelow(7)] ?? 22 }),
      );
      const detector = newDetector({ sourcesMax: 16 });
      const needed = contacts.findIndex((each) => detector.observe(each) !== null) + 1;
      expect(needed).toBeGreaterThan(15);
      sum += needed;
    }
    // Simulated from the definition (conformance/detection/theory.ts): 54 of them; the standard error of 50 runs is 2.4.
    expect(sum / 50).toBeGreaterThan(46);
    expect(sum / 50).toBeLessThan(62);
  });

  it('is never found where there are fewer addresses than it takes', () => {
    const few = AddressSet.fromCidrs([{ address: NETWORK, prefixLength: 29 }]);
    expect(newDetector({ monitored: few }).promise(1000)).toBeNull();
  });
});

describe('no verdict on', () => {
  const quiet = (observations: readonly WordObservation[]): void => {
    expect(verdictsOf(newDetector(), observations)).toEqual([]);
  };

  it.each([1, 5, 6, 12])('a client that calls the same %d addresses for a week', (addresses) => {
    quiet(rounds(addresses, 168, 3600));
    const detector = newDetector();
    verdictsOf(detector, rounds(addresses, 168, 3600));
    expect(detector.explain(SOURCE).state).toBe('misconfigured');
  });

  it('many clients behind one address, whose contacts go to what clients use', () => {
    const stream = streams.stream('test/shared');
    const ports = [443, 443, 443, 80, 80, 993, 25, 22, 8080, 5222];
    const contacts = scan(stream, 0.01).map((each) =>
      Object.assign({}, each, { destinationPort: ports[stream.nextBelow(ports.length)] ?? 443 }),
    );
    quiet(contacts);
  });

  it('a host that strays once a day', () => {
    quiet(scan(streams.stream('test/stray'), 1 / DAY).slice(0, 12));
  });

  it('answers and middles of flows', () => {
    for (const kind of ['backscatter', 'remainder'] as const)
      quiet(scan(streams.stream('test/answers'), 1, { kind }));
  });
});

describe('an infected host', () => {
  const contacts = scan(streams.stream('test/infected'), 0.1);
  const payload = { kind: 'payload', payloadHash: 'ab'.repeat(32), payloadLength: 400 } as const;
  const with_ = (more: (i: number) => Partial<WordObservation>): WordObservation[] =>
    contacts.flatMap((each, i) => [each, Object.assign({}, each, more(i))]);
  const kinds = (
    observations: readonly WordObservation[],
    options: Partial<DetectorOptions> = {},
  ): string[] => verdictsOf(newDetector(options), observations).map(({ kind, proof }) => `${kind} ${proof}`);

  it('sends the same payload to every honeypot', () => {
    expect(kinds(with_(() => payload))).toEqual(['infected payload']);
  });

  it.each<[string, (i: number) => Partial<WordObservation>]>([
    ['a usual greeting', () => ({ ...payload, greeting: 'http' })],
    ['another payload each time', (i) => ({ ...payload, payloadHash: String(i).padStart(64, '0') })],
    ['the same payload under the mark of a scanning tool', () => ({ ...payload, marks: synMark.zmap })],
  ])('is not proven by %s', (_, more) => {
    expect(kinds(with_(more))).toEqual(['scanning null']);
  });

  it('does what a named worm does, or sends what the owner lists, or is the owner’s', () => {
    const mirai = contacts.map((each) => Object.assign({}, each, { marks: synMark.mirai }));
    expect(kinds(mirai)).toEqual(['scanning null', 'infected worm']);
    const signatures = new Map([[payload.payloadHash, 'marker']]);
    expect(
      kinds(
        with_(() => ({ ...payload, greeting: 'http' })),
        { signatures },
      ),
    ).toEqual(['infected signature']);
    const own = AddressSet.fromCidrs([{ address: SOURCE, prefixLength: 32 }]);
    expect(kinds(contacts, { own })).toEqual(['infected role']);
  });
});
