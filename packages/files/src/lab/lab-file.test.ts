import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { satisfies } from '../json-schema-test-support.ts';
import { checkLab, labJsonSchema } from './lab-file.ts';

const repository = join(import.meta.dirname, '..', '..', '..', '..');

const GOOD = `version: 1
scenario:
  version: 1
  name: small
  duration: 60s
  space: 10.66.0.0/16
  population: {vulnerable: 1000, infected: 10}
  worm: {scanRate: 1/s}
  defenses: [{kind: honeypots, count: 4096, start: 20s}]
  sample: 1s
response: {delay: 2s}
`;

describe('checkLab', () => {
  it('reads a lab: the scenario as an outbreak, and what is left out has its default', () => {
    const check = checkLab(GOOD, 'small.yaml');
    if (!check.ok) throw new Error(check.diagnostics[0]?.message);
    expect(check.outbreak.population).toEqual({ vulnerable: 1000, infected: 10 });
    expect(check.outbreak.firstAddress).toBe(0x0a42_0000);
    expect(check.lab.port).toBe(4444);
    expect(check.lab.detector.falsePositiveRate).toBe(1e-4);
    expect(check.lab.response.delaySeconds).toBe(2);
  });

  it('names the scenario after the file when it has no name', () => {
    const check = checkLab(
      GOOD.replace('  name: small\n', '').replace('  sample: 1s\n', ''),
      'labs/mine.yaml',
    );
    expect(check.ok && check.lab.scenario.name).toBe('mine');
    expect(check.ok && check.lab.scenario.sampleSeconds).toBe(0.1);
  });

  it.each([
    ['10.66.0.0/16', '8.8.0.0/16', 'lab-space', 6],
    ['10.66.0.0/16', '10.0.0.0/8', 'lab-space', 6],
    ['10.66.0.0/16', '2^16', 'lab-space', 6],
    ['duration: 60s', 'duration: 24h', 'lab-probes', 5],
    ['count: 4096', 'count: 70000', 'space-too-small', 9],
    ['infected: 10', 'infected: 2000', 'infected-above-vulnerable', 7],
    ['start: 20s', 'start: 60s', 'start-after-end', 9],
    ['response: {delay: 2s}', 'port: 70000', 'lab-port', 11],
    ['response: {delay: 2s}', 'detector: {falsePositives: 0.5}', 'lab-detector', 11],
    ['response: {delay: 2s}', 'detector: {strayRate: 0.1/s}', 'lab-detector', 11],
    ['response: {delay: 2s}', 'respond: {delay: 2s}', 'unknown-key', 11],
  ])('instead of %s finds in %s: %s, at its line', (from, to, code, line) => {
    const { diagnostics } = checkLab(GOOD.replace(from, to), 'small.yaml');
    expect(diagnostics).toHaveLength(1);
    expect(diagnostics[0]).toMatchObject({ code, line, file: 'small.yaml' });
  });

  it('takes one group of honeypots', () => {
    const two = GOOD.replace('}]', '}, {kind: honeypots, count: 1}]');
    expect(checkLab(two, 'two.yaml').diagnostics[0]?.code).toBe('lab-defenses');
  });
});

describe('the JSON Schema of labs', () => {
  it('is the published one', () => {
    const published = readFileSync(join(repository, 'docs', 'schema', 'lab.schema.json'), 'utf8');
    expect(JSON.parse(published)).toEqual(labJsonSchema());
  });

  it('takes every shipped lab, as the checker does', () => {
    const names = readdirSync(join(repository, 'labs'));
    expect(names.length).toBeGreaterThanOrEqual(4);
    for (const name of names) {
      const text = readFileSync(join(repository, 'labs', name), 'utf8');
      expect(satisfies(parse(text), labJsonSchema())).toBe(true);
      expect(checkLab(text, name).diagnostics).toEqual([]);
    }
  });

  it.each(['port: no', 'response: {delay: soon}', 'detector: {strayRate: 5}', 'response: [1]', 'lab: 1'])(
    'refuses %s, as the checker does',
    (line) => {
      const text = GOOD.replace('response: {delay: 2s}', line);
      expect(satisfies(parse(text), labJsonSchema())).toBe(false);
      expect(checkLab(text, 'bad.yaml').ok).toBe(false);
    },
  );
});
