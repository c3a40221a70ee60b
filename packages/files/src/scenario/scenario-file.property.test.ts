import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { DelayLaw, RandomGraph } from '@wormwood/epidemic';
import type { ScenarioPlacement } from './population-shapes.ts';
import type { ScenarioScanRate } from './scan-rate-shapes.ts';
import type { ScenarioStrategy, SearchStrategy } from './strategy-shapes.ts';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { renderDiagnostic } from '@wormwood/base';
import { scenarioDocument, scenarioText } from './scenario-data.ts';
import { checkScenario, checkScenarioDocument } from './scenario-file.ts';
import type { Scenario, ScenarioDefense } from './schema.ts';

const shipped = readFileSync(
  join(import.meta.dirname, '..', '..', '..', '..', 'scenarios', 'detected-by-contacts.yaml'),
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

const share = fc.integer({ min: 1, max: 30 }).map((percent) => percent / 100);
const prefixes = fc.constantFrom(
  [{ address: 0, prefixLength: 8, hosts: null }],
  [
    { address: 2 ** 24, prefixLength: 16, hosts: 7 },
    { address: 3 * 2 ** 24, prefixLength: 24, hosts: 2 ** 20 },
  ],
);
const local = (slash8: number, slash24: number): SearchStrategy => ({
  kind: 'local',
  levels: [
    { networkSize: 2 ** 24, probability: slash8 },
    { networkSize: 2 ** 8, probability: slash24 },
  ],
});
const searches: fc.Arbitrary<SearchStrategy> = fc.oneof(
  fc.constant<SearchStrategy>({ kind: 'uniform' }),
  fc.tuple(share, share).map(([slash8, slash24]) => local(slash8, slash24)),
  share.map<SearchStrategy>((nearProbability) => ({ kind: 'sequential', nearProbability })),
  fc
    .tuple(fc.option(fc.integer({ min: 1, max: 9 })), fc.boolean())
    .map<SearchStrategy>(([giveUpAfter, partitioned]) => ({ kind: 'permutation', giveUpAfter, partitioned })),
  fc
    .array(share, { minLength: 1, maxLength: 3 })
    .map<SearchStrategy>((cycles) => ({ kind: 'short-cycles', cycles })),
  share.map<SearchStrategy>((reached) => ({ kind: 'coverage-hole', reached })),
  fc.oneof(share, prefixes).map<SearchStrategy>((announced) => ({ kind: 'routable', announced })),
  fc.boolean().map<SearchStrategy>((isDirected) => ({
    kind: 'topological',
    edges: [{ from: 0, to: 1 }],
    isDirected,
  })),
  fc
    .constantFrom<RandomGraph>(
      { kind: 'erdos-renyi', meanDegree: 1 },
      { kind: 'barabasi-albert', links: 1 },
      { kind: 'watts-strogatz', degree: 0, rewired: 0.5 },
      { kind: 'degrees', degrees: [{ degree: 1, hosts: 2 }] },
    )
    .map<SearchStrategy>((graph) => ({
      kind: 'topological',
      edges: [],
      isDirected: false,
      graph,
      immune: { who: 'neighbors', fraction: 0 },
    })),
  fc.tuple(share, fc.integer({ min: 1, max: 99 })).map<SearchStrategy>(([probability, addresses]) => ({
    kind: 'local',
    levels: [],
    around: { addresses, probability },
  })),
);
const strategies: fc.Arbitrary<ScenarioStrategy> = fc.oneof(
  searches,
  fc
    .tuple(fc.integer({ min: 1, max: 1e6 }), share, searches)
    .map<ScenarioStrategy>(([size, vulnerableFraction, then]) => ({
      kind: 'hitlist',
      size,
      vulnerableFraction,
      then,
    })),
);
const rates: fc.Arbitrary<ScenarioScanRate> = fc.oneof(
  fc.integer({ min: 1, max: 1e6 }),
  positive,
  fc.nat(10_000).map((n) => (n + 1) / 60),
  fc
    .tuple(positive, share)
    .map<ScenarioScanRate>(([meanPerSecond, sigma]) => ({ kind: 'log-normal', meanPerSecond, sigma })),
  fc.tuple(positive, share).map<ScenarioScanRate>(([scanRatePerSecond, fraction]) => ({
    kind: 'classes',
    classes: [
      { fraction, scanRatePerSecond },
      { fraction: 1 - fraction, scanRatePerSecond: 7 },
    ],
  })),
  fc.integer({ min: 1, max: 1e9 }).map<ScenarioScanRate>((bitsPerSecond) => ({
    kind: 'bandwidth',
    links: [{ fraction: 1, bitsPerSecond }],
    packetOctets: 404,
    processorPerSecond: 26_000,
  })),
  share.map<ScenarioScanRate>((answeredFraction) => ({
    kind: 'latency',
    threads: 100,
    timeoutSeconds: 20,
    roundTripSeconds: 0.2,
    answeredFraction,
  })),
);
const placements: fc.Arbitrary<ScenarioPlacement> = fc.oneof(
  fc.constant<ScenarioPlacement>({ kind: 'uniform' }),
  fc.constant<ScenarioPlacement>({ kind: 'clustered', slash8: 0, slash16: 200, slash24: 0 }),
  prefixes.map<ScenarioPlacement>((given) => ({ kind: 'prefixes', prefixes: given })),
);

/** A hitlist names no more hosts than there are besides the first infected. */
function fitting(strategy: ScenarioStrategy, others: number): ScenarioStrategy {
  if (strategy.kind !== 'hitlist') return strategy;
  const { size, vulnerableFraction } = strategy;
  return {
    ...strategy,
    size: Math.min(size, 1 + others),
    vulnerableFraction: others === 0 ? 0 : vulnerableFraction / 2,
  };
}

const laws: fc.Arbitrary<DelayLaw | undefined> = fc.constantFrom<(DelayLaw | undefined)[]>(
  undefined,
  { kind: 'fixed' },
  { kind: 'uniform', spread: 0.5 },
  { kind: 'gamma', shape: 4 },
  { kind: 'log-normal', sigma: 0.8 },
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
    worm: fc.record({
      scanRate: rates,
      strategy: strategies,
      latentSeconds: fc.oneof(fc.constant(0), positive),
      latentLaw: laws,
      rateChanges: fc.constantFrom(undefined, [
        { timeSeconds: 0, factor: 0.5 },
        { timeSeconds: 90, factor: 2 },
      ]),
      dormancy: fc.constantFrom(undefined, { sleepRatePerSecond: 0.25, wakeRatePerSecond: 0 }),
    }),
    placement: placements,
    returns: fc.tuple(fc.oneof(fc.constant(0), positive), fc.oneof(fc.constant(0), positive)),
    defenses: fc.array(honeypots, { maxLength: 3 }),
    samples: fc.double({ min: 1, max: 1000, noNaN: true }),
  })
  .map(
    ({
      hosts,
      worm,
      placement,
      returns,
      samples,
      version,
      name,
      durationSeconds,
      space: addresses,
      defenses,
    }) => ({
      version,
      name,
      durationSeconds,
      // Networks and prefixes need a space that holds them.
      space: placement.kind === 'uniform' ? addresses : { size: 2 ** 32, firstAddress: 0 },
      defenses,
      population: {
        vulnerable: Math.max(2, ...hosts),
        infected: Math.min(...hosts),
        placement,
        rebootRatePerSecond: returns[0],
        churnRatePerSecond: returns[1],
      },
      worm: { ...worm, strategy: fitting(worm.strategy, Math.max(2, ...hosts) - Math.min(...hosts)) },
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
