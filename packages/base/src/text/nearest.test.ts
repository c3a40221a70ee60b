import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { editDistance, nearest } from './nearest.ts';

describe('nearest', () => {
  test.each([
    ['infeced', ['susceptible', 'infected', 'immunized'], 'infected'],
    ['INFECTED', ['infected'], 'infected'],
    ['mni', ['min', 'ms'], 'min'],
    ['scanRate', ['scan-rate', 'scanners'], 'scan-rate'],
    ['hitlsit', ['hitlist', 'uniform'], 'hitlist'],
    ['seed', ['seed', 'seeds'], 'seed'],
  ])('finds for %s among %j: %s', (word, candidates, expected) => {
    expect(nearest(word, candidates)).toBe(expected);
  });

  test.each([
    ['banana', ['susceptible', 'infected']],
    ['x', ['y', 'z']],
    ['', ['a']],
    ['min', []],
    ['scan', ['port']],
  ])('finds nothing for %s among %j', (word, candidates) => {
    expect(nearest(word, candidates)).toBeUndefined();
  });

  test('prefers the first of equals', () => {
    expect(nearest('pat', ['cat', 'hat'])).toBe('cat');
  });
});

describe('editDistance', () => {
  test.each([
    ['kitten', 'sitting', 3],
    ['flaw', 'lawn', 2],
    ['ab', 'ba', 1],
    ['teh', 'the', 1],
    ['ca', 'abc', 3],
    ['', 'abc', 3],
    ['abc', 'abc', 0],
  ])('from %j to %j is %i', (a, b, expected) => {
    expect(editDistance(a, b)).toBe(expected);
    expect(editDistance(b, a)).toBe(expected);
  });

  test('agrees with the recursive definition', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 6 });
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(editDistance(a, b)).toBe(distanceByDefinition(a, b));
      }),
      { numRuns: 500 },
    );
  });
});

function distanceByDefinition(a: string, b: string): number {
  if (a === '' || b === '') return a.length + b.length;
  const [headA, headB] = [a.slice(0, -1), b.slice(0, -1)];
  const isSame = a.at(-1) === b.at(-1);
  const distances = [
    distanceByDefinition(headA, b) + 1,
    distanceByDefinition(a, headB) + 1,
    distanceByDefinition(headA, headB) + (isSame ? 0 : 1),
  ];
  if (a.length > 1 && b.length > 1 && a.at(-1) === b.at(-2) && a.at(-2) === b.at(-1)) {
    distances.push(distanceByDefinition(a.slice(0, -2), b.slice(0, -2)) + 1);
  }
  return Math.min(...distances);
}
