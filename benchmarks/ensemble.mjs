/**
 * An ensemble of 1,000 runs of the seed scenario on two workers against one, beside a loop of pure arithmetic on two workers
 * against one in the same process: what the machine gives at most. Prints one line of JSON.
 */
import { Worker } from 'node:worker_threads';
import { runEnsemble } from '@wormwood/epidemic';
import { median, seedScenario } from './limit/compile.mjs';

const RUNS = Number(process.argv[2] ?? 1000);
const ROUNDS = 3;
const ITERATIONS = 1e9;
const PIECES = 100;
const outbreak = seedScenario(1);

function startWorker() {
  const worker = new Worker(new URL('./ensemble-worker.mjs', import.meta.url));
  const call = (message) =>
    new Promise((resolve, reject) => {
      worker.once('error', reject);
      worker.once('message', (answer) => {
        worker.off('error', reject);
        resolve(answer);
      });
      worker.postMessage(message);
    });
  return { call, stop: () => worker.terminate() };
}

const workers = [startWorker(), startWorker()];

/** Hands each call to a worker that is free; no more calls are made at a time than there are workers. */
function onWorkers(count) {
  const idle = workers.slice(0, count);
  return async (message) => {
    const worker = idle.pop();
    const answer = await worker.call(message);
    idle.push(worker);
    return answer;
  };
}

async function seconds(body) {
  const before = performance.now();
  await body();
  return (performance.now() - before) / 1000;
}

const ensembleOn = (count, runs = RUNS) => {
  const call = onWorkers(count);
  const request = { outbreak, engine: 'stochastic', seed: '1', runs };
  return seconds(() => runEnsemble(request, (chunk) => call({ chunk }), { workers: count }));
};

const arithmeticOn = (count) => {
  const call = onWorkers(count);
  let left = PIECES;
  const work = async () => {
    while (left-- > 0) await call({ iterations: ITERATIONS / PIECES });
  };
  return seconds(() => Promise.all(Array.from({ length: count }, work)));
};

await ensembleOn(2, 50);
const rounds = [];
for (let round = 0; round < ROUNDS; round++) {
  const figures = {
    ensembleOne: await ensembleOn(1),
    ensembleTwo: await ensembleOn(2),
    arithmeticOne: await arithmeticOn(1),
    arithmeticTwo: await arithmeticOn(2),
  };
  rounds.push(figures);
}
await Promise.all(workers.map((worker) => worker.stop()));

const of = (pick) => Number(median(rounds.map(pick)).toFixed(3));
console.log(
  JSON.stringify({
    benchmark: 'ensemble',
    runs: RUNS,
    secondsOnOne: of((r) => r.ensembleOne),
    secondsOnTwo: of((r) => r.ensembleTwo),
    scaling: of((r) => r.ensembleOne / r.ensembleTwo),
    reference: 'pure arithmetic',
    referenceScaling: of((r) => r.arithmeticOne / r.arithmeticTwo),
    ratio: of((r) => r.ensembleOne / r.ensembleTwo / (r.arithmeticOne / r.arithmeticTwo)),
  }),
);
