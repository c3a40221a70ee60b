/**
 * The house rules that no compiler holds, as a test: import direction, what packages must not touch, head comments,
 * words, sizes. Each rule names the file and line and what to do instead.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');

/** What each package may import (ARCHITECTURE.md, direction): everything to its left. */
const allowedImports: Readonly<Record<string, readonly string[]>> = {
  base: [],
  wire: ['base'],
  netstack: ['base', 'wire'],
  honeynet: ['base', 'wire', 'netstack'],
  epidemic: ['base'],
  defense: ['base', 'wire'],
  files: ['base', 'wire', 'netstack', 'honeynet', 'epidemic', 'defense'],
  report: ['base', 'wire', 'netstack', 'honeynet', 'epidemic', 'defense', 'files'],
  lab: ['base', 'wire', 'netstack', 'honeynet', 'epidemic', 'defense', 'files', 'report'],
};

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

interface SourceFile {
  readonly path: string;
  readonly lines: readonly string[];
}

function trackedFiles(): readonly string[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  return listed.split('\0').filter((path) => path !== '' && existsSync(join(root, path)));
}

const files = trackedFiles();
const sources: readonly SourceFile[] = files
  .filter(
    (path) => /^(?:packages|apps)\/[^/]+\/src\/.*\.tsx?$/.test(path) && !/(?:-wasm|\.as)\.ts$/.test(path),
  )
  .map((path) => ({ path, lines: readFileSync(join(root, path), 'utf8').split('\n') }));

const isTest = (path: string): boolean =>
  /\.test\.ts$|\/test-support\/|test-support\.ts$|\/conformance\/|\.fixture\.ts$/.test(path);
const packageOf = (path: string): string | undefined => /^packages\/([^/]+)\//.exec(path)?.[1];

/** Returns `file:line: advice` for each line of each file that a rule matches. */
function findings(
  where: readonly SourceFile[],
  rules: readonly (readonly [RegExp, string])[],
  strip: (line: string) => string = (line) => line,
): string[] {
  return where.flatMap(({ path, lines }) =>
    lines.flatMap((line, index) =>
      rules
        .filter(([rule]) => rule.test(strip(line)))
        .map(([, advice]) => `${path}:${index + 1}: ${advice}: ${line.trim()}`),
    ),
  );
}

const withoutComment = (line: string): string =>
  line.replace(/^\s*(?:\*|\/\/|\/\*).*$/, '').replace(/\s\/\/.*$/, '');

describe('tidy', () => {
  it('finds the sources it checks', () => {
    expect(sources.length).toBeGreaterThan(10);
  });

  it('packages import only what stands to their left', () => {
    const wrong = sources.flatMap(({ path, lines }) => {
      const own = packageOf(path);
      if (own === undefined) return [];
      return lines.flatMap((line, index) => {
        const target = /(?:from|import) ?\(?['"]@wormwood\/([a-z-]+)/.exec(line)?.[1];
        if (target === undefined || target === own || allowedImports[own]?.includes(target)) return [];
        return [`${path}:${index + 1}: ${own} may not import ${target}`];
      });
    });
    expect(wrong).toEqual([]);
  });

  it('package manifests declare only what stands to their left', () => {
    const wrong = files
      .filter((path) => /^packages\/[^/]+\/package\.json$/.test(path))
      .flatMap((path) => {
        const own = packageOf(path) ?? '';
        const manifest = JSON.parse(readFileSync(join(root, path), 'utf8')) as {
          dependencies?: Record<string, string>;
        };
        return Object.keys(manifest.dependencies ?? {})
          .filter(
            (name) =>
              name.startsWith('@wormwood/') &&
              !allowedImports[own]?.includes(name.slice('@wormwood/'.length)),
          )
          .map((name) => `${path}: ${own} may not depend on ${name}`);
      });
    expect(wrong).toEqual([]);
  });

  it('relative imports stay inside their package', () => {
    const wrong = sources.flatMap(({ path, lines }) =>
      lines.flatMap((line, index) => {
        const target = /from ['"](\.\.?\/[^'"]*)['"]/.exec(line)?.[1];
        if (target === undefined) return [];
        const home = path.split('/').slice(0, 2).join('/') + '/';
        return join(path, '..', target).startsWith(home) ? [] : [`${path}:${index + 1}: leaves ${home}`];
      }),
    );
    expect(wrong).toEqual([]);
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

  it('no tracked file names a path of one machine', () => {
    const text = files.filter(
      (path) => /\.(?:ts|mjs|js|md|json|ya?ml|c|sh)$/.test(path) && path !== 'package-lock.json',
    );
    const leaks = text.filter((path) =>
      /(?:^|[\s"'`(])\/(?:work|root|farm)\//m.test(readFileSync(join(root, path), 'utf8')),
    );
    expect(leaks).toEqual([]);
  });
});
