// What a package shows to others: everything in its index is documented, and somebody outside uses it.
import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scripts, type SourceFile } from './repository.ts';
import { entries, type Export, fileOf, scriptAt, syntaxOf } from './syntax.ts';

const HANDED_ON_MAX = 9;

/** The cast of a protocol: a namespace may have these names, used or not, since whoever knows one protocol knows the others. */
const CAST = new Set([
  'Repr',
  'field',
  'HEADER_LENGTH',
  'check',
  'parse',
  'parseQuote',
  'length',
  'headerLength',
  'readHeaderLength',
  'emit',
  'format',
  'verifyChecksum',
  'fillChecksum',
]);

/** Names imported from each entry by files of other packages; `*` for everything. */
const used: ReadonlyMap<string, ReadonlySet<string>> = usedNames();

function usedNames(): ReadonlyMap<string, ReadonlySet<string>> {
  const names = new Map<string, Set<string>>([...entries.values()].map((file) => [file, new Set<string>()]));
  for (const source of scripts) {
    for (const imported of syntaxOf(source).imports) {
      if (imported.from.startsWith('.')) continue;
      const taken = names.get(fileOf(source.path, imported) ?? '');
      for (const name of imported.names) taken?.add(name);
    }
  }
  return names;
}

/**
 * Returns whether the declaration of an export has a doc comment, wherever it is handed on from. What a file is named for
 * (`Stack` in `stack.ts`) may be what the head of the file describes.
 */
function isDocumented(exported: Export, path: string): boolean {
  let current: Export | undefined = exported;
  let file = path;
  for (let step = 0; step < HANDED_ON_MAX; step++) {
    const from: Export['from'] | undefined = current?.from;
    if (from === null || from === undefined) return current !== undefined && isDocumentedIn(current, file);
    const source = scriptAt(from.file);
    if (source === undefined) return true;
    file = from.file;
    current = syntaxOf(source).exports.find(({ name }) => name === from.name);
  }
  return false;
}

function isDocumentedIn({ name, isDocumented: hasComment }: Export, file: string): boolean {
  const words = posix.basename(file, '.ts').replaceAll('-', '');
  const isNamedFor = words === name.toLowerCase();
  return hasComment || (isNamedFor && scriptAt(file)?.text.startsWith('/**') === true);
}

interface PublicExport {
  readonly entry: string;
  /** Where the index exports it. */
  readonly line: number;
  readonly exported: Export;
}

/** Returns the exports of an entry, those of `export *` one by one. */
function exportsOf(entry: string, source: SourceFile, line?: number): readonly PublicExport[] {
  return syntaxOf(source).exports.flatMap((exported): readonly PublicExport[] => {
    const all = exported.name === '*' ? scriptAt(exported.from?.file ?? '') : undefined;
    const shown = line ?? exported.line;
    return all === undefined ? [{ entry, line: shown, exported }] : exportsOf(entry, all, shown);
  });
}

const surface: readonly PublicExport[] = [...entries.values()].flatMap((entry) => {
  const source = scriptAt(entry);
  return source === undefined ? [] : exportsOf(entry, source);
});

/** Returns the export itself, or of a namespace (`export * as udp`) all that it holds. */
function membersOf({ entry, line, exported }: PublicExport): readonly PublicExport[] {
  const space = exported.from?.name === '*' ? scriptAt(exported.from.file) : undefined;
  if (space === undefined) return [{ entry, line, exported }];
  return syntaxOf(space).exports.map((member) => ({
    entry: space.path,
    line: member.line,
    exported: member,
  }));
}

/** Whether a file outside of the package imports it. */
const isUsed = ({ entry, exported }: PublicExport): boolean => {
  const names = used.get(entry);
  return names?.has(exported.name) === true || names?.has('*') === true;
};

/** Whether it is of the cast of a protocol, of which the index of `wire` says what each name means. */
const isOfCast = (file: string, name: string): boolean =>
  CAST.has(name) && file.startsWith('packages/wire/src/') && posix.basename(file) !== 'index.ts';

/** Whether another file than the namespace's own says `udp.name`. */
function isMemberUsed({ exported: space }: PublicExport, own: string, name: string): boolean {
  const use = new RegExp(`\\b${space.name}\\.${name}\\b`);
  return scripts.some((source) => source.path !== own && use.test(syntaxOf(source).code));
}

describe('tidy: surface', () => {
  it('finds what it checks', () => {
    expect(surface.length).toBeGreaterThan(200);
  });

  it('every export of a package is used outside of it', () => {
    const wrong = surface
      .filter((each) => !isUsed(each))
      .map(
        ({ entry, line, exported }) =>
          `${entry}:${line}: nobody outside uses ${exported.name}; do not export it here`,
      );
    expect(wrong).toEqual([]);
  });

  it('a namespace has the cast of a protocol, and what other files use', () => {
    const spaces = surface.filter(({ exported }) => exported.from?.name === '*');
    expect(spaces.length).toBeGreaterThan(10);
    const wrong = spaces.flatMap((space) =>
      membersOf(space)
        .filter(
          ({ exported, entry }) => !CAST.has(exported.name) && !isMemberUsed(space, entry, exported.name),
        )
        .map(
          ({ entry, line, exported }) =>
            `${entry}:${line}: no other file uses ${exported.name}; do not export it`,
        ),
    );
    expect(wrong).toEqual([]);
  });

  it('every export of a package is documented', () => {
    const wrong = surface
      .flatMap(membersOf)
      .filter(({ entry, exported }) => !isDocumented(exported, entry) && !isOfCast(entry, exported.name))
      .map(
        ({ entry, line, exported }) =>
          `${entry}:${line}: ${exported.name} has no doc comment where it is declared; write one`,
      );
    expect(wrong).toEqual([]);
  });
});
