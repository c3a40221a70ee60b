// Explore in a browser, as its readers use it: drag, type, click, and the keyboard alone.
import { randomStreams } from '@wormwood/base';
import { chooseEngine, engineNamed, type EngineName } from '@wormwood/epidemic';
import { checkScenario, type ScenarioValueChange, changeScenario } from '@wormwood/files/scenario';
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  accessibilityProblems,
  hasBrowser,
  NARROW,
  openStudio,
  settled,
  type Studio,
  summaryOf,
  WIDE,
} from '../../browser-test-support.ts';

/** The summary that the command line prints for a shipped scenario with changes. */
function summaryHere(
  name: string,
  changes: readonly (readonly [string, string])[] = [],
  asked?: EngineName,
): unknown {
  const file = new URL(`../../../../../scenarios/${name}.yaml`, import.meta.url);
  const check = checkScenario(readFileSync(file, 'utf8'), name);
  if (!check.ok) throw new Error(name);
  const values = changes.map(([path, value]): ScenarioValueChange => ({ path, value, source: path }));
  const changed = changeScenario(check.scenario, values, name);
  if (!changed.ok) throw new Error(changed.diagnostics[0]?.message);
  const engine = asked ?? chooseEngine(changed.outbreak).engine;
  return engineNamed(engine).run(changed.outbreak, { streams: randomStreams('1'), replicate: 0 }).summary;
}

const verdict = (page: Page) => page.getByRole('region', { name: 'Verdict' });
const slider = (page: Page, name: string) => page.getByRole('slider', { name, exact: true });

