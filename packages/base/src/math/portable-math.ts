/**
 * exp, expm1, log and log1p that return the same bits in every JavaScript engine. The language leaves Math.exp and
 * its kin to the engine; these are built from + - * /, rounding to an integer and views of a double's bits alone,
 * all of which are exactly specified. Results lie within one unit in the last place, those of expm1 within 1.5.
 *
 * The polynomials were fitted for this file (Chebyshev interpolation at 200 bits); their own relative error is
 * below 2^-62, so what remains is the rounding of the last few operations.
 */

/** ln 2 in two parts; the upper has 32 bits after the point, so that its product with an exponent is exact. */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

const TINY = 2 ** -54;
const EXP_ARGUMENT_MAX = 709.782712893384;
const EXP_ARGUMENT_MIN = -745.1332191019412;

const doubleView = new Float64Array(1);
const wordView = new Int32Array(doubleView.buffer);
/** Which of the two words holds sign, exponent and upper mantissa: depends on the machine's byte order. */
const UPPER_WORD = upperWordIndex();

/** POWERS_OF_TWO[n + POWER_OFFSET] is 2^n, for the normal numbers. */
const POWER_OFFSET = 1022;
const POWERS_OF_TWO = powersOfTwo();

function upperWordIndex(): number {
  doubleView[0] = 1;
  return wordView[1] === 0x3ff00000 ? 1 : 0;
}

function powersOfTwo(): Float64Array {
  const powers = new Float64Array(2046);
  let power = 2 ** -1022;
  for (let i = 0; i < powers.length; i++, power *= 2) powers[i] = power;
  return powers;
}

/** e^x. */
export function exp(x: number): number {
  if (x !== x) return x;
  if (x > EXP_ARGUMENT_MAX) return Infinity;
  if (x < EXP_ARGUMENT_MIN) return 0;
  const k = Math.floor(x * Math.LOG2E + 0.5);
  const high = x - k * LN2_HIGH;
  const low = k * LN2_LOW;
  const r = high - low;
  const lost = high - r - low;
  return scaleByPower(1 + (r + (lost + r * r * expTail(r))), k);
}

/** e^x - 1, accurate near zero. */
export function expm1(x: number): number {
  if (x > -TINY && x < TINY) return x;
  if (x < -40) return -1;
  if (!(x < 40)) return exp(x);
  const k = Math.floor(x * Math.LOG2E + 0.5);
  if (k === 0) return x + x * x * expTail(x);
  const high = x - k * LN2_HIGH;
  const low = k * LN2_LOW;
  const r = high - low;
  const tail = high - r - low + r * r * expTail(r);
  const one = scaleByPower(1, -k);
  // The larger pair is added first where the sum may cancel.
  return scaleByPower(k > 0 ? 1 - one + r + tail : 1 - one + (r + tail), k);
}

/** The natural logarithm of x; NaN below zero, -Infinity at either zero. */
export function log(x: number): number {
  return logOfSum(x, 0);
}

/** The natural logarithm of 1 + x, accurate near zero; NaN below -1, -Infinity at -1. */
export function log1p(x: number): number {
  if (x > -TINY && x < TINY) return x;
  if (x > -0.29 && x < 0.41) return logOfReduced(x, 0, 0);
  const sum = 1 + x;
  if (sum <= 0 || !(sum < Infinity)) return logOfSum(sum, 0);
  const lost = x >= 1 ? 1 - (sum - x) : x - (sum - 1);
  return logOfSum(sum, lost / sum);
}

/** log(x) + correction, where x = 2^k * (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)). */
function logOfSum(x: number, correction: number): number {
  let k = 0;
  let scaled = x;
  if (x < 2 ** -1022) {
    if (x < 0) return NaN;
    if (x === 0) return -Infinity;
    scaled = x * 2 ** 54;
    k = -54;
  }
  if (!(scaled < Infinity)) return x;
  doubleView[0] = scaled;
  const upper = wordView[UPPER_WORD] ?? 0;
  const mantissa = upper & 0xfffff;
  const isAboveRootTwo = mantissa >= 0x6a09e;
  k += (upper >> 20) - (isAboveRootTwo ? 1022 : 1023);
  wordView[UPPER_WORD] = mantissa | (isAboveRootTwo ? 0x3fe00000 : 0x3ff00000);
  return logOfReduced((doubleView[0] ?? 0) - 1, k, correction);
}

/**
 * k ln 2 + log(1 + f) + correction. With s = f / (2 + f), log(1 + f) = 2s + s R(s^2); since 2s = f - s f, the
 * leading f enters without rounding: log(1 + f) = f - (f^2/2 - s (f^2/2 + R)).
 */
function logOfReduced(f: number, k: number, correction: number): number {
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const even =
    0.6666666666666666 + w * (0.285714285708017 + w * (0.1818179559386321 + w * 0.1326870577297007));
  const odd =
    0.4000000000000088 + w * (0.22222222392147034 + w * (0.15386242218879392 + w * 0.13087330476603717));
  const remainder = z * (even + z * odd);
  const halfSquare = 0.5 * f * f;
  return k * LN2_HIGH - (halfSquare - (s * (halfSquare + remainder) + (k * LN2_LOW + correction)) - f);
}

/** (e^r - 1 - r) / r^2 for |r| <= ln(2)/2. */
function expTail(r: number): number {
  const r2 = r * r;
  const r4 = r2 * r2;
  const low = 0.5 + r * 0.1666666666666667 + r2 * (0.04166666666666667 + r * 0.008333333333326112);
  const middle =
    0.001388888888888373 +
    r * 0.0001984126987490126 +
    r2 * (2.4801587325605324e-5 + r * 2.7557255297969643e-6);
  const high = 2.755727357010214e-7 + r * 2.5105259538448494e-8 + r2 * 2.0914717341716378e-9;
  return low + r4 * (middle + r4 * high);
}

/** m * 2^k with one rounding, also where the result is subnormal. */
function scaleByPower(m: number, k: number): number {
  if (k >= -1021 && k <= 1023) return m * (POWERS_OF_TWO[k + POWER_OFFSET] ?? 0);
  const half = k >> 1;
  return m * (POWERS_OF_TWO[half + POWER_OFFSET] ?? 0) * (POWERS_OF_TWO[k - half + POWER_OFFSET] ?? 0);
}
