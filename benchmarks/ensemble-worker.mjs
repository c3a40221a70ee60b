/** A worker of the ensemble benchmark: runs chunks, or the arithmetic that shows what two cores can give at most. */
import { parentPort } from 'node:worker_threads';
import { runChunk, transferables } from '@wormwood/epidemic';

parentPort.on('message', ({ chunk, iterations }) => {
  if (chunk) {
    const done = runChunk(chunk);
    parentPort.postMessage(done, transferables(done));
    return;
  }
  let value = 1;
  for (let i = 0; i < iterations; i++) value = value * 0.999 + 1.1;
  parentPort.postMessage(value);
});
