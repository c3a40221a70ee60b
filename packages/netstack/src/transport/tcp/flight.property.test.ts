// What is in flight, run by run, against the words of RFC 8985 6.2 and RFC 6675 4 applied octet by octet.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Flight } from './flight.ts';

const MSS = 4;
const FIRST = 40;
const SEED = Number(process.env['WORMWOOD_SEED'] ?? 20_261_130);
const MIN_ROUND_TRIP_MS = 3;

interface Octet {
  fate: 'on the way' | 'held' | 'lost';
  sentMs: number;
  /** Which transmission of an octet it was, of all. */
  order: number;
  isRepeated: boolean;
}

/** One record an octet, and every rule as the RFC words it. */
class Octets {
  octets: Octet[] = [];
  #orders = 0;
  #arrived = { order: -1, roundTripMs: 0 };

  send(count: number, sentMs: number): void {
    for (let i = 0; i < count; i++)
      this.octets.push({ fate: 'on the way', sentMs, order: this.#orders++, isRepeated: false });
  }

  repeat(offset: number, length: number, sentMs: number): void {
    for (let i = offset; i < offset + length; i++)
      this.octets[i] = { fate: 'on the way', sentMs, order: this.#orders++, isRepeated: true };
  }

  arrive(octet: Octet, nowMs: number): void {
    if (octet.fate === 'held') return;
    const roundTripMs = nowMs - octet.sentMs;
    if (octet.isRepeated && roundTripMs < MIN_ROUND_TRIP_MS) return;
    if (octet.order > this.#arrived.order) this.#arrived = { order: octet.order, roundTripMs };
  }

  hold(start: number, end: number, nowMs: number): void {
    for (const octet of this.octets.slice(start, end)) {
      this.arrive(octet, nowMs);
      octet.fate = 'held';
    }
  }

  acknowledge(count: number, nowMs: number): void {
    for (const octet of this.octets.splice(0, count)) this.arrive(octet, nowMs);
    for (const octet of this.octets) {
      if (octet.fate !== 'held') break;
      octet.fate = 'lost';
      octet.isRepeated = false;
    }
  }

  detect(nowMs: number, reorderMs: number): void {
    for (const octet of this.octets) {
      if (octet.fate !== 'on the way' || octet.order > this.#arrived.order) continue;
      if (octet.sentMs + this.#arrived.roundTripMs + reorderMs <= nowMs) octet.fate = 'lost';
    }
  }

  loseAll(): void {
    for (const octet of this.octets) if (octet.fate === 'on the way') octet.fate = 'lost';
  }

  count(fate: Octet['fate']): number {
    return this.octets.filter((octet) => octet.fate === fate).length;
  }
}

const octets = (max: number) => fc.integer({ min: 1, max });
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('hold' as const), start: octets(80), length: octets(12) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('repeat' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('send' as const), length: octets(12) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('acknowledge' as const), length: octets(10) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('detect' as const), reorderMs: fc.nat(4) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: octets(6) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('timeout' as const) }) },
);

describe('what is in flight', () => {
  it(`is counted, called lost and chosen as octet by octet; seed ${SEED}`, () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        let nowMs = 10;
        const flight = new Flight(FIRST, 0);
        flight.minRoundTripMs = MIN_ROUND_TRIP_MS;
        const model = new Octets();
        model.send(FIRST, 0);
        for (const action of steps) {
          const inFlight = model.octets.length;
          switch (action.kind) {
            case 'hold': {
              const end = Math.min(action.start + action.length, inFlight);
              flight.hold(action.start, end, nowMs);
              model.hold(action.start, end, nowMs);
              break;
            }
            case 'repeat': {
              const hole = flight.nextLost(MSS);
              if (hole === null) break;
              flight.repeated(hole, nowMs);
              model.repeat(hole.offset, hole.length, nowMs);
              break;
            }
            case 'send':
              flight.sent(action.length, nowMs);
              model.send(action.length, nowMs);
              break;
            case 'acknowledge': {
              const count = Math.min(action.length, inFlight);
              flight.acknowledge(count, nowMs);
              model.acknowledge(count, nowMs);
              break;
            }
            case 'detect':
              flight.detectLost(nowMs, action.reorderMs);
              model.detect(nowMs, action.reorderMs);
              break;
            case 'pass':
              nowMs += action.ms;
              break;
            case 'timeout':
              flight.loseAll(nowMs);
              model.loseAll();
              break;
          }
          expect([flight.pipe, flight.heldBytes, flight.lostBytes]).toEqual(
            (['on the way', 'held', 'lost'] as const).map((fate) => model.count(fate)),
          );
          const first = model.octets.findIndex(({ fate }) => fate === 'lost');
          expect(flight.nextLost(MSS)?.offset ?? -1).toBe(first);
        }
      }),
      { numRuns: 500, seed: SEED },
    );
  });

  it('believes a bounded number of ranges, and nothing outside what is in flight', () => {
    const flight = new Flight(4000, 0);
    for (let i = 1; i < 3000; i += 2) flight.hold(i, i + 1, 1);
    expect(flight.heldBytes).toBeLessThan(70);
    for (let ms = 1; ms < 1000; ms++) {
      flight.loseAll(ms);
      flight.repeated({ offset: 2 * ms, length: 1 }, ms);
      flight.sent(1, ms);
    }
    expect(flight.capacityBytes).toBeLessThan(30_000);
    for (const [start, end] of [
      [0, 5],
      [-3, 4],
      [9, 9],
      [1990, 2001],
    ] as const)
      expect(new Flight(2000, 0).hold(start, end, 1)).toBe(false);
  });
});
