// The style sheets of pages are fetched with their pages and stay: a page looks the same whichever were open before it.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, NARROW, openStudio, type Studio, WIDE } from './browser-test-support.ts';

const PAGES = ['map', 'compare', 'story', 'honeynet', 'hosts', 'forecast', 'watch'];

/** Where everything of a page is, once nothing moves any more. */
async function places(page: Page): Promise<string> {
  const look = (): Promise<string> =>
    page.evaluate(() =>
      [...document.querySelectorAll('main *')]
        .filter((element) => !element.matches('[role="status"], .soft, tbody *'))
        .map((element) => {
          const { x, y, width, height } = element.getBoundingClientRect();
          const name = `${element.tagName}.${element.getAttribute('class') ?? ''}`;
          return `${name} ${[x, y + scrollY, width, height].map(Math.round).join(' ')}`;
        })
        .join('\n'),
    );
  let before = '';
  for (;;) {
    const now = await look();
    const isWaiting = await page.locator('.loading, .slot-waiting').count();
    if (now === before && now !== '' && isWaiting === 0) return now;
    before = now;
    await page.waitForTimeout(300);
  }
}

describe.skipIf(!hasBrowser)('the style of a page', () => {
  let studio: Studio;
  beforeAll(async () => {
    studio = await openStudio();
  });
  afterAll(() => studio?.close());

  it.each([
    ['wide', WIDE],
    ['narrow', NARROW],
  ] as const)('is its own, %s', { timeout: 120_000 }, async (_, viewport) => {
    const { page } = await studio.open('', { viewport, reducedMotion: 'reduce' });
    for (const each of PAGES) {
      await page.goto(`${studio.address}#/${each}`);
      await page.locator('main h1').first().waitFor();
    }
    for (const each of ['map', 'compare', 'story']) {
      await page.goto(`${studio.address}#/${each}`);
      const alone = await studio.open(`#/${each}`, { viewport, reducedMotion: 'reduce' });
      await alone.page.locator('main h1').first().waitFor();
      expect(await places(page)).toBe(await places(alone.page));
      await alone.page.context().close();
    }
    await page.context().close();
  });
});
