// What comments and documents name exists: files, sections of documents, identifiers, scripts of the project.
import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { documents, files, readFile, scripts, type SourceFile } from './repository.ts';
import { syntaxOf } from './syntax.ts';

/** Names of other people's programs, functions and files. */
const OUTSIDE = new Set([
  'btoa',
  'farpd',
  'sudo',
  'RODAS4', // Hairer and Wanner's code
  'rrggbb', // digits of a colour
  '_total', // the suffix of a counter in Prometheus
]);

const tracked = new Set(files);
const folders = new Set(files.flatMap((path) => parentsOf(path)));

function parentsOf(path: string): readonly string[] {
  const folder = posix.dirname(path);
  return folder === '.' ? [] : [folder, ...parentsOf(folder)];
}

/** Lines of text with their numbers: of a source its comments, of a document everything. */
interface Prose {
  readonly path: string;
  readonly line: number;
  readonly text: string;
}

const withoutAddresses = (text: string): string => text.replaceAll(/https?:[^\s)]+/g, '');

const comments: readonly Prose[] = scripts.flatMap((source) =>
  syntaxOf(source).comments.flatMap(({ text, line }) =>
    text
      .split('\n')
      .map((each, index) => ({ path: source.path, line: line + index, text: withoutAddresses(each) })),
  ),
);

// What a changelog says of older versions stays as it was.
const manuals: readonly SourceFile[] = documents.filter(({ path }) => path !== 'CHANGELOG.md');
const lines: readonly Prose[] = manuals.flatMap(({ path, lines: text }) =>
  text.map((each, index) => ({ path, line: index + 1, text: withoutAddresses(each) })),
);

/** Every word of all code, and of files that configure or describe something. */
const words: ReadonlySet<string> = new Set(
  [
    ...scripts.map((source) => syntaxOf(source).code),
    ...files
      .filter((path) => /\.(?:ya?ml|json|c|h|conf|csv|sh)$/.test(path) && path !== 'package-lock.json')
      .map(readFile),
  ].flatMap((code) => code.match(/[A-Za-z_$][\w$]*/g) ?? []),
);

/** Returns the tracked file that `name` in the file `from` means: beside it, from the root, or by its last parts. */
function named(name: string, from: string): string | undefined {
  const beside = posix.join(posix.dirname(from), name);
  if (tracked.has(beside)) return beside;
  if (tracked.has(name)) return name;
  return name.endsWith('.md') ? undefined : files.find((path) => path.endsWith(`/${name}`));
}

/** Anchors of a document as its readers' programs make them from headings. */
function anchorsOf(path: string): ReadonlySet<string> {
  const headings = readFile(path).match(/^#+ .*$/gm) ?? [];
  return new Set(
    headings.map((heading) =>
      heading
        .replace(/^#+ /, '')
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

/** Returns what is wrong with a reference to a document's section, null when nothing is. */
function missingAnchor(file: string, anchor: string | undefined): string | null {
  if (anchor === undefined || anchorsOf(file).has(anchor)) return null;
  return `${file} has no section #${anchor}; name one of its headings`;
}

describe('tidy: references', () => {
  it('files that comments cite exist, and so do the sections of documents', () => {
    const wrong = comments.flatMap(({ path, line, text }) =>
      [...text.matchAll(/([\w@./-]*\w\.(?:ts|mjs|md))\b(?:#([\w-]+))?/g)].flatMap(([, name = '', anchor]) => {
        const file = named(name, path);
        if (file === undefined)
          return [`${path}:${line}: ${name} does not exist; cite a file by its path from the root`];
        const problem = missingAnchor(file, anchor);
        return problem === null ? [] : [`${path}:${line}: ${problem}`];
      }),
    );
    expect(wrong).toEqual([]);
  });

  it('files that documents name exist, and links lead somewhere', () => {
    const wrong = lines.flatMap(({ path, line, text }) => [
      ...[...text.matchAll(/\]\(([^)#]*)(?:#([^)]+))?\)/g)].flatMap(([, name = '', anchor]) => {
        const target = name === '' ? path : posix.join(posix.dirname(path), name);
        if (!tracked.has(target) && !folders.has(target))
          return [`${path}:${line}: the link to ${name} leads nowhere`];
        const problem = target.endsWith('.md') ? missingAnchor(target, anchor) : null;
        return problem === null ? [] : [`${path}:${line}: ${problem}`];
      }),
      ...[...text.matchAll(/`([\w@./-]*\w\.(?:ts|mjs|md))`/g)]
        .filter(([, name = '']) => named(name, path) === undefined)
        .map(([, name]) => `${path}:${line}: ${name} does not exist; name a file by its path from the root`),
    ]);
    expect(wrong).toEqual([]);
  });

  it('identifiers in back quotes exist', () => {
    const inComments = /`(#?[A-Za-z_$][\w$]*(?:\.[\w$]+)*(?:\(\))?)`/g;
    // Documents quote much that is not ours: there only what is written like an identifier is looked up.
    const inDocuments = /`(#?[a-z]\w*[a-z][A-Z]\w*(?:\.[\w$]+)*(?:\(\))?)`/g;
    const wrong = [
      ...comments.map((prose) => ({ ...prose, pattern: inComments })),
      ...lines.map((prose) => ({ ...prose, pattern: inDocuments })),
    ].flatMap(({ path, line, text, pattern }) =>
      [...text.matchAll(pattern)]
        .map(([, quoted = '']) => quoted)
        .filter((quoted) =>
          quoted
            .replaceAll(/^#|\(\)$/g, '')
            .split('.')
            .some((word) => !/^\d+$/.test(word) && !words.has(word) && !OUTSIDE.has(word)),
        )
        .map((quoted) => `${path}:${line}: no code has ${quoted}; name what is there now`),
    );
    expect(wrong).toEqual([]);
  });

  it('scripts of the project that documents call exist', () => {
    const manifest = JSON.parse(readFile('package.json')) as {
      readonly scripts: Readonly<Record<string, string>>;
    };
    const wrong = [...comments, ...lines].flatMap(({ path, line, text }) =>
      [...text.matchAll(/\bnpm run (?:-s |--silent )?([a-z][\w:-]*)/g)]
        .filter(([, name = '']) => manifest.scripts[name] === undefined)
        .map(([, name]) => `${path}:${line}: package.json has no script ${name}`),
    );
    expect(wrong).toEqual([]);
  });
});
