// The pages of the honeynet in a browser: opened and used at two widths in two themes, with what strangers send on them.
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  openStudio,
  sensorStart,
  session,
  startTestStudio,
  temporaryDirectory,
  whenRead,
  writeEvents,
} from '../../server/studio-test-support.ts';
import {
  accessibilityProblems,
  hasBrowser,
  launchBrowser,
  NARROW,
  watchedPage,
  WIDE,
} from '../browser-test-support.ts';

const WIDTHS = [
  { name: 'wide-light', viewport: WIDE, colorScheme: 'light' },
  { name: 'narrow-dark', viewport: NARROW, colorScheme: 'dark' },
] as const;

interface Watched {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Errors of the console and of scripts, and requests that go elsewhere. */
  readonly wrong: readonly string[];
}

let browser: Browser;

async function watched(origin: string, look: (typeof WIDTHS)[number] = WIDTHS[0]): Promise<Watched> {
  const { viewport, colorScheme } = look;
  const { page, problems } = await watchedPage(browser, `${origin}/`, {
    viewport,
    colorScheme,
    reducedMotion: 'reduce',
  });
  return { page, context: page.context(), wrong: problems };
}

describe.skipIf(!hasBrowser)('the pages of the honeynet', () => {
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  describe('with the demonstration', () => {
    let studio: Awaited<ReturnType<typeof startTestStudio>>;
    let origin = '';
    const troubles: string[] = [];

    beforeAll(async () => {
      studio = await startTestStudio({ demo: true, writable: true }, troubles);
      origin = `http://127.0.0.1:${studio.port}`;
      const proposed = async (): Promise<number> => {
        const list = (await (await fetch(`${origin}/api/decisions`)).json()) as { proposed: unknown[] };
        return list.proposed.length;
      };
      // The first is that of 192.0.2.23, which scans before the others come.
      while ((await proposed()) === 0) await new Promise((resolve) => setTimeout(resolve, 200));
    }, 60_000);
    afterAll(() => studio?.close());

    const PAGES = [
      ['honeynet', 'The sensor answers for 4,146 addresses'],
      ['hosts', 'of virtual hosts'],
      ['hosts/10.3.0.25', 'What 10.3.0.25 answers'],
      ['sources', 'so far'],
      ['sources/192.0.2.23', '192.0.2.23 is judged infected.'],
      ['sessions', 'The latest sessions'],
      ['decisions', 'for approval'],
      ['audit', 'The audit log holds.'],
      ['forecast', 'No worm spreads here now.'],
    ] as const;

    it.each(WIDTHS)(
      'open, say what they are about, and have nothing that axe finds: $name',
      { timeout: 120_000 },
      async (look) => {
        const { page, context, wrong } = await watched(origin, look);
        await page.goto(studio.url);
        for (const [path, title] of PAGES) {
          await page.goto(`${origin}/#/${path}`);
          await page.locator('h1', { hasText: title }).waitFor();
          await page.locator('.loading').waitFor({ state: 'detached' });
          expect([path, await accessibilityProblems(page)]).toEqual([path, []]);
          const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
          expect([path, overflow]).toEqual([path, 0]);
        }
        expect(wrong).toEqual([]);
        await context.close();
      },
    );

    it('a proposal is approved with the keyboard alone, asked about once, and leaves its line on the screen', async () => {
      const { page, context, wrong } = await watched(origin);
      await page.goto(studio.url);
      await page.locator('h1', { hasText: 'for approval' }).waitFor();
      const approve = page.getByRole('button', { name: 'Approve block of 192.0.2.23 with perimeter' });
      await approve.waitFor();
      const name = (): Promise<string> =>
        page.evaluate(
          'document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent',
        );
      for (let i = 0; i < 60 && !(await name()).startsWith('Approve block of 192.0.2.23'); i++)
        await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.getByText('perimeter carries out block on 192.0.2.23 now, for 1 h').waitFor();
      for (let i = 0; i < 5 && (await name()) !== 'Approve'; i++) await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.getByText('New in the audit log:').waitFor();
      await page.locator('.done', { hasText: '192.0.2.23' }).waitFor();
      await page.getByRole('region', { name: 'In force' }).getByText('192.0.2.23').waitFor();
      await page.goto(`${origin}/#/audit`);
      await page.locator('h1', { hasText: 'The audit log holds.' }).waitFor();
      await page.locator('.audit', { hasText: 'in the studio' }).waitFor();
      expect(wrong).toEqual([]);
      await context.close();
    });

    it('a session is replayed, read as octets, and saved', async () => {
      const { page, context, wrong } = await watched(origin);
      await page.goto(`${origin}/#/sources/192.0.2.23`);
      await page.locator('a[href^="#/sessions/"]').nth(3).click();
      await page.getByText('inert marker').first().waitFor();
      await page.getByRole('button', { name: 'Replay' }).click();
      await page.getByText('inert marker').first().waitFor();
      await page.getByRole('button', { name: 'Octets' }).click();
      await page.getByText('000000  77 6f 72 6d').waitFor();
      const download = page.waitForEvent('download');
      await page.getByRole('link', { name: 'Save pcapng' }).click();
      expect((await download).suggestedFilename()).toMatch(/^session-.*\.pcapng$/);
      expect(wrong).toEqual([]);
      await context.close();
    });

    it('the tail takes a filter, says what it cannot be, and stands still when it is paused', async () => {
      const { page, context, wrong } = await watched(origin);
      await page.goto(`${origin}/#/honeynet`);
      await page.getByRole('searchbox', { name: 'Filter' }).fill('event:flow.close');
      await page.keyboard.press('Enter');
      await expect
        .poll(async () => new Set(await page.locator('.events .kind').allTextContents()))
        .toEqual(new Set(['flow.close']));
      await page.getByRole('button', { name: 'Pause' }).click();
      await page.getByRole('button', { name: 'Go on' }).click();
      expect(wrong).toEqual([]);
      // The refused stream is an error of the console by the browser's own account.
      await page.getByRole('searchbox', { name: 'Filter' }).fill('scr_ip:1.2.3.4');
      await page.keyboard.press('Enter');
      await page.getByText('Did you mean src_ip?').waitFor();
      await context.close();
    });

    it('nothing was wrong on the way', () => {
      expect(troubles).toEqual([]);
    });
  });

  it('texts of strangers stay texts, on every page', { timeout: 120_000 }, async () => {
    const evil =
      '<img src=x onerror="window.wrong=1"><script>window.wrong=1</script>javascript:window.wrong=1 \u001b[31m \u202egnp.exe \u0000';
    const id = '0195f3a1-0000-7000-8000-00000000abcd';
    const long = `${evil}${'<b>'.repeat(300_000)}`;
    const lines = session(10, '192.0.2.9', id).map((line) =>
      JSON.stringify({
        ...(JSON.parse(line) as object),
        message: evil,
        host: evil.slice(0, 60),
        community_id: long.slice(0, 50_000),
        extra: { [evil]: evil },
      }),
    );
    const banner = {
      ...(JSON.parse(lines[0] ?? '') as object),
      event: 'service.message',
      text: long,
    };
    const path = writeEvents(temporaryDirectory(), [sensorStart(), ...lines, JSON.stringify(banner)]);
    const studio = await openStudio({ events: path });
    await whenRead(studio, 5);
    const { page, context, wrong } = await watched(studio.origin);
    for (const place of [
      'honeynet',
      'sources',
      'sources/192.0.2.9',
      'sessions',
      `sessions/${id}`,
      'hosts/<script>',
      'sources/%3Cimg%20src=x%3E',
      `sessions/${encodeURIComponent(evil)}`,
    ]) {
      await page.goto(`${studio.origin}/#/${place}`);
      await page.locator('h1').first().waitFor();
      await page.locator('.loading').waitFor({ state: 'detached' });
      expect([place, await page.evaluate('window.wrong')]).toEqual([place, undefined]);
      expect([place, await page.locator('main img, main script').count()]).toEqual([place, 0]);
    }
    await page.goto(`${studio.origin}/#/sessions/${id}`);
    const shown = page.locator('.events').getByText('<script>window.wrong=1</script>').first();
    await shown.waitFor();
    const written = (await shown.textContent()) ?? '';
    for (const mark of ['\u0000', '\u001b', '\u202e']) expect(written).not.toContain(mark);
    expect(wrong).toEqual([]);
    await context.close();
  });

  it(
    'a server that goes and comes is reported with the time since when, and nothing has to be done',
    { timeout: 120_000 },
    async () => {
      const path = writeEvents(temporaryDirectory(), [
        sensorStart(),
        ...session(10, '192.0.2.9', '0195f3a1-0000-7000-8000-00000000abcd'),
      ]);
      const first = await openStudio({ events: path });
      await whenRead(first, 4);
      const { page, context } = await watched(first.origin);
      await page.goto(`${first.origin}/#/honeynet`);
      await page.locator('.events li').first().waitFor();
      await first.close();
      await page.getByText(/The server of the studio has not answered since \d\d:\d\d:\d\d UTC/).waitFor();
      const second = await openStudio({ events: path, port: first.port });
      await whenRead(second, 4);
      await page.getByText('The server of the studio has not answered').waitFor({ state: 'detached' });
      await context.close();
    },
  );

  it('pages without a feed say what to do', async () => {
    const studio = await openStudio({});
    const { page, context } = await watched(studio.origin);
    for (const [place, advice] of [
      ['sources', '--events FILE'],
      ['hosts', '--control SOCKET'],
      ['decisions', '--state DIR'],
    ] as const) {
      await page.goto(`${studio.origin}/#/${place}`);
      await page.getByText(advice).waitFor();
    }
    await context.close();
  });
});
