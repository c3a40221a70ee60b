// The lines of progress that a long command writes where stderr is not a terminal, by a clock of the test.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { progressLines } from './progress.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});

afterEach(() => {
  vi.useRealTimers();
});

it('begins after two seconds and goes on every fifteen, with the time left once it can be known', () => {
  const lines: string[] = [];
  const progress = progressLines((line) => lines.push(line), 'hosts');
  for (let second = 0; second <= 40; second++) {
    progress.update(second / 100, `${second} of 100 runs`);
    vi.advanceTimersByTime(1000);
  }
  progress.stop();
  expect(lines).toEqual([
    'hosts: 2 %, 2 of 100 runs, about 98 s left',
    'hosts: 17 %, 17 of 100 runs, about 83 s left',
    'hosts: 32 %, 32 of 100 runs, about 68 s left',
  ]);
});

it('does not guess the time left from less than a hundredth', () => {
  const lines: string[] = [];
  const progress = progressLines((line) => lines.push(line), 'hosts');
  vi.advanceTimersByTime(5000);
  progress.update(0.009, '9 of 1,000 runs');
  expect(lines).toEqual(['hosts: 0 %, 9 of 1,000 runs']);
});
