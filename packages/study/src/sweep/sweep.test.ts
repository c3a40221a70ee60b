import { checkScenario, type ScenarioDocument, scenarioDocument } from '@wormwood/files/scenario';
import { engineNamed } from '@wormwood/epidemic';
import { randomStreams } from '@wormwood/base';
import { expect, test } from 'vitest';
import { type Cell, cellOf } from '../cell/cell.ts';
import { type CellResult, evaluateCell } from '../cell/evaluate-cell.ts';
import { planCells, type SweepCell } from './plan-cells.ts';
import { type CellQueue, type CellStore, runCells } from './run-cells.ts';

const TEXT = `
version: 1
name: small
duration: 2h
space: 65536
population: { vulnerable: 600, infected: 2 }
worm: { scanRate: 5/s, strategy: uniform }
defenses:
  - { kind: honeypots, count: 100, start: 1min, delay: 1s }
`;
const GO_ON = { shouldStop: () => false, progress: () => undefined };
const never = { aborted: false };

function document(): ScenarioDocument {
  const check = checkScenario(TEXT, 'small.yaml');
  if (!check.ok) throw new Error(check.diagnostics[0]?.message);
  return scenarioDocument(check.scenario);
}

function cells(counts: readonly string[], settings: Partial<Cell> = {}): readonly SweepCell[] {
  const points = counts.map((count) => ({ 'defenses.0.count': count }));
  const plan = planCells(document(), points, {
    engine: 'ode',
    seed: '1',
    runs: 1,
    version: '1',
    ...settings,
  });
  if (!plan.ok) throw new Error(plan.diagnostics.map(({ message }) => message).join(' '));
  return plan.cells;
}

function memoryStore(): CellStore & { readonly kept: Map<string, CellResult> } {
  const kept = new Map<string, CellResult>();
  return { kept, get: (id) => kept.get(id), put: (result) => kept.set(result.id, result) };
}

/** Computes the last cell first, and reports each twice. */
const backwards: CellQueue = {
  compute: async (given, report) => {
    for (const cell of given.toReversed()) {
      const outcome = { id: cell.id, ok: true, result: await evaluateCell(cell, GO_ON) } as const;
      report(outcome);
      report(outcome);
    }
  },
};

test('a cell of one run has the figures of that run, sampled as the scenario says', async () => {
  const [only] = cells(['200']);
  const check = checkScenario(TEXT.replace('count: 100', 'count: 200'), 'small.yaml');
  if (!check.ok || only === undefined) throw new Error('no cell');
  const { summary } = engineNamed('ode').run(check.outbreak, { streams: randomStreams('1'), replicate: 0 });
  const result = await evaluateCell(only.cell, GO_ON);
  expect(result.summary).toEqual(summary);
  expect(only.values).toEqual({ 'defenses.0.count': 200 });
});

test('the name of a cell follows from what has an effect', () => {
  const [first] = cells(['100']);
  const contents = { scenario: document(), engine: 'ode', seed: '1', runs: 1, version: '1' } as const;
  expect(cellOf(contents).id).toBe(first?.cell.id);
  const renamed = {
    ...contents,
    scenario: Object.fromEntries(Object.entries({ ...document(), name: 'other' }).reverse()),
  };
  expect(cellOf(renamed).id).toBe(first?.cell.id);
  const others = [
    { ...contents, seed: '2' },
    { ...contents, runs: 2 },
    { ...contents, version: '2' },
    { ...contents, engine: 'hosts' as const },
    { ...contents, scenario: { ...document(), duration: '3h' } },
  ].map((one) => cellOf(one).id);
  expect(new Set([first?.cell.id, ...others]).size).toBe(6);
});

test('results stand in the order of the cells, and only what is missing is computed', async () => {
  const plan = cells(['50', '100', '200', '400']);
  const asked: string[] = [];
  const queue: CellQueue = {
    compute: (given, report, signal) => {
      asked.push(...given.map(({ id }) => id));
      return backwards.compute(given, report, signal);
    },
  };
  const store = memoryStore();
  const all = plan.map(({ cell }) => cell);
  const half = await runCells(all.slice(0, 2), { queue, store, signal: never });
  expect(half.reused).toBe(0);
  const told: number[] = [];
  const whole = await runCells(all, {
    queue,
    store,
    signal: never,
    onProgress: ({ done }) => told.push(done),
  });
  expect(whole.reused).toBe(2);
  expect(asked).toEqual(all.map(({ id }) => id));
  expect(told).toEqual([2, 3, 4]);
  expect(whole.results.map((result) => result?.id)).toEqual(all.map(({ id }) => id));
  const infected = whole.results.map((result) => result?.summary.everInfected as number);
  expect(infected).toEqual(infected.toSorted((a, b) => b - a));
});

test('a cell that fails is named with its reason, and the others are computed', async () => {
  const all = cells(['50', '100', '200']).map(({ cell }) => cell);
  const queue: CellQueue = {
    compute: async (given, report) => {
      for (const cell of given) {
        if (cell === all[1]) report({ id: cell.id, ok: false, reason: 'it was poisoned' });
        else report({ id: cell.id, ok: true, result: await evaluateCell(cell, GO_ON) });
      }
    },
  };
  const done = await runCells(all, { queue, store: memoryStore(), signal: never });
  expect(done.failures).toEqual([{ id: all[1]?.id, reason: 'it was poisoned' }]);
  expect(done.results.map((result) => result !== undefined)).toEqual([true, false, true]);
});

test('every problem of the points is reported, and the cells differ only in what varies', () => {
  const settings = { engine: 'ode', seed: '1', runs: 1, version: '1' } as const;
  const plan = planCells(
    document(),
    [{ 'defenses.0.cuont': '1' }, { 'defenses.0.count': '65000' }],
    settings,
  );
  if (plan.ok) throw new Error('the problems were not seen');
  expect(plan.diagnostics.map(({ message, help }) => `${message} ${help}`)).toEqual([
    'A scenario has nothing at defenses.0.cuont. Did you mean defenses.0.count?',
    '65600 hosts and honeypots together do not fit into an address space of 65536. Each needs its own address: enlarge `space` or lower the counts.',
  ]);
});

test('an ensemble cell is the same wherever it is computed', async () => {
  const [only] = cells(['100'], { engine: 'hosts', runs: 40 });
  if (only === undefined) throw new Error('no cell');
  const [first, second] = [
    await evaluateCell(only.cell, GO_ON),
    await evaluateCell(structuredClone(only.cell), GO_ON),
  ];
  expect(first).toEqual(second);
  expect(first.runs).toBe(40);
  await expect(evaluateCell(only.cell, { ...GO_ON, shouldStop: () => true })).rejects.toThrow();
});
