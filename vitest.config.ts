import { defineConfig } from 'vitest/config';

// Tests resolve workspace packages to their sources, so that a failing line is the line you wrote.
const conditions = ['@wormwood/source', 'module', 'node', 'import', 'default'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: [
      'packages/*/src/**/*.test.ts',
      'apps/*/src/**/*.test.ts',
      'tools/**/*.test.ts',
      'simtest/**/*.test.ts',
    ],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // What a process writes, it writes in batches of a second, and on a busy machine later.
    expect: { poll: { timeout: 15_000, interval: 50 } },
  },
});
