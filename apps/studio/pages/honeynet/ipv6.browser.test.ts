// Addresses of IPv6 on the pages of the honeynet: linked, looked for, filtered, and within the width of a phone.
import { describe, expect, it } from 'vitest';
import {
  eventLine,
  openStudio,
  probe,
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
} from '../browser-test-support.ts';

const LONG = '2001:db8:1111:2222:3333:4444:5555:6666';
const SESSION = '0195f3a1-0000-7000-8000-00000000abcd';

describe.skipIf(!hasBrowser)('IPv6 on a phone', () => {
  it('sources, hosts, sessions and filters take its addresses', { timeout: 60_000 }, async () => {
    const ends = { session: SESSION, src_ip: LONG, src_port: 1, dst_ip: '2001:db8:9::1:7', dst_port: 445 };
    const path = writeEvents(temporaryDirectory(), [
      eventLine(0, { event: 'sensor.start', version: '0', nets: ['2001:db8:9::/64'], message: 'started' }),
      probe(1, '192.0.2.9', 80),
      probe(2, LONG, 445, '2001:db8:9::1:7'),
      eventLine(3, {
        ...ends,
        event: 'flow.open',
        proto: 'tcp',
        host: 'desktop',
        handshake: true,
        message: 'open',
      }),
    ]);
    const studio = await openStudio({ events: path });
    await whenRead(studio, 4);
    const browser = await launchBrowser();
    const { page, problems } = await watchedPage(browser, `${studio.origin}/`, { viewport: NARROW });
    const isWithin = async (): Promise<void> => {
      await page.locator('.loading').waitFor({ state: 'detached' });
      expect(await accessibilityProblems(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
      const wide = await page
        .locator('.scroll')
        .evaluateAll((all) =>
          all.filter((each) => each.scrollWidth > each.clientWidth).map((each) => each.textContent),
        );
      expect(wide).toEqual([]);
    };
    try {
      await page.goto(`${studio.origin}/#/sources`);
      await page.getByRole('link', { name: LONG }).waitFor();
      await isWithin();
      await page.getByRole('searchbox', { name: 'Address' }).fill('2001:DB8:1111:2222:3333:4444:5555:6666');
      await page.getByRole('button', { name: 'Show' }).click();
      await page.locator('h1', { hasText: LONG }).waitFor();
      await page.locator('.events li').first().waitFor();
      await isWithin();
      await page.goto(`${studio.origin}/#/sessions`);
      await page.getByRole('link', { name: '2001:db8:9::1:7' }).waitFor();
      await isWithin();
      await page.goto(`${studio.origin}/#/sessions/${SESSION}`);
      await page.locator('h1', { hasText: LONG }).waitFor();
      await isWithin();
      await page.goto(`${studio.origin}/#/honeynet`);
      await page.getByRole('searchbox', { name: 'Filter' }).fill('src_ip:2001:db8:1111::/48');
      await page.getByRole('button', { name: 'Filter' }).click();
      await expect.poll(() => page.locator('.events li').count()).toBe(2);
      await isWithin();
      expect(problems).toEqual([]);
    } finally {
      await browser.close();
    }
  });
});
