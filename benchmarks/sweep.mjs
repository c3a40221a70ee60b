/**
 * A sweep of mean-field cells, 10,000 unless an argument says otherwise: cells per second on one thread and on all cores, in turns with
 * a plain loop that calls the engine with the same outbreaks in one thread; and what a cell costs on top of that loop on the local
 * queue and, with a tenth of the cells, through a redis-server with one worker of one thread. Times are of the clock, medians of the
 * rounds. Prints one line of JSON.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomStreams } from '@wormwood/base';
import { engineNamed } from '@wormwood/epidemic';
import { checkScenario, checkScenarioDocument, scenarioDocument } from '@wormwood/files/scenario';
import { planCells, runCells } from '@wormwood/study';
import { openRedis } from '../apps/cli/dist/queue/redis-link.js';
import { redisQueue } from '../apps/cli/dist/queue/redis-queue.js';
import { localQueue } from '../apps/cli/dist/sim/cell-queue.js';
import { memoryStore } from '../apps/cli/dist/sim/cell-store.js';
import { openWorkerPool } from '../apps/cli/dist/sim/worker-pool.js';
import { VERSION } from '../apps/cli/dist/version.js';
import { median } from './limit/compile.mjs';

const CELLS = Number(process.argv[2] ?? 10_000);
const ROUNDS = 3;
const WARM_UP = 500;
const never = { aborted: false };
const program = join(import.meta.dirname, '../apps/cli/bin/wormwood.js');

const text = `
version: 1
name: seed
duration: 24h
space: 2^32
population: { vulnerable: 360000, infected: 150 }
worm: { scanRate: 50/s }
defenses: [{ kind: honeypots, count: 262144, start: 20min, delay: 1s }]
`;
const checked = checkScenario(text, 'seed.yaml');
const points = Array.from({ length: CELLS }, (_, index) => ({
  'defenses.0.count': String(1000 + 40 * index),
}));
const settings = { engine: 'ode', seed: '1', runs: 1, version: VERSION };
const cells = planCells(scenarioDocument(checked.scenario), points, settings).cells.map(({ cell }) => cell);

async function seconds(body) {
  const before = performance.now();
  await body();
  return (performance.now() - before) / 1000;
}

const outbreaks = cells.map(({ scenario, id }) => {
  const { outbreak } = checkScenarioDocument(scenario, id);
  return { ...outbreak, sampleSeconds: outbreak.durationSeconds };
});
const plain = () =>
  seconds(() => {
    const ode = engineNamed('ode');
    for (const outbreak of outbreaks) ode.run(outbreak, { streams: randomStreams('1'), replicate: 0 });
  });

async function through(queue, part) {
  const taken = await seconds(async () => {
    const done = await runCells(part, { queue, store: memoryStore(), signal: never });
    if (done.results.some((result) => result === undefined)) throw new Error('cells are missing');
  });
  return taken / part.length;
}

/** A local queue of so many threads, warmed up. */
async function localOn(threads) {
  const pool = openWorkerPool(threads, new Int32Array(new SharedArrayBuffer(4)));
  const queue = localQueue(pool, threads);
  await through(queue, cells.slice(0, WARM_UP));
  return { perCell: () => through(queue, cells), close: () => pool.close() };
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Ends a process of ours, and waits until it is gone. */
function ended(child) {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill();
  return gone;
}

/** A queue through a redis-server with one worker of one thread, warmed up; null where it is not installed. */
async function redisOn() {
  if (spawnSync('redis-server', ['--version']).status !== 0) return null;
  const directory = mkdtempSync(join(tmpdir(), 'wormwood-bench-'));
  const port = await freePort();
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--dir', directory, '--save', ''];
  const server = spawn('redis-server', options, { stdio: 'ignore' });
  const url = `redis://127.0.0.1:${port}`;
  await sleep(500);
  const words = ['worker', '-q', '--workers', '1', '--on', url];
  const worker = spawn(process.execPath, [program, ...words], { stdio: 'ignore' });
  const link = await openRedis({ url, shown: url }, () => undefined);
  const queue = redisQueue(link, { version: VERSION, isForced: true, say: () => undefined });
  const part = cells.slice(0, Math.ceil(CELLS / 10));
  await through(queue, part.slice(0, WARM_UP));
  return {
    perCell: () => through(queue, part),
    close: async () => {
      // A worker says farewell to Redis, and would wait for one that is gone.
      await ended(worker);
      link.close();
      await ended(server);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

const cores = availableParallelism();
const [one, all, redis] = [await localOn(1), await localOn(cores), await redisOn()];
await plain();
const rounds = [];
for (let round = 0; round < ROUNDS; round++) {
  rounds.push({
    loop: (await plain()) / CELLS,
    one: await one.perCell(),
    all: await all.perCell(),
    redis: redis === null ? NaN : await redis.perCell(),
  });
}
await one.close();
await all.close();
await redis?.close();
const of = (pick) => median(rounds.map(pick));
const micros = (value) => (Number.isNaN(value) ? null : Number((value * 1e6).toPrecision(3)));
console.log(
  JSON.stringify({
    benchmark: 'sweep',
    cells: CELLS,
    perSecond: Math.round(1 / of((round) => round.all)),
    perSecondAndCore: Math.round(1 / of((round) => round.all) / cores),
    reference: 'plain loop over the engine',
    referencePerSecond: Math.round(1 / of((round) => round.loop)),
    ratio: Number(of((round) => round.loop / round.all / cores).toFixed(3)),
    overheadMicroseconds: {
      local: micros(of((round) => round.one - round.loop)),
      redis: micros(of((round) => round.redis - round.loop)),
    },
  }),
);
