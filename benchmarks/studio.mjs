/**
 * The laboratory in Chromium: from a move of a slider to its repainted curve over 500 moves, frames of a film of 360,000 hosts, and
 * seeking in it. Takes the pages that `npm run build` made. Prints one line of JSON, times in milliseconds; the references are the
 * 16.7 ms of a frame of the screen, and the frames that an empty page gets in the same browser.
 */
import { createReadStream, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { chromium } from 'playwright-core';

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
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });

/** In the page: moves a slider in a frame, and measures until the frame is painted. */
async function paintedAfter({ label, places }) {
  const slider =
    document.querySelector(`input[type=range][aria-label="${label}"]`) ??
    document.querySelector('.slider input[type=range]');
  const times = [];
  for (const place of places) {
    await new Promise((resolve) => {
      requestAnimationFrame(() => {
        const began = performance.now();
        slider.value = String(place);
        slider.dispatchEvent(new Event('input', { bubbles: true }));
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
  return times;
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
    moveToPaint: {
      median: rounded(quantile(moves, 0.5)),
      q95: rounded(quantile(moves, 0.95)),
      moves: MOVES,
      bar: 16,
    },
    film: {
      framesPerSecond: rounded(quantile(frames, 0.5)),
      q05: rounded(quantile(frames, 0.05)),
      hosts: 360_000,
    },
    emptyPage: {
      framesPerSecond: rounded(quantile(emptyFrames, 0.5)),
      q05: rounded(quantile(emptyFrames, 0.05)),
    },
    seek: { median: rounded(quantile(seeks, 0.5)), q95: rounded(quantile(seeks, 0.95)), bar: 100 },
  })}\n`,
);
