/** Results that are kept between calls, a line each, under a name that stands for all the code that they depend on. */
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Folders whose code decides what a comparison finds. */
const FOLDERS = ['packages/base/src', 'packages/epidemic/src', 'tools/validation/oracle'];

function digestOf(root) {
  const hash = createHash('sha256');
  for (const folder of FOLDERS) {
    const files = readdirSync(join(root, folder), { recursive: true }).map(String);
    for (const file of files.toSorted((a, b) => (a < b ? -1 : 1))) {
      const isCode = /\.(?:ts|mjs)$/.test(file) && !/\.test\.ts$|-test-support\.ts$/.test(file);
      if (isCode) hash.update(`${folder}/${file}\n`).update(readFileSync(join(root, folder, file)));
    }
  }
  return hash.digest('hex').slice(0, 16);
}

/** Returns the results kept for the code as it is: look one up by its task, or add one. */
export function resultsKept(root) {
  const folder = join(root, 'out', 'combinations');
  const file = join(folder, `${digestOf(root)}.jsonl`);
  mkdirSync(folder, { recursive: true });
  const keyOf = ({ kind, number }) => `${kind} ${number}`;
  const known = new Map();
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  // A line that was cut short is done again; what follows must not be joined to it.
  const end = text.lastIndexOf('\n') + 1;
  if (end < text.length) appendFileSync(file, '\n');
  for (const line of text.slice(0, end).split('\n')) {
    const result = parsed(line);
    if (result !== undefined) known.set(keyOf(result), result);
  }
  return {
    of: (task) => known.get(keyOf(task)),
    add: (result) => {
      known.set(keyOf(result), result);
      appendFileSync(file, `${JSON.stringify(result)}\n`);
    },
  };
}

function parsed(line) {
  try {
    return JSON.parse(line);
  } catch {
    // An empty line, or one that was cut short.
    return undefined;
  }
}
