import type { Outbreak } from '@wormwood/epidemic';
import { describe, expect, it } from 'vitest';
import { scenarioDocument } from './scenario-data.ts';
import { checkScenario, checkScenarioDocument } from './scenario-file.ts';
import { scenarioPaths, setScenarioValue } from './scenario-path.ts';
import type { ScenarioDocument } from './scenario-data.ts';

function documentOf(text: string): ScenarioDocument {
  const check = checkScenario(text, 'test.yaml');
  if (!check.ok) throw new Error(JSON.stringify(check.diagnostics));
  return scenarioDocument(check.scenario);
}

const base = documentOf(`
version: 1
name: test
duration: 1h
population: {vulnerable: 100, infected: 2}
worm: {scanRate: 5/s}
defenses: [{kind: honeypots, count: 10}, {kind: honeypots, count: 20, start: {contacts: 7, prepare: 1min}}]
`);

function outbreakWith(path: string, value: unknown) {
  const change = setScenarioValue(base, path, value);
  if (!change.ok) throw new Error(JSON.stringify(change.diagnostics));
  const check = checkScenarioDocument(change.document, 'test.yaml');
  if (!check.ok) throw new Error(JSON.stringify(check.diagnostics));
  return check.outbreak;
}

function refusal(path: string, value: unknown) {
  const change = setScenarioValue(base, path, value);
  if (change.ok) throw new Error('the change was accepted');
  return change.diagnostics.map(({ code, file, help }) => `${file} ${code}: ${help}`).join('\n');
}

describe('setScenarioValue', () => {
  it.each<readonly [string, unknown, (outbreak: Outbreak) => unknown, unknown]>([
    ['population.vulnerable', '2^10', (outbreak) => outbreak.population.vulnerable, 1024],
    ['population.vulnerable', 500, (outbreak) => outbreak.population.vulnerable, 500],
    ['worm.scanRate', '10/min', (outbreak) => outbreak.worm.scanRatePerSecond, 1 / 6],
    ['defenses.0.count', '40', (outbreak) => outbreak.honeypots[0]?.count, 40],
    ['defenses.1.success', '25%', (outbreak) => outbreak.honeypots[1]?.success, 0.25],
    [
      'defenses.0.start',
      '20min',
      (outbreak) => outbreak.honeypots[0]?.start,
      { kind: 'time', timeSeconds: 1200 },
    ],
    [
      'defenses.0.start',
      '{contacts: 3}',
      (outbreak) => outbreak.honeypots[0]?.start,
      { kind: 'contacts', contacts: 3, prepareSeconds: 0 },
    ],
    [
      'defenses.0.start.contacts',
      '9',
      (outbreak) => outbreak.honeypots[0]?.start,
      { kind: 'contacts', contacts: 9, prepareSeconds: 0 },
    ],
    [
      'defenses.1.start.prepare',
      '0',
      (outbreak) => outbreak.honeypots[1]?.start,
      { kind: 'contacts', contacts: 7, prepareSeconds: 0 },
    ],
    ['defenses', [], (outbreak) => outbreak.honeypots, []],
    [
      'worm.strategy',
      'sequential',
      (outbreak) => outbreak.worm.strategy,
      { kind: 'sequential', nearProbability: 0.4 },
    ],
    [
      'worm.strategy.local./16',
      '0.5',
      (outbreak) => outbreak.worm.strategy,
      { kind: 'local', levels: [{ networkSize: 65_536, probability: 0.5 }] },
    ],
    ['population.rebootRate', '36/h', (outbreak) => outbreak.population.rebootRatePerSecond, 0.01],
  ])('puts %s = %j', (path, value, found, expected) => {
    expect(found(outbreakWith(path, value))).toEqual(expected);
  });

  it('leaves everything else and the given document as they were', () => {
    const before = structuredClone(base);
    const { worm: _, ...rest } = outbreakWith('worm.scanRate', '1/s');
    expect(base).toEqual(before);
    const { worm: __, ...restBefore } = outbreakWith('worm.scanRate', '5/s');
    expect(rest).toEqual(restBefore);
  });

  it.each([
    ['defenses.0.cuont', '1', 'defenses.0.cuont=1 unknown-path: Did you mean defenses.0.count?'],
    ['defenses.1.cuont', '1', 'defenses.1.cuont=1 unknown-path: Did you mean defenses.1.count?'],
    ['scanRate', '1/s', 'scanRate=1/s unknown-path: Did you mean worm.scanRate?'],
    ['defenses.2.count', '1', 'unknown-path: Add an item'],
    ['defenses.-1.count', '1', 'unknown-path'],
    ['defenses.*.count', '1', 'unknown-path'],
    ['__proto__.x', '1', 'unknown-path: The paths are version, name, duration'],
    ['constructor', '1', 'unknown-path'],
    ['', '1', 'unknown-path'],
    ['duration.x', '1', 'unknown-path'],
    ['worm.scanRate', '50', 'worm.scanRate=50 invalid-rate: worm.scanRate must be a rate such as 50/s'],
    ['worm.scanRate', '', 'worm.scanRate= missing-value'],
    ['population.vulnerable', '[1', 'yaml-syntax'],
    ['population.vulnerable', -1, 'invalid-count'],
    ['population.vulnerable', { a: 1 }, 'wrong-type'],
    ['worm.strategy', 'sequentail', 'unknown-word'],
    ['defenses.0.count', 'x'.repeat(20_000), 'file-too-large'],
  ])('refuses %s = %j', (path, value, expected) => {
    expect(refusal(path, value)).toContain(expected);
  });

  it('leaves to the check of the whole how values fit together', () => {
    const change = setScenarioValue(base, 'population.infected', 101);
    expect(change.ok && checkScenarioDocument(change.document, 'test.yaml')).toMatchObject({
      ok: false,
      diagnostics: [{ code: 'infected-above-vulnerable', path: 'population.infected' }],
    });
  });

  it('empty defenses have no items to change', () => {
    const change = setScenarioValue({ ...base, defenses: [] }, 'defenses.0.count', 5);
    expect(change).toMatchObject({
      ok: false,
      diagnostics: [{ message: expect.stringContaining('is empty') as unknown }],
    });
  });
});

describe('scenarioPaths', () => {
  it('are all understood', () => {
    for (const path of scenarioPaths(base)) {
      const change = setScenarioValue(base, path, 'x y z');
      // The text fits nothing but the name; the path is known everywhere.
      expect(change.ok || change.diagnostics[0]?.code !== 'unknown-path').toBe(true);
    }
    expect(scenarioPaths(base)).toContain('defenses.0.start.prepare');
  });
});
