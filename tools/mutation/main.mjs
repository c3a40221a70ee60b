/**
 * Draws mutants of a package, or of the files that were changed since `main`, and prints those that no test notices:
 *
 *     npm run mutation -- PACKAGE|--changed [--seed N] [--count N]
 *
 * Ends with 1 when fewer than 95 % are killed.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { mutantsOf } from './mutants.mjs';
import { sample } from './sample.mjs';
import { runTests, tryMutant } from './trial.mjs';

/** @typedef {{ file: string, mutant: import('./mutants.mjs').Mutant }} Case */

const root = join(import.meta.dirname, '..', '..');
const KILLED_MIN = 0.95;
const NO_SOURCE = /\.test\.ts$|test-support\.ts$|-wasm\.ts$|\.as\.ts$|\/index\.ts$|\/conformance\//;

/** @param {string[]} words @returns {string[]} */
const git = (words) =>
  execFileSync('git', words, { cwd: root, encoding: 'utf8' }).split('\n').filter(Boolean);

/** @param {string} [name] @returns {string[]} */
function sourcesOf(name) {
  const files =
    name === undefined
      ? git(['diff', '--name-only', '--diff-filter=d', git(['merge-base', 'HEAD', 'main'])[0] ?? 'HEAD'])
      : git(['ls-files', `packages/${name}/src`]);
  return files.filter((file) => /^packages\/[^/]+\/src\/.*\.ts$/.test(file) && !NO_SOURCE.test(file));
}

/** @param {Case} drawn @returns {string} */
function difference({ file, mutant }) {
  const text = readFileSync(join(root, file), 'utf8');
  const start = text.lastIndexOf('\n', mutant.start - 1) + 1;
  const after = text.indexOf('\n', mutant.end);
  const end = after < 0 ? text.length : after;
  const before = text.slice(start, end);
  const now = text.slice(start, mutant.start) + mutant.text + text.slice(mutant.end, end);
  const marked = (/** @type {string} */ lines, /** @type {string} */ mark) =>
    lines
      .split('\n')
      .map((line) => `  ${mark} ${line.trim()}`)
      .join('\n');
  return `${file}:${mutant.line}\n${marked(before, '-')}\n${marked(now, '+')}`;
}

/** @param {string[]} files @param {number} count @param {number} seed @returns {Promise<void>} */
async function run(files, count, seed) {
  const all = files.flatMap((file) =>
    mutantsOf(file, readFileSync(join(root, file), 'utf8')).map((mutant) => ({ file, mutant })),
  );
  const drawn = sample(all, count, seed);
  const [first] = drawn;
  if (first === undefined) {
    console.error('There is nothing to mutate.');
    return;
  }
  const home = first.file.split('/').slice(0, 2).join('/');
  const began = performance.now();
  if (
    (await runTests({ root, file: first.file, folder: home, mutant: null, timeoutSeconds: 1200 })) !==
    'survived'
  ) {
    throw new Error(`The tests of ${home} fail without a mutant: mend them first.`);
  }
  const timeoutSeconds = 30 + (3 * (performance.now() - began)) / 1000;
  /** @type {Case[]} */
  const survivors = [];
  for (const [index, each] of drawn.entries()) {
    const verdict = await tryMutant({ root, ...each, timeoutSeconds });
    console.error(`${index + 1} of ${drawn.length}: ${verdict}`);
    if (verdict !== 'survived') continue;
    survivors.push(each);
    console.log(difference(each));
  }
  const killed = drawn.length - survivors.length;
  const share = killed / drawn.length;
  console.log(
    `${killed} of ${drawn.length} killed (${(100 * share).toFixed(0)} %), drawn from ${all.length} by seed ${seed}.`,
  );
  if (share < KILLED_MIN) process.exitCode = 1;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    changed: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '50' },
  },
});
if (values.changed === (positionals.length === 1) || positionals.length > 1) {
  console.error('usage: npm run mutation -- PACKAGE|--changed [--seed N] [--count N]');
  process.exitCode = 2;
} else {
  await run(sourcesOf(positionals[0]), Number(values.count), Number(values.seed));
}
