/** The checker against the JSON Schema that it publishes. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { satisfies } from '../json-schema-test-support.ts';
import type { Diagnostic } from '@wormwood/base';
import { checkScenarioDocument } from './scenario-file.ts';
import { scenarioJsonSchema } from './schema.ts';

const repository = join(import.meta.dirname, '..', '..', '..', '..');
const schema = scenarioJsonSchema();

/** How values fit together: no JSON Schema can say it. */
const BEYOND_SCHEMA = new Set([
  'infected-above-vulnerable',
  'observer-above-space',
  'space-too-small',
  'sample-above-duration',
  'too-many-samples',
  'out-of-range',
]);

function accepted(document: unknown): boolean {
  return satisfies(document, schema);
}

function diagnosticsOf(document: unknown): readonly Diagnostic[] {
  const check = checkScenarioDocument(document as Readonly<Record<string, unknown>>, 'any.yaml');
  return check.ok ? [] : check.diagnostics;
}

function complaints(document: unknown): readonly string[] {
  return diagnosticsOf(document).map(({ code, path }) => `${code} ${path}`);
}

/**
 * Whether a schema that looks at the form of a text can overlook this: a number in a text that is well written, but not
 * whole, too large, or no part of an address. Sentences about the form say `such as`.
 */
function isBeyondSchema({ code, message }: Diagnostic): boolean {
  if (BEYOND_SCHEMA.has(code)) return true;
  if (code === 'invalid-space')
    return /bits set|0 to 255|leading zeros|prefix length|whole;|at most/.test(message);
  return /^invalid-(?:count|fraction|duration|rate)$/.test(code) && /whole;|at most|finite;/.test(message);
}

const VALID = {
  version: 1,
  duration: '1h',
  population: { vulnerable: 100 },
  worm: { scanRate: '5/s' },
  defenses: [{ kind: 'honeypots', count: 10, start: '20min' }],
};

describe('the published JSON Schema', () => {
  it('is the committed file', () => {
    const committed = readFileSync(join(repository, 'docs', 'schema', 'scenario.schema.json'), 'utf8');
    expect(scenarioJsonSchema(), 'run: wormwood schema scenario > docs/schema/scenario.schema.json').toEqual(
      JSON.parse(committed),
    );
  });

  it.each(readdirSync(join(repository, 'scenarios')).filter((name) => name.endsWith('.yaml')))(
    'accepts %s',
    (name) => {
      expect(accepted(parse(readFileSync(join(repository, 'scenarios', name), 'utf8')))).toBe(true);
    },
  );

  it('describes every key, and its defaults and examples are what the checker accepts', () => {
    const visit = (
      properties: Record<string, Record<string, unknown>>,
      around: (value: unknown, key: string) => unknown,
    ) => {
      for (const [key, property] of Object.entries(properties)) {
        expect(property['description']).toMatch(/\.$/);
        const examples = [...((property['examples'] ?? []) as unknown[]), property['default']];
        for (const example of examples.filter((each) => each !== undefined)) {
          expect(complaints(around(example, key))).toEqual([]);
        }
      }
    };
    type Properties = Record<string, Record<string, unknown>>;
    const root = scenarioJsonSchema()['properties'] as Properties;
    const roomy = { ...VALID, population: { vulnerable: 20_000 } };
    visit(root, (value, key) => ({ ...roomy, [key]: value }));
    visit(root['population']?.['properties'] as Properties, (value, key) => ({
      ...roomy,
      population: { ...roomy.population, [key]: value },
    }));
    visit(root['worm']?.['properties'] as Properties, (value, key) => ({
      ...roomy,
      worm: { ...roomy.worm, [key]: value },
    }));
  });
});

const number = fc.oneof(
  fc.nat(1000),
  fc.integer(),
  fc.double({ noDefaultInfinity: true, noNaN: true }),
  fc.double({ min: 0, max: 1, noNaN: true }),
);
const digits = fc.oneof(
  number.map(String),
  fc.constantFrom(
    '1_000',
    '1__0',
    '1e3',
    '1.5e-3',
    '.5',
    '5.',
    '+5',
    '0x1F',
    '2^8',
    '2 ^ 8',
    '0',
    '00',
    '0.0',
    '',
    '-1',
  ),
);
const unit = fc.constantFrom(
  '',
  's',
  ' s',
  '/s',
  ' / min',
  '/d',
  'min',
  'h',
  'd',
  'ms',
  'sec',
  '%',
  'h30min',
  'min30h',
  ' ',
  'k',
);
const quantityText = fc.tuple(digits, unit).map(([value, suffix]) => value + suffix);
const word = fc.constantFrom(
  'uniform',
  'scattered',
  'block',
  'local',
  'honeypots',
  'time',
  '10.0.0.0/8',
  '1.2.3.4',
  'Uniform',
  'a\u0007',
);
const leaf = fc.oneof(number, quantityText, word, fc.boolean(), fc.constant(null));
const value = fc.oneof(
  leaf,
  fc.array(leaf, { maxLength: 2 }),
  fc.dictionary(fc.constantFrom('contacts', 'prepare', 'local', 'x'), leaf, { maxKeys: 2 }),
);

/** Every place of the file, and how to put something there. */
const places: readonly ((given: unknown) => unknown)[] = [
  (given) => given,
  ...['version', 'name', 'duration', 'space', 'population', 'worm', 'defenses', 'sample', 'other'].map(
    (key) => (given: unknown) => ({ ...VALID, [key]: given }),
  ),
  ...['vulnerable', 'infected', 'placement', 'other'].map((key) => (given: unknown) => ({
    ...VALID,
    population: { ...VALID.population, [key]: given },
  })),
  ...['scanRate', 'strategy', 'other'].map((key) => (given: unknown) => ({
    ...VALID,
    worm: { ...VALID.worm, [key]: given },
  })),
  ...['kind', 'count', 'start', 'delay', 'success', 'placement', 'other'].map((key) => (given: unknown) => ({
    ...VALID,
    defenses: [{ ...VALID.defenses[0], [key]: given }],
  })),
  (given) => ({ ...VALID, defenses: [{ kind: 'honeypots', count: 1, start: { contacts: given } }] }),
  (given) => ({
    ...VALID,
    defenses: [{ kind: 'honeypots', count: 1, start: { contacts: 5, prepare: given } }],
  }),
];

describe('checker and schema', () => {
  it('agree, but for what no schema can say', () => {
    fc.assert(
      fc.property(fc.constantFrom(...places), value, (place, given) => {
        const document = place(given);
        const diagnostics = diagnosticsOf(document);
        const isOverlooked = diagnostics.length > 0 && diagnostics.every(isBeyondSchema);
        if (!isOverlooked)
          expect([accepted(document), diagnostics]).toEqual([diagnostics.length === 0, diagnostics]);
      }),
      { numRuns: 1000 },
    );
  });

  it('agree about each key that is left out', () => {
    for (const key of Object.keys(VALID)) {
      const { [key as keyof typeof VALID]: _, ...rest } = VALID;
      expect(accepted(rest)).toBe(complaints(rest).length === 0);
    }
  });
});
