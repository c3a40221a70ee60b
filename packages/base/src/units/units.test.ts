import { describe, expect, test } from 'vitest';
import { formatCount, parseCount } from './count.ts';
import { formatDuration, parseDuration } from './duration.ts';
import { formatPercent, parseFraction } from './fraction.ts';
import type { Parsed } from './parsed.ts';
import { formatRate, parseRate } from './rate.ts';

function reasonOf(result: Parsed<number>): string {
  return result.ok ? `accepted as ${result.value}` : result.reason;
}

describe('parseDuration', () => {
  test.each([
    ['20min', 1200],
    ['20 min', 1200],
    ['  20min ', 1200],
    ['1h30min', 5400],
    ['1 h 05 min', 3900],
    ['2d 3h 4min 5s 6ms', 183_845.006],
    ['1.5h', 5400],
    ['165.4 s', 165.4],
    ['1ms', 0.001],
    ['250ms', 0.25],
    ['1_000s', 1000],
    ['1e3s', 1000],
    ['2.5e-1 min', 15],
    ['0', 0],
    ['0s', 0],
    [0, 0],
  ])('reads %j as %d seconds', (input, seconds) => {
    expect(parseDuration(input)).toEqual({ ok: true, value: seconds });
  });

  test.each([
    ['20mins', 'Did you mean 20min?'],
    ['20m', 'Did you mean 20min?'],
    ['5sec', 'Did you mean 5s?'],
    ['5 Seconds', 'Did you mean 5s?'],
    ['20MIN', 'Did you mean 20min?'],
    ['1hr 30 mins', 'Did you mean 1h30min?'],
    ['3days', 'Did you mean 3d?'],
    ['7mis', 'Did you mean 7'],
    ['5parsecs', 'the units are ms, s, min, h and d.'],
    ['20', 'lacks a unit; write 20ms, 20s, 20min, 20h or 20d.'],
    [20, 'lacks a unit'],
    ['1h30', 'lacks a unit; write 30ms'],
    ['30min1h', 'larger unit first'],
    ['1h1h', 'each unit once'],
    ['', 'is missing'],
    ['   ', 'is missing'],
    ['-5s', 'not negative'],
    [-5, 'not negative'],
    ['NaN', 'finite'],
    [Number.NaN, 'finite'],
    [Infinity, 'finite'],
    ['-Infinity', 'finite'],
    ['1e400s', 'finite'],
    ['min', 'a number and a unit'],
    ['1,5h', 'a number and a unit'],
    ['5 s!', 'a number and a unit'],
    ['.5s', 'a number and a unit'],
    ['1__0s', 'a number and a unit'],
  ])('refuses %j, saying "%s"', (input, part) => {
    expect(reasonOf(parseDuration(input))).toContain(part);
  });
});

