/** The files that the house rules read: what git tracks or would track, and which of them are sources or tests. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root: string = join(import.meta.dirname, '..', '..');

export interface SourceFile {
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
  readonly lines: readonly string[];
}

function trackedFiles(): readonly string[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  return listed.split('\0').filter((path) => path !== '' && existsSync(join(root, path)));
}

/** All files of the repository, as paths from its root. */
export const files: readonly string[] = trackedFiles();

/** Returns the text of a file of the repository. */
export function readFile(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

function read(path: string): SourceFile {
  const text = readFile(path);
  return { path, text, lines: text.split('\n') };
}

const isGenerated = (path: string): boolean => /(?:-wasm|\.as)\.ts$/.test(path);

/** Everything written in TypeScript or JavaScript, whatever it is for. */
export const scripts: readonly SourceFile[] = files
  .filter((path) => /\.(?:tsx?|mjs|js)$/.test(path) && !isGenerated(path))
  .map(read);

/** The sources of packages and applications, their tests included. */
export const sources: readonly SourceFile[] = scripts.filter(({ path }) =>
  /^(?:packages|apps)\/[^/]+\/(?:src|pages|server)\//.test(path),
);

/** The documents for people. */
export const documents: readonly SourceFile[] = files.filter((path) => path.endsWith('.md')).map(read);

/** Whether a file is a test, or helps tests. */
export const isTest = (path: string): boolean => /\.test\.ts$|-test-support\.ts$|\/conformance\//.test(path);

/** Returns the package that a file belongs to; undefined outside of packages. */
export const packageOf = (path: string): string | undefined => /^packages\/([^/]+)\//.exec(path)?.[1];

/** Returns `file:line: advice: the line` for each line of each file that a rule matches. */
export function findings(
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
