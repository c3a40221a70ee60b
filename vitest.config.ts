import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

// Tests resolve workspace packages to their sources, so that a failing line is the line you wrote.
const conditions = ['@wormwood/source', 'module', 'node', 'import', 'default'];
const settings = {
  testTimeout: 60_000,
  hookTimeout: 60_000,
  // What a process writes, it writes in batches of a second, and on a busy machine later.
  expect: { poll: { timeout: 15_000, interval: 50 } },
};

/** What is timed beside the kernel, which has the machine to itself. */
const timed = ['conformance/tcp/lossy-transfer.test.ts'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    projects: [
      {
        extends: true,
        test: {
          ...settings,
          name: 'calculations',
          // A test whose `expect` is never reached checks nothing.
          expect: { requireAssertions: true },
          include: [
            'packages/*/src/**/*.test.ts',
            'apps/cli/src/{gallery,sim}/*.test.ts',
            'apps/studio/pages/**/*.test.ts',
            'tools/**/*.test.ts',
            'simtest/**/*.test.ts',
            'conformance/**/*.test.ts',
          ],
          exclude: ['**/*.browser.test.ts', ...timed],
          maxWorkers: availableParallelism(),
          sequence: { groupOrder: 0 },
        },
      },
      {
        // Daemons, interfaces and real clocks: one file at a time, when the machine is otherwise idle.
        extends: true,
        test: {
          ...settings,
          name: 'machine',
          include: [
            'apps/*/src/**/*.test.ts',
            'apps/studio/server/**/*.test.ts',
            'apps/studio/pages/**/*.browser.test.ts',
            ...timed,
          ],
          exclude: ['apps/cli/src/{gallery,sim}/*.test.ts'],
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
