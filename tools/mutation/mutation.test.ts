// The sampler of mutants, on a source so small that every mutant can be told in advance.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mutantsOf, mutated } from './mutants.mjs';
import { instrumented, placeOf, reachOf, testsOf } from './reach.mjs';
import { sample } from './sample.mjs';
import { WarmTests } from './test-process.mjs';
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

export function isUnused(): boolean {
  return true;
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
      'return false;',
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

describe('reach', () => {
  const text = 'const outer = () => {\n  return [1].map((x) => x + 1);\n};\n';

  it('is counted in each function and at the top; lines stay where they are', () => {
    const places: string[] = [];
    const call = instrumented('a.ts', text);
    runInNewContext(`${call}; outer();`, { reach: (place: string) => places.push(place) });
    expect(places).toEqual(['a.ts', `a.ts:${text.indexOf('{')}`, `a.ts:${text.indexOf('x + 1')}`]);
    expect(call.split('\n')).toHaveLength(text.split('\n').length);
  });

  it('of a mutant is that of the innermost function around it', () => {
    expect(placeOf('a.ts', text, 0)).toBe('a.ts');
    expect(placeOf('a.ts', text, text.indexOf('return'))).toBe(`a.ts:${text.indexOf('{')}`);
    expect(placeOf('a.ts', text, text.indexOf('+'))).toBe(`a.ts:${text.indexOf('x + 1')}`);
  });

  it('chooses the tests: first those of the same name, then the quick ones', () => {
    const reach = [
      { test: '/slow.test.ts', reached: ['a.ts'], milliseconds: 9 },
      { test: '/quick.test.ts', reached: ['a.ts'], milliseconds: 1 },
      { test: '/a.test.ts', reached: ['a.ts'], milliseconds: 20 },
      { test: '/b.test.ts', reached: ['b.ts'], milliseconds: 0 },
    ];
    const chosen = testsOf(reach, 'a.ts', 'a.ts').map(({ test }) => test);
    expect(chosen).toEqual(['/a.test.ts', '/quick.test.ts', '/slow.test.ts']);
  });
});

describe('a trial', () => {
  const runner = new WarmTests(root);
  const path = join(root, file);

  beforeAll(() => {
    const folder = join(path, '..');
    mkdirSync(folder, { recursive: true });
    writeFileSync(path, SOURCE);
    writeFileSync(join(folder, 'assert.ts'), 'export function assert(_: boolean, __: string): void {}\n');
    writeFileSync(join(folder, 'source.test.ts'), TEST);
  });

  afterAll(() => {
    runner.end();
    rmSync(root, { recursive: true, force: true });
  });

  it('ends with a verdict, whatever the one before did; the file stays as it is', async () => {
    const reach = await reachOf({ root, folder: 'packages/tiny', sources: [path] });
    const verdicts = [];
    for (const line of [
      'return hours < 22;',
      'return hours > 22;',
      'from += 1;',
      'return hours > 22;',
      'return false;',
      'steps--;',
    ]) {
      const mutant = mutantsOf(file, SOURCE).find(
        (each) => lineOf(mutated(SOURCE, each), each.line) === line,
      );
      if (mutant === undefined) throw new Error(`no mutant has ${line}`);
      verdicts.push(await tryMutant({ runner, reach, root, file, mutant, patienceSeconds: 2 }));
    }
    expect(verdicts).toEqual(['killed', 'survived', 'timeout', 'survived', 'survived', 'killed']);
    expect(readFileSync(path, 'utf8')).toBe(SOURCE);
  });
});
