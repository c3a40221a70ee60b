import { expect, test } from 'vitest';
import { assert, unreachable } from './assert.ts';
import { VirtualClock } from './clock.ts';

test('a virtual clock stands still until moved', () => {
  const clock = new VirtualClock(10);
  expect(clock.nowSeconds()).toBe(10);
  clock.advanceBy(2.5);
  expect(clock.nowSeconds()).toBe(12.5);
  clock.advanceTo(20);
  clock.advanceTo(20);
  expect(clock.nowSeconds()).toBe(20);
});

test('a virtual clock never runs backwards', () => {
  const clock = new VirtualClock();
  clock.advanceTo(5);
  expect(() => clock.advanceTo(4)).toThrow('forward');
  expect(() => clock.advanceBy(-1)).toThrow('forward');
  expect(() => clock.advanceTo(Infinity)).toThrow('forward');
  expect(() => clock.advanceTo(Number.NaN)).toThrow('forward');
  expect(clock.nowSeconds()).toBe(5);
});

test('an assertion names what it found broken', () => {
  expect(() => assert(true, 'holds')).not.toThrow();
  expect(() => assert(0, 'does not')).toThrow('assertion failed: does not');
  expect(() => unreachable('x' as never)).toThrow('unreachable: x');
});
