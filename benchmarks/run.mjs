/**
 * Runs benchmarks one after the other, each in a process of its own: `npm run bench -- [NAME…]`. Each prints our figure,
 * the figure of its reference from the same run, and the ratio.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const folder = import.meta.dirname;
const noBenchmarks = new Set(['run.mjs', 'limit/compile.mjs', 'honeynet/pair.mjs', 'honeynet/loads.mjs']);
const known = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.mjs') && !noBenchmarks.has(file) && !file.endsWith('-worker.mjs'))
  .map((file) => file.slice(0, -'.mjs'.length));
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !existsSync(join(folder, `${name}.mjs`)));
if (unknown.length > 0) {
  process.stderr.write(`no benchmark named ${unknown.join(', ')}; there are: ${known.join(', ')}\n`);
  process.exit(2);
}
let failed = false;
for (const name of asked.length > 0 ? asked : known) {
  process.stderr.write(`\n== ${name}\n`);
  const { status } = spawnSync(process.execPath, [join(folder, `${name}.mjs`)], { stdio: 'inherit' });
  failed ||= status !== 0;
}
process.exit(failed ? 1 : 0);
