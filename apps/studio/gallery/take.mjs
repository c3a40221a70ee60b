/**
 * Takes the pictures of this folder anew: every page of the laboratory and of the demonstration's honeynet, wide and narrow, light
 * and dark. `npm run gallery -- [FOLDER] [PAGE…]`; wide pictures are light and narrow ones dark where they are kept here,
 * another folder gets all four. It takes minutes, since the demonstration takes its time.
 */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { chromium } from 'playwright-core';
import { startStudio } from '@wormwood/studio';

const [folder = import.meta.dirname, ...wanted] = process.argv.slice(2);
const isHere = resolve(folder) === import.meta.dirname;
const looks = [
  { name: '1440-light', viewport: { width: 1440, height: 900 }, colorScheme: 'light' },
  { name: '390-dark', viewport: { width: 390, height: 844 }, colorScheme: 'dark' },
  { name: '1440-dark', viewport: { width: 1440, height: 900 }, colorScheme: 'dark' },
  { name: '390-light', viewport: { width: 390, height: 844 }, colorScheme: 'light' },
].slice(0, isHere ? 2 : 4);
const ALARM_MS = 420_000;
const PLAN_MS = 60_000;
const LOCAL = 'Local preference: half of it in the own /24';

const settled = (page) => page.evaluate(() => globalThis.wormwood.settled());
const loaded = async (page) => {
  await page.locator('main h1').waitFor();
  await page.locator('.loading').waitFor({ state: 'detached' });
};

/** Each page: its place, and what is waited for. Those of the honeynet come last, since they fill while the others are taken. */
const pages = {
  explore: [
    '',
    async (page) => page.waitForFunction(() => 'wormwood' in globalThis).then(() => settled(page)),
  ],
  watch: [
    'watch',
    async (page) => {
      await page.locator('canvas.film').waitFor();
      await page.getByRole('slider', { name: 'Time' }).fill('270');
      await page.evaluate(() => document.activeElement?.blur());
    },
  ],
  'campus-asked': ['', (page) => askCampus(page)],
  'campus-answered': ['', answerCampus],
  map: ['map', async (page) => page.locator('.field canvas').waitFor()],
  compare: ['compare', async (page) => page.locator('.comparison table th[scope=col]').nth(2).waitFor()],
  story: ['story', async (page) => page.locator('.chapter').nth(5).locator('svg').waitFor()],
  decisions: [
    'decisions',
    async (page) =>
      page
        .getByRole('button', { name: /^Approve/ })
        .first()
        .waitFor({ timeout: ALARM_MS }),
  ],
  'decision-asked': ['decisions', askDecision],
  'decision-recorded': ['decisions', recordDecision],
  audit: ['audit', loaded],
  hosts: ['hosts', loaded],
  host: ['hosts/10.3.0.25', loaded],
  sources: ['sources', loaded],
  source: ['sources/192.0.2.23', loaded],
  sessions: ['sessions', loaded],
  session: ['', openSession],
  honeynet: ['honeynet', loaded],
  forecast: ['forecast', async (page) => page.locator('.arms').waitFor({ timeout: ALARM_MS })],
};

/** How many honeypots a campus of 5,000 hosts needs against a worm with local preference (docs/studio.md). */
async function askCampus(page) {
  await page.waitForFunction(() => 'wormwood' in globalThis);
  await page.getByRole('combobox', { name: 'Scenario' }).selectOption('small-campus');
  await settled(page);
  const hosts = page.getByRole('textbox', { name: 'Write: vulnerable hosts' });
  await hosts.fill('5000');
  await hosts.press('Enter');
  await page.getByRole('combobox', { name: 'Picks addresses' }).selectOption({ label: LOCAL });
  await rested(page);
}

async function answerCampus(page) {
  await askCampus(page);
  const delay = page.getByRole('textbox', { name: 'Write: delay' });
  await delay.fill('0.2 s');
  await delay.press('Enter');
  await page.getByRole('button', { name: 'Apply' }).click({ timeout: PLAN_MS });
  await rested(page);
  await page.getByRole('button', { name: 'Applied' }).waitFor({ timeout: PLAN_MS });
}

/** Everything is computed, and the top of the page in view. */
async function rested(page) {
  await settled(page);
  await page.getByText('Looking for the least number').waitFor({ state: 'detached', timeout: PLAN_MS });
  await page.evaluate(() => {
    document.activeElement?.blur();
    scrollTo(0, 0);
  });
}

async function askDecision(page) {
  await page
    .getByRole('button', { name: /^Approve/ })
    .first()
    .click({ timeout: ALARM_MS });
  await page.locator('dialog').waitFor();
}

async function recordDecision(page) {
  await askDecision(page);
  await page.locator('dialog').getByRole('button', { name: 'Approve' }).click();
  await page.getByText('New in the audit log:').waitFor();
}

async function openSession(page) {
  await page.evaluate(() => {
    location.hash = '#/sources/192.0.2.23';
  });
  await page.locator('a[href^="#/sessions/"]').nth(3).click();
  await page.locator('.talk li').first().waitFor();
}

mkdirSync(folder, { recursive: true });
const studio = await startStudio({
  version: 'gallery',
  host: '127.0.0.1',
  port: 0,
  events: null,
  control: null,
  state: null,
  capture: null,
  demo: true,
  writable: true,
  onTrouble: (sentence) => console.error(sentence),
});
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
});
try {
  for (const [name, [hash, ready]] of Object.entries(pages)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    for (const { name: look, ...options } of looks) {
      // Stands still for the picture: a film would run on.
      const context = await browser.newContext({ ...options, reducedMotion: 'reduce' });
      const page = await context.newPage();
      page.on('pageerror', (error) => console.error(`${name}: ${error.message}`));
      await page.goto(studio.url);
      await page.goto(`http://127.0.0.1:${studio.port}/#/${String(hash)}`);
      await ready(page);
      await page.screenshot({ path: join(folder, `${name}-${look}.png`) });
      if (!isHere) await page.screenshot({ path: join(folder, `${name}-${look}-full.png`), fullPage: true });
      await context.close();
    }
    console.log(name);
  }
} finally {
  await browser.close();
  await studio.close();
}