describe.skipIf(!hasBrowser)('Explore in Chromium', () => {
  let studio: Studio;
  beforeAll(async () => {
    studio = await openStudio();
  });
  afterAll(async () => studio.close());

  it('says first what happens, with the figures of the command line', async () => {
    const { page, problems } = await studio.open('');
    await settled(page);
    expect(await verdict(page).textContent()).toContain(
      '262,144 honeypots after 20 min do not stop this worm from growing',
    );
    expect(await summaryOf(page)).toEqual(summaryHere('provos-2004-20min'));
    const terms = await page.locator('dl dt').allTextContents();
    expect(terms).toEqual(expect.arrayContaining(['Peak', 'Ever infected', 'R0', 'Delay wall']));
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it('follows a slider by the keyboard, a number that is typed, and a scenario that is chosen; back returns', async () => {
    const { page, problems } = await studio.open('');
    await settled(page);
    await slider(page, 'Honeypots').focus();
    await page.keyboard.press('End');
    await expect.poll(() => page.url()).toContain('defenses.0.count=4194304');
    await expect.poll(() => verdict(page).textContent()).toContain('stop this worm from growing');

    await page.getByRole('textbox', { name: 'Write: honeypots', exact: true }).fill('4096');
    await page.keyboard.press('Enter');
    await settled(page);
    expect(await summaryOf(page)).toEqual(summaryHere('provos-2004-20min', [['defenses.0.count', '4096']]));
    expect(page.url()).toContain('defenses.0.count=4096');

    await page.getByRole('textbox', { name: 'Write: delay', exact: true }).fill('soon');
    await page.keyboard.press('Enter');
    expect(await page.getByRole('alert').textContent()).toContain('A duration is');

    await page.goBack();
    await expect.poll(() => verdict(page).textContent()).toContain('4,194,304');
    await page.getByRole('combobox', { name: 'Scenario' }).selectOption('provos-2004-60min');
    await settled(page);
    expect(page.url()).toContain('scenario=provos-2004-60min');
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it('is dragged on the plot: the start of the honeypots and the border of the bar, by pointer and by keys', async () => {
    const { page, problems } = await studio.open('');
    await settled(page);
    const line = slider(page, 'Start line');
    const box = (await line.locator('i').boundingBox())!;
    await page.mouse.move(box.x + 9, box.y + 9);
    await page.mouse.down();
    await page.mouse.move(box.x + 120, box.y + 9, { steps: 6 });
    await page.mouse.up();
    await settled(page);
    const after = await line.getAttribute('aria-valuetext');
    expect(after).toMatch(/^honeypots start after (?:3\d|4\d) min$/);
    const seconds = Number(/(\d+) min/.exec(after ?? '')?.[1]) * 60;
    expect(await summaryOf(page)).toEqual(
      summaryHere('provos-2004-20min', [['defenses.0.start', `${seconds}s`]]),
    );
    await line.focus();
    await page.keyboard.press('ArrowLeft');
    expect(await line.getAttribute('aria-valuetext')).toBe(
      `honeypots start after ${seconds / 60 - 1} min 50 s`,
    );

    const border = slider(page, 'Border of the bar');
    const bar = (await page.locator('.bar-of-two').boundingBox())!;
    const handle = (await border.boundingBox())!;
    await page.mouse.move(handle.x + handle.width / 2, handle.y + 20);
    await page.mouse.down();
    await page.mouse.move(bar.x + bar.width * 0.25, handle.y + 20, { steps: 5 });
    await page.mouse.up();
    await settled(page);
    expect(await border.getAttribute('aria-valuetext')).toContain('25% meet a susceptible host first');
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it('finds the least number of honeypots, and applies it', async () => {
    const { page } = await studio.open('#/?defenses.0.start=0s&defenses.0.delay=0s&engine=ode');
    await settled(page);
    const plan = page.getByRole('region', { name: 'Plan' });
    await plan.getByRole('button', { name: 'Apply' }).click();
    await settled(page);
    const { everInfectedFraction } = (await summaryOf(page)) as { everInfectedFraction: number };
    expect(everInfectedFraction).toBeLessThan(0.05);
    // The least: one honeypot less misses the goal.
    const count = Number(/count=(\d+)/.exec(page.url())?.[1]);
    const less = summaryHere(
      'provos-2004-20min',
      [
        ['defenses.0.start', '0s'],
        ['defenses.0.delay', '0s'],
        ['defenses.0.count', String(count - 1)],
      ],
      'ode',
    ) as { everInfectedFraction: number };
    expect(less.everInfectedFraction).toBeGreaterThanOrEqual(0.05);
    await page.context().close();
  });

  it('copies the link, the scenario and the command, and saves the picture', async () => {
    const { page } = await studio.open('#/?defenses.0.count=4096', {
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    await settled(page);
    const copied = async (name: string): Promise<string> => {
      await page.getByRole('button', { name, exact: true }).click();
      await expect
        .poll(() => page.getByRole('region', { name: 'Take away' }).textContent())
        .toContain(`${name.slice(5)[0]!.toUpperCase()}${name.slice(6)} copied`);
      return page.evaluate(() => navigator.clipboard.readText());
    };
    expect(await copied('Copy link')).toBe(`${studio.address}#/?defenses.0.count=4096`);
    expect(await copied('Copy command')).toBe(
      'npx wormwood sim run provos-2004-20min --set defenses.0.count=4096',
    );
    const check = checkScenario(await copied('Copy scenario'), 'copied.yaml');
    expect(check.ok && check.outbreak.honeypots[0]?.count).toBe(4096);
    for (const [kind, beginning] of [
      ['SVG', '<svg '],
      ['PNG', '\u0089PNG'],
      ['CSV', 'time'],
    ] as const) {
      const download = page.waitForEvent('download');
      await page.getByRole('button', { name: `Save ${kind}` }).click();
      const content = readFileSync(await (await download).path(), 'latin1');
      expect(content.startsWith(beginning), kind).toBe(true);
    }
    await page.context().close();
  });

  it.each([
    ['wide and light', { viewport: WIDE, colorScheme: 'light' }],
    ['narrow and dark', { viewport: NARROW, colorScheme: 'dark' }],
  ] as const)('is accessible, %s, and stays within the width', async (_, options) => {
    const { page, problems } = await studio.open('', options);
    await settled(page);
    expect(await accessibilityProblems(page)).toEqual([]);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(width).toBeLessThanOrEqual(options.viewport.width);
    expect(problems).toEqual([]);
    await page.context().close();
  });
});
