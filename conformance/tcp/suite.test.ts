// A virtual host beside the kernel, case by case: no difference without a reason, and no reason without a difference.
import { expect, it } from 'vitest';
import { missingForNamespaces } from '../../apps/sensor/src/namespace-test-support.ts';
import { cases } from './cases/index.ts';
import { reportOf, runSuite } from './suite.ts';

const missing = missingForNamespaces();

it('has cases with names of their own, each with an RFC', () => {
  expect(cases.length).toBeGreaterThanOrEqual(250);
  expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
  expect(cases.filter(({ rfc }) => !/^\d{3,4}( \d|$)/.test(rfc))).toEqual([]);
});

it.skipIf(missing !== null)(
  'answers as the kernel does, but where a reason is given',
  async () => {
    const result = await runSuite();
    const unexplained = result.differences.filter(({ reason }) => reason === null);
    expect(unexplained, reportOf({ ...result, differences: unexplained })).toEqual([]);
    expect(result.outdated).toEqual([]);
    expect(result.cases).toBe(cases.length);
  },
  300_000,
);
