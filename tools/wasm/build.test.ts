import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { compileKernel, kernels, moduleOf } from './build.mjs';

const root = join(import.meta.dirname, '..', '..');

it.each(kernels)('the module of %s is what its source compiles to', (source: string) => {
  expect(readFileSync(join(root, moduleOf(source)), 'utf8')).toBe(compileKernel(source));
});
