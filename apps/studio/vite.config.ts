/** Builds the pages into `dist/pages`: static files with relative addresses, which any file server serves below any path. */
import { join } from 'node:path';
import { defineConfig } from 'vite';

const root = join(import.meta.dirname, 'pages');

/** Importing a package does nothing by itself, so that what a page does not use stays out of it. */
const treeshake = { moduleSideEffects: (id: string): boolean => !/\/(?:packages|@observablehq)\//.test(id) };

export default defineConfig({
  root,
  base: './',
  cacheDir: join(import.meta.dirname, 'dist', '.vite'),
  // Packages are taken from their sources, so that the pages need no build before theirs.
  resolve: {
    conditions: ['@wormwood/source', 'module', 'browser', 'import', 'default'],
    // A page has a document, where the command line makes one.
    alias: { linkedom: join(root, 'shell', 'browser-document.ts') },
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  worker: { format: 'es', rolldownOptions: { treeshake, checks: { pluginTimings: false } } },
  build: {
    outDir: join(import.meta.dirname, 'dist', 'pages'),
    emptyOutDir: true,
    target: 'es2023',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rolldownOptions: { treeshake, checks: { pluginTimings: false } },
  },
});
