// Values at their limits and in every unit, as a scenario writes them back; and where a missing part is reported.
import { describe, expect, it } from 'vitest';
import { scenarioDocument } from './scenario-data.ts';
import { checkScenario } from './scenario-file.ts';
import { setScenarioValue } from './scenario-path.ts';
import type { Scenario } from './schema.ts';

const SCENARIO =
  'version: 1\nname: small\nduration: 60s\npopulation: {vulnerable: 1000}\nworm: {scanRate: 1/s}\n';

function read(text: string): Scenario {
  const check = checkScenario(text, 'test.yaml');
  if (!check.ok) throw new Error(check.diagnostics.map(({ message }) => message).join(' '));
  return check.scenario;
}

function written(text: string): unknown {
  return scenarioDocument(read(text));
}

function codes(text: string): readonly string[] {
  return checkScenario(text, 'test.yaml').diagnostics.map(({ code }) => code);
}

describe('a rate', () => {
  // The reader divides by the unit, the writer multiplies: 7 is not a whole number of any shorter unit.
  it.each(['7/s', '7/min', '7/h', '7/d'])('of %s is written in the same unit', (rate) => {
    expect(written(SCENARIO.replace('1/s', rate))).toMatchObject({ worm: { scanRate: rate } });
  });
});

describe('a duration', () => {
  it.each(['7s', '7min', '7h', '7d', '500ms', '24h'])('of %s is written in the same unit', (duration) => {
    expect(written(SCENARIO.replace('60s', duration))).toMatchObject({ duration });
  });
});

describe('the spread of scan rates', () => {
  it.each([
    ['0', []],
    ['5', []],
    ['5.01', ['out-of-range']],
    ['-0.01', ['out-of-range']],
    ['wide', ['out-of-range']],
  ])('of %s: %j', (sigma, expected) => {
    expect(codes(SCENARIO.replace('1/s', `{mean: 1/s, sigma: ${sigma}}`))).toEqual(expected);
  });
});

describe('a scenario at a limit', () => {
  const honeypots = (more: string): string =>
    `${SCENARIO}space: 2^20\ndefenses: [{kind: honeypots, count: 16, ${more}}]\n`;
  it.each<[string, (value: string) => string, string, string]>([
    ['samples', (value) => `${SCENARIO.replace('60s', `${value}s`)}sample: 1s\n`, '1000000', '1000001'],
    ['letters of a name', (value) => SCENARIO.replace('small', value), 'n'.repeat(100), 'n'.repeat(101)],
    ['contacts to immunize', (value) => honeypots(`contacts: ${value}`), '255', '256'],
    ['no contact', (value) => honeypots(`contacts: ${value}`), '1', '0'],
    [
      'factor',
      (value) => SCENARIO.replace('1/s}', `1/s, rateChanges: [{at: 1s, factor: ${value}}]}`),
      '1000',
      '1000.1',
    ],
    [
      'factor below',
      (value) => SCENARIO.replace('1/s}', `1/s, rateChanges: [{at: 1s, factor: ${value}}]}`),
      '0',
      '-0.1',
    ],
  ])('of %s is accepted, beyond it refused', (_, textOf, most, beyond) => {
    expect(codes(textOf(most))).toEqual([]);
    expect(codes(textOf(beyond))).toHaveLength(1);
  });

  it('of the octets of a value on the command line is accepted, beyond it refused', () => {
    const document = scenarioDocument(read(SCENARIO));
    const list = (length: number): string => `[${'1'.padStart(length - 2)}]`;
    const said = (length: number): readonly string[] => {
      const change = setScenarioValue(document, 'worm.scanRate', list(length));
      return change.ok ? [] : change.diagnostics.map(({ code }) => code);
    };
    expect(said(10_000)).not.toEqual(said(10_001));
  });
});

describe('the edges of a graph', () => {
  const worm = (edges: string): string => {
    const text = SCENARIO.replace('1000', '2').replace(
      '1/s}',
      '1/s, strategy: {topological: {file: g.csv}}}',
    );
    const check = checkScenario(text, 'test.yaml', { readFile: () => ({ ok: true, value: edges }) });
    return check.diagnostics.map(({ message }) => message).join(' ');
  };

  it('name hosts from 0 to one less than their number', () => {
    expect(worm('0,1\n')).toBe('');
    expect(worm('0,2\n')).toContain('The graph names host 2; the 2 vulnerable hosts are numbered from 0.');
  });
});

describe('a misspelt strategy', () => {
  it('is met with the nearest one', () => {
    const { diagnostics } = checkScenario(
      SCENARIO.replace('1/s}', '1/s, strategy: {topologicl: {file: g.csv}}}'),
      'test.yaml',
    );
    expect(diagnostics.map(({ message }) => message)).toEqual([
      expect.stringContaining('Did you mean `topological`?'),
    ]);
  });

  it('that resembles none is met with what is allowed alone', () => {
    const { diagnostics } = checkScenario(SCENARIO.replace('1/s}', '1/s, strategy: {zzzz: 1}}'), 'test.yaml');
    expect(diagnostics.map(({ message }) => message)).toEqual([expect.not.stringContaining('Did you mean')]);
  });
});

describe('a part that is missing', () => {
  it('is reported at the beginning of the file, over nothing', () => {
    const { diagnostics } = checkScenario(SCENARIO.replace('version: 1\n', ''), 'test.yaml');
    expect(diagnostics).toMatchObject([{ line: 1, column: 1, length: 0 }]);
  });
});
