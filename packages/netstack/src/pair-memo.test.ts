import { describe, expect, test } from 'vitest';
import { mixWord, randomStreams } from '@wormwood/base';
import { PairMemo } from './pair-memo.ts';

const numberOf = (first: number, second: number): number => mixWord(mixWord(first ^ 0x5bd1_e995) ^ second);

describe('PairMemo', () => {
  test('gives what is computed, whatever pairs displace each other', () => {
    const memo = new PairMemo(numberOf);
    const stream = randomStreams('1').stream('test');
    // More pairs than places, each asked for again among others.
    const words = Array.from({ length: 200 }, () => stream.nextUint32());
    let wrong = 0;
    for (let i = 0; i < 100_000; i++) {
      const [first, second] = [words[stream.nextBelow(200)]!, words[stream.nextBelow(200)]!];
      if (memo.of(first, second) !== numberOf(first, second)) wrong++;
    }
    expect(wrong).toBe(0);
    expect(memo.of(0, 0)).toBe(numberOf(0, 0));
  });

  test('computes a pair that is asked for again once', () => {
    let computed = 0;
    const memo = new PairMemo((first, second) => {
      computed++;
      return numberOf(first, second);
    });
    const before = computed;
    for (let i = 0; i < 10; i++) memo.of(0xc612_0001, 0x0a03_0005);
    expect(computed - before).toBe(1);
  });
});
