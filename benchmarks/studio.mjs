/**
 * The laboratory in Chromium: from an empty cache to a page that can be used, from a move of a slider to its repainted curve
 * over 500 moves, frames of a film of 360,000 hosts, and seeking in it. Takes the pages that `npm run build` made. Prints one line
 * of JSON, times in milliseconds; the references are the 16.7 ms of a frame of the screen, and the frames that an empty page gets in
 * the same browser. A move is measured twice: until its frame is painted, and, as `script`, how long the page's own code ran in it.
 */
import { createReadStream, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { chromium } from 'playwright-core';

const OPENINGS = 5;
const MOVES = 500;
const SEEKS = 60;
const FILM_MS = 8000;
const pages = join(import.meta.dirname, '..', 'apps', 'studio', 'dist', 'pages');
const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://localhost');
  const file = join(pages, pathname === '/' ? 'index.html' : pathname);
  if (!existsSync(file)) return response.writeHead(404).end();
  response.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream' });
  return createReadStream(file).pipe(response);
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const address = `http://127.0.0.1:${server.address().port}/`;
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
const viewport = { width: 1440, height: 900 };
const page = await browser.newPage({ viewport });

/** From the beginning of the load until sliders, curves and the verdict are there, in a browser that has nothing in its cache. */
async function opened() {
  const context = await browser.newContext({ viewport });
  const fresh = await context.newPage();
  await fresh.addInitScript(() => {
    const look = () => {
      const isThere =
        document.querySelector('.slider input[type=range]') !== null &&
        document.querySelector('.chart .curve') !== null &&
        (document.querySelector('[aria-label=Verdict] h1')?.textContent ?? '') !== '';
      if (!isThere) requestAnimationFrame(look);
      else setTimeout(() => (window.usableMs = performance.now()), 0);
    };
    requestAnimationFrame(look);
  });
  await fresh.goto(address);
  await fresh.waitForFunction(() => window.usableMs !== undefined);
  const ms = await fresh.evaluate(() => window.usableMs);
  await context.close();
  return ms;
}

/** In the page: moves a slider in a frame, and measures until the frame is painted. */
async function paintedAfter({ label, places }) {
  const slider =
    document.querySelector(`input[type=range][aria-label="${label}"]`) ??
    document.querySelector('.slider input[type=range]');
  const times = [];
  const scripts = [];
  for (const place of places) {
    await new Promise((resolve) => {
      requestAnimationFrame(() => {
        const began = performance.now();
        slider.value = String(place);
        slider.dispatchEvent(new Event('input', { bubbles: true }));
        // Rendering is a microtask, and this one comes after it.
        void Promise.resolve()
          .then(() => Promise.resolve())
          .then(() => scripts.push(performance.now() - began));
        requestAnimationFrame(() => undefined);
        const { port1, port2 } = new MessageChannel();
        // Rendering has run in microtasks by now; the message comes after style, layout and paint.
        port1.addEventListener('message', () => {
          times.push(performance.now() - began);
          resolve();
        });
        port1.start();
        setTimeout(() => port2.postMessage(null), 0);
      });
    });
  }
  return { times, scripts };
}

async function framesDuring(ms) {
  const times = [];
  await new Promise((resolve) => {
    const step = (now) => {
      times.push(now);
      if (now - times[0] < ms) requestAnimationFrame(step);
      else resolve();
    };
    requestAnimationFrame(step);
  });
  return times.slice(1).map((now, index) => 1000 / (now - times[index]));
}

const quantile = (values, share) => values.toSorted((a, b) => a - b)[Math.floor(share * (values.length - 1))];
const rounded = (value) => Number(value.toPrecision(3));

const openings = [];
for (let i = 0; i < OPENINGS; i++) openings.push(await opened());
await page.goto(address);
await page.waitForFunction(() => 'wormwood' in window);
await page.evaluate(() => window.wormwood.settled());
const emptyFrames = await page.evaluate(framesDuring, 2000);
const places = Array.from({ length: MOVES }, (_, move) => 300 + ((move * 7) % 600));
const moves = await page.evaluate(paintedAfter, { label: 'none', places });

await page.goto(`${address}#/watch`);
await page.locator('canvas.film').waitFor();
const frames = await page.evaluate(framesDuring, FILM_MS);
const seeks = await page.evaluate(paintedAfter, {
  label: 'Time',
  places: Array.from({ length: SEEKS }, (_, seek) => (seek * 613) % 1000),
});
await browser.close();
server.close();
process.stdout.write(
  `${JSON.stringify({
    benchmark: 'studio',
    usable: { median: rounded(quantile(openings, 0.5)), most: rounded(Math.max(...openings)), bar: 1000 },
    moveToPaint: {
      median: rounded(quantile(moves.times, 0.5)),
      q95: rounded(quantile(moves.times, 0.95)),
      script: rounded(quantile(moves.scripts, 0.5)),
      moves: MOVES,
      reference: 16.7,
      ratio: rounded(quantile(moves.times, 0.5) / 16.7),
      bar: 16,
      aim: 8,
    },
    film: {
      framesPerSecond: rounded(quantile(frames, 0.5)),
      q05: rounded(quantile(frames, 0.05)),
      hosts: 360_000,
      bar: 30,
    },
    emptyPage: {
      framesPerSecond: rounded(quantile(emptyFrames, 0.5)),
      q05: rounded(quantile(emptyFrames, 0.05)),
    },
    seek: {
      median: rounded(quantile(seeks.times, 0.5)),
      q95: rounded(quantile(seeks.times, 0.95)),
      bar: 100,
    },
  })}\n`,
);
