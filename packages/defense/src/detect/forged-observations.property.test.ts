// Over random mixtures of honest and forged traffic, nothing acts on an address whose owner did not complete a handshake.
// The full run, of a million mixtures: WORMWOOD_ACCURACY=full npx vitest run packages/defense/src/detect/forged-observations
import { AddressSet, formatIpv4, randomStreams, type RandomStream } from '@wormwood/base';
import { describe, expect, it } from 'vitest';
import type { Observation } from '../observation.ts';
import type { Verdict } from '../verdict.ts';
import { createDetector } from './detector.ts';
import type { Detector } from './detector-contract.ts';
import {
  type Campaign,
  FORGED,
  ForgedTraffic,
  HONEST,
  HONEYPOTS,
  keyOf,
  ROUTERS,
  SENSOR,
} from './forged-traffic-test-support.ts';
import { EventObserver } from '../observe/observe-events.ts';
import { PacketObserver } from '../observe/observe-packets.ts';

const IS_FULL = process.env['WORMWOOD_ACCURACY'] === 'full';
const MIXTURES = IS_FULL ? 1_000_000 : 2_000;
/** Mixtures that one observer and one detector see, one after the other, each with addresses of its own. */
const MIXTURES_PER_CAPTURE = 250;
const SEED = process.env['WORMWOOD_SEED'] ?? '20261130';
const DARK = AddressSet.fromCidrs([{ address: HONEYPOTS, prefixLength: 24 }]);
const streams = randomStreams(SEED);

const VERDICT_FROM = 3;

/** A verdict takes three addresses, a few seconds apart; the promise of errors is of no concern here. */
function newDetector(): Detector {
  return createDetector({
    test: 'trw',
    streams,
    monitored: DARK,
    falsePositiveRate: 0.01,
    sourcesMax: 2 ** 14,
  });
}

function pick<T>(from: readonly T[], stream: RandomStream): T {
  const picked = from[stream.nextBelow(from.length)];
  if (picked === undefined) throw new Error('nothing to pick from');
  return picked;
}

/** What one capture showed. */
class Referee {
  readonly #truth: ReadonlyMap<string, number>;
  /** By source: the machines that completed handshakes while they held its address, and with which honeypots. */
  readonly #holders: Map<number, Set<number>> = new Map();
  readonly #completed: Map<number, Set<number>> = new Map();
  proven = 0;
  forgeable = 0;
  readonly complaints: string[] = [];
  readonly acting: Set<number> = new Set();

  constructor(truth: ReadonlyMap<string, number>) {
    this.#truth = truth;
  }

  check(observation: Observation, verdict: Verdict | null): void {
    const { kind, sourcePort: port, forgeable, linkAddress } = observation;
    const [source, honeypot] = [Number(observation.source), Number(observation.destination)];
    if (kind === 'handshake' && forgeable !== null) this.forgeable++;
    if (kind === 'handshake' && forgeable === null) {
      this.proven++;
      const holder = this.#truth.get(keyOf({ source, port, honeypot }));
      if (holder === undefined || holder !== (linkAddress ?? 0)) {
        this.complaints.push(
          `${formatIpv4(source)}:${port} completed nothing, and is proven by ${linkAddress ?? 'a router'}`,
        );
      } else {
        this.#holders.set(source, (this.#holders.get(source) ?? new Set()).add(holder));
        this.#completed.set(source, (this.#completed.get(source) ?? new Set()).add(honeypot));
      }
    }
    if (kind === 'payload' && forgeable === null && !this.#truth.has(keyOf({ source, port, honeypot }))) {
      this.complaints.push(`${formatIpv4(source)}:${port} completed nothing, and its payload counts`);
    }
    if (verdict?.unforgeable === true) this.#checkVerdict(verdict);
  }

