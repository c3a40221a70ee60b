import { expect, test } from 'vitest';
import { figureText } from './figure-text.ts';

test.each([
  ['everInfectedFraction < 5%', 0.97174, '97.17%'],
  ['P(extinct) > 0.9', 0.915, '91.5%'],
  ['extinctionTime < 3h', 7200, '2 h'],
  ['timeTo.0.5 > 1h', 5400, '1 h 30 min'],
  ['peakInfected < 1000', 15_110, '15,110'],
  ['peakInfected < 1000', 12.3456, '12.35'],
])('of %s, %f is shown as %s', (condition, value, text) => {
  expect(figureText(condition, value)).toBe(text);
});
