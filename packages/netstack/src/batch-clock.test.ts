import { describe, expect, it } from 'vitest';
import { BatchClock } from './batch-clock.ts';

describe('the clock of a batch', () => {
  it('stands still from hold to release and goes on from where the other one is', () => {
    let now = 1;
    const clock = new BatchClock({ nowSeconds: () => now });
    expect(clock.nowSeconds()).toBe(1);
    now = 2;
    expect(clock.hold()).toBe(2);
    now = 3;
    expect(clock.nowSeconds()).toBe(2);
    clock.release();
    expect(clock.nowSeconds()).toBe(3);
  });
});
