/**
 * The built pages in Chromium: served below a path by the simplest of file servers, with everything noted that must not happen.
 * `npm run build` makes what is served.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const executablePath = '/usr/bin/chromium';
const isRequired = process.env['WORMWOOD_REQUIRE_ALL'] === '1';
const pagesFolder = join(import.meta.dirname, '..', 'dist', 'pages');

/** Whether tests in a browser run here; says why where they do not. */
export const hasBrowser: boolean = isRequired || existsSync(executablePath);
if (!hasBrowser) console.log(`skipped: no ${executablePath} to open the pages of the studio in`);

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

/** The studio in a browser. */
export interface Studio {
  /** Of the first page, without a fragment. */
  readonly address: string;
  readonly browser: Browser;
  /** Opens a place; `problems` are complaints on the console, errors, and requests to anywhere else. */
  open(
    hash: string,
    options?: BrowserContextOptions,
  ): Promise<{ readonly page: Page; readonly problems: readonly string[] }>;
  close(): Promise<void>;
}

/** Returns a server of the files below `/some/where/`. */
async function serve(): Promise<{ readonly server: Server; readonly address: string }> {
  if (!existsSync(join(pagesFolder, 'index.html')))
    throw new Error('Run npm run build first: there are no pages.');
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname));
    const name = path.startsWith('/some/where/') ? path.slice('/some/where/'.length) : '';
    const file = join(pagesFolder, name === '' ? 'index.html' : name);
    if (!path.startsWith('/some/where/') || !existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' });
    response.end(readFileSync(file));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/some/where/` };
}

/** Starts Chromium, which looks up no hosts of its own. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
    ],
  });
}

/** A page, and what it complains of: errors, warnings of the console, dialogs, and requests to anywhere but below the address. */
export async function watchedPage(
  browser: Browser,
  address: string,
  options: BrowserContextOptions = {},
): Promise<{ readonly page: Page; readonly problems: readonly string[] }> {
  const context = await browser.newContext({ viewport: WIDE, ...options });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('dialog', (dialog) => {
    problems.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(address) && !/^(?:blob|data):/.test(url)) problems.push(`request to ${url}`);
  });
  return { page, problems };
}

/** Starts a browser, and a server of the pages. */
export async function openStudio(): Promise<Studio> {
  const { server, address } = await serve();
  const browser = await launchBrowser();
  return {
    address,
    browser,
    async open(hash, options = {}) {
      const { page, problems } = await watchedPage(browser, address, options);
      await page.goto(address + hash);
      return { page, problems };
    },
    async close() {
      await browser.close();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The two sizes that every page is looked at in. */
export const WIDE = { width: 1440, height: 900 };
export const NARROW = { width: 390, height: 844 };

/** Returns what axe-core finds wrong with a page, a line each. */
export async function accessibilityProblems(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { axe: checker } = globalThis as unknown as {
      axe: {
        run(): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }>;
      };
    };
    const { violations } = await checker.run();
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(
        ({ html, failureSummary }) => `${id}: ${html.slice(0, 160)}: ${failureSummary.slice(0, 300)}`,
      ),
    );
  });
}

/** Resolves when nothing is computed any more. */
export async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() => 'wormwood' in window);
  await page.evaluate(() =>
    (window as unknown as { wormwood: { settled(): Promise<void> } }).wormwood.settled(),
  );
}

/** Returns what `window.wormwood.summary()` gives. */
export async function summaryOf(page: Page): Promise<Record<string, unknown> | null> {
  return page.evaluate(() =>
    (window as unknown as { wormwood: { summary(): Record<string, unknown> | null } }).wormwood.summary(),
  );
}
