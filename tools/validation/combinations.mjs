/**
 * Compares the engines with the agents for every pair of defenses, 200 mixtures, and 5,000 random outbreaks, and writes the section of
 * docs/validation.md. `npm run validation:combinations`; ends with 1 when something differs. Arguments, for a part: `pair 0 91`,
 * `mixture 12 13`, `property 0 500`; then results are printed, a line each, and nothing is written. `write FILE…` writes the section from
 * such lines. What is done is kept in `out/combinations/`: a call that was stopped, or did a part, need not be repeated. What was done by
 * other versions of the engines or of the agents does not count.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { PAIRS } from './oracle/combinations.mjs';
import { resultsKept } from './oracle/kept-results.mjs';
import { SECTION_START, sectionOf } from './oracle/section.mjs';

const WORKER = new URL('./oracle/combination-tasks.mjs', import.meta.url);
const ROOT = join(import.meta.dirname, '..', '..');
const DOCUMENT = join(ROOT, 'docs', 'validation.md');
const ALL = { pair: PAIRS.length, mixture: 200, property: 5000 };

function tasksOf(kind, from, to) {
  return Array.from({ length: to - from }, (_, k) => ({ kind, number: from + k }));
}

/** Hands out tasks one by one to workers and calls `report` with each result. */
async function done(tasks, report) {
  let next = 0;
  const work = () =>
    new Promise((resolve, reject) => {
      const worker = new Worker(WORKER);
      let task;
      const give = () => {
        if (next === tasks.length) resolve(worker.terminate());
        else worker.postMessage((task = tasks[next++]));
      };
      worker.on('error', reject);
      worker.on('message', (result) => {
        report({ kind: task.kind, ...result });
        give();
      });
      give();
    });
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), tasks.length) }, work));
}

/** Results of the parts in files, in the order of a whole run. */
function readParts(files) {
  const lines = files.flatMap((file) => readFileSync(file, 'utf8').split('\n')).filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line)).toSorted((a, b) => a.number - b.number);
}

/** The results of tasks in their order: those kept, and those that are missing, which are made now. */
async function resultsOf(tasks, { isPart }) {
  const kept = resultsKept(ROOT);
  const missing = tasks.filter((task) => kept.of(task) === undefined);
  const before = tasks.length - missing.length;
  if (before > 0) process.stderr.write(`${before} of ${tasks.length} were done before\n`);
  if (isPart) for (const task of tasks) print(kept.of(task));
  let finished = before;
  await done(missing, (result) => {
    kept.add(result);
    finished++;
    if (isPart) print(result);
    else if (finished % 50 === 0) process.stderr.write(`${finished} of ${tasks.length}\n`);
  });
  return tasks.map((task) => kept.of(task));
}

function print(result) {
  if (result !== undefined) process.stdout.write(`${JSON.stringify(result)}\n`);
}

const [kind, from, to] = process.argv.slice(2);
const isPart = kind !== undefined && kind !== 'write';
const tasks = isPart
  ? tasksOf(kind, Number(from), Number(to))
  : Object.entries(ALL).flatMap(([each, count]) => tasksOf(each, 0, count));
const results = kind === 'write' ? readParts(process.argv.slice(3)) : await resultsOf(tasks, { isPart });
const of = (wanted) => results.filter((result) => result.kind === wanted);
const { lines, wrong } = sectionOf({
  pairs: of('pair'),
  mixtures: of('mixture'),
  properties: of('property'),
});
if (!isPart) {
  const before = readFileSync(DOCUMENT, 'utf8').split(`\n${SECTION_START}`)[0].trimEnd();
  writeFileSync(DOCUMENT, `${before}\n\n${lines.join('\n')}\n`);
}
for (const sentence of wrong) process.stderr.write(`${sentence}\n`);
process.exitCode = wrong.length > 0 ? 1 : 0;
