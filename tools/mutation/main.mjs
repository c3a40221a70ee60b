/**
 * Draws mutants of a package, or of the files that were changed since `main`, and prints those that no test notices:
 *
 *     npm run mutation -- PACKAGE|--changed [--seed N] [--count N]
 *
 * Ends with 1 when fewer than 95 % are killed.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { mutantsOf } from './mutants.mjs';
import { reachOf } from './reach.mjs';
import { sample } from './sample.mjs';
import { WarmTests } from './test-process.mjs';
import { tryMutant } from './trial.mjs';

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

/** The package of a file. @param {string} file @returns {string} */
const homeOf = (file) => file.split('/').slice(0, 2).join('/');

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
  if (drawn.length === 0) {
    console.error('There is nothing to mutate.');
    return;
  }
  const runner = new WarmTests(root);
  const reach = new Map();
  for (const home of new Set(drawn.map(({ file }) => homeOf(file)))) {
    const sources = sourcesOf(basename(home)).map((file) => resolve(root, file));
    const found = await reachOf({ root, folder: home, sources });
    const tests = found.map(({ test }) => test);
    const { passed } = await runner.run({ files: tests, replaced: null, timeoutSeconds: 1200 });
    if (!passed) throw new Error(`The tests of ${home} fail without a mutant: mend them first.`);
    reach.set(home, found);
  }
  /** @type {Case[]} */
  const survivors = [];
  for (const [index, each] of drawn.entries()) {
    const verdict = await tryMutant({ runner, reach: reach.get(homeOf(each.file)), root, ...each });
    console.error(
      `${index + 1} of ${drawn.length}: ${verdict} ${each.file}:${each.mutant.line} ${each.mutant.text}`,
    );
    if (verdict !== 'survived') continue;
    survivors.push(each);
    console.log(difference(each));
  }
  runner.end();
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
