// Watch, Map, Compare and Story in a browser; every page in both sizes and themes; addresses that somebody has tampered with.
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  accessibilityProblems,
  hasBrowser,
  NARROW,
  openStudio,
  settled,
  type Studio,
  WIDE,
} from '../browser-test-support.ts';

/** Mutated addresses, from which a few hundred take seconds; WORMWOOD_STUDIO_ADDRESSES=1000 tries more. */
const ADDRESSES = Number(process.env['WORMWOOD_STUDIO_ADDRESSES'] ?? 200);

const readyOf: Readonly<Record<string, (page: Page) => Promise<unknown>>> = {
  explore: settled,
  watch: async (page) => page.locator('canvas.film').waitFor(),
  map: async (page) => page.locator('.field canvas').waitFor(),
  compare: async (page) => page.locator('.comparison table th[scope=col]').nth(2).waitFor(),
  story: async (page) => page.locator('.chapter').nth(5).locator('svg').waitFor(),
};
const hashOf = (name: string): string => (name === 'explore' ? '' : `#/${name}`);

describe.skipIf(!hasBrowser)('the laboratory in Chromium', () => {
  let studio: Studio;
  beforeAll(async () => {
    studio = await openStudio();
  });
  afterAll(async () => studio.close());

  it.each(Object.keys(readyOf))('%s is accessible and fits in both sizes and themes', async (name) => {
    for (const viewport of [WIDE, NARROW]) {
      for (const colorScheme of ['light', 'dark'] as const) {
        // Stands still for the picture: a film would run on.
        const { page, problems } = await studio.open(hashOf(name), {
          viewport,
          colorScheme,
          reducedMotion: 'reduce',
        });
        await readyOf[name]!(page);
        if (name === 'watch') await page.getByRole('slider', { name: 'Time' }).fill('270');
        const where = `${name} ${viewport.width} ${colorScheme}`;
        expect([where, await accessibilityProblems(page)]).toEqual([where, []]);
        const width = await page.evaluate(() => document.documentElement.scrollWidth);
        expect([where, width <= viewport.width]).toEqual([where, true]);
        const animations = await page.evaluate(() => document.getAnimations().length);
        expect([where, animations, problems]).toEqual([where, 0, []]);
        await page.context().close();
      }
    }
  });

  it('Watch plays, pauses, seeks, and shows who infected a host', async () => {
    const { page, problems } = await studio.open('#/watch');
    await readyOf['watch']!(page);
    await page.getByRole('button', { name: 'Pause' }).click();
    const heading = page.getByRole('heading', { level: 1 });
    await page.getByRole('slider', { name: 'Time' }).focus();
    await page.keyboard.press('End');
    await expect.poll(() => heading.textContent()).toMatch(/, 0 hosts are infected|\d hosts are infected/);
    const atEnd = await heading.textContent();
    await page.keyboard.press('Home');
    await expect.poll(() => heading.textContent()).toContain('150 hosts are infected, 150 were');
    await page.keyboard.press('End');
    await expect.poll(() => heading.textContent()).toBe(atEnd);
    await page.getByRole('textbox', { name: 'Address' }).fill('10.1.2.3');
    await page.keyboard.press('Enter');
    const host = page.getByRole('region', { name: 'Host' });
    await expect.poll(() => host.textContent()).toMatch(/^10\.\d+\.\d+\.\d+/);
    await page.getByRole('button', { name: 'Zoom to 10.0.0.0/8' }).click();
    expect(await page.getByText('Shown:').textContent()).toContain('10.0.0.0/8');
    await page.locator('canvas.film').click({ position: { x: 200, y: 200 } });
    await expect.poll(() => host.textContent()).toMatch(/^10\./);
    await page.getByRole('button', { name: 'Play' }).click();
    await page.getByRole('button', { name: 'Pause' }).click();
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it('Map says what a cell comes to, and opens it in Explore', async () => {
    const { page, problems } = await studio.open('#/map');
    await readyOf['map']!(page);
    await page.getByRole('button', { name: 'Delay' }).click();
    await expect.poll(() => page.url()).toContain('axis=delay');
    await page.getByRole('button', { name: 'Start' }).click();
    await readyOf['map']!(page);
    const start = page.getByRole('slider', { name: 'Honeypots start', exact: true });
    await start.focus();
    await page.keyboard.press('Home');
    const cell = await page.locator('.cell [role=status]').textContent();
    await page.getByRole('link', { name: 'Open in Explore' }).click();
    await settled(page);
    expect(page.url()).toContain('defenses.0.start=0s');
    const ever = /^[\d.]+%/.exec(cell ?? '')?.[0] ?? 'none';
    expect(await page.getByRole('region', { name: 'Verdict' }).textContent()).toContain(ever);
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it('Compare takes scenarios in and out, and copies its table', async () => {
    const { page, problems } = await studio.open('#/compare', {
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    await readyOf['compare']!(page);
    await page.getByRole('button', { name: 'Remove scenario 2' }).click();
    await expect.poll(() => page.locator('.slot').count()).toBe(2);
    await page.getByRole('combobox', { name: 'Scenario 1' }).selectOption('code-red-v2');
    await page.locator('th', { hasText: 'code-red-v2' }).waitFor();
    await page.getByRole('button', { name: 'Copy table' }).click();
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toContain('ever infected\t');
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it('Story reads by itself, and each of its pictures has a handle', async () => {
    const { page, problems } = await studio.open('#/story');
    await readyOf['story']!(page);
    const chapters = page.locator('.chapter');
    expect(await chapters.count()).toBe(6);
    const race = chapters.nth(2);
    await race.getByRole('slider', { name: 'Honeypots', exact: true }).focus();
    await page.keyboard.press('End');
    await expect.poll(() => race.locator('.said').textContent()).toContain('stop this worm from growing');
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it('the first load is small: under 400 KB of compressed files, and nothing of the honeynet', async () => {
    const { page, problems } = await studio.open('');
    await settled(page);
    // From an empty cache once more, with everything noted that comes.
    const loaded = new Map<string, number>();
    page.on('response', (response) => {
      void response.body().then((body) => loaded.set(response.url(), gzipSync(body).length));
    });
    await page.reload();
    await settled(page);
    const names = (): readonly string[] => [...loaded.keys()].map((url) => url.replace(/^.*\//, ''));
    await expect.poll(() => names().some((name) => name.startsWith('worker'))).toBe(true);
    const octets = [...loaded.values()].reduce((sum, length) => sum + length, 0);
    expect(octets, names().join(' ')).toBeGreaterThan(50_000);
    expect(octets, names().join(' ')).toBeLessThan(400 * 1024);
    expect(names().filter((name) => /honeynet|live-page|forecast/.test(name))).toEqual([]);
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it(`an address that somebody has tampered with gives the preset and a sentence: ${ADDRESSES} of them`, async () => {
    const { page, problems } = await studio.open('');
    await settled(page);
    const part = fc.oneof(
      fc.constantFrom(
        'scenario',
        'engine',
        'runs',
        'seed',
        'scale',
        'defenses.0.count',
        'defenses.0.start',
        'worm.scanRate',
        'population',
        '__proto__.x',
        'constructor',
        'defenses',
        'duration',
      ),
      fc.string({ maxLength: 12 }),
    );
    const value = fc.oneof(
      fc.constantFrom(
        '-1',
        '1e99',
        '<img src=x onerror=alert(1)>',
        '%3Cscript%3E',
        '{a: 1}',
        '[',
        '%',
        '\u202e',
        'null',
        '0',
        '50/s',
        '20min',
        'ode',
        'hosts',
        '9'.repeat(400),
      ),
      fc.string({ maxLength: 20 }),
    );
    const query = fc
      .array(fc.tuple(part, value), { maxLength: 4 })
      .map((pairs) => pairs.map(([key, text]) => `${key}=${text}`).join('&'));
    const addresses = fc.sample(query, { numRuns: ADDRESSES, seed: 17 });
    // One after the other in the page itself: each is read, shown, and looked at.
    const { wrong, refused } = await page.evaluate(async (texts) => {
      const found: string[] = [];
      let sentences = 0;
      for (const text of texts) {
        location.hash = `#/?${text}`;
        await new Promise((resolve) => setTimeout(resolve, 25));
        const heading = document.querySelector('[aria-label=Verdict] h1')?.textContent ?? '';
        if (heading.length < 10 || document.querySelector('main script, main img') !== null) found.push(text);
        if (document.querySelector('main [role=alert]') !== null) sentences++;
      }
      return { wrong: found, refused: sentences };
    }, addresses);
    console.log(`${ADDRESSES} mutated addresses: ${refused} refused in a sentence, ${wrong.length} wrong`);
    expect(wrong).toEqual([]);
    expect(refused).toBeGreaterThan(ADDRESSES / 2);
    await page.evaluate(() => {
      location.hash = '#/?scenario=slamer';
    });
    await expect.poll(() => page.getByRole('alert').textContent()).toContain('Did you mean slammer?');
    expect(problems).toEqual([]);
    await page.context().close();
  });
});
