import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type EventHandle, EventQueue } from './event-queue.ts';

describe('an event queue', () => {
  test('gives events back by time, and by order of pushing at equal times', () => {
    const queue = new EventQueue<string>();
    queue.push(2, 'c');
    queue.push(1, 'a');
    queue.push(2, 'd');
    queue.push(1, 'b');
    expect(queue.peekTime()).toBe(1);
    expect(queue.size).toBe(4);
    expect(drain(queue).map(({ event }) => event)).toEqual(['a', 'b', 'c', 'd']);
    expect(queue.pop()).toBeUndefined();
    expect(queue.peekTime()).toBeUndefined();
  });

  test('forgets a cancelled event, once', () => {
    const queue = new EventQueue<string>();
    const handle = queue.push(1, 'a');
    queue.push(2, 'b');
    expect(queue.cancel(handle)).toBe(true);
    expect(queue.cancel(handle)).toBe(false);
    expect(queue.size).toBe(1);
    expect(queue.pop()?.event).toBe('b');
  });

  test('does not cancel what has already left, nor what another queue holds', () => {
    const queue = new EventQueue<string>();
    const other = new EventQueue<string>();
    const handle = queue.push(1, 'a');
    const foreign = other.push(1, 'x');
    queue.push(1, 'b');
    expect(queue.cancel(foreign)).toBe(false);
    queue.pop();
    expect(queue.cancel(handle)).toBe(false);
    expect(queue.size).toBe(1);
    expect(other.size).toBe(1);
  });

  test('takes infinite times but no NaN', () => {
    const queue = new EventQueue<string>();
    queue.push(Infinity, 'never');
    queue.push(-Infinity, 'first');
    expect(drain(queue).map(({ event }) => event)).toEqual(['first', 'never']);
    expect(() => queue.push(Number.NaN, 'x')).toThrow('time');
  });

  test('agrees with a sorted list under any pushes, pops and cancels', () => {
    const action = fc.oneof(
      { weight: 5, arbitrary: fc.record({ kind: fc.constant('push' as const), n: fc.nat(7) }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('pop' as const), n: fc.nat() }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('cancel' as const), n: fc.nat() }) },
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 200, size: 'max' }), (actions) => {
        const queue = new EventQueue<number>();
        const handles: EventHandle[] = [];
        let model: { timeSeconds: number; event: number }[] = [];
        for (const { kind, n } of actions) {
          if (kind === 'push') {
            model.push({ timeSeconds: n, event: handles.length });
            handles.push(queue.push(n, handles.length));
          } else if (kind === 'pop') {
            const first = earliestOf(model)[0];
            expect(pick(queue.pop())).toEqual(first);
            model = model.filter((entry) => entry !== first);
          } else if (handles.length > 0) {
            const id = n % handles.length;
            expect(queue.cancel(handles[id]!)).toBe(model.some((entry) => entry.event === id));
            model = model.filter((entry) => entry.event !== id);
          }
          expect(queue.size).toBe(model.length);
          expect(queue.peekTime()).toBe(earliestOf(model)[0]?.timeSeconds);
        }
        expect(drain(queue)).toEqual(earliestOf(model));
      }),
    );
  });
});

function earliestOf<T extends { timeSeconds: number }>(entries: readonly T[]): T[] {
  return entries.toSorted((a, b) => a.timeSeconds - b.timeSeconds);
}

function pick<T>(popped: { timeSeconds: number; event: T } | undefined) {
  return popped && { timeSeconds: popped.timeSeconds, event: popped.event };
}

function drain<T>(queue: EventQueue<T>): { timeSeconds: number; event: T }[] {
  const all = [];
  for (let next = pick(queue.pop()); next !== undefined; next = pick(queue.pop())) all.push(next);
  return all;
}
