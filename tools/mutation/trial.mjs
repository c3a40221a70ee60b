/** Mutants against the tests that reach them. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { mutated } from './mutants.mjs';
import { placeOf, testsOf } from './reach.mjs';

/** @typedef {'killed' | 'timeout' | 'survived'} Verdict */

/**
 * Tries a mutant on the tests that reach it. It is killed when one of them fails or takes too long.
 * @param {{ runner: import('./test-process.mjs').WarmTests, reach: readonly import('./reach.mjs').Reach[], root: string, file: string,
 *   mutant: import('./mutants.mjs').Mutant, patienceSeconds?: number }} trial
 * @returns {Promise<Verdict>}
 */
export async function tryMutant({ runner, reach, root, file, mutant, patienceSeconds = 5 }) {
  const path = resolve(root, file);
  const text = readFileSync(path, 'utf8');
  const tests = testsOf(reach, path, placeOf(path, text, mutant.start));
  if (tests.length === 0) return 'survived';
  const usual = tests.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / 1000;
  const request = {
    files: tests.map(({ test }) => test),
    replaced: { file: path, text: mutated(text, mutant) },
    timeoutSeconds: patienceSeconds + 2 * usual,
  };
  let answer = await runner.run(request);
  // On a busy machine tests are late that end: only what is late again, with three times the time, does not end.
  if (answer.isLate === true)
    answer = await runner.run({ ...request, timeoutSeconds: 3 * request.timeoutSeconds });
  return answer.isLate === true ? 'timeout' : answer.passed ? 'survived' : 'killed';
}
