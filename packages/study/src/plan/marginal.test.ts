import { type ChunkRequest, runChunk } from '@wormwood/epidemic';
import { checkScenario, scenarioDocument } from '@wormwood/files/scenario';
import { expect, test } from 'vitest';
import { parseVariation, type SearchVariable } from '../vary/vary.ts';
import { parseGoal } from './goal.ts';
import { marginalValues } from './marginal.ts';
import { findPlan, type PlanRequest } from './plan.ts';

const N = 360_000;
const RATE = (50 * N) / 2 ** 32;

test('a second less delay is worth Nβ / (1 − βδ)² honeypots at the threshold, and an earlier start nothing', async () => {
  const text =
    'version: 1\nduration: 24h\nspace: 2^32\npopulation: { vulnerable: 360000, infected: 150 }\nworm: { scanRate: 50/s }\n' +
    'defenses: [{ kind: honeypots, count: 1, start: 20min, delay: 60s }]';
  const check = checkScenario(text, 'marginal.yaml');
  const goal = parseGoal('basicReproductionNumber <= 1');
  const variable = parseVariation('defenses.0.count=1..4_000_000');
  if (!check.ok || !goal.ok || !variable.ok) throw new Error('the request is wrong');
  const request: PlanRequest = {
    document: scenarioDocument(check.scenario),
    goal: goal.value,
    variable: variable.value as SearchVariable,
    engine: 'ode',
    seed: '1',
    runs: 1,
    z: 0,
  };
  const run = async (chunk: ChunkRequest): Promise<readonly ReturnType<typeof runChunk>[]> =>
    Promise.resolve([runChunk(chunk)]);
  const found = await findPlan(request, run);
  if (!found.isFeasible) throw new Error(found.reason);
  const [delay, start] = await marginalValues(request, found.place, run);
  const exact = (N * RATE) / (1 - RATE * 60) ** 2;
  // The difference over 1.2 s is off by less than βΔ / (1 − βδ), and each plan by one honeypot.
  expect(Math.abs((delay?.perSecond ?? 0) / exact - 1)).toBeLessThan(
    (RATE * 1.2) / (1 - RATE * 60) + 2 / exact,
  );
  expect(start).toEqual({ path: 'defenses.0.start', perSecond: 0 });
});
