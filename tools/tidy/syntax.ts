/** What the house rules read from a source: its imports, its exports, its comments. */
import { posix } from 'node:path';
import { parseSync } from 'oxc-parser';
import { files, readFile, scripts, type SourceFile } from './repository.ts';

export interface Import {
  /** As written: a relative path, or a package. */
  readonly from: string;
  readonly line: number;
  /** The names taken; `*` for all. */
  readonly names: readonly string[];
}

export interface Export {
  readonly name: string;
  readonly line: number;
  /** Where it comes from when it is handed on, and its name there. */
  readonly from: { readonly file: string; readonly name: string } | null;
  /** Whether a doc comment stands before the declaration. */
  readonly isDocumented: boolean;
}

export interface Comment {
  readonly text: string;
  readonly line: number;
}

export interface Syntax {
  readonly imports: readonly Import[];
  readonly exports: readonly Export[];
  readonly comments: readonly Comment[];
  /** The source with its comments blanked. */
  readonly code: string;
}

const known = new Map<string, Syntax>();

/** Returns what a source says; read once. */
export function syntaxOf(source: SourceFile): Syntax {
  let syntax = known.get(source.path);
  if (syntax === undefined) known.set(source.path, (syntax = readSyntax(source)));
  return syntax;
}

function readSyntax({ path, text, lines }: SourceFile): Syntax {
  const { module, comments, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path} cannot be parsed: ${errors[0]?.message}`);
  const lineOf = lineFinder(lines);
  const imports: Import[] = [];
  const exports: Export[] = [];
  for (const { start, moduleRequest, entries } of module.staticImports) {
    const names = entries.map(({ importName }) => importName.name ?? '*');
    imports.push({ from: moduleRequest.value, line: lineOf(start), names });
  }
  for (const { moduleRequest } of module.dynamicImports) {
    const written = /^['"]([^'"]+)['"]$/.exec(text.slice(moduleRequest.start, moduleRequest.end))?.[1];
    if (written !== undefined)
      imports.push({ from: written, line: lineOf(moduleRequest.start), names: ['*'] });
  }
  for (const statement of module.staticExports) {
    const isDocumented = comments.some(
      ({ type, value, end }) =>
        type === 'Block' &&
        value.startsWith('*') &&
        end <= statement.start &&
        text.slice(end, statement.start).trim() === '',
    );
    for (const { exportName, importName, moduleRequest, localName, start } of statement.entries) {
      const name = exportName.name ?? '*';
      const line = lineOf(start);
      if (moduleRequest === null) {
        exports.push({ name, line, from: null, isDocumented });
        const local = imported(module.staticImports, localName.name);
        if (local !== null)
          exports[exports.length - 1] = { name, line, from: resolved(path, local), isDocumented };
        continue;
      }
      const taken = importName.name ?? '*';
      exports.push({
        name,
        line,
        from: resolved(path, { file: moduleRequest.value, name: taken }),
        isDocumented,
      });
      imports.push({ from: moduleRequest.value, line, names: [taken] });
    }
  }
  return {
    imports,
    exports,
    comments: comments.map(({ value, start }) => ({ text: value, line: lineOf(start) })),
    code: comments.reduceRight(
      (code, { start, end }) =>
        code.slice(0, start) + code.slice(start, end).replaceAll(/[^\n]/g, ' ') + code.slice(end),
      text,
    ),
  };
}

type StaticImports = ReturnType<typeof parseSync>['module']['staticImports'];

/** Returns where a local name was imported from, null when it was not. */
function imported(
  imports: StaticImports,
  localName: string | null,
): { readonly file: string; readonly name: string } | null {
  for (const { moduleRequest, entries } of imports) {
    const entry = entries.find(({ localName: local }) => local.value === localName);
    if (entry !== undefined) return { file: moduleRequest.value, name: entry.importName.name ?? '*' };
  }
  return null;
}

const resolved = (
  path: string,
  { file, name }: { readonly file: string; readonly name: string },
): { readonly file: string; readonly name: string } => ({
  file: file.startsWith('.') ? posix.join(posix.dirname(path), file) : file,
  name,
});

/** Returns a function from an offset to its line, counted from 1. */
function lineFinder(lines: readonly string[]): (offset: number) => number {
  const starts: number[] = [];
  let start = 0;
  for (const line of lines) {
    starts.push(start);
    start += line.length + 1;
  }
  return (offset) => {
    let line = 0;
    while (line + 1 < starts.length && (starts[line + 1] ?? 0) <= offset) line++;
    return line + 1;
  };
}

/** The public entries of each workspace package: `@wormwood/base` to `packages/base/src/index.ts`, subpaths as well. */
export const entries: ReadonlyMap<string, string> = new Map(
  files
    .filter((path) => /^(?:packages|apps)\/[^/]+\/package\.json$/.test(path))
    .flatMap((path) => {
      const manifest = JSON.parse(readFile(path)) as {
        readonly name: string;
        readonly exports?: Readonly<Record<string, Readonly<Record<string, string>>>>;
      };
      return Object.entries(manifest.exports ?? {}).map(([subpath, conditions]): [string, string] => [
        posix.join(manifest.name, subpath),
        posix.join(posix.dirname(path), conditions['@wormwood/source'] ?? ''),
      ]);
    }),
);

/** Returns the file that an import of `path` leads to; null outside of the repository. */
export function fileOf(path: string, { from }: Import): string | null {
  if (from.startsWith('.')) return posix.join(posix.dirname(path), from);
  return entries.get(from) ?? null;
}

const byPath = new Map(scripts.map((source) => [source.path, source]));

/** Returns the script at a path from the root; undefined when there is none. */
export function scriptAt(path: string): SourceFile | undefined {
  return byPath.get(path);
}
