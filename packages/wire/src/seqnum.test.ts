import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { u32 } from './arbitrary-field-test-support.ts';
import { parameters } from './protocol-laws-test-support.ts';
import { seqAdd, seqBefore, seqBeforeOrAt, seqDistance, seqInWindow, seqMax, seqMin } from './seqnum.ts';

describe('sequence numbers', () => {
  it('go around', () => {
    expect(seqAdd(0xffff_fffe, 3)).toBe(1);
    expect(seqAdd(1, -3)).toBe(0xffff_fffe);
    expect(seqDistance(0xffff_fffe, 1)).toBe(3);
    expect(seqDistance(1, 0xffff_fffe)).toBe(-3);
    expect(seqBefore(0xffff_ffff, 0)).toBe(true);
    expect(seqBefore(0, 0xffff_ffff)).toBe(false);
    expect(seqBefore(7, 7)).toBe(false);
    expect(seqBeforeOrAt(7, 7)).toBe(true);
    expect(seqMax(0xffff_ffff, 5)).toBe(5);
    expect(seqMin(0xffff_ffff, 5)).toBe(0xffff_ffff);
  });

  it('lie in a window that begins at its first number and ends before its size', () => {
    expect(seqInWindow(10, 10, 1)).toBe(true);
    expect(seqInWindow(11, 10, 1)).toBe(false);
    expect(seqInWindow(10, 10, 0)).toBe(false);
    expect(seqInWindow(2, 0xffff_fff0, 0x20)).toBe(true);
    expect(seqInWindow(0xffff_ffef, 0xffff_fff0, 0xffff_ffff)).toBe(false);
  });

  it('are ordered wherever the circle is cut', () => {
    const step = fc.integer({ min: 1, max: 2 ** 31 - 1 });
    fc.assert(
      fc.property(u32, step, (seq, ahead) => {
        const later = seqAdd(seq, ahead);
        expect(seqBefore(seq, later)).toBe(true);
        expect(seqBefore(later, seq)).toBe(false);
        expect(seqDistance(seq, later)).toBe(ahead);
        expect(seqDistance(later, seq)).toBe(-ahead);
        expect(seqMax(seq, later)).toBe(later);
        expect(seqMin(later, seq)).toBe(seq);
        expect(seqInWindow(later, seq, ahead)).toBe(false);
        expect(seqInWindow(later, seq, ahead + 1)).toBe(true);
      }),
      parameters,
    );
  });
});
