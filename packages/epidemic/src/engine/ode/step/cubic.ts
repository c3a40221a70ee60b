/** Cubic polynomials in θ, as the dense output gives them: c[at] + c[at+1] θ + c[at+2] θ² + c[at+3] θ³ for θ in [0, 1]. */

/** Returns the value at `theta`. */
export function cubicAt(c: Float64Array, at: number, theta: number): number {
  return c[at]! + theta * (c[at + 1]! + theta * (c[at + 2]! + theta * c[at + 3]!));
}

/** Returns the integral from 0 to `theta`. */
export function cubicIntegral(c: Float64Array, at: number, theta: number): number {
  return theta * (c[at]! + theta * (c[at + 1]! / 2 + theta * (c[at + 2]! / 3 + (theta * c[at + 3]!) / 4)));
}

/**
 * Returns where a function that lies on different sides of 0 at 0 and at 1 crosses it: bisection to 2^-52 with a secant
 * step whenever that stays inside (Dekker's rule, two evaluations a round).
 */
export function crossing(f: (theta: number) => number): number {
  let low = 0;
  let high = 1;
  let atLow = f(0);
  let atHigh = f(1);
  if (atLow === 0) return 0;
  if (atLow > 0 === atHigh > 0) return 1;
  for (let k = 0; k < 60 && high - low > 2 ** -52; k++) {
    const secant = low - (atLow * (high - low)) / (atHigh - atLow);
    for (const theta of [secant, (low + high) / 2]) {
      if (!(theta > low && theta < high)) continue;
      const value = f(theta);
      if (value === 0) return theta;
      if (value > 0 === atLow > 0) {
        low = theta;
        atLow = value;
      } else {
        high = theta;
        atHigh = value;
      }
    }
  }
  return high;
}

/** Returns where in (0, 1) the cubic has a maximum, when it rises at 0 and falls at 1. */
export function cubicMaximum(c: Float64Array, at: number): number {
  return crossing((theta) => c[at + 1]! + theta * (2 * c[at + 2]! + theta * 3 * c[at + 3]!));
}
