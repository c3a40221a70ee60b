/**
 * What the packages say of themselves is true: every `ts` block of a package's README is type-checked and run, and
 * what it prints is what the comment behind each `console.log` says.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

const root = join(import.meta.dirname, '..', '..');

interface Block {
  readonly name: string;
  readonly text: string;
  /** Where the block is written to: inside its package, so that it imports what the package may. */
  readonly file: string;
}

/** Packages without one yet. The list may only shrink. */
const NOT_YET: ReadonlySet<string> = new Set(['base', 'epidemic']);

const packages = readdirSync(join(root, 'packages'))
  .filter((name) => existsSync(join(root, 'packages', name, 'package.json')))
  .filter((name) => !NOT_YET.has(name) || existsSync(join(root, 'packages', name, 'README.md')));
const blocks: readonly Block[] = packages.flatMap(blocksOf);

function blocksOf(name: string): readonly Block[] {
  const text = readFileSync(join(root, 'packages', name, 'README.md'), 'utf8');
  return [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, block = ''], index) => ({
    name: `packages/${name}/README.md, block ${index + 1}`,
    text: block,
    file: join(root, 'packages', name, 'out', 'readme', `block-${index + 1}.ts`),
  }));
}

/** What the block says that it prints: the comments behind its calls of `console.log`, in their order. */
function promised(text: string): readonly string[] {
  return [...text.matchAll(/\bconsole\.log\(.*\);(?: \/\/ (.*))?$/gm)].map(([line, comment]) => {
    if (comment === undefined) throw new Error(`write behind it what it prints: ${line}`);
    return comment;
  });
}

/** Forgets every module that was written here. */
function clean(): void {
  for (const name of packages) {
    rmSync(join(root, 'packages', name, 'out', 'readme'), { recursive: true, force: true });
  }
}

describe('the README of a package', () => {
  beforeAll(() => {
    clean();
    for (const { file, text } of blocks) {
      mkdirSync(join(file, '..'), { recursive: true });
      writeFileSync(file, `${text}\nexport {};\n`);
    }
  });

  afterAll(clean);

  it.each(packages)('shows its use: %s', (name) => {
    expect(blocksOf(name)).not.toEqual([]);
  });

  it.each(blocks)('is run: $name', async ({ text, file }) => {
    const print = vi.spyOn(console, 'log').mockImplementation(() => {});
    try {
      await import(file);
      expect(print.mock.calls.map((values) => values.join(' '))).toEqual(promised(text));
    } finally {
      print.mockRestore();
    }
  });

  it('is type-checked', () => {
    const project = join(root, 'out', 'readme-tsconfig.json');
    mkdirSync(join(root, 'out'), { recursive: true });
    writeFileSync(
      project,
      JSON.stringify({
        extends: '../tsconfig.test.json',
        compilerOptions: { lib: ['es2023', 'dom'], noUnusedLocals: true },
        include: blocks.map(({ file }) => file),
        exclude: [],
      }),
    );
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    let problems = '';
    try {
      execFileSync(process.execPath, [tsc, '-p', project], { cwd: root, encoding: 'utf8' });
    } catch (error) {
      problems = (error as { readonly stdout: string }).stdout;
    }
    expect(problems).toBe('');
  });
});
