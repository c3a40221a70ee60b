import { describe, expect, it } from 'vitest';
import { changeScenario } from './change-scenario.ts';
import { checkScenario } from './scenario-file.ts';

function scenarioOf(text: string) {
  const check = checkScenario(text, 'test.yaml');
  if (!check.ok) throw new Error(JSON.stringify(check.diagnostics));
  return check.scenario;
}

const base = (more = '') =>
  scenarioOf(`
version: 1
duration: 1h
population: {vulnerable: 100, infected: 2}
worm: {scanRate: 5/s}
defenses: [{kind: honeypots, count: 10}]
${more}`);

function changed(scenario: ReturnType<typeof scenarioOf>, ...changes: readonly string[]) {
  const parts = changes.map((text) => {
    const [path = '', value = ''] = text.split('=');
    return { path, value, source: `option ${text}` };
  });
  return changeScenario(scenario, parts, 'test.yaml');
}

describe('changeScenario', () => {
  it('checks values together once all are changed', () => {
    const check = changed(base(), 'population.infected=500', 'population.vulnerable=1000');
    expect(check.ok && check.scenario.population).toMatchObject({ vulnerable: 1000, infected: 500 });
    expect(changed(base(), 'population.infected=500').ok).toBe(false);
  });

  it('lets samples that follow from the duration follow it, and keeps those that were written', () => {
    const of = (check: ReturnType<typeof changed>) => check.ok && check.scenario.sampleSeconds;
    expect(of(changed(base(), 'duration=1s'))).toBe(0.001);
    expect(of(changed(base('sample: 20s'), 'duration=2h'))).toBe(20);
    expect(changed(base('sample: 20s'), 'duration=10s').diagnostics).toMatchObject([
      { file: 'option duration=10s', path: 'sample', message: expect.stringMatching(/^sample: /) as string },
    ]);
  });

  it('reports the last change at the place', () => {
    const check = changed(base(), 'defenses.0.count=20', 'defenses.0.start=2h', 'worm.scanRate=1/s');
    expect(check.diagnostics).toMatchObject([
      { severity: 'warning', file: 'option defenses.0.start=2h', line: 1, length: 0 },
    ]);
  });
});
