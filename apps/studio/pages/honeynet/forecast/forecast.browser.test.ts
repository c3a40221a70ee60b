// The forecast in a browser: the numbers of `wormwood sim forecast` on the same events, its handles, and its address.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outbreakEvents, TRUTH } from '../../../server/outbreak-events-test-support.ts';
import {
  openStudio,
  temporaryDirectory,
  whenRead,
  writeEvents,
} from '../../../server/studio-test-support.ts';
import {
  accessibilityProblems,
  hasBrowser,
  launchBrowser,
  NARROW,
  watchedPage,
} from '../../browser-test-support.ts';

const program = fileURLToPath(new URL('../../../../cli/bin/wormwood.js', import.meta.url));
/** By then the alarm stands, and four of ten hosts are infected. */
const SECONDS = 80;
const { lines, everInfected } = outbreakEvents('3', SECONDS);
const OPTIONS = '--space 10.64.0.0/18 --more 2000 --faster 2s --cost honeypot=0.1 --cost filter=3'.split(' ');
const QUERY = 'space=10.64.0.0/18&more=2000&faster=2s&cost.honeypot=0.1&cost.filter=3';

interface Forecast {
  readonly arms: readonly { readonly name: string; readonly cost: number | null }[];
  readonly estimates: Readonly<Record<string, { readonly low: number; readonly high: number }>>;
  readonly score: unknown;
  readonly version: string;
}

describe.skipIf(!hasBrowser)('the forecast', { timeout: 180_000 }, () => {
  let browser: Awaited<ReturnType<typeof launchBrowser>>;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  it('has the numbers of the command, changes them with its handles, and keeps them in its address', async () => {
    const path = writeEvents(temporaryDirectory(), lines);
    const studio = await openStudio({ events: path });
    await whenRead(studio, lines.length);
    const { page, problems } = await watchedPage(browser, studio.origin);
    await page.goto(`${studio.origin}/#/forecast?${QUERY}`);
    const forecast = async (): Promise<Forecast> => {
      const found = await page.waitForFunction(() => {
        const { wormwood } = window as unknown as { wormwood?: { forecast?: () => object | null } };
        return wormwood?.forecast?.() ?? null;
      });
      return (await found.jsonValue()) as Forecast;
    };
    const { score: _, version: __, ...shown } = await forecast();
    const printed = execFileSync(
      process.execPath,
      [program, 'sim', 'forecast', '--events', path, ...OPTIONS, '--json', '-q'],
      { encoding: 'utf8' },
    );
    const { score: ___, version: ____, ...expected } = JSON.parse(printed) as Forecast;
    expect(JSON.parse(JSON.stringify(shown))).toEqual(expected);
    // Four standard deviations to each side are twice the interval of 95 %.
    const { low, high } = shown.estimates['everInfected']!;
    expect(everInfected).toBeGreaterThan(low - (high - low) / 2);
    expect(everInfected).toBeLessThan(high + (high - low) / 2);
    expect(TRUTH.honeypots).toBe(4096);

    const heading = page.getByRole('heading', { level: 1 });
    expect(await heading.textContent()).toMatch(/^If nothing changes, [\d,]+ hosts are or were infected in/);
    const table = page.getByRole('region', { name: /^Hosts ever infected in/ });
    expect(await table.textContent()).toContain('2,000 more honeypots');
    await page.getByRole('slider', { name: 'More honeypots', exact: true }).focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => page.url()).not.toContain('more=2000&');
    await expect.poll(() => table.textContent()).not.toContain('2,000 more honeypots');
    await page.getByRole('textbox', { name: 'Response now' }).fill('soon');
    await page.keyboard.press('Enter');
    await page.getByText('A duration is').waitFor();
    await page.goBack();
    await expect.poll(() => table.textContent()).toContain('2,000 more honeypots');
    await page.setViewportSize(NARROW);
    expect(await accessibilityProblems(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it('says why there is none', async () => {
    const path = writeEvents(temporaryDirectory(), lines.slice(0, 100));
    const studio = await openStudio({ events: path });
    await whenRead(studio, 100);
    const { page, problems } = await watchedPage(browser, studio.origin);
    for (const [query, title, reason] of [
      ['', 'No worm spreads here now.', 'on no port does the number of sources grow'],
      ['?space=1', 'No worm spreads here now.', '2^32 or 10.0.0.0/8'],
    ] as const) {
      await page.goto(`${studio.origin}/#/forecast${query}`);
      await page.locator('h1', { hasText: title }).waitFor();
      await page.getByText(reason).waitFor();
    }
    expect(problems).toEqual([]);
    await page.context().close();
  });
});
