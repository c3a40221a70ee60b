/**
 * Sobol's low-discrepancy sequence in Antonov and Saleev's order (1979), with the direction numbers of Joe and Kuo (2008,
 * *Constructing Sobol sequences with better two-dimensional projections*, SIAM J. Sci. Comput. 30, file new-joe-kuo-6).
 */
import { assert } from '@wormwood/base';

/** For each dimension after the first: the coefficients a of its primitive polynomial, and the first odd numbers m. */
const POLYNOMIALS: readonly { readonly a: number; readonly m: readonly number[] }[] = [
  { a: 0, m: [1] },
  { a: 1, m: [1, 3] },
  { a: 1, m: [1, 3, 1] },
  { a: 2, m: [1, 1, 1] },
  { a: 1, m: [1, 1, 3, 3] },
  { a: 4, m: [1, 3, 5, 13] },
  { a: 2, m: [1, 1, 5, 5, 17] },
  { a: 4, m: [1, 1, 5, 5, 5] },
  { a: 7, m: [1, 1, 7, 11, 19] },
];

const BITS = 32;

/** The most dimensions that `sobolPoints` knows. */
export const SOBOL_DIMENSIONS_MAX: number = POLYNOMIALS.length + 1;

/**
 * Returns the first `count` points in [0, 1)^dimensions, the point 0 first. Any 2^k points from a multiple of 2^k on have
 * exactly one in each of the 2^k equal parts of every axis.
 */
export function sobolPoints(count: number, dimensions: number): readonly (readonly number[])[] {
  assert(dimensions >= 1 && dimensions <= SOBOL_DIMENSIONS_MAX, `${dimensions} dimensions are not tabulated`);
  const directions = Array.from({ length: dimensions }, (_, dimension) => directionsOf(dimension));
  const state = new Uint32Array(dimensions);
  return Array.from({ length: count }, (_, index) => {
    const point = Array.from(state, (bits) => bits / 2 ** BITS);
    const lowestZero = Math.clz32(~index & (index + 1)) ^ 31;
    for (const [dimension, numbers] of directions.entries()) {
      state[dimension] = (state[dimension] ?? 0) ^ (numbers[lowestZero] ?? 0);
    }
    return point;
  });
}

function directionsOf(dimension: number): Uint32Array {
  const numbers = new Uint32Array(BITS);
  const polynomial = POLYNOMIALS[dimension - 1];
  if (polynomial === undefined) {
    for (let bit = 0; bit < BITS; bit++) numbers[bit] = 2 ** (BITS - 1 - bit);
    return numbers;
  }
  const { a, m } = polynomial;
  const degree = m.length;
  for (let bit = 0; bit < BITS; bit++) {
    if (bit < degree) {
      numbers[bit] = (m[bit] ?? 0) * 2 ** (BITS - 1 - bit);
      continue;
    }
    const earlier = numbers[bit - degree] ?? 0;
    let value = earlier ^ (earlier >>> degree);
    for (let k = 1; k < degree; k++) {
      if (((a >>> (degree - 1 - k)) & 1) === 1) value ^= numbers[bit - k] ?? 0;
    }
    numbers[bit] = value;
  }
  return numbers;
}