describe('formatDuration', () => {
  test.each([
    [0, '0 s'],
    [1e-9, '0.000001 ms'],
    [0.25, '250 ms'],
    [0.0123456, '12.35 ms'],
    [0.999_99, '1 s'],
    [1, '1 s'],
    [60, '1 min'],
    [90, '90 s'],
    [165.4, '165.4 s'],
    [165.44, '165.4 s'],
    [599.94, '599.9 s'],
    [599.97, '10 min'],
    [600, '10 min'],
    [1200, '20 min'],
    [1234.4, '20 min 34 s'],
    [1205, '20 min 05 s'],
    [3599.7, '1 h'],
    [3900, '1 h 05 min'],
    [86_340, '23 h 59 min'],
    [86_399, '1 d'],
    [1e6, '11 d 14 h'],
    [3.1536e7, '365 d'],
  ])('writes %d seconds as %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });

  test.each([-1, Number.NaN, Infinity])('asserts against %d', (seconds) => {
    expect(() => formatDuration(seconds)).toThrow('duration');
  });
});

describe('parseRate', () => {
  test.each([
    ['50/s', 50],
    ['10/min', 10 / 60],
    ['3/h', 3 / 3600],
    ['1/d', 1 / 86_400],
    ['2/ms', 2000],
    [' 4_000 / s ', 4000],
    ['1.5e3/s', 1500],
    ['0', 0],
    [0, 0],
    ['0/d', 0],
  ])('reads %j as %d per second', (input, perSecond) => {
    expect(parseRate(input)).toEqual({ ok: true, value: perSecond });
  });

  test.each([
    ['5/sec', 'Did you mean 5/s?'],
    ['5/minute', 'Did you mean 5/min?'],
    ['5/fortnight', 'the units are ms, s, min, h and d.'],
    ['5', 'write 5/s, 5/min, 5/h or 5/d.'],
    [5, 'write 5/s'],
    ['5/', 'write 5/s'],
    ['/d', 'such as 50/s'],
    ['5 per second', 'such as 50/s'],
    ['5/s/s', 'such as 50/s'],
    ['-5/s', 'not negative'],
    ['', 'is missing'],
    [Number.NaN, 'finite'],
    ['1e400/s', 'too large'],
  ])('refuses %j, saying "%s"', (input, part) => {
    expect(reasonOf(parseRate(input))).toContain(part);
  });

  test.each([
    [0, '0/s'],
    [50, '50/s'],
    [4000, '4000/s'],
    [1.5, '1.5/s'],
    [10 / 60, '10/min'],
    [1 / 60, '1/min'],
    [3 / 3600, '3/h'],
    [0.5 / 86_400, '0.5/d'],
    [0.999_999, '1/s'],
  ])('is written for %d per second as %s', (perSecond, text) => {
    expect(formatRate(perSecond)).toBe(text);
  });
});

describe('parseCount', () => {
  test.each([
    ['360000', 360_000],
    ['360_000', 360_000],
    ['2^32', 4_294_967_296],
    ['2 ^ 53', 9_007_199_254_740_992],
    ['10^6', 1e6],
    ['0^0', 1],
    ['1e6', 1e6],
    ['1.5e6', 1_500_000],
    ['007', 7],
    [360_000, 360_000],
    ['0', 0],
  ])('reads %j as %d', (input, count) => {
    expect(parseCount(input)).toEqual({ ok: true, value: count });
  });

  test.each([
    ['360,000', 'Did you mean 360_000?'],
    ['4.294.967.296', 'Did you mean 4_294_967_296?'],
    ['10k', 'Did you mean 10000?'],
    ['1.5M', 'Did you mean 1500000?'],
    ['1.5', 'did you mean 1 or 2'],
    [2.25, 'did you mean 2 or 3'],
    ['2^54', 'at most 2^53'],
    ['2^9999999', 'at most 2^53'],
    ['9007199254740994', 'at most 2^53'],
    [1e21, 'at most 2^53'],
    ['1e400', 'at most 2^53'],
    ['2^-1', 'a whole number such as'],
    ['_1', 'a whole number such as'],
    ['1__0', 'a whole number such as'],
    ['0x10', 'a whole number such as'],
    ['', 'is missing'],
    [-1, 'not negative'],
    [Infinity, 'finite'],
    [Number.NaN, 'finite'],
  ])('refuses %j, saying "%s"', (input, part) => {
    expect(reasonOf(parseCount(input))).toContain(part);
  });

  test.each([
    [0, '0'],
    [999, '999'],
    [1000, '1,000'],
    [262_144, '262,144'],
    [2 ** 32, '4,294,967,296'],
    [12.6, '13'],
    [-1234, '-1,234'],
  ])('is written for %d as %s', (count, text) => {
    expect(formatCount(count)).toBe(text);
  });
});

describe('parseFraction', () => {
  test.each([
    ['5%', 0.05],
    ['0.05', 0.05],
    ['0.38 %', 0.0038],
    ['100%', 1],
    ['1', 1],
    ['0', 0],
    [0.3, 0.3],
    ['1e-3', 0.001],
  ])('reads %j as %d', (input, fraction) => {
    expect(parseFraction(input)).toEqual({ ok: true, value: fraction });
  });

  test.each([
    ['5', 'Did you mean 5%?'],
    [5, 'Did you mean 5%?'],
    ['100', 'Did you mean 100%?'],
    ['100.5', '"100.5" is more.'],
    ['150%', 'at most 1'],
    [1000, 'at most 1'],
    ['1/2', 'such as 5%'],
    ['-5%', 'not negative'],
    ['', 'is missing'],
    [Number.NaN, 'finite'],
  ])('refuses %j, saying "%s"', (input, part) => {
    expect(reasonOf(parseFraction(input))).toContain(part);
  });

  test('suggests no percentage above 100', () => {
    expect(reasonOf(parseFraction('100.5'))).not.toContain('Did you mean');
  });

  test.each([
    [0.05, '5%'],
    [0.0038, '0.38%'],
    [0.123_456, '12.35%'],
    [1, '100%'],
    [0, '0%'],
  ])('is written for %d as %s', (fraction, text) => {
    expect(formatPercent(fraction)).toBe(text);
  });
});
