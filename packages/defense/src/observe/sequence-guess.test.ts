import { describe, expect, it } from 'vitest';
import { SequenceGuess } from './sequence-guess.ts';

const GUESSABLE = 2 ** 22;

describe('the sequence number of an answer', () => {
  it.each([
    ['just above', 1000, 1000 + GUESSABLE - 1, true],
    ['just below', 2 ** 31, 2 ** 31 - GUESSABLE + 1, true],
    ['over the end of the numbers', 2 ** 32 - 5, 7, true],
    ['too far above', 1000, 1000 + GUESSABLE, false],
    ['too far below', 2 ** 31, 2 ** 31 - GUESSABLE, false],
  ])('is given away by the one before it: %s', (_, before, after, isGuessable) => {
    const guess = new SequenceGuess();
    expect(guess.observe(1, before)).toBe(false);
    expect(guess.observe(1, after)).toBe(isGuessable);
  });

  it('is not given away by that of another host', () => {
    const guess = new SequenceGuess();
    guess.observe(1, 1000);
    expect(guess.observe(2, 1001)).toBe(false);
  });

  it('is compared with the latest one of 65,536 hosts; the one that answered longest ago is forgotten', () => {
    const guess = new SequenceGuess();
    for (let host = 0; host < 65_536; host++) guess.observe(host, 1000);
    expect(guess.observe(0, 1001)).toBe(true);
    guess.observe(70_000, 1000);
    expect(guess.observe(1, 1001)).toBe(false);
    // Which took the place of the next one.
    expect([guess.observe(0, 1002), guess.observe(3, 1001)]).toEqual([true, true]);
  });
});
