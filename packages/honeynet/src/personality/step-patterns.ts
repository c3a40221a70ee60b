/**
 * Five multiples whose mean and deviation are as wanted: nmap sees five steps between its six probes, and whichever five follow
 * each other in a pattern of five are all of it.
 */
import { EVEN_DEVIATIONS, greatestCommonDivisor } from './stepped-numbers.ts';

/** Largest deviation at which all growth by `EVEN_DEVIATIONS` is upwards. */
const EVEN_MAX = 0.75;
/** Of one large and four equal small ones: the variance of (x, y, y, y, y) with the mean 1 is (x - 1)² · 5/16. */
const UNEVEN_UNIT = Math.sqrt(5 / 16);
/** At which four of five do not grow. */
export const DEVIATION_MAX: number = 4 * UNEVEN_UNIT;

/** Up to so many multiples on the average every pattern near them is tried: rounding one would change what is measured. */
const EXACT_MAX = 64;
/** Up to this sum of five all patterns are tried. */
const SUM_OF_ALL_MAX = 25;
/** Otherwise those that differ from the mean by so much. */
const NEAR = 2;

/** Returns the pattern nearest to a mean and a standard deviation over the mean; null: none with the divisor 1 is near. */
export function patternOf(mean: number, deviation: number): readonly number[] | null {
  const rounded = shapedPattern(mean, deviation);
  if (mean > EXACT_MAX) return rounded;
  const sum = Math.max(1, Math.round(5 * mean));
  const wanted = deviation * mean;
  let best = rounded;
  let least = rounded === null ? Number.POSITIVE_INFINITY : distanceOf(rounded, mean, wanted);
  for (const pattern of sum <= SUM_OF_ALL_MAX ? partsOf(sum) : nearPatterns(sum)) {
    const distance = distanceOf(pattern, mean, wanted);
    if (distance < least && divisorOf(pattern) === 1) [best, least] = [pattern, distance];
  }
  return best;
}

function shapedPattern(mean: number, deviation: number): readonly number[] | null {
  const factors =
    deviation <= EVEN_MAX
      ? EVEN_DEVIATIONS.map((each) => 1 + deviation * each)
      : EVEN_DEVIATIONS.map((_, i) => 1 + (deviation / UNEVEN_UNIT) * (i === 2 ? 1 : -1 / 4));
  const pattern = factors.map((factor) => Math.max(0, Math.round(factor * mean)));
  for (let more = 0; more < 8; more++) {
    if (divisorOf(pattern) === 1) return pattern;
    pattern[more % 5 === 2 ? 1 : 2]!++;
  }
  return null;
}

function distanceOf(pattern: readonly number[], mean: number, wanted: number): number {
  const average = pattern.reduce((sum, each) => sum + each, 0) / 5;
  const squares = pattern.reduce((sum, each) => sum + (each - average) ** 2, 0);
  return Math.abs(average - mean) + Math.abs(Math.sqrt(squares / 4) - wanted);
}

function divisorOf(pattern: readonly number[]): number {
  return pattern.reduce(greatestCommonDivisor, 0);
}

/** What was found by `partsOf`, by sum: there are few, and each is asked for again and again. */
const FOUND: (readonly (readonly number[])[] | undefined)[] = [];

/** All ways to make five of a sum, each without its order: the large and the small ones take turns. */
function partsOf(sum: number): readonly (readonly number[])[] {
  return (FOUND[sum] ??= findParts(sum));
}

function findParts(sum: number): readonly (readonly number[])[] {
  const found: number[][] = [];
  const add = (parts: readonly number[], left: number, most: number): void => {
    if (parts.length === 4) {
      if (left <= most) found.push(inTurns([...parts, left]));
      return;
    }
    for (let part = Math.min(left, most); part >= 0 && part * (5 - parts.length) >= left; part--)
      add([...parts, part], left - part, part);
  };
  add([], sum, sum);
  return found;
}

function nearPatterns(sum: number): readonly (readonly number[])[] {
  const base = Math.floor(sum / 5);
  // What is above `base - NEAR` in all five.
  return partsOf(sum - 5 * (base - NEAR)).flatMap((parts) =>
    Math.max(...parts) <= 2 * NEAR + 1 ? [parts.map((part) => part + base - NEAR)] : [],
  );
}

function inTurns([a, b, c, d, e]: readonly number[]): number[] {
  return [c!, e!, a!, d!, b!];
}
