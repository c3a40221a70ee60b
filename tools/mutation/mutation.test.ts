// The sampler of mutants, on a source so small that every mutant can be told in advance.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mutantsOf, mutated } from './mutants.mjs';
import { sample } from './sample.mjs';
import { tryMutant } from './trial.mjs';

const SOURCE = `/** Counts down. */
import { assert } from './assert.ts';

export function isLate(hours: number): boolean {
  return hours >= 22;
}

export function stepsDown(from: number): number {
  assert(from > 0, 'a positive number');
  let steps = 0;
  while (from > 0) {
    from -= 1;
    steps++;
  }
  return steps;
}
`;
const TEST = `import { expect, it } from 'vitest';
import { isLate, stepsDown } from './source.ts';

it('is late at night', () => {
  expect(isLate(23)).toBe(true);
  expect(isLate(8)).toBe(false);
  expect(stepsDown(3)).toBe(3);
});
`;
const root = join(import.meta.dirname, '..', '..', 'out', 'mutation', 'fixture');
const file = 'packages/tiny/src/source.ts';

/** The source with one mutant in it, as the lines that differ. */
const lineOf = (text: string, line: number): string => text.split('\n')[line - 1]?.trim() ?? '';

describe('mutants', () => {
  it('are every small change that a test could notice, and no other', () => {
    const changes = mutantsOf('source.ts', SOURCE).map((mutant) =>
      lineOf(mutated(SOURCE, mutant), mutant.line),
    );
    expect(changes).toEqual([
      'return hours > 22;',
      'return hours < 22;',
      'return hours >= 23;',
      'let steps = 1;',
      'while (from >= 0) {',
      'while (from <= 0) {',
      'while (from > 1) {',
      ';',
      'from += 1;',
      'from -= 2;',
      ';',
      'steps--;',
    ]);
  });

  it('leave types and texts alone, and take conditions for constants', () => {
    const text = "const word: 1 | 2 = flag ? (text as 'a') : -x;";
    const changes = mutantsOf('source.ts', text).map((mutant) => mutated(text, mutant));
    expect(changes).toEqual([
      "const word: 1 | 2 = true ? (text as 'a') : -x;",
      "const word: 1 | 2 = false ? (text as 'a') : -x;",
      "const word: 1 | 2 = flag ? (text as 'a') : x;",
    ]);
  });
});

describe('a sample', () => {
  const items = Array.from({ length: 100 }, (_, i) => i);

  it('is the same for the same seed, another for another, and repeats nothing', () => {
    const drawn = sample(items, 20, 7);
    expect(drawn).toEqual(sample(items, 20, 7));
    expect(drawn).not.toEqual(sample(items, 20, 8));
    expect(new Set(drawn).size).toBe(20);
  });

  it('is everything, in another order, when there is no more', () => {
    expect(sample(items, 1000, 1).toSorted((a, b) => a - b)).toEqual(items);
  });
});

describe('a trial', () => {
  beforeAll(() => {
    const folder = join(root, file, '..');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(root, file), SOURCE);
    writeFileSync(join(folder, 'assert.ts'), 'export function assert(_: boolean, __: string): void {}\n');
    writeFileSync(join(folder, 'source.test.ts'), TEST);
  });

  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it.each([
    { line: 'return hours < 22;', verdict: 'killed' },
    { line: 'return hours > 22;', verdict: 'survived' },
    { line: 'from += 1;', verdict: 'timeout' },
  ])('of `$line` ends: $verdict; the file stays as it is', async ({ line, verdict }) => {
    const mutant = mutantsOf(file, SOURCE).find((each) => lineOf(mutated(SOURCE, each), each.line) === line);
    if (mutant === undefined) throw new Error(`no mutant has ${line}`);
    expect(await tryMutant({ root, file, mutant, timeoutSeconds: verdict === 'timeout' ? 4 : 60 })).toBe(
      verdict,
    );
    expect(readFileSync(join(root, file), 'utf8')).toBe(SOURCE);
  });
});
