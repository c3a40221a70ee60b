/** Strategies, placements and scan rates of the scenario file, and the files that it names. */
import { engineNamed } from '@wormwood/epidemic';
import { describe, expect, it } from 'vitest';
import { scenarioDocument } from './scenario-data.ts';
import { checkScenario, type ScenarioCheck } from './scenario-file.ts';

interface Parts {
  readonly population?: string;
  readonly worm?: string;
}

const FILES: Readonly<Record<string, string>> = {
  'prefixes.csv': '# announced\n10.0.0.0/8,30\n 11.1.0.0/16 , 70 # campus\n\n',
  'graph.csv': '0,1\n1,2\n',
  'bad.csv': '10.0.0.0/8\n10.1.0.1/16\n300.0.0.0/8\n10.0.0.0/8,1,2\n',
  'empty.csv': '# nothing\n',
};

function check({ population = '', worm = '' }: Parts): ScenarioCheck {
  const text = `version: 1
duration: 1h
population: {vulnerable: 100, infected: 2${population}}
worm: {scanRate: 10/s${worm}}
`;
  return checkScenario(worm.includes('scanRate') ? text.replace('scanRate: 10/s, ', '') : text, 'test.yaml', {
    readFile: (path) => {
      const value = FILES[path];
      return value === undefined ? { ok: false, reason: `There is no ${path}.` } : { ok: true, value };
    },
  });
}

function outbreakOf(parts: Parts) {
  const checked = check(parts);
  if (!checked.ok) throw new Error(JSON.stringify(checked.diagnostics));
  return checked.outbreak;
}

describe('strategies', () => {
  it.each<readonly [text: string, expected: unknown]>([
    ['sequential', { kind: 'sequential', nearProbability: 0.4 }],
    ['{sequential: {near: 0.1}}', { kind: 'sequential', nearProbability: 0.1 }],
    ['permutation', { kind: 'permutation', giveUpAfter: null, partitioned: false }],
    [
      '{permutation: {giveUpAfter: 3, partitioned: true}}',
      { kind: 'permutation', giveUpAfter: 3, partitioned: true },
    ],
    [
      '{local: {/16: 0.375, /8: 0.5}}',
      {
        kind: 'local',
        levels: [
          { networkSize: 2 ** 24, probability: 0.5 },
          { networkSize: 2 ** 16, probability: 0.375 },
        ],
      },
    ],
    ['{coverageHole: 90%}', { kind: 'coverage-hole', reached: 0.9 }],
    ['{shortCycles: [0.5, 0.1]}', { kind: 'short-cycles', cycles: [0.5, 0.1] }],
    ['{hitlist: 50}', { kind: 'hitlist', size: 50, vulnerableFraction: 1, then: { kind: 'uniform' } }],
    [
      '{hitlist: {size: 50, vulnerable: 0.5, then: permutation}}',
      {
        kind: 'hitlist',
        size: 50,
        vulnerableFraction: 0.5,
        then: { kind: 'permutation', giveUpAfter: null, partitioned: false },
      },
    ],
  ])('%s', (text, expected) => {
    expect(outbreakOf({ worm: `, strategy: ${text}` }).worm.strategy).toEqual(expected);
  });

  it('a routable worm probes the first part of the space, where then the hosts lie', () => {
    const { worm, population } = outbreakOf({ worm: ', strategy: {routable: 0.25}' });
    const ranges = [{ first: 0, size: 2 ** 30 }];
    expect([worm.strategy, population.placement]).toEqual([
      { kind: 'routable', ranges },
      { kind: 'ranges', ranges },
    ]);
  });

  it('lists lie one behind the other', () => {
    const { worm, population } = outbreakOf({
      worm:
        ', strategy: {lists: [{name: DNS, size: 500, probability: 0.5, vulnerable: 80}, ' +
        '{name: neighbours, size: 64, probability: 0.25, vulnerable: 20}]}',
    });
    expect(worm.strategy).toEqual({
      kind: 'lists',
      lists: [
        { first: 0, size: 500, probability: 0.5 },
        { first: 500, size: 64, probability: 0.25 },
      ],
    });
    expect(population.placement).toEqual({
      kind: 'ranges',
      ranges: [
        { first: 0, size: 500, weight: 80 },
        { first: 500, size: 64, weight: 20 },
      ],
    });
  });
});

