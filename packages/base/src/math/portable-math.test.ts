import { describe, expect, test } from 'vitest';
import { RandomStream } from '../random/random-stream.ts';
import { exp, expm1, log, log1p } from './portable-math.ts';

/**
 * The oracle works in fixed point with this many bits after the point, on big integers: nothing is shared with the
 * code under test. Its own error, some units of 2^-480, is far below a thousandth of any unit compared here.
 */
const BITS = 480n;
const ONE = 1n << BITS;
const LN2 = 2n * atanhSeries(ONE / 3n);

/** The number scaled * 2^(power - BITS). */
interface Exact {
  readonly scaled: bigint;
  readonly power: bigint;
}

describe('within one unit in the last place of the exact value', () => {
  test('exp over all arguments with a normal result', () => {
    expectUlps(exp, exactExp, spread(8000, -708.3, 709.78), 1);
    expectUlps(exp, exactExp, spread(4000, -2, 2), 1);
  });

  test('exp where the result is subnormal', () => {
    expectUlps(exp, exactExp, spread(2000, -745.13, -708.4), 1);
  });

  test('expm1 near zero, in each half unit of ln 2 and far out', () => {
    expectUlps(expm1, exactExpm1, spread(6000, -2, 2), 1.5);
    expectUlps(expm1, exactExpm1, spread(4000, -45, 60), 1.5);
    expectUlps(expm1, exactExpm1, powers(2000, -53, 0), 1.5);
  });

  test('log over all positive doubles, subnormals included', () => {
    expectUlps(log, exactLog, powers(6000, -1073, 1023).map(Math.abs), 1);
    expectUlps(log, exactLog, spread(6000, 0.3, 3), 1);
    expectUlps(
      log,
      exactLog,
      powers(2000, -52, -1).map((x) => 1 + x),
      1,
    );
  });

  test('log1p near zero, near -1 and far out', () => {
    expectUlps(log1p, exactLog1p, spread(6000, -0.999, 3), 1.5);
    expectUlps(log1p, exactLog1p, powers(3000, -53, -1), 1.5);
    expectUlps(log1p, exactLog1p, powers(2000, 0, 1000).map(Math.abs), 1.5);
  });
});

describe('special values', () => {
  test.each([
    ['exp', exp, Math.exp],
    ['expm1', expm1, Math.expm1],
    ['log', log, Math.log],
    ['log1p', log1p, Math.log1p],
  ] as const)('%s agrees with the language where it leaves no choice', (_, ours, theirs) => {
    for (const x of [0, -0, Infinity, -Infinity, Number.NaN, -1, -2, Number.MAX_VALUE, -Number.MAX_VALUE]) {
      const exact = theirs(x);
      // Only at arguments with a finite, irrational result may the language's own last bit differ.
      if (Number.isInteger(exact) || !Number.isFinite(exact)) expect(ours(x)).toBe(exact);
      else expect(Math.abs(ours(x) / exact - 1)).toBeLessThan(2 ** -52);
    }
  });

  test('of 1 are exact where they can be', () => {
    expect(exp(0)).toBe(1);
    expect(log(1)).toBe(0);
    expect(log(2)).toBe(Math.LN2);
    expect(log(10)).toBe(Math.LN10);
  });

  test('exp meets overflow and underflow at the last argument that does not', () => {
    expect(exp(709.782712893384)).toBeLessThan(Infinity);
    expect(exp(709.7827128933841)).toBe(Infinity);
    expect(exp(-745.1332191019411)).toBe(Number.MIN_VALUE);
    expect(exp(-745.1332191019412)).toBe(0);
  });

  test('powers of two have logarithms that are multiples of ln 2', () => {
    const allPowers = Array.from({ length: 2098 }, (_, i) => 2 ** (i - 1074));
    expectUlps(log, exactLog, allPowers, 0.6);
  });

  test('tiny arguments pass through expm1 and log1p', () => {
    for (const x of [Number.MIN_VALUE, -Number.MIN_VALUE, 2 ** -1022, 2 ** -60, -(2 ** -60)]) {
      expect(expm1(x)).toBe(x);
      expect(log1p(x)).toBe(x);
    }
    expect(Object.is(expm1(-0), -0)).toBe(true);
    expect(Object.is(log1p(-0), -0)).toBe(true);
  });
});

// The same bits on every engine and machine; a change here changes every sampler's results.
test('the bits of 10,000 results are pinned', () => {
  const xs = spread(10_000, -50, 50);
  const positive = xs.map(Math.abs);
  expect([fingerprint(xs.map(exp)), fingerprint(xs.map(expm1))]).toEqual(['5779354c', 'fc97a6b4']);
  expect([fingerprint(positive.map(log)), fingerprint(positive.map(log1p))]).toEqual(['46b31ce', 'c9171562']);
});

