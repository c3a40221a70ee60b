/**
 * Runs tests as often as its parent asks, in one process that stays warm:
 *
 *     { files, replaced: { file, text } | null }  ->  { passed, milliseconds: { [file]: number } }
 *
 * `files` run in their order until one fails. `replaced` is the source that is read from the message instead of the
 * disk. With WORMWOOD_REACH_FOLDER set, the functions that each test file reaches are written there.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createVitest } from 'vitest/node';
import { instrumented } from './reach.mjs';

const [root = '.', ...sources] = process.argv.slice(2);
const conditions = ['@wormwood/source', 'module', 'node', 'import', 'default'];
const measured = process.env['WORMWOOD_REACH_FOLDER'] === undefined ? [] : sources;
/** @type {{ file: string, text: string } | null} */
let replaced = null;

/** @param {string} id */
function load(id) {
  const file = id.split('?')[0] ?? id;
  if (file === replaced?.file) return replaced.text;
  return measured.includes(file) ? instrumented(file, readFileSync(file, 'utf8')) : null;
}

/** Runs the files in the order of the request. */
class AsAsked {
  /** @template T @param {T[]} files */
  sort(files) {
    return files;
  }
  /** @template T @param {T[]} files */
  shard(files) {
    return files;
  }
}

const vitest = await createVitest(
  'test',
  {
    config: false,
    root,
    watch: false,
    include: ['**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { requireAssertions: true },
    reporters: [{}],
    bail: measured.length > 0 ? 0 : 1,
    pool: 'threads',
    maxWorkers: 1,
    sequence: { sequencer: AsAsked },
    setupFiles: measured.length > 0 ? [join(import.meta.dirname, 'reach-setup.mjs')] : [],
  },
  {
    configFile: false,
    resolve: { conditions },
    ssr: { resolve: { conditions } },
    cacheDir: 'out/mutation/vite',
    plugins: [{ name: 'mutant', enforce: 'pre', load }],
  },
);
await vitest.globTestSpecifications([]);

/** @param {{ files: string[], replaced: { file: string, text: string } | null }} request */
async function answer(request) {
  for (const each of [replaced, request.replaced]) if (each !== null) vitest.invalidateFile(each.file);
  replaced = request.replaced;
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications(
    request.files.flatMap((file) => vitest.getModuleSpecifications(file)),
  );
  const milliseconds = Object.fromEntries(
    testModules.map((each) => {
      const { collectDuration, duration } = each.diagnostic();
      return [each.moduleId, collectDuration + duration];
    }),
  );
  process.send?.({
    passed: unhandledErrors.length === 0 && testModules.every((each) => each.ok()),
    milliseconds,
  });
}

process.on('message', (request) => void answer(/** @type {any} */ (request)));
process.on('disconnect', () => process.exit());
process.send?.({ passed: true, milliseconds: {} });
