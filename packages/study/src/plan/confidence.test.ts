// Plans of engines that draw: the value found keeps its goal in 200 runs that the search has not seen.
import { columnOfFigure, type ChunkRequest, type RunChunk, runChunk } from '@wormwood/epidemic';
import {
  checkScenario,
  checkScenarioDocument,
  scenarioDocument,
  type ScenarioDocument,
  setScenarioValue,
} from '@wormwood/files/scenario';
import { expect, test } from 'vitest';
import { formatQuantity, parseVariation, type SearchVariable } from '../vary/vary.ts';
import { achievedBy } from './achieved.ts';
import { type Goal, parseGoal } from './goal.ts';
import { findPlan } from './plan.ts';

/** One-sided, 95 %. */
const Z = 1.645;
const FRESH_RUNS = 200;
const IS_LONG = process.env['WORMWOOD_LONG'] === '1';

function documentOf(defense: string, rest = ''): ScenarioDocument {
  const check = checkScenario(
    `version: 1\nduration: 20min\nspace: 10.66.0.0/16\npopulation: { vulnerable: 1000, infected: 10${rest} }\n` +
      `worm: { scanRate: 1/s${rest === '' ? '' : ', strategy: { local: { /24: 0.5 } }'} }\ndefenses: [${defense}]\n`,
    'plan.yaml',
  );
  if (!check.ok) throw new Error(check.diagnostics.map(({ message }) => message).join(' '));
  return scenarioDocument(check.scenario);
}

const honeypots = (rest = 'start: 1min, delay: 1s'): string => `{ kind: honeypots, count: 4000, ${rest} }`;
const CLUSTERED = ', placement: { clustered: { slash24: 40 } }';
const COUNT = 'defenses.0.count=1..30000';

const CASES: readonly (readonly [name: string, goal: string, vary: string, document: ScenarioDocument])[] = [
  ['count, mean', 'everInfectedFraction < 20%', COUNT, documentOf(honeypots())],
  ['count, share of the runs', 'P(everInfectedFraction < 25%) > 0.9', COUNT, documentOf(honeypots())],
  ['count, extinction', 'P(extinct) > 0.9', COUNT, documentOf(honeypots())],
  ['count, peak', 'peakInfected < 8%', COUNT, documentOf(honeypots())],
  [
    'count, two conditions',
    'everInfectedFraction < 30% and P(extinct) > 0.8',
    COUNT,
    documentOf(honeypots('start: 90s')),
  ],
  ['start', 'everInfectedFraction < 30%', 'defenses.0.start=0s..5min', documentOf(honeypots('start: 1min'))],
  ['delay', 'everInfectedFraction < 30%', 'defenses.0.delay=0s..2min', documentOf(honeypots('delay: 1s'))],
  [
    'coverage of a filter',
    'everInfectedFraction < 60%',
    'defenses.0.coverage=0%..100%',
    documentOf('{ kind: filter, start: 1min, coverage: 50% }'),
  ],
  [
    'reaction of a block list',
    'everInfectedFraction < 20%',
    'defenses.0.reaction=1s..3min',
    documentOf('{ kind: blacklist, reaction: 20s, coverage: 1 }'),
  ],
  [
    'count among populated networks, local preference',
    'everInfectedFraction < 30%',
    'defenses.0.count=1..5000',
    documentOf(honeypots('start: 20s, placement: populated'), CLUSTERED),
  ],
];

function parsedGoal(text: string): Goal {
  const goal = parseGoal(text);
  if (!goal.ok) throw new Error(goal.reason);
  return goal.value;
}

function variable(text: string): SearchVariable {
  const parsed = parseVariation(text);
  if (!parsed.ok || parsed.value.kind !== 'range') throw new Error(text);
  return parsed.value;
}

/** Whether 200 fresh runs at the place keep the goal on average, and whether they do so with the stated confidence. */
function freshRuns(
  document: ScenarioDocument,
  goal: Goal,
  { path, quantity }: SearchVariable,
  place: number,
) {
  const change = setScenarioValue(document, path, formatQuantity(quantity, place));
  if (!change.ok) throw new Error(path);
  const check = checkScenarioDocument(change.document, 'fresh');
  if (!check.ok) throw new Error(check.diagnostics[0]?.message);
  const outbreak = { ...check.outbreak, sampleSeconds: check.outbreak.durationSeconds };
  const request: ChunkRequest = { outbreak, engine: 'hosts', seed: '977', first: 0, count: FRESH_RUNS };
  const chunk: RunChunk = runChunk(request);
  const judged = (z: number) =>
    achievedBy({ runs: FRESH_RUNS, column: (figure) => columnOfFigure(chunk, figure) }, goal, {
      vulnerable: outbreak.population.vulnerable,
      z,
    });
  return {
    holds: judged(0).isMet,
    isConfident: judged(Z).isMet,
    values: judged(0).conditions.map(({ value }) => value),
  };
}

const shown = IS_LONG ? CASES : CASES.filter(([name]) => name === 'count, mean' || name === 'delay');

test.each(shown)('%s: %s', { timeout: 1_800_000 }, async (name, goalText, vary, document) => {
  const goal = parsedGoal(goalText);
  const searched = variable(vary);
  const found = await findPlan(
    { document, goal, variable: searched, engine: 'hosts', seed: '5', runs: IS_LONG ? 200 : 60, z: Z },
    async (chunk) => Promise.resolve([runChunk(chunk)]),
  );
  if (!found.isFeasible) throw new Error(found.reason);
  const { holds, isConfident, values } = freshRuns(document, goal, searched, found.place);
  if (IS_LONG)
    process.stdout.write(
      `${name}: ${vary} → ${found.place}, fresh ${values.join(', ')}; confident ${isConfident}\n`,
    );
  expect(holds, `${found.place}: ${values.join(', ')}`).toBe(true);
});
