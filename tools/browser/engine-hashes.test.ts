/** The engines run in a browser as they are, and give the same bytes there. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { engineHashes } from './engine-hashes.ts';

const executablePath = '/usr/bin/chromium';
const isThere = existsSync(executablePath);
const isRequired = process.env['WORMWOOD_REQUIRE_ALL'] === '1';
if (!isThere && !isRequired) console.log(`skipped: no ${executablePath} to run the engines in a browser`);

/** Keeps Chromium from looking up hosts of its own at start. */
const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

async function hashesInBrowser(): Promise<readonly string[]> {
  const bundle = await build({
    entryPoints: [join(import.meta.dirname, 'engine-hashes.ts')],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'wormwood',
    platform: 'browser',
    conditions: ['@wormwood/source'],
  });
  const script = bundle.outputFiles[0]?.text ?? '';
  const browser = await chromium.launch({ executablePath, args: quiet });
  try {
    const page = await browser.newPage();
    await page.addScriptTag({ content: script });
    return await page.evaluate<readonly string[]>('wormwood.engineHashes()');
  } finally {
    await browser.close();
  }
}

describe.skipIf(!isThere && !isRequired)('the engines in Chromium', () => {
  it('give the same trajectories as in Node, to the last bit', async () => {
    const here = engineHashes();
    expect(new Set(here).size).toBeGreaterThan(6);
    expect(await hashesInBrowser()).toEqual(here);
  });
});
