/** Tests as ever, but that one source is read from elsewhere: the mutant. The checkout stays as it is. */
import { readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

const conditions = ['@wormwood/source', 'module', 'node', 'import', 'default'];
const original = process.env['WORMWOOD_MUTANT_OF'];
const replacement = process.env['WORMWOOD_MUTANT'];

export default defineConfig({
  root: process.env['WORMWOOD_MUTATION_ROOT'],
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  cacheDir: 'out/mutation/vite',
  plugins: [
    {
      name: 'mutant',
      enforce: 'pre',
      load: (id) =>
        replacement !== undefined && id.split('?')[0] === original ? readFileSync(replacement, 'utf8') : null,
    },
  ],
  test: { include: ['**/*.test.ts'], testTimeout: 60_000, hookTimeout: 60_000, reporters: ['dot'], bail: 1 },
});
