// Timers of many connections against a list of deadlines.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ConnectionTable } from './connection-table.ts';
import { TimerWheel } from './timer-wheel.ts';

const SEED = Number(process.env['WORMWOOD_SEED'] ?? 20_261_130);
const CONNECTIONS = 6;
const TICK_MS = 16;

const step = fc.record({
  connection: fc.nat(CONNECTIONS - 1),
  afterMs: fc.oneof(fc.nat(20), fc.nat(400), fc.nat(400_000)),
  stops: fc.boolean(),
  passMs: fc.oneof(fc.constant(0), fc.nat(30), fc.nat(300), fc.nat(200_000)),
});

it(`runs each timer once, not before it is due and no more than a tick after; seed ${SEED}`, () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const table = new ConnectionTable(CONNECTIONS, 1);
      const places = Array.from({ length: CONNECTIONS }, (_, i) => table.add(i, 1, 1));
      const wheel = new TimerWheel(table);
      const due: Map<number, number> = new Map();
      let nowMs = 0;
      for (const { connection, afterMs, stops, passMs } of steps) {
        const at = places[connection]!;
        if (stops) {
          wheel.stop(at);
          due.delete(at);
        } else {
          wheel.start(at, nowMs + afterMs);
          due.set(at, nowMs + afterMs);
        }
        expect(wheel.isRunning(at)).toBe(!stops);
        if (due.size > 0) expect(wheel.nextMs()).toBeLessThan(Math.min(...due.values()) + TICK_MS);
        nowMs += passMs;
        wheel.run(nowMs, (expired) => {
          expect(due.get(expired)).toBeLessThanOrEqual(nowMs);
          due.delete(expired);
        });
        for (const deadlineMs of due.values()) expect(deadlineMs).toBeGreaterThan(nowMs - TICK_MS);
      }
    }),
    { numRuns: 500, seed: SEED },
  );
});

it('runs what is due soon within a millisecond', () => {
  const table = new ConnectionTable(1, 1);
  const at = table.add(1, 1, 1);
  const wheel = new TimerWheel(table);
  for (let nowMs = 0; nowMs < 1000; nowMs += 7) {
    wheel.run(nowMs, () => {});
    const afterMs = (nowMs * 5) % 120;
    wheel.start(at, nowMs + afterMs);
    expect(wheel.nextMs()).toBe(nowMs + Math.max(1, afterMs));
  }
});

/** A wheel with one timer for each deadline; `run` returns the deadlines that came to pass, in their order. */
function wheelWith(deadlines: readonly number[], startedAtMs = 0) {
  const table = new ConnectionTable(deadlines.length, 1);
  const wheel = new TimerWheel(table);
  if (startedAtMs > 0) wheel.run(startedAtMs, () => {});
  const deadlineOf = new Map<number, number>();
  for (const [i, deadline] of deadlines.entries()) {
    const at = table.add(i + 1, 1, 1);
    deadlineOf.set(at, deadline);
    wheel.start(at, deadline);
  }
  const run = (nowMs: number): number[] => {
    const expired: number[] = [];
    wheel.run(nowMs, (at) => expired.push(deadlineOf.get(at)!));
    return expired;
  };
  return { wheel, run, places: [...deadlineOf.keys()] };
}

it.each([1, 16, 17, 100, 126, 127, 128, 129, 143, 144, 145, 2047, 2048, 65_535, 65_536, 65_552, 200_000])(
  'a timer of %i ms runs no sooner, and within the step of its wheel',
  (deadline) => {
    const { wheel, run } = wheelWith([deadline]);
    expect(wheel.nextMs()).toBeLessThanOrEqual(deadline + TICK_MS);
    expect(run(deadline - 1)).toEqual([]);
    // Up to 126 ms ahead steps are milliseconds; further ahead they are ticks of 16.
    const last = deadline < 127 ? deadline : TICK_MS * Math.ceil(deadline / TICK_MS);
    if (last > deadline) expect(run(last - 1)).toEqual([]);
    expect(run(last)).toEqual([deadline]);
    expect(wheel.nextMs()).toBe(Number.POSITIVE_INFINITY);
  },
);

it('a pause of a round of the wheel, and one tick more or less, leaves out no timer', () => {
  const round = 4096 * TICK_MS;
  for (const pause of [round - TICK_MS, round - 1, round, round + 1, round + TICK_MS, 3 * round]) {
    const deadlines = [1, 126, 127, 128, 255, 256, 1000, round - TICK_MS, round - TICK_MS - 1];
    expect(
      wheelWith(deadlines)
        .run(pause)
        .toSorted((a, b) => a - b),
    ).toEqual(deadlines.filter((deadline) => deadline <= pause).toSorted((a, b) => a - b));
  }
});

it('says the millisecond of a timer that is due soon, and the tick of a later one', () => {
  const soon = wheelWith([50, 30, 90]);
  const said = [soon.wheel.nextMs()];
  for (const at of [soon.places[1]!, soon.places[0]!, soon.places[2]!]) {
    soon.wheel.stop(at);
    said.push(soon.wheel.nextMs());
  }
  expect(said).toEqual([30, 50, 90, Number.POSITIVE_INFINITY]);
  expect(wheelWith([1000]).wheel.nextMs()).toBe(1008);
  expect(wheelWith([1000, 40]).wheel.nextMs()).toBe(40);
  // Also when more than a round has passed, whose ticks are not looked at again: 16 · 12,563.
  expect(wheelWith([201_000], 200_000).wheel.nextMs()).toBe(201_008);
});

it('takes a deadline that has passed for one that is due now', () => {
  const { run } = wheelWith([10, 999, 1000], 1000);
  expect(run(1000)).toEqual([]);
  expect(run(1001).toSorted((a, b) => a - b)).toEqual([10, 999, 1000]);
});

it('goes on over the turn of milliseconds of 32 bits, where no timer is due at the word 0', () => {
  const turn = 2 ** 32;
  const { wheel, run, places } = wheelWith([turn, turn - 16, turn + 32, turn + 400], turn - 100);
  expect(places.every((at) => wheel.isRunning(at))).toBe(true);
  expect(run(turn - 17)).toEqual([]);
  expect(run(turn - 16)).toEqual([turn - 16]);
  expect(run(turn + 1)).toEqual([turn]);
  expect(run(turn + 32)).toEqual([turn + 32]);
  expect(run(turn + 400)).toEqual([turn + 400]);
});