  #checkVerdict(verdict: Verdict): void {
    const { linkAddress } = verdict;
    const source = Number(verdict.source);
    this.acting.add(source);
    const holders = [...(this.#holders.get(source) ?? [])];
    const named = linkAddress === null ? 0 : Number.parseInt(linkAddress.replaceAll(':', ''), 16);
    const completed = this.#completed.get(source)?.size ?? 0;
    if (holders.length !== 1 || holders[0] !== named || completed < VERDICT_FROM) {
      this.complaints.push(
        `${formatIpv4(source)} is judged, bound to ${linkAddress ?? 'a router'}, of ${holders.join()}`,
      );
    }
  }
}

interface Run {
  readonly referee: Referee;
  /** Addresses whose owner was honest while nobody forged. */
  readonly expected: ReadonlySet<number>;
}

/** A capture of some mixtures, every fifth of them honest alone. */
function runCapture(number: number): Run {
  const stream = streams.stream('test/forged', number);
  const traffic = new ForgedTraffic(stream);
  const sensor = { sensorMacs: new Set([SENSOR]), routerMacs: new Set<number>(ROUTERS) };
  const observer = new PacketObserver({ dark: DARK, sensor });
  const detector = newDetector();
  const referee = new Referee(traffic.truth);
  const expected = new Set<number>();
  for (let i = 0; i < MIXTURES_PER_CAPTURE; i++) {
    const isControl = i % 5 === 0;
    const kinds: Campaign[] = isControl
      ? [pick(HONEST, stream)]
      : Array.from({ length: 1 + stream.nextBelow(2) }, () =>
          pick(stream.nextDouble() < 0.25 ? HONEST : FORGED, stream),
        );
    const { records, campaigns } = traffic.mix(kinds, isControl);
    if (isControl) for (const { source } of campaigns) expected.add(source);
    for (const record of records) {
      for (const observation of observer.observe(record))
        referee.check(observation, detector.observe(observation));
    }
  }
  return { referee, expected };
}

describe('mixtures of honest and forged traffic in a capture', () => {
  it(
    'give no verdict that acts, but on addresses whose owner completed the handshakes',
    { timeout: 4 * 3_600_000 },
    () => {
      let [proven, forgeable, acting, missed] = [0, 0, 0, 0];
      const captures = Math.ceil(MIXTURES / MIXTURES_PER_CAPTURE);
      for (let number = 0; number < captures; number++) {
        const { referee, expected } = runCapture(number);
        expect(referee.complaints, `seed ${SEED}, capture ${number}`).toEqual([]);
        proven += referee.proven;
        forgeable += referee.forgeable;
        acting += referee.acting.size;
        for (const source of expected) if (!referee.acting.has(source)) missed++;
      }
      if (IS_FULL) {
        console.log(
          `seed ${SEED}: ${captures * MIXTURES_PER_CAPTURE} mixtures, ${proven} proven handshakes, ` +
            `${forgeable} forgeable ones, ${acting} addresses acted upon, ${missed} honest ones missed`,
        );
      }
      // The property is about something: honest hosts are proven and found, and forged handshakes do complete.
      expect(missed, `seed ${SEED}`).toBe(0);
      expect(acting).toBeGreaterThan(MIXTURES / 5 - 1);
      expect(proven).toBeGreaterThan(MIXTURES);
      expect(forgeable).toBeGreaterThan(MIXTURES);
    },
  );
});

/** What a sensor writes about one flow; what is forged never has a proof that the sensor made. */
const HONEST_ENDINGS = ['router', 'link', 'pending, then link'] as const;
const FORGED_ENDINGS = [
  'contact',
  'udp',
  'missing',
  'unknown',
  'none',
  'pending',
  'pending, then none',
  'pending, then pending',
  'open without handshake',
] as const;
type Ending = (typeof HONEST_ENDINGS)[number] | (typeof FORGED_ENDINGS)[number];

/** The lines of a flow from `source` to a dark address, and of its payload. */
function eventsOf(
  ending: Ending,
  number: number,
  source: number,
): readonly Readonly<Record<string, unknown>>[] {
  const flow = {
    session: `s${number}`,
    proto: 'tcp',
    src_ip: formatIpv4(source),
    src_port: 1024 + (number % 60_000),
  };
  const open = { ...flow, event: 'flow.open', handshake: true };
  const src_mac = '02:10:00:00:00:01';
  const proof = { ...flow, event: 'flow.proof', src_mac };
  const pending = { ...open, source_proof: 'pending', src_mac };
  switch (ending) {
    case 'router':
      return [{ ...open, source_proof: 'router', src_mac }];
    case 'link':
      return [{ ...open, source_proof: 'link', src_mac }];
    case 'pending, then link':
      return [pending, { ...proof, source_proof: 'link' }];
    case 'contact':
      return [{ ...flow, event: 'probe.tcp' }];
    case 'udp':
      return [{ ...open, proto: 'udp', source_proof: 'router', src_mac }];
    case 'missing':
      return [open];
    case 'unknown':
      return [{ ...open, source_proof: 'certain', src_mac }];
    case 'none':
      return [{ ...open, source_proof: 'none', forgeable: 'arp-conflict', src_mac }];
    case 'pending':
      return [pending];
    case 'pending, then none':
      return [pending, { ...proof, source_proof: 'none', forgeable: 'arp-mismatch' }];
    case 'pending, then pending':
      return [pending, { ...proof, source_proof: 'pending' }];
    default:
      return [{ ...open, handshake: false, source_proof: 'router', src_mac }];
  }
}

describe('mixtures of honest and forged flows in the events of a sensor', () => {
  it('give no verdict that acts, but on addresses that completed proven handshakes', () => {
    const stream = streams.stream('test/forged-events');
    const observer = new EventObserver(DARK);
    const detector = newDetector();
    const honest = new Map<number, Set<number>>();
    let [acting, forged] = [0, 0];
    for (let number = 0; number < 2 * MIXTURES; number++) {
      const source = 0xc6120000 + Math.floor(number / 12) * 4 + stream.nextBelow(4);
      const destination = HONEYPOTS + stream.nextBelow(256);
      const isHonest = source % 4 === 0 && stream.nextBelow(2) === 0;
      const ending = pick<Ending>(isHonest ? HONEST_ENDINGS : FORGED_ENDINGS, stream);
      // A source is on the link or beyond a router, not both: the mixture of the two proves nothing.
      const [first] = HONEST_ENDINGS;
      const events = eventsOf(
        isHonest && source % 8 === 0 ? first : ending === first ? 'link' : ending,
        number,
        source,
      );
      if (isHonest) honest.set(source, (honest.get(source) ?? new Set()).add(destination));
      else forged++;
      const hash = (number % 7).toString(16).repeat(64);
      const data = { ...events[0], event: 'service.data', payload_sha256: hash, payload_length: 5 };
      const ts = new Date(1_772_366_400_000 + 100 * number).toISOString();
      for (const event of [...events.slice(0, 1), data, ...events.slice(1)]) {
        const text = JSON.stringify({ v: 1, ts, dst_ip: formatIpv4(destination), dst_port: 445, ...event });
        const reading = observer.read({ text, file: 'events.jsonl', line: number });
        if (reading.kind !== 'observations') throw new Error(`${text} is ${reading.kind}`);
        for (const observation of reading.observations) {
          const verdict = detector.observe(observation);
          if (verdict?.unforgeable !== true) continue;
          acting++;
          expect(
            honest.get(Number(verdict.source))?.size ?? 0,
            `seed ${SEED}, line ${number}`,
          ).toBeGreaterThanOrEqual(2);
        }
      }
    }
    expect(acting).toBeGreaterThan(MIXTURES / 200);
    expect(forged).toBeGreaterThan(MIXTURES);
  });
});
