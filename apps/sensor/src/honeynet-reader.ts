/** The thread of `readHoneynetApart`. */
import { parentPort, workerData } from 'node:worker_threads';
import { compactHoneynet } from './compact-honeynet.ts';
import { type ApartAnswer, readHoneynet } from './read-honeynet.ts';

parentPort?.postMessage(answer(workerData as string));

function answer(path: string): ApartAnswer {
  try {
    const { honeynet, diagnostics, text } = readHoneynet(path);
    return {
      reading: {
        honeynet: honeynet === null ? null : compactHoneynet(honeynet),
        diagnostics,
        text: diagnostics.length > 0 ? text : '',
      },
    };
  } catch (error) {
    // What is thrown loses its code on the way.
    const { message, code } = error as NodeJS.ErrnoException;
    return { failure: { message, code } };
  }
}
