/**
 * Compiles the kernels written in AssemblyScript to WebAssembly and writes each as a module of text beside its source:
 * `npm run wasm`. A test holds the written modules to their sources.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');
export const kernels = [
  'packages/epidemic/src/engine/hosts/choose-hosts-kernel.as.ts',
  'packages/epidemic/src/engine/probes/draw-kernel.as.ts',
];

/** Returns where the module of a kernel lies, from the root. */
export function moduleOf(source) {
  return source.replace(/\.as\.ts$/, '-wasm.ts');
}

/** Returns the text of the module of a kernel: a path from the root. */
export function compileKernel(source) {
  const folder = mkdtempSync(join(tmpdir(), 'wormwood-wasm-'));
  try {
    const binary = join(folder, 'kernel.wasm');
    const options = ['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--importMemory'];
    const compiler = join(root, 'node_modules', 'assemblyscript', 'bin', 'asc.js');
    execFileSync(process.execPath, [compiler, join(root, source), '-o', binary, ...options]);
    const text = readFileSync(binary).toString('base64');
    const lines = text.match(/.{1,100}/g).map((line) => `  '${line}'`);
    return (
      `/** Made from ${basename(source)} by tools/wasm/build.mjs: a WebAssembly module in base 64. */\n` +
      `export const kernelInBase64: string = [\n${lines.join(',\n')},\n].join('');\n`
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (process.argv[1] === import.meta.filename) {
  for (const source of kernels) writeFileSync(join(root, moduleOf(source)), compileKernel(source));
}
