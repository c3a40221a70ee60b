/** Compiles a program of this folder and runs it: Node 20 reads no TypeScript, and the packages come as built. */
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

/** Imports a TypeScript module by name: of this folder, or of another one beside it. */
export async function importCompiled(name, folder = import.meta.dirname) {
  // Inside the repository, so that the packages are found.
  const directory = mkdtempSync(join(import.meta.dirname, '..', '..', 'node_modules', '.conformance-'));
  try {
    const outfile = join(directory, `${name}.mjs`);
    await build({
      entryPoints: [join(folder, `${name}.ts`)],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      packages: 'external',
      sourcemap: 'inline',
      logLevel: 'error',
    });
    return await import(pathToFileURL(outfile).href);
  } finally {
    rmSync(directory, { recursive: true });
  }
}
