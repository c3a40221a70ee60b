import { randomStreams } from '@wormwood/base';
import { describe, expect, test } from 'vitest';
import { type Point, pointsOf, sampleProblems } from './points.ts';
import { SOBOL_DIMENSIONS_MAX, sobolPoints } from './sobol.ts';
import type { Variation } from './vary.ts';

const list = (path: string, ...values: readonly string[]): Variation => ({ path, kind: 'list', values });
const range = (
  path: string,
  from: number,
  to: number,
  scale: 'linear' | 'logarithmic' = 'linear',
): Variation => ({
  path,
  kind: 'range',
  quantity: 'number',
  from,
  to,
  scale,
});

function sampled(
  variations: readonly Variation[],
  kind: 'grid' | 'lhs' | 'sobol',
  samples = 1,
): readonly Point[] {
  return pointsOf(variations, {
    kind,
    samples,
    streams: randomStreams('7'),
    isWhole: (path) => path === 'whole',
  });
}

test('a grid has every combination, the last path varying fastest', () => {
  expect(sampled([list('a', '1', '2'), list('b', 'x', 'y')], 'grid')).toEqual([
    { a: '1', b: 'x' },
    { a: '1', b: 'y' },
    { a: '2', b: 'x' },
    { a: '2', b: 'y' },
  ]);
});

test('a Latin hypercube has one value in each of n equal strips of every axis', () => {
  const points = sampled([range('a', 0, 50), range('b', 1, 2 ** 50, 'logarithmic')], 'lhs', 50);
  const strips = (of: (point: Point) => number): readonly number[] =>
    points.map((point) => Math.floor(of(point))).sort((x, y) => x - y);
  const each = Array.from({ length: 50 }, (_, index) => index);
  expect(strips((point) => Number(point['a']))).toEqual(each);
  expect(strips((point) => Math.log2(Number(point['b'])))).toEqual(each);
});

test('sampled values are whole where the path takes nothing else, and lists are drawn evenly', () => {
  const points = sampled([range('whole', 0, 10), list('b', 'x', 'y')], 'sobol', 64);
  expect(points.every(({ whole }) => Number.isInteger(Number(whole)))).toBe(true);
  expect(points.filter(({ b }) => b === 'x')).toHaveLength(32);
});

describe("Sobol's sequence", () => {
  test('begins in two dimensions as published (Bratley and Fox, 1988, algorithm 659)', () => {
    expect(sobolPoints(8, 2)).toEqual([
      [0, 0],
      [0.5, 0.5],
      [0.75, 0.25],
      [0.25, 0.75],
      [0.375, 0.375],
      [0.875, 0.875],
      [0.625, 0.125],
      [0.125, 0.625],
    ]);
  });

  test('has one of 1,024 points in each of 1,024 equal parts of every axis', () => {
    const points = sobolPoints(1024, SOBOL_DIMENSIONS_MAX);
    for (let axis = 0; axis < SOBOL_DIMENSIONS_MAX; axis++) {
      expect(new Set(points.map((point) => Math.floor((point[axis] ?? 0) * 1024))).size).toBe(1024);
    }
  });

  test('all axes differ, and their two-dimensional projections fill 16 by 16 boxes evenly enough', () => {
    const points = sobolPoints(4096, SOBOL_DIMENSIONS_MAX);
    for (let x = 0; x < SOBOL_DIMENSIONS_MAX; x++) {
      for (let y = x + 1; y < SOBOL_DIMENSIONS_MAX; y++) {
        const boxes = new Set(
          points.map((point) => `${Math.floor((point[x] ?? 0) * 16)} ${Math.floor((point[y] ?? 0) * 16)}`),
        );
        expect(boxes.size, `axes ${x} and ${y}`).toBe(256);
      }
    }
  });
});

test('what cannot be sampled so is said for every path', () => {
  expect(sampleProblems([range('a', 0, 1), range('a', 0, 1)], { kind: 'grid', samples: 1 })).toEqual([
    'a is varied twice; name each path once.',
    'The grid needs a step for a: write A..B/STEP or A..B*FACTOR, or use --sample lhs or sobol.',
    'The grid needs a step for a: write A..B/STEP or A..B*FACTOR, or use --sample lhs or sobol.',
  ]);
  const eleven = Array.from({ length: 11 }, (_, index) => range(`p${index}`, 0, 1));
  expect(sampleProblems(eleven, { kind: 'sobol', samples: 4 })).toEqual([
    "Sobol's sequence is tabulated for 10 paths, not 11; use --sample lhs.",
  ]);
});
