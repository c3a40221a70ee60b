/** What is believed of paths, and for how long (RFC 1191). */
import { expect, it } from 'vitest';
import { PathMtus } from './path-mtus.ts';

it('a path is as narrow as reported for ten minutes, and 552 octets at least', () => {
  const paths = new PathMtus();
  expect([paths.isEmpty, paths.to(1, 0)]).toEqual([true, Number.POSITIVE_INFINITY]);
  expect(paths.learn(1, 1400, 100)).toBe(true);
  expect([paths.isEmpty, paths.to(1, 100), paths.to(2, 100)]).toEqual([
    false,
    1400,
    Number.POSITIVE_INFINITY,
  ]);
  expect(paths.to(1, 699.999)).toBe(1400);
  expect(paths.to(1, 700)).toBe(Number.POSITIVE_INFINITY);
  expect(paths.isEmpty).toBe(true);
  expect([paths.learn(3, 68, 0), paths.to(3, 0)]).toEqual([true, 552]);
});

it('only what is narrower than known counts, and begins the ten minutes anew', () => {
  const paths = new PathMtus();
  expect(paths.learn(1, 1000, 0)).toBe(true);
  expect([paths.learn(1, 1000, 300), paths.learn(1, 1001, 300)]).toEqual([false, false]);
  expect(paths.learn(1, 999, 300)).toBe(true);
  expect([paths.to(1, 899), paths.to(1, 900)]).toEqual([999, Number.POSITIVE_INFINITY]);
  expect(paths.learn(1, 1300, 900)).toBe(true);
});

it('of 4,097 paths the one that was learnt first is forgotten, and no other', () => {
  const paths = new PathMtus();
  for (let i = 0; i < 4096; i++) paths.learn(i, 1000, 0);
  // Learnt anew, it is the last.
  paths.learn(0, 900, 0);
  expect(paths.to(1, 0)).toBe(1000);
  paths.learn(5000, 1000, 0);
  expect([paths.to(0, 0), paths.to(1, 0), paths.to(2, 0), paths.to(5000, 0)]).toEqual([
    900,
    Number.POSITIVE_INFINITY,
    1000,
    1000,
  ]);
});
