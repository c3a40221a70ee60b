// What the system reports is said in words; whatever else is thrown keeps its own.
import { openSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { errorCode, systemReason } from './system-error.ts';

function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

describe('an error of the system', () => {
  it('has its code and its words', () => {
    const error = thrownBy(() => openSync('/nowhere/at/all', 'r'));
    expect(errorCode(error)).toBe('ENOENT');
    expect(systemReason(error)).toBe('no such file or directory');
  });

  it('without words for its code keeps its message', () => {
    const error = Object.assign(new Error('link has been severed'), { code: 'ENOLINK' });
    expect(errorCode(error)).toBe('ENOLINK');
    expect(systemReason(error)).toBe('link has been severed');
  });
});

describe('what is not an error of the system', () => {
  it.each([
    [Object.assign(new Error('a number as code'), { code: 2 }), 'a number as code'],
    [new Error('no code'), 'no code'],
    ['a text', 'a text'],
    [null, 'null'],
    [undefined, 'undefined'],
  ])('%s has no code, and its own words', (thrown, words) => {
    expect(errorCode(thrown)).toBeUndefined();
    expect(systemReason(thrown)).toBe(words);
  });
});
