import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePfOs, type SynTraits, systemOf } from './pf-os.ts';

const LINUX: SynTraits = {
  window: 64_240,
  timeToLive: 61,
  dontFragment: true,
  lengthBytes: 60,
  mssBytes: 1460,
  options: ['M1460', 'S', 'T', 'N', 'W7'],
};

const system = (line: string, traits: Partial<SynTraits> = {}): string | null =>
  systemOf({ ...LINUX, ...traits }, parsePfOs(line).signatures);

describe('a fingerprint of a SYN', () => {
  it.each([
    ['64240:64:1:60:M*,S,T,N,W7:X:1:a:', {}, 'X 1 a'],
    ['64241:64:1:60:M*,S,T,N,W7:X:::', {}, null],
    // Multiples of the MSS, of the MTU, of a number; any.
    ['S44:64:1:60:M*,S,T,N,W7:X:::', {}, 'X'],
    ['S44:64:1:60:M*,S,T,N,W7:X:::', { mssBytes: 1400, options: ['M1400', 'S', 'T', 'N', 'W7'] }, 'X'],
    ['S45:64:1:60:M*,S,T,N,W7:X:::', {}, null],
    ['T4:64:1:60:M*,S,T,N,W7:X:::', { window: 6000 }, 'X'],
    ['%16:64:1:60:M*,S,T,N,W7:X:::', {}, 'X'],
    ['%17:64:1:60:M*,S,T,N,W7:X:::', {}, null],
    ['*:64:1:*:M%20,S,T,N,W%7:X:::', {}, 'X'],
    ['*:64:1:61:M*,S,T,N,W*:X:::', {}, null],
    // Forty routers at most, and never more than it began with.
    ['*:64:1:60:M*,S,T,N,W*:X:::', { timeToLive: 24 }, 'X'],
    ['*:64:1:60:M*,S,T,N,W*:X:::', { timeToLive: 23 }, null],
    ['*:64:1:60:M*,S,T,N,W*:X:::', { timeToLive: 65 }, null],
    ['*:64:0:60:M*,S,T,N,W*:X:::', {}, null],
    ['*:64:1:60:M*,S,T0,N,W*:X:::', {}, null],
    ['*:64:1:60:M*,S,N,T,W*:X:::', {}, null],
    ['*:64:1:40:.:X:::', { lengthBytes: 40, mssBytes: 0, options: [] }, 'X'],
    ['*:64:1:60:M*,S,T,N,W*:@X:2::', {}, 'X 2'],
  ])('%s', (line, traits, found) => {
    expect(system(line, traits)).toBe(found);
  });

  it('counts by the first line that fits; comments and blanks are left out', () => {
    const text =
      '# S44:64:1:60:M*,S,T,N,W7:No:::\n\nS44:64:1:60:M*,S,T,N,W7:\tFirst:4.20::words\n*:64:1:*:M*,S,T,N,W*:Later:::\n';
    const { signatures, strangeLines } = parsePfOs(text);
    expect(strangeLines).toEqual([]);
    expect(systemOf(LINUX, signatures)).toBe('First 4.20');
  });

  it('is reported by its line where it is none', () => {
    const text = 'S44:64:1:60:M*,S:A:::\nwindows\n*:64:2:60:M*:B:::\n*:64:1:60:Q:C:::\n%0:64:1:60:M*:D:::\n';
    expect(parsePfOs(text)).toMatchObject({ signatures: [{ system: 'A' }], strangeLines: [2, 3, 4, 5] });
  });

  it('whatever the file holds, reading it throws nothing', () => {
    const word = fc.oneof(
      fc.string(),
      fc.constantFrom('S4', '*', '%2', '64', '1', 'M*,N,W%3', '.', ':', '\n', '#'),
    );
    fc.assert(
      fc.property(
        fc.array(word).map((words) => words.join(':')),
        (text) => {
          const { signatures, strangeLines } = parsePfOs(text);
          expect(strangeLines.length).toBeLessThanOrEqual(text.split('\n').length);
          const found = systemOf(LINUX, signatures);
          expect(found === null || signatures.some((each) => each.system === found)).toBe(true);
        },
      ),
    );
  });
});
