import { type ChunkRequest, runChunk } from '@wormwood/epidemic';
import { checkScenario, scenarioDocument } from '@wormwood/files/scenario';
import { expect, test } from 'vitest';
import { parseVariation, type SearchVariable } from '../vary/vary.ts';
import { cheapestOf, findFrontier } from './frontier.ts';
import { parseGoal } from './goal.ts';
import type { PlanRequest } from './plan.ts';

const TEXT = `
version: 1
duration: 24h
space: 2^32
population: { vulnerable: 360000, infected: 150 }
worm: { scanRate: 50/s }
defenses: [{ kind: honeypots, count: 1, start: 0s, delay: 1s }]
`;
const N = 360_000;
const RATE = (50 * N) / 2 ** 32;

function request(): PlanRequest {
  const check = checkScenario(TEXT, 'frontier.yaml');
  const goal = parseGoal('basicReproductionNumber <= 1');
  const variable = parseVariation('defenses.0.count=1..4_000_000');
  if (!check.ok || !goal.ok || !variable.ok) throw new Error('the request is wrong');
  return {
    document: scenarioDocument(check.scenario),
    goal: goal.value,
    variable: variable.value as SearchVariable,
    engine: 'ode',
    seed: '1',
    runs: 1,
    z: 0,
  };
}

const run = async (chunk: ChunkRequest): Promise<readonly ReturnType<typeof runChunk>[]> =>
  Promise.resolve([runChunk(chunk)]);

function varied(text: string): Exclude<ReturnType<typeof parseVariation>, { ok: false }>['value'] {
  const parsed = parseVariation(text);
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.value;
}

test('the frontier of count against delay is N / (1 − βδ), and ends at 1/β', async () => {
  const points = await findFrontier(request(), varied('defenses.0.delay=0s,60s,120s,180s,240s'), run);
  for (const { text, found } of points.slice(0, 4)) {
    const exact = N / (1 - RATE * Number.parseFloat(text));
    expect(found.isFeasible && Math.abs(found.place - exact)).toBeLessThanOrEqual(1);
  }
  expect(points[4]?.found.isFeasible).toBe(false);
});

test('the cheapest mixture lies where the derivative of the cost is zero', async () => {
  // Cost a·h + b·δ with b below 0: a longer delay is cheaper. a h'(δ) = −b at δ = (1 − √(aNβ/−b)) / β.
  const costs = { first: 1, second: -5000 };
  const points = await findFrontier(request(), varied('defenses.0.delay=0s..200s'), run, { costs });
  const best = cheapestOf(points);
  const exact = (1 - Math.sqrt((N * RATE) / 5000)) / RATE;
  // Two refinements between nine places of 25 s: within half of 6.25 s, one step more on either side.
  expect(Math.abs((best?.place ?? NaN) - exact)).toBeLessThanOrEqual(6.25);
});
