/** `sim presets` over the shipped files: each is listed, and shown as it is. */
import { readFileSync } from 'node:fs';
import { engineNamed } from '@wormwood/epidemic';
import { checkScenario, PRESETS, scenarioDocument } from '@wormwood/files/scenario';
import { expect, it } from 'vitest';
import { openShippedScenario } from './check-scenario.ts';
import { shippedScenarios } from './read-scenario.ts';
import { wormwoodInProcess } from '../in-process-test-support.ts';

it('every shipped scenario runs in an engine, and stands whole in a result', async () => {
  for (const name of await shippedScenarios()) {
    const { scenario, outbreak } = await openShippedScenario(name);
    expect(scenario.name).toBe(name);
    const runs = (['ode', 'hosts'] as const).some(
      (engine) => engineNamed(engine).unsupported(outbreak).length === 0,
    );
    expect([name, runs]).toEqual([name, true]);
    // What stands in a result must be read again as it is, graphs and prefixes included.
    const again = checkScenario(JSON.stringify(scenarioDocument(scenario)), name);
    expect([name, again.ok && again.outbreak]).toEqual([name, outbreak]);
  }
});

it('says of each in a line of 80 columns what it is, and of no other', async () => {
  expect(Object.keys(PRESETS).toSorted()).toEqual(await shippedScenarios());
  const { stdout } = await wormwoodInProcess(['sim', 'presets']);
  expect(stdout).toMatch(/^witty +2004  Witty: /m);
  for (const line of stdout.trimEnd().split('\n')) expect(line.length).toBeLessThanOrEqual(80);
});

it('lists every shipped scenario and shows one as its file', async () => {
  const list = await wormwoodInProcess(['sim', 'presets', '--json']);
  expect(list.code).toBe(0);
  const names = (JSON.parse(list.stdout) as readonly { readonly name: string }[]).map(({ name }) => name);
  expect(names.toSorted()).toEqual(await shippedScenarios());
  const shown = await wormwoodInProcess(['sim', 'presets', 'show', 'mirai']);
  expect(shown.stdout).toBe(
    readFileSync(new URL('../../../../scenarios/mirai.yaml', import.meta.url), 'utf8'),
  );
  const missing = await wormwoodInProcess(['sim', 'presets', 'show', 'mira']);
  expect(missing.code).toBe(2);
  expect(missing.stderr).toContain('mirai');
});