function expectUlps(
  ours: (x: number) => number,
  exact: (x: number) => Exact,
  xs: number[],
  limit: number,
): void {
  let worst = 0;
  let worstArgument = 0;
  for (const x of xs) {
    const error = ulps(ours(x), exact(x));
    if (error > worst) [worst, worstArgument] = [error, x];
  }
  expect(worst, `at ${worstArgument}`).toBeLessThan(limit);
}

/** The distance of `value` from `exact`, in units of the last place of `value`; subnormals have a fixed unit. */
function ulps(value: number, exact: Exact): number {
  const { mantissa, exponent } = parts(value);
  const difference = shifted(mantissa, BITS + exponent - exact.power) - exact.scaled;
  const lastPlace = value === 0 ? -1074n : exponent;
  // A thousandth of a unit is resolution enough.
  return Math.abs(Number(shifted(difference * 1000n, exact.power - BITS - lastPlace))) / 1000;
}

function shifted(x: bigint, places: bigint): bigint {
  return places >= 0n ? x << places : x >> -places;
}

/** A finite double in fixed point; bits below 2^-480 are cut. */
function fixed(x: number): bigint {
  const { mantissa, exponent } = parts(x);
  return shifted(mantissa, BITS + exponent);
}

/** x = mantissa * 2^exponent exactly. */
function parts(x: number): { mantissa: bigint; exponent: bigint } {
  const bits = new BigUint64Array(new Float64Array([Math.abs(x)]).buffer)[0]!;
  const biased = bits >> 52n;
  const fraction = bits & ((1n << 52n) - 1n);
  const mantissa = biased === 0n ? fraction : fraction | (1n << 52n);
  return { mantissa: x < 0 ? -mantissa : mantissa, exponent: (biased === 0n ? 1n : biased) - 1075n };
}

function multiply(a: bigint, b: bigint): bigint {
  return (a * b) >> BITS;
}

function exactExp(x: number): Exact {
  const argument = fixed(x);
  const k = argument / LN2;
  const r = argument - k * LN2;
  let term = ONE;
  let sum = ONE;
  for (let n = 1n; term !== 0n && term !== -1n; n++) {
    term = multiply(term, r) / n;
    sum += term;
  }
  return { scaled: sum, power: k };
}

function exactExpm1(x: number): Exact {
  const { scaled, power } = exactExp(x);
  return { scaled: shifted(scaled, power) - ONE, power: 0n };
}

function exactLog(x: number): Exact {
  const { mantissa, exponent } = parts(x);
  const length = BigInt(mantissa.toString(2).length);
  const normalized = shifted(mantissa, BITS - length + 1n);
  return { scaled: logOfNormalized(normalized) + (exponent + length - 1n) * LN2, power: 0n };
}

function exactLog1p(x: number): Exact {
  const sum = ONE + fixed(x);
  const k = BigInt(sum.toString(2).length) - 1n - BITS;
  return { scaled: logOfNormalized(shifted(sum, -k)) + k * LN2, power: 0n };
}

/** log m for m in [1, 2) as 2 atanh((m - 1) / (m + 1)). */
function logOfNormalized(m: bigint): bigint {
  return 2n * atanhSeries(((m - ONE) << BITS) / (m + ONE));
}

function atanhSeries(s: bigint): bigint {
  const square = multiply(s, s);
  let power = s;
  let sum = 0n;
  for (let n = 1n; power !== 0n; n += 2n) {
    sum += power / n;
    power = multiply(power, square);
  }
  return sum;
}

function spread(count: number, from: number, to: number): number[] {
  const stream = new RandomStream([count, 2, 3, 4]);
  return Array.from({ length: count }, () => from + (to - from) * stream.nextDouble());
}

/** Signed numbers whose exponents are spread evenly over 2^from..2^to. */
function powers(count: number, from: number, to: number): number[] {
  const stream = new RandomStream([count, 4, 3, 2]);
  return Array.from({ length: count }, () => {
    const sign = stream.nextBelow(2) === 0 ? 1 : -1;
    return sign * (1 + stream.nextDouble()) * 2 ** (from + stream.nextBelow(to - from));
  });
}

/** FNV-1a over the words of the doubles. */
function fingerprint(values: number[]): string {
  let hash = 0x811c9dc5;
  for (const word of new Uint32Array(Float64Array.from(values).buffer))
    hash = Math.imul(hash ^ word, 0x01000193);
  return (hash >>> 0).toString(16);
}
