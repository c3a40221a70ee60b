import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { renderDiagnostic } from '@wormwood/base';
import { checkScenario, checkScenarioDocument, scenarioDocument, scenarioText } from './scenario-file.ts';
import type { Scenario, ScenarioDefense } from './schema.ts';

const shipped = readFileSync(
  join(import.meta.dirname, '..', '..', '..', 'scenarios', 'detected-by-contacts.yaml'),
  'utf8',
);

/** Whatever the text: a verdict without a throw, and diagnostics that lie inside the text and can be printed. */
function expectVerdict(text: string): void {
  const check = checkScenario(text, 'any.yaml');
  const lines = text.split('\n');
  if (!check.ok) expect(check.diagnostics.some(({ severity }) => severity === 'error')).toBe(true);
  for (const diagnostic of check.diagnostics) {
    const line = lines[diagnostic.line - 1];
    expect(line).toBeDefined();
    expect(diagnostic.column - 1 + diagnostic.length).toBeLessThanOrEqual(line?.length ?? 0);
    const rendered = renderDiagnostic(diagnostic, text, { color: false });
    expect(rendered.split('\n').length).toBeLessThanOrEqual(4);
    // oxlint-disable-next-line no-control-regex
    expect(rendered).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f\u2028\u202e]/u);
  }
}

describe('any text gets a verdict', () => {
  it('random text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), expectVerdict));
  });

  it('random bytes, decoded', () => {
    const decoder = new TextDecoder();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => expectVerdict(decoder.decode(bytes))),
    );
  });

  it('signs of YAML in any order', () => {
    const signs = [
      '\n',
      '  ',
      ' ',
      '\t',
      ': ',
      ':',
      '- ',
      '-',
      '? ',
      '{',
      '}',
      '[',
      ']',
      ', ',
      '"',
      "'",
      '|',
      '>',
      '\r\n',
    ];
    const words = [
      '&a ',
      '*a',
      '!!str ',
      '!t ',
      '# ',
      '---\n',
      '...\n',
      '%YAML 1.2\n',
      '\ufeff',
      '<<',
      '.inf',
      '~',
      '\\',
      '\0',
    ];
    const keys = [
      'version',
      'defenses',
      'population',
      'worm',
      'kind',
      'honeypots',
      'start',
      '1',
      '20min',
      '2^32',
      '__proto__',
    ];
    const text = fc.array(fc.constantFrom(...signs, ...words, ...keys), { maxLength: 60 });
    fc.assert(
      fc.property(text, (parts) => expectVerdict(parts.join(''))),
      { numRuns: 500 },
    );
  });

  it('a valid file with pieces removed, repeated, exchanged', () => {
    const edit = fc.record({
      at: fc.nat(shipped.length),
      removed: fc.nat(40),
      inserted: fc.oneof(
        fc.string({ unit: 'grapheme', maxLength: 5 }),
        fc.nat(shipped.length - 20).map((from) => shipped.slice(from, from + 20)),
      ),
    });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
        let text = shipped;
        for (const { at, removed, inserted } of edits)
          text = text.slice(0, at) + inserted + text.slice(at + removed);
        expectVerdict(text);
      }),
      { numRuns: 200 },
    );
  });

  it('a document of any structure', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => expectVerdict(stringify(value))));
  });
});

const positive = fc.double({ min: 1e-6, max: 1e9, noNaN: true });
const notNegative = fc.oneof(fc.constant(0), fc.nat(10_000), positive);

const honeypots: fc.Arbitrary<ScenarioDefense> = fc.record({
  kind: fc.constant('honeypots' as const),
  count: fc.nat(1_000_000),
  start: fc.oneof(
    fc.record({ kind: fc.constant('time' as const), timeSeconds: notNegative }),
    fc.record({
      kind: fc.constant('contacts' as const),
      contacts: fc.integer({ min: 1, max: 1e9 }),
      prepareSeconds: notNegative,
    }),
  ),
  delaySeconds: notNegative,
  success: fc.double({ min: 0, max: 1, noNaN: true }),
  placement: fc.constantFrom('scattered' as const, 'block' as const, 'populated' as const),
});

const space = fc.oneof(
  fc.integer({ min: 2 ** 30, max: Number.MAX_SAFE_INTEGER }).map((size) => ({ size, firstAddress: 0 })),
  fc.integer({ min: 25, max: 53 }).map((power) => ({ size: 2 ** power, firstAddress: 0 })),
  fc.integer({ min: 1, max: 63 }).map((block) => ({ size: 2 ** 26, firstAddress: block * 2 ** 26 })),
);

const scenarios: fc.Arbitrary<Scenario> = fc
  .record({
    version: fc.constant(1 as const),
    name: fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
      .map((name) => `a${name.replaceAll(/[\p{Cc}\ufffd]/gu, '')}`),
    durationSeconds: fc.oneof(fc.integer({ min: 1, max: 1e6 }), positive),
    space,
    hosts: fc.tuple(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 1, max: 1e6 })),
    scanRatePerSecond: fc.oneof(
      fc.integer({ min: 1, max: 1e6 }),
      positive,
      fc.nat(10_000).map((n) => (n + 1) / 60),
    ),
    defenses: fc.array(honeypots, { maxLength: 3 }),
    samples: fc.double({ min: 1, max: 1000, noNaN: true }),
  })
  .map(
    ({ hosts, scanRatePerSecond, samples, version, name, durationSeconds, space: addresses, defenses }) => ({
      version,
      name,
      durationSeconds,
      space: addresses,
      defenses,
      population: { vulnerable: Math.max(...hosts), infected: Math.min(...hosts), placement: 'uniform' },
      worm: { scanRatePerSecond, strategy: { kind: 'uniform' } },
      sampleSeconds: durationSeconds / samples,
      milestones: [],
      sources: [],
    }),
  );

describe('a scenario in the words of the file', () => {
  it('checks to the same scenario, number by number', () => {
    fc.assert(
      fc.property(scenarios, (scenario) => {
        const check = checkScenarioDocument(scenarioDocument(scenario), 'any.yaml');
        expect(check.ok ? check.scenario : check.diagnostics).toEqual(scenario);
      }),
      { numRuns: 200 },
    );
  });

  it('as JSON, too', () => {
    fc.assert(
      fc.property(scenarios, (scenario) => {
        const check = checkScenario(JSON.stringify(scenarioDocument(scenario)), 'any.json');
        expect(check.ok ? check.scenario : check.diagnostics).toEqual(scenario);
      }),
    );
  });

  it('is written with the largest whole unit', () => {
    const check = checkScenario(shipped, 'any.yaml');
    if (!check.ok) throw new Error('the shipped scenario is wrong');
    expect(scenarioText(scenarioDocument(check.scenario))).toBe(`version: 1
name: detected-by-contacts
duration: 24h
space: 2^32
population:
  vulnerable: 360000
  infected: 150
  placement: uniform
worm:
  scanRate: 50/s
  strategy: uniform
defenses:
  - kind: honeypots
    count: 262144
    start:
      contacts: 100
      prepare: 10min
    delay: 1s
    success: 1
    placement: scattered
sample: 10s
milestones: []
sources: []
`);
  });
});
