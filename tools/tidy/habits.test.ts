// The house rules that no compiler holds: what packages must not touch, head comments, words, sizes. Each names the file and
// line and what to do instead.
import { describe, expect, it } from 'vitest';
import { files, findings, isTest, packageOf, readFile, scripts, sources } from './repository.ts';
import { fileOf, syntaxOf } from './syntax.ts';

/** Things that a package is handed instead of reaching for them. */
const forbiddenInPackages: readonly (readonly [RegExp, string])[] = [
  [/\bMath\.random\b/, 'take a RandomStream'],
  [/\bDate\.now\b|\bnew Date\(\)|\bperformance\.now\b/, 'take the time as a parameter or a Clock'],
  [/from ['"]node:|import\(['"]node:|\brequire\(/, 'a package has no node: import; pass the capability in'],
  [/\b(?:document|window)\.[a-z]/, 'a package has no DOM global; pass the document in'],
  [/\bconsole\.[a-z]+\(/, 'printing belongs to apps'],
];

/** Field vocabulary (GLOSSARY.md): the word, and what to write. */
const bannedWords: readonly (readonly [RegExp, string])[] = [
  [/\bvictims?\b/i, 'susceptible host'],
  [/\bmalicious\b/i, 'infected, or the field term'],
  [/\b(?:FIXME|XXX|HACK)\b/, 'an issue, or the fix'],
  [/\bTODO\b/, 'an issue, or the code'],
];

const withoutComment = (line: string): string =>
  line.replace(/^\s*(?:\*|\/\/|\/\*).*$/, '').replace(/\s\/\/.*$/, '');

describe('tidy: habits', () => {
  it('finds the sources it checks', () => {
    expect(sources.length).toBeGreaterThan(10);
  });

  it('packages take time, randomness, devices, files and printing from outside', () => {
    const pure = sources.filter(({ path }) => packageOf(path) !== undefined && !isTest(path));
    expect(findings(pure, forbiddenInPackages, withoutComment)).toEqual([]);
  });

  it('epidemic knows no socket and no packet', () => {
    const epidemic = sources.filter(({ path }) => packageOf(path) === 'epidemic');
    expect(
      findings(epidemic, [[/\b(?:socket|dgram|fetch\()/i, 'the laboratory sends nothing']], withoutComment),
    ).toEqual([]);
  });

  it('every source file opens by saying what it is', () => {
    const silent = sources
      .filter(({ path }) => !isTest(path) && !path.endsWith('/index.ts'))
      .filter(({ lines }) => !/^(?:\/\*\*|\/\/ |#!)/.test(lines[0] ?? ''))
      .map(({ path }) => path);
    expect(silent).toEqual([]);
  });

  it('uses the words of the field', () => {
    expect(findings(sources, bannedWords)).toEqual([]);
  });

  it('what only tests import is called …-test-support.ts', () => {
    const importers = new Map<string, string[]>();
    for (const source of scripts)
      for (const imported of syntaxOf(source).imports) {
        const file = fileOf(source.path, imported);
        if (file !== null) importers.set(file, [...(importers.get(file) ?? []), source.path]);
      }
    const wrong = sources
      .filter(({ path }) => !isTest(path))
      .filter(({ path }) => importers.get(path)?.every(isTest) === true)
      .map(({ path }) => `${path}: only tests import it`);
    expect(wrong).toEqual([]);
    expect(sources.filter(({ path }) => /fixture|helper/.test(path)).map(({ path }) => path)).toEqual([]);
  });

  it('files fit in a head', () => {
    const long = sources
      .filter(
        ({ path, lines }) => lines.length > (isTest(path) ? 900 : path.endsWith('kernel.ts') ? 800 : 500),
      )
      .map(({ path, lines }) => `${path}: ${lines.length} lines`);
    expect(long).toEqual([]);
  });

  it('lines fit on a screen', () => {
    const wide = sources
      .filter(({ path }) => !isTest(path))
      .flatMap(({ path, lines }) =>
        lines.flatMap((line, index) =>
          line.length > 130 ? [`${path}:${index + 1}: ${line.length} columns`] : [],
        ),
      );
    expect(wide).toEqual([]);
  });

  const text = files.filter(
    (path) => /\.(?:ts|tsx|mjs|js|css|html|md|json|ya?ml|c|sh)$/.test(path) && path !== 'package-lock.json',
  );

  it('no tracked file holds the marks of a conflict', () => {
    expect(text.filter((path) => /^(?:<{7}|>{7}) /m.test(readFile(path)))).toEqual([]);
  });

  it('no tracked file names a path of one machine', () => {
    const leaks = text.filter((path) => /(?:^|[\s"'`(])\/(?:work|root|farm)\//m.test(readFile(path)));
    expect(leaks).toEqual([]);
  });
});
