import { describe, expect, test } from 'vitest';
import { expectCounts, sampleOf } from './goodness-of-fit-test-support.ts';
import { RandomStream } from './random-stream.ts';

const uniformOver = (size: number) => ({
  offset: 0,
  probabilities: new Float64Array(size).fill(1 / size),
});

describe('the generator', () => {
  test('gives the sequence of the published C code from state 1, 2, 3, 4', () => {
    const stream = new RandomStream([1, 2, 3, 4]);
    const expected = [
      641, 1573767, 3222811527, 3517856514, 836907274, 4247214768, 3867114732, 1355841295, 495546011,
      621204420,
    ];
    expect(expected.map(() => stream.nextUint32())).toEqual(expected);
  });

  test('follows the 64-bit-integer definition from a state with all bits in use', () => {
    const start = [0xdeadbeef, 0x80000001, 0xffffffff, 0xcafebabe];
    const stream = new RandomStream(start);
    let state = start.map(BigInt);
    for (let i = 0; i < 1000; i++) {
      const { word, next } = referenceStep(state);
      expect(BigInt(stream.nextUint32())).toBe(word);
      state = next;
    }
    expect([...stream.state].map(BigInt)).toEqual(state);
  });

  test('continues from a state that was copied out and written back', () => {
    const stream = new RandomStream([1, 2, 3, 4]);
    const copy = Uint32Array.from(stream.state);
    const first = stream.nextUint32();
    stream.state.set(copy);
    expect(stream.nextUint32()).toBe(first);
  });

  test('refuses the all-zero state, from which it would never move', () => {
    expect(() => new RandomStream([0, 0, 0, 0])).toThrow('not all zero');
    expect(() => new RandomStream([1, 2, 3])).toThrow('four words');
  });
});

describe('nextDouble', () => {
  test('takes 27 bits of one draw above 26 bits of the next', () => {
    const words = new RandomStream([1, 2, 3, 4]);
    const doubles = new RandomStream([1, 2, 3, 4]);
    for (let i = 0; i < 100; i++) {
      const high = BigInt(words.nextUint32() >>> 5);
      const low = BigInt(words.nextUint32() >>> 6);
      expect(doubles.nextDouble()).toBe(Number((high << 26n) | low) / 2 ** 53);
    }
  });

  test('fills 1000 equal bins of [0, 1) evenly', () => {
    const stream = new RandomStream([5, 6, 7, 8]);
    expectCounts(
      sampleOf(200_000, () => Math.floor(stream.nextDouble() * 1000)),
      uniformOver(1000),
    );
  });
});

describe('nextBelow', () => {
  test.each([1, 2, 3, 7, 100, 1000])('is even over 0..%i-1', (bound) => {
    const stream = new RandomStream([bound, 1, 1, 1]);
    const sample = sampleOf(100_000, () => stream.nextBelow(bound));
    if (bound === 1) expect(sample.every((x) => x === 0)).toBe(true);
    else expectCounts(sample, uniformOver(bound));
  });

  // With word * bound alone, or word % bound, one third of these results would come up twice as often.
  test.each([3 * 2 ** 30, 3 * 2 ** 51, 2 ** 32 + 1, 2 ** 53 - 1, 2 ** 53, 2 ** 32])(
    'is even over 0..%i-1 in every twelfth',
    (bound) => {
      const stream = new RandomStream([1, bound >>> 0, 3, 4]);
      const sample = sampleOf(120_000, () => Math.floor((stream.nextBelow(bound) / bound) * 12));
      expectCounts(sample, uniformOver(12));
    },
  );

  test('reaches odd and even results alike above 2^32', () => {
    const stream = new RandomStream([1, 2, 3, 5]);
    const bound = 2 ** 53 - 111;
    expectCounts(
      sampleOf(100_000, () => stream.nextBelow(bound) % 16),
      uniformOver(16),
    );
  });

  test.each([1, 3, 5, 641, 65_535, 65_537, 2 ** 31, 2 ** 31 + 1, 2 ** 32 - 1, 2 ** 32])(
    'agrees with the 64-bit-integer algorithm for bound %i',
    (bound) => {
      const stream = new RandomStream([9, 8, 7, 6]);
      const words = new RandomStream([9, 8, 7, 6]);
      const drawn = sampleOf(500, () => stream.nextBelow(bound));
      expect(drawn).toEqual(sampleOf(500, () => lemire(words, bound)));
    },
  );

  test.each([0, -1, 1.5, Number.NaN, 2 ** 53 + 2])('asserts against bound %d', (bound) => {
    expect(() => new RandomStream([1, 2, 3, 4]).nextBelow(bound)).toThrow('bound');
  });
});

/** xoshiro128++ over 32-bit words held as big integers, line by line as published. */
function referenceStep(state: readonly bigint[]): { word: bigint; next: bigint[] } {
  const mask = 0xffff_ffffn;
  const rotate = (x: bigint, k: bigint) => ((x << k) | (x >> (32n - k))) & mask;
  let [s0 = 0n, s1 = 0n, s2 = 0n, s3 = 0n] = state;
  const word = (rotate((s0 + s3) & mask, 7n) + s0) & mask;
  const t = (s1 << 9n) & mask;
  s2 ^= s0;
  s3 ^= s1;
  s1 ^= s2;
  s0 ^= s3;
  s2 ^= t;
  s3 = rotate(s3, 11n);
  return { word, next: [s0, s1, s2, s3] };
}

function lemire(words: RandomStream, bound: number): number {
  const wide = BigInt(bound);
  const threshold = 2n ** 32n % wide;
  for (;;) {
    const product = BigInt(words.nextUint32()) * wide;
    if ((product & 0xffff_ffffn) >= threshold) return Number(product >> 32n);
  }
}
