/** `sim presets` over the shipped files: each is listed, and shown as it is. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { shippedScenarios } from './read-scenario.ts';
import { wormwood } from './spawn-test-support.ts';

it('lists every shipped scenario and shows one as its file', async () => {
  const list = await wormwood(['sim', 'presets', '--json']);
  expect(list.code).toBe(0);
  const names = (JSON.parse(list.stdout) as readonly { readonly name: string }[]).map(({ name }) => name);
  expect(names.toSorted()).toEqual(await shippedScenarios());
  const shown = await wormwood(['sim', 'presets', 'show', 'mirai']);
  expect(shown.stdout).toBe(readFileSync(new URL('../../../scenarios/mirai.yaml', import.meta.url), 'utf8'));
  const missing = await wormwood(['sim', 'presets', 'show', 'mira']);
  expect(missing.code).toBe(2);
  expect(missing.stderr).toContain('mirai');
});
