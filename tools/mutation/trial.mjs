/** One mutant against the tests that reach its file, in a process of its own that ends in time. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, extname, join, resolve } from 'node:path';
import { mutated } from './mutants.mjs';

/** @typedef {import('./mutants.mjs').Mutant} Mutant */
/** @typedef {'killed' | 'timeout' | 'survived'} Verdict */

const vitest = join(import.meta.dirname, '..', '..', 'node_modules', 'vitest', 'vitest.mjs');
const config = join(import.meta.dirname, 'vitest.config.mjs');

/**
 * Runs the tests below `folder` that import `file`. A mutant is killed when one of them fails or takes too long.
 * @param {{ root: string, file: string, folder: string, mutant: Mutant | null, timeoutSeconds: number }} trial
 * @returns {Promise<Verdict>}
 */
export async function runTests({ root, file, folder, mutant, timeoutSeconds }) {
  const scratch = mkdtempSync(join(tmpdir(), 'wormwood-mutant-'));
  try {
    const original = resolve(root, file);
    const replacement = join(scratch, `mutant${extname(file)}`);
    if (mutant !== null) writeFileSync(replacement, mutated(readFileSync(original, 'utf8'), mutant));
    const environment = {
      ...process.env,
      WORMWOOD_MUTATION_ROOT: root,
      ...(mutant === null ? {} : { WORMWOOD_MUTANT_OF: original, WORMWOOD_MUTANT: replacement }),
    };
    const words = [
      'related',
      original,
      '--run',
      '--passWithNoTests',
      '--config',
      config,
      '--dir',
      resolve(root, folder),
    ];
    return await ended([vitest, ...words], environment, root, timeoutSeconds);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/**
 * @param {string[]} words @param {NodeJS.ProcessEnv} environment @param {string} root @param {number} timeoutSeconds
 * @returns {Promise<Verdict>}
 */
function ended(words, environment, root, timeoutSeconds) {
  return new Promise((done, failed) => {
    // A group of its own, so that the workers of a hanging run end with it.
    const child = spawn(process.execPath, words, {
      cwd: root,
      env: environment,
      stdio: 'ignore',
      detached: true,
    });
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    }, timeoutSeconds * 1000);
    child.once('error', failed);
    child.once('exit', (code) => {
      clearTimeout(timer);
      done(late ? 'timeout' : code === 0 ? 'survived' : 'killed');
    });
  });
}

/**
 * Tries a mutant on the tests of its own folder, then on those of its package.
 * @param {{ root: string, file: string, mutant: Mutant, timeoutSeconds: number }} trial
 * @returns {Promise<Verdict>}
 */
export async function tryMutant(trial) {
  const own = dirname(trial.file);
  const home = trial.file.split('/').slice(0, 2).join('/');
  for (const folder of new Set([own, home])) {
    const verdict = await runTests({ ...trial, folder });
    if (verdict !== 'survived') return verdict;
  }
  return 'survived';
}
