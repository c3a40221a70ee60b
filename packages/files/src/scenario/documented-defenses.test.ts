// The examples of defenses in docs/scenarios.md: each is a file's entry that every engine runs, and every kind has one.
import { readFileSync } from 'node:fs';
import { randomStreams } from '@wormwood/base';
import { engineNamed } from '@wormwood/epidemic';
import { expect, it } from 'vitest';
import { checkScenario } from './scenario-file.ts';
import { countermeasureShapes } from './countermeasure-shapes.ts';

const manual = readFileSync(new URL('../../../../docs/scenarios.md', import.meta.url), 'utf8');
const examples = [...manual.matchAll(/^ {2}- (\{ kind: ([\w-]+), .*\})$/gm)].map(
  ([, entry = '', kind = '']) => ({ entry, kind }),
);

it('there is one of every kind, and a row of the table', () => {
  const kinds = new Set(['honeypots', ...Object.keys(countermeasureShapes)]);
  expect(new Set(examples.map(({ kind }) => kind))).toEqual(kinds);
  const rows = [...manual.matchAll(/^\| `([\w-]+)` \| .* \| .*`.* \|$/gm)].map(([, kind]) => kind);
  for (const kind of kinds) expect(rows).toContain(kind);
});

it.each(examples)('$entry runs in every engine', ({ entry }) => {
  const check = checkScenario(
    `version: 1
duration: 3min
space: 2^12
population: { vulnerable: 200, infected: 5 }
worm: { scanRate: 3/s }
defenses: [${entry}]
`,
    'manual.yaml',
  );
  expect(check.diagnostics).toEqual([]);
  if (!check.ok) return;
  for (const name of ['ode', 'stochastic', 'hosts', 'probes'] as const) {
    const engine = engineNamed(name);
    expect([name, engine.unsupported(check.outbreak)]).toEqual([name, []]);
    const { summary } = engine.run(check.outbreak, { streams: randomStreams('1'), replicate: 0 });
    expect(summary.everInfected).toBeGreaterThanOrEqual(5);
    expect(summary.everInfected).toBeLessThanOrEqual(200);
  }
});
