// The examples in docs/scenarios.md: each is a part of a file that runs; every engine runs the defenses, of which every kind has
// one.
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

/** Whole parts of a file, the first one of all keys aside. */
const parts = [...manual.matchAll(/^```yaml\n((?:worm|defenses):\n[\s\S]*?)^```$/gm)].map(
  ([, part = '']) => part,
);

it('the manual has examples of parts', () => {
  for (const key of ['rateChanges', 'dormancy', 'topological', 'timeLaw', 'contacts']) {
    expect(parts.some((part) => part.includes(key))).toBe(true);
  }
});

it.each(parts)('%s runs in the engines that follow hosts', (part) => {
  const rest = part.startsWith('worm:') ? '' : 'worm: { scanRate: 3/s }\n';
  const check = checkScenario(
    `version: 1
duration: 3min
space: 2^12
population: { vulnerable: 200, infected: 5 }
${rest}${part}`,
    'manual.yaml',
  );
  expect(check.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  if (!check.ok) return;
  for (const name of ['ode', 'stochastic', 'hosts', 'probes'] as const) {
    const engine = engineNamed(name);
    const refused = engine.unsupported(check.outbreak);
    if (name === 'hosts' || name === 'probes') expect([name, refused]).toEqual([name, []]);
    if (refused.length > 0) continue;
    const { summary } = engine.run(check.outbreak, { streams: randomStreams('1'), replicate: 0 });
    expect(summary.everInfected).toBeGreaterThanOrEqual(5);
  }
});
