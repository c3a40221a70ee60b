// The same figures as the command line, to the last digit: every preset by ode and by hosts, in Chromium and in Node.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomStreams } from '@wormwood/base';
import { type EngineName, engineNamed } from '@wormwood/epidemic';
import { checkScenario, type ScenarioCheck } from '@wormwood/files/scenario';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, openStudio, type Studio } from '../browser-test-support.ts';

/** The most hosts that a page follows; it refuses more in words. */
const HOSTS_MAX = 4_000_000;

const folder = join(import.meta.dirname, '..', '..', '..', '..', 'scenarios');
const names = readdirSync(folder).flatMap((file) => (file.endsWith('.yaml') ? [file.slice(0, -5)] : []));
/** Presets whose run of `hosts` takes a fraction of a second; the others with WORMWOOD_STUDIO_ALL=1. */
const QUICK = new Set([
  'code-red-peak',
  'code-red-v2',
  'detected-by-contacts',
  'enterprise',
  'enterprise-contained',
  'enterprise-uncontained',
  'mirai',
  'provos-2004-20min',
  'provos-2004-60min',
  'provos-2004-no-honeypots',
  'shai-hulud',
  'slammer-uncapped',
  'small-campus',
  'ucf-classroom',
  'weaver-fast',
]);
const all = process.env['WORMWOOD_STUDIO_ALL'] === '1';
/** Runs of millions of hosts take minutes, here and in the page. */
const WAIT_MS = all ? 3_600_000 : 120_000;

function checked(name: string): Extract<ScenarioCheck, { ok: true }> {
  const readFile = (path: string) => ({ ok: true, value: readFileSync(join(folder, path), 'utf8') }) as const;
  const check = checkScenario(readFileSync(join(folder, `${name}.yaml`), 'utf8'), name, { readFile });
  if (!check.ok) throw new Error(name);
  return check;
}

describe.skipIf(!hasBrowser)('the presets in Chromium', () => {
  let studio: Studio;
  beforeAll(async () => {
    studio = await openStudio();
  });
  afterAll(async () => studio.close());

  it.each<EngineName>(['ode', 'hosts'])(
    '%s gives the summaries of the command line',
    async (engine) => {
      const { page } = await studio.open('');
      const compared: string[] = [];
      for (const name of names) {
        const { outbreak } = checked(name);
        if (engineNamed(engine).unsupported(outbreak).length > 0) continue;
        if (engine === 'hosts' && !QUICK.has(name) && !all) continue;
        if (engine === 'hosts' && outbreak.population.vulnerable > HOSTS_MAX) continue;
        const { summary } = engineNamed(engine).run(outbreak, { streams: randomStreams('1'), replicate: 0 });
        await page.goto(`${studio.address}#/?scenario=${name}&engine=${engine}`);
        const there = await page.waitForFunction(
          ([scenario]) => {
            const { wormwood } = window as unknown as {
              wormwood?: { result(): { scenario: { name: string }; summary: unknown } | null };
            };
            const result = wormwood?.result() ?? null;
            return result !== null && result.scenario.name === scenario ? JSON.stringify(result) : null;
          },
          [name],
          { timeout: WAIT_MS },
        );
        const result = JSON.parse((await there.jsonValue()) as string) as {
          engine: string;
          summary: unknown;
        };
        expect([name, result.engine, result.summary]).toEqual([
          name,
          engine,
          JSON.parse(JSON.stringify(summary)),
        ]);
        compared.push(name);
      }
      if (all) console.log(`${engine}: ${compared.length} presets compared: ${compared.join(', ')}`);
      await page.context().close();
    },
    2 * WAIT_MS,
  );
});
