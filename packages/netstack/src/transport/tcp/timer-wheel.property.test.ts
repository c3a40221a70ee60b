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