describe('files that a scenario names', () => {
  it('hold prefixes with or without hosts', () => {
    const { population } = outbreakOf({ population: ', placement: {file: prefixes.csv}' });
    expect(population.placement).toEqual({
      kind: 'ranges',
      ranges: [
        { first: 10 * 2 ** 24, size: 2 ** 24, weight: 30 },
        { first: 11 * 2 ** 24 + 2 ** 16, size: 2 ** 16, weight: 70 },
      ],
    });
  });

  it('hold a graph, both ways', () => {
    const { worm } = outbreakOf({ worm: ', strategy: {topological: {file: graph.csv}}' });
    expect(worm.strategy).toMatchObject({ kind: 'topological' });
    const { neighbors } = worm.strategy as { readonly neighbors: readonly (readonly number[])[] };
    expect([neighbors.length, ...neighbors.slice(0, 4)]).toEqual([100, [1], [0, 2], [1], []]);
  });

  it('hold a graph, one way', () => {
    const { worm } = outbreakOf({ worm: ', strategy: {topological: {file: graph.csv, directed: true}}' });
    const { neighbors } = worm.strategy as { readonly neighbors: readonly (readonly number[])[] };
    expect(neighbors.slice(0, 4)).toEqual([[1], [2], [], []]);
  });

  it('a result holds the rows that were read, and is read again without the file', () => {
    const checked = check({ worm: ', strategy: {topological: {file: graph.csv, directed: true}}' });
    if (!checked.ok) throw new Error(JSON.stringify(checked.diagnostics));
    const document = scenarioDocument(checked.scenario);
    expect(document['worm']).toMatchObject({
      strategy: { topological: { edges: ['0,1', '1,2'], directed: true } },
    });
    const again = checkScenario(JSON.stringify(document), 'result.json');
    expect(again.ok && again.outbreak).toEqual(checked.outbreak);
  });

  it.each([
    ['{topological: {directed: true}}', ['one-key']],
    ['{topological: {file: graph.csv, edges: ["0,1"]}}', ['one-key']],
    ['{topological: {erdosRenyi: 3, barabasiAlbert: 2}}', ['one-key']],
    ['{topological: {immune: {hubs: 5%}}}', ['one-key']],
    ['{topological: {erdosRenyi: 3, immune: {hub: 5%}}}', ['unknown-key']],
    ['{topological: {fiel: graph.csv}}', ['unknown-key']],
    ['{topological: {file: graph.csv, directed: 1}}', ['wrong-type']],
    ['{topological: graph.csv}', ['wrong-type']],
  ])('%s is not a graph', (strategy, codes) => {
    const checked = check({ worm: `, strategy: ${strategy}` });
    expect(checked.diagnostics.map(({ code }) => code)).toEqual(codes);
  });

  it.each([
    ['bad.csv', ['bad.csv:2:1:', 'bad.csv:3:1:', 'bad.csv:4:1:']],
    ['empty.csv', ['empty.csv: There is no row']],
    ['missing.csv', ['There is no missing.csv.']],
  ])('%s: every problem is reported', (name, expected) => {
    const checked = check({ population: `, placement: {file: ${name}}` });
    expect(checked.ok).toBe(false);
    expect(checked.diagnostics.map(({ code }) => code)).toEqual(expected.map(() => 'named-file'));
    expected.forEach((start, row) => expect(checked.diagnostics[row]?.message).toMatch(start));
  });
});

describe('scan rates', () => {
  it.each<readonly [text: string, mean: number, rates: unknown]>([
    ['{mean: 357/s, sigma: 1.2}', 357, { kind: 'log-normal', sigma: 1.2 }],
    [
      '{classes: [{fraction: 0.75, rate: 4/s}, {fraction: 25%, rate: 52/s}]}',
      16,
      {
        kind: 'classes',
        classes: [
          { fraction: 0.75, scanRatePerSecond: 4 },
          { fraction: 0.25, scanRatePerSecond: 52 },
        ],
      },
    ],
    // Slammer: 404 octets on a link of 10 Mbit/s, or as many as the processor makes.
    [
      '{bandwidth: [{fraction: 0.5, bitsPerSecond: 10000000}, {fraction: 0.5, bitsPerSecond: 1000000000}], packet: 404B, cpu: 26000/s}',
      (1e7 / 3232 + 26_000) / 2,
      {
        kind: 'classes',
        classes: [
          { fraction: 0.5, scanRatePerSecond: 1e7 / 3232 },
          { fraction: 0.5, scanRatePerSecond: 26_000 },
        ],
      },
    ],
    // Code Red: 100 threads that wait 20 s for almost every target, about 5/s (models of latency-limited scanning).
    ['{threads: 100, timeout: 20s, roundTrip: 200ms, answered: 0}', 5, undefined],
  ])('%s', (text, mean, rates) => {
    const { worm } = outbreakOf({ worm: `, scanRate: ${text}` });
    expect(worm.scanRatePerSecond).toBeCloseTo(mean, 9);
    expect(worm.scanRates).toEqual(rates);
  });
});

it('what is read runs in the engines that follow hosts', () => {
  const outbreak = outbreakOf({
    population: ', placement: {file: prefixes.csv}, rebootRate: 1/h, churnRate: 1/d',
    worm: ', scanRate: {mean: 10/s, sigma: 0.5}, latent: 5s, strategy: {hitlist: {size: 20, then: {local: {/16: 0.5}}}}',
  });
  for (const name of ['hosts', 'probes', 'ode'] as const)
    expect(engineNamed(name).unsupported(outbreak)).toEqual([]);
  expect(engineNamed('stochastic').unsupported(outbreak)).toHaveLength(1);
});
