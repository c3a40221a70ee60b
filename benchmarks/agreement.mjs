/**
 * Engines `hosts` and `probes` on one case of the whole 2^32 space: two-sample tests (Kolmogorov, Smirnov) of the time to
 * half of the hosts and of how many were ever infected. Runs are on all cores; `--runs N` of each engine. Prints a line of
 * JSON; ends with 1 when a test fails at one in a thousand.
 */
import { availableParallelism } from 'node:os';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { parseArgs } from 'node:util';
import { randomStreams } from '@wormwood/base';
import { engineNamed } from '@wormwood/epidemic';

/** Fast growth, so that a run sends a few thousand million probes: half of 800,000 hosts within a minute of the start. */
const outbreak = {
  addressSpaceSize: 2 ** 32,
  firstAddress: 0,
  population: { vulnerable: 800_000, infected: 400 },
  worm: { scanRatePerSecond: 1000, strategy: { kind: 'uniform' } },
  honeypots: [
    {
      kind: 'honeypots',
      count: 500_000,
      start: { kind: 'time', timeSeconds: 20 },
      delaySeconds: 1,
      success: 1,
      placement: 'scattered',
    },
  ],
  durationSeconds: 300,
  sampleSeconds: 10,
};
const CRITICAL = 1.95;

function statistic(first, second) {
  const a = first.toSorted((x, y) => x - y);
  const b = second.toSorted((x, y) => x - y);
  let largest = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const value = Math.min(a[i], b[j]);
    while (i < a.length && a[i] <= value) i++;
    while (j < b.length && b[j] <= value) j++;
    largest = Math.max(largest, Math.abs(i / a.length - j / b.length));
  }
  return largest / Math.sqrt((a.length + b.length) / (a.length * b.length));
}

function runAll(engine, runs) {
  const workers = availableParallelism();
  return Promise.all(
    Array.from({ length: workers }, (_, first) => {
      const worker = new Worker(new URL(import.meta.url), { workerData: { engine, first, runs, workers } });
      return new Promise((resolve, reject) => {
        worker.once('message', resolve);
        worker.once('error', reject);
      });
    }),
  ).then((parts) => parts.flat());
}

if (isMainThread) {
  const { values } = parseArgs({ options: { runs: { type: 'string', default: '40' } } });
  const runs = Number(values.runs);
  const [probed, hosted] = [await runAll('probes', runs), await runAll('hosts', runs)];
  const pick = (of, name) => of.map((figures) => figures[name] ?? Infinity);
  const timeToHalf = statistic(pick(probed, 'timeToHalf'), pick(hosted, 'timeToHalf'));
  const everInfected = statistic(pick(probed, 'everInfected'), pick(hosted, 'everInfected'));
  const mean = (of) => Math.round(of.reduce((sum, figures) => sum + figures.everInfected, 0) / of.length);
  console.log(
    JSON.stringify({
      benchmark: 'agreement',
      runs,
      probes: probed.reduce((sum, figures) => sum + figures.probes, 0),
      everInfected: { probes: mean(probed), hosts: mean(hosted) },
      kolmogorovSmirnov: {
        timeToHalf: Number(timeToHalf.toFixed(2)),
        everInfected: Number(everInfected.toFixed(2)),
        critical: CRITICAL,
      },
    }),
  );
  process.exitCode = Math.max(timeToHalf, everInfected) < CRITICAL ? 0 : 1;
} else {
  const { engine, first, runs, workers } = workerData;
  const streams = randomStreams(engine === 'probes' ? '1' : '2');
  const figures = [];
  for (let replicate = first; replicate < runs; replicate += workers) {
    const { summary } = engineNamed(engine).run(outbreak, { streams, replicate });
    figures.push({
      timeToHalf: summary.timeTo['0.5'],
      everInfected: summary.everInfected,
      probes: summary.probes,
    });
  }
  parentPort.postMessage(figures);
}
