/** What reports say of worms that do not scan uniformly: nothing that holds for those alone which do. */
import { engineNamed } from '@wormwood/epidemic';
import { randomStreams } from '@wormwood/base';
import { expect, it } from 'vitest';
import { designMap } from '../figure/design-map.ts';
import { checkScenario } from '@wormwood/files/scenario';
import { toSingleResult } from '../result/to-result.ts';
import { threeFacts } from './facts.ts';
import { verdict } from './verdict.ts';

const text = (strategy: string) => `version: 1
duration: 10min
space: 2^16
population: {vulnerable: 500, infected: 10}
worm: {scanRate: 20/s, strategy: ${strategy}}
defenses: [{kind: honeypots, count: 600, start: 1min, delay: 1s}]
`;

function wordsOf(strategy: string): string {
  const check = checkScenario(text(strategy), 'worm.yaml');
  if (!check.ok) throw new Error(JSON.stringify(check.diagnostics));
  const run = engineNamed('hosts').run(check.outbreak, { streams: randomStreams('1'), replicate: 0 });
  const result = toSingleResult(run, { scenario: check.scenario, seed: '1', version: '0' });
  const map = designMap(check.outbreak) === null ? 'no map' : 'map';
  return [verdict(result), ...threeFacts(result).map((fact) => fact.text), map].join('\n');
}

it('the formulas of uniform scanning stand beside uniform scanning only', () => {
  const uniform = wordsOf('uniform');
  expect(uniform).toContain('R0 = N/h + βδ = ');
  expect(uniform).toContain('h_min = ');
  expect(uniform).toMatch(/\nmap$/);
  for (const strategy of ['{local: {/24: 0.5}}', 'sequential', '{permutation: {giveUpAfter: 3}}']) {
    const other = wordsOf(strategy);
    expect(other).not.toContain('βδ = ');
    expect(other).not.toContain('h_min');
    expect(other).not.toContain('does not scan meets');
    expect(other).toMatch(/\nno map$/);
  }
});
