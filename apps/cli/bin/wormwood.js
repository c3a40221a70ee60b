#!/usr/bin/env node
// The command `wormwood`: the compiled program, or one sentence that says how to compile it.
import { existsSync } from 'node:fs';

const main = new URL('../dist/main.js', import.meta.url);
if (existsSync(main)) {
  await import(main.href);
} else {
  process.stderr.write('wormwood: not built yet; run `npm run build` in the checkout first.\n');
  process.exitCode = 1;
}
