import { expect, it } from 'vitest';
import { mixWord } from './mix.ts';

it('is the finalizer of MurmurHash3: its published values', () => {
  // MurmurHash3 of the empty text is the finalizer of its seed alone; these three are tabulated for its test suites.
  expect(mixWord(0)).toBe(0);
  expect(mixWord(1)).toBe(0x514e28b7);
  expect(mixWord(0xffffffff)).toBe(0x81f16f39);
});

it('takes words as signed or unsigned alike', () => {
  expect(mixWord(-1)).toBe(mixWord(0xffffffff));
});
