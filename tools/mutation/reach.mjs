/** Which tests reach which function: what is not reached needs no test run to be known as a survivor. */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { parseSync } from 'oxc-parser';
import { WarmTests } from './test-process.mjs';

/** @typedef {{ test: string, reached: string[], milliseconds: number }} Reach */
/** @typedef {{ start: number, end: number, isBlock: boolean }} Body */

/**
 * The bodies of the functions of a source, outer before inner.
 * @param {string} path @param {string} text @returns {Body[]}
 */
function bodiesOf(path, text) {
  const bodies = /** @type {Body[]} */ ([]);
  /** @param {any} node */
  const visit = (node) => {
    if (/Function/.test(node.type) && node.body) {
      const { start, end, type } = node.body;
      bodies.push({ start, end, isBlock: type === 'BlockStatement' || type === 'FunctionBody' });
    }
    for (const child of Object.values(node).flat()) {
      if (typeof child === 'object' && child !== null && 'type' in child) visit(child);
    }
  };
  visit(parseSync(path, text).program);
  return bodies;
}

/**
 * Returns the source with a call of `reach` in each function and at the top.
 * @param {string} path @param {string} text @returns {string}
 */
export function instrumented(path, text) {
  const insertions = bodiesOf(path, text).flatMap(({ start, end, isBlock }) => {
    const call = `globalThis.reach?.(${JSON.stringify(`${path}:${start}`)})`;
    return isBlock
      ? [{ at: start + 1, text: `${call};` }]
      : [
          { at: start, text: `(${call},(` },
          { at: end, text: '))' },
        ];
  });
  let result = text;
  for (const { at, text: added } of insertions.toSorted((a, b) => b.at - a.at)) {
    result = result.slice(0, at) + added + result.slice(at);
  }
  return `globalThis.reach?.(${JSON.stringify(path)});${result}`;
}

/**
 * Names the innermost function around a place, as instrumented sources do.
 * @param {string} path @param {string} text @param {number} at @returns {string}
 */
export function placeOf(path, text, at) {
  const around = bodiesOf(path, text).filter(({ start, end }) => start <= at && at < end);
  const inner = around.toSorted((a, b) => b.start - a.start)[0];
  return inner === undefined ? path : `${path}:${inner.start}`;
}

/**
 * Runs the tests below `folder` once and returns what each reaches of `sources`; the answer is kept in `out/mutation`
 * for as long as no file below `folder` changes.
 * @param {{ root: string, folder: string, sources: readonly string[] }} request @returns {Promise<Reach[]>}
 */
export async function reachOf({ root, folder, sources }) {
  const files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => resolve(root, folder, name))
    .filter((file) => file.endsWith('.ts') && !/\/(node_modules|dist)\//.test(file))
    .toSorted();
  const hash = createHash('sha256').update(JSON.stringify(sources));
  for (const file of files) hash.update(file).update('\0').update(readFileSync(file));
  const key = hash.digest('hex');
  const kept = join(root, 'out', 'mutation', `reach-${folder.replaceAll('/', '-')}.json`);
  if (existsSync(kept)) {
    const { key: keptKey, reach } = JSON.parse(readFileSync(kept, 'utf8'));
    if (keptKey === key) return reach;
  }
  const reach = await measured(
    root,
    files.filter((file) => file.endsWith('.test.ts')),
    sources,
  );
  mkdirSync(dirname(kept), { recursive: true });
  writeFileSync(kept, JSON.stringify({ key, reach }));
  return reach;
}

/** @param {string} root @param {string[]} tests @param {readonly string[]} sources @returns {Promise<Reach[]>} */
async function measured(root, tests, sources) {
  const folder = mkdtempSync(join(tmpdir(), 'wormwood-reach-'));
  const runner = new WarmTests(root, sources, { WORMWOOD_REACH_FOLDER: folder });
  try {
    const result = await runner.run({ files: tests, replaced: null, timeoutSeconds: 1200 });
    if (!result.passed) throw new Error('The tests fail without a mutant: mend them first.');
    return readdirSync(folder).map((name) => {
      const { test, reached } = JSON.parse(readFileSync(join(folder, name), 'utf8'));
      return { test, reached, milliseconds: result.milliseconds[test] ?? 0 };
    });
  } finally {
    runner.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * The tests that reach a place, the likeliest to fail first: those beside the source, then the quick ones.
 * @param {readonly Reach[]} reach @param {string} path @param {string} place @returns {Reach[]}
 */
export function testsOf(reach, path, place) {
  const stem = basename(path, '.ts');
  const distance = (/** @type {Reach} */ { test }) => (basename(test).startsWith(`${stem}.`) ? 0 : 1);
  return reach
    .filter(({ reached }) => reached.includes(place))
    .toSorted((a, b) => distance(a) - distance(b) || a.milliseconds - b.milliseconds);
}
