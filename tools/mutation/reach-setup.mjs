/** Writes which functions a test file reaches: `reach` is called by instrumented sources. */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';

/** @type {Set<string>} */
const reached = new Set();
/** @type {any} */ (globalThis).reach = (/** @type {string} */ place) => void reached.add(place);

afterAll(() => {
  const test = expect.getState().testPath ?? '';
  const name = `${createHash('sha256').update(test).digest('hex').slice(0, 16)}.json`;
  const folder = process.env['WORMWOOD_REACH_FOLDER'] ?? '.';
  writeFileSync(join(folder, name), JSON.stringify({ test, reached: [...reached] }));
});
