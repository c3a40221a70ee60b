/** Reported numbers beside those of a run of the mean field. */
import { engineNamed } from '@wormwood/epidemic';
import { randomStreams } from '@wormwood/base';
import { expect, it } from 'vitest';
import { checkScenario } from '@wormwood/files/scenario';
import { toSingleResult } from '../result/to-result.ts';
import { milestoneTable } from './milestones.ts';
import { outbreakReport } from '../page/outbreak-report.ts';
import { verdict } from '../words/verdict.ts';

const TEXT = `
version: 1
duration: 1h
sample: 10s
population: { vulnerable: 360000, infected: 150 }
worm: { scanRate: 50/s }
milestones:
  - { at: 20min, infected: 20000, reported: a telescope }
  - { at: 2h, infected: 360000, reported: a newspaper }
sources: [ "Somebody, 2004" ]
`;

function resultOf(text: string): ReturnType<typeof toSingleResult> {
  const check = checkScenario(text, 'any.yaml');
  if (!check.ok) throw new Error(JSON.stringify(check.diagnostics));
  const run = engineNamed('ode').run(check.outbreak, { streams: randomStreams('1'), replicate: 0 });
  return toSingleResult(run, { scenario: check.scenario, seed: '1', version: '0' });
}

it('sets the ever infected of the same time beside the report, and nothing beyond the end', () => {
  const result = resultOf(TEXT);
  // docs/models.md#the-published-scenario: 21,557 at 20 min, 7.8 % more than 20,000.
  expect(milestoneTable(result)?.rows).toEqual([
    ['a telescope', '20 min', '20,000', '21,557', '+7.78%'],
    ['a newspaper', '2 h', '360,000', '–', '–'],
  ]);
  expect(outbreakReport(result).sections[1]?.text).toContain('Somebody, 2004');
});

it('is not there for scenarios that report nothing', () => {
  const result = resultOf(TEXT.replace(/milestones:[^]*/, ''));
  expect(milestoneTable(result)).toBeNull();
  expect(outbreakReport(result).sections).toHaveLength(1);
});

it('says which other defenses a verdict is about', () => {
  const result = resultOf(`${TEXT}\ndefenses: [{ kind: filter, coverage: 0.5 }]\n`);
  expect(verdict(result)).toMatch(/^With content filtering, /);
});
