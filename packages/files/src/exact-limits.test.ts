// What files accept at a limit itself, and what they write and say for values of which there is one: places that no example has.
import { describe, expect, it } from 'vitest';
import { addressSpan, bandwidth, timeOfDay } from './honeynet/value-shapes.ts';
import { checkLab } from './lab/lab-file.ts';
import { checkScenario } from './scenario/scenario-file.ts';
import { scenarioDocument } from './scenario/scenario-data.ts';
import { setScenarioValue } from './scenario/scenario-path.ts';
import { dataTree } from './shape/data-tree.ts';
import { createReader, type Shape } from './shape/shape.ts';
import { readYaml } from './shape/yaml-tree.ts';

const SCENARIO =
  'version: 1\nname: small\nduration: 60s\npopulation: {vulnerable: 1000}\nworm: {scanRate: 1/s}\n';

/** Returns the value, or the codes of what is wrong with the text. */
function readAs<T>(shape: Shape<T>, text: string): unknown {
  const reading = readYaml(text, 1000);
  if (!reading.ok) return reading.problems.map(({ code }) => code);
  const { reader, problems } = createReader(reading.tree);
  const { root } = reading.tree;
  const value = shape.read(root, { path: 'value', keySpan: root.span, description: '' }, reader);
  return problems.length > 0 ? problems.map(({ code }) => code) : value;
}

/** What is said of a scenario whose worm knows the announced prefixes from a file of these rows. */
function complaints(rows: string): readonly string[] {
  const text = SCENARIO.replace('1/s}', '1/s, strategy: {routable: {file: rows.csv}}}');
  const { diagnostics } = checkScenario(text, 'test.yaml', { readFile: () => ({ ok: true, value: rows }) });
  return diagnostics.map(({ message }) => message);
}

describe('a bandwidth', () => {
  it.each([
    ['1 bps', 1],
    ['1000000000 Gbps', 1e18],
    ['1000000000000000001', 1e18],
  ])('of %s is %s bits a second', (text, bits) => {
    expect(readAs(bandwidth, text)).toBe(bits);
  });

  it.each(['0', '0 bps', '1000000001 Gbps'])('of %s is refused', (text) => {
    expect(readAs(bandwidth, text)).toEqual(['invalid-bandwidth']);
  });

  it('is written in the largest unit of which it is a whole number', () => {
    expect([1, 1500, 2e6, 3e9].map((bits) => bandwidth.write(bits))).toEqual([
      '1 bps',
      '1500 bps',
      '2 Mbps',
      '3 Gbps',
    ]);
  });
});

describe('a time of day', () => {
  it.each([
    ['00:00', 0],
    ['8:30', 510],
    ['23:59', 1439],
  ])('of %s is %i minutes', (text, minutes) => {
    expect(readAs(timeOfDay, `"${text}"`)).toBe(minutes);
    expect(timeOfDay.write(minutes)).toBe(text.padStart(5, '0'));
  });

  it.each(['24:00', '00:60', '12:75', '99:10', '8:3', 'noon'])('of %s is refused', (text) => {
    expect(readAs(timeOfDay, `"${text}"`)).toEqual(['invalid-time']);
  });
});

describe('a span of addresses', () => {
  it.each(['10.0.0.5', '10.0.0.0/30', '10.0.0.5-10.0.0.6', '0.0.0.0/0'])(
    '%s is written as it was',
    (text) => {
      expect(addressSpan.write(readAs(addressSpan, text) as never)).toBe(text);
    },
  );
});

describe('a lab', () => {
  it.each([
    [65_535, []],
    [65_536, ['lab-port']],
  ])('at port %s: %j', (port, codes) => {
    const scenario = `${SCENARIO}space: 10.66.0.0/16\ndefenses: [{kind: honeypots, count: 4096, start: 20s}]\n`;
    const text = `version: 1\nport: ${port}\nscenario:\n${scenario.replaceAll(/^(?=.)/gm, '  ')}`;
    expect(checkLab(text, 'lab.yaml').diagnostics.map(({ code }) => code)).toEqual(codes);
  });
});

describe('rows of a named file', () => {
  it.each([1, 10, 11, 12])('that cannot be read, %i of them: ten are named, the rest is counted', (bad) => {
    const messages = complaints('no prefix\n'.repeat(bad));
    const named = messages.filter((message) => message.startsWith('rows.csv:'));
    expect(named.filter((message) => /^rows\.csv:\d+:1: /.test(message))).toHaveLength(Math.min(bad, 10));
    expect(messages.filter((message) => message.includes('cannot be read'))).toEqual(
      bad > 10 ? [`rows.csv: rows that cannot be read besides these: ${bad - 10}.`] : [],
    );
  });
});

describe('a value of the wrong type', () => {
  it.each([
    ['population: 5', 'not 5.'],
    ['population: true', 'not true.'],
    ['population: many', 'not text.'],
    ['population: [5]', 'not a list.'],
  ])('%s is called by its kind, a number by itself', (line, end) => {
    const text = SCENARIO.replace(/^population.*$/m, line);
    expect(checkScenario(text, 'test.yaml').diagnostics.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(new RegExp(`${end.replaceAll('.', String.raw`\.`)}$`)),
    );
  });
});

describe('plain data', () => {
  it.each([5, 'five', true])('%s is a scalar of a tree', (value) => {
    expect(dataTree(value).root).toMatchObject({ kind: 'scalar', value });
  });

  it.each([null, undefined])('%s is nothing', (value) => {
    expect(dataTree(value).root).toMatchObject({ kind: 'nothing' });
  });
});

describe('a path that no scenario has', () => {
  it('is a problem of the whole argument, which no place in the value shows', () => {
    const check = checkScenario(SCENARIO, 'test.yaml');
    if (!check.ok) throw new Error('the scenario is refused');
    const document = scenarioDocument(check.scenario);
    for (const [path, value] of [
      ['population.size', '12'],
      ['population.vulnerable', ''],
    ] as const) {
      const change = setScenarioValue(document, path, value);
      expect(change.ok ? [] : change.diagnostics).toMatchObject([{ line: 1, column: 1, length: 0 }]);
    }
  });
});
