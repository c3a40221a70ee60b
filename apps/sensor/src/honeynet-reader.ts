/** The thread of `readHoneynetApart`. */
import { parentPort, workerData } from 'node:worker_threads';
import { compactHoneynet } from './compact-honeynet.ts';
import { type ApartAnswer, type ApartQuestion, readHoneynet } from './read-honeynet.ts';

parentPort?.postMessage(answer(workerData as ApartQuestion));

function answer({ path, answersEdges }: ApartQuestion): ApartAnswer {
  try {
    const { honeynet, diagnostics, text } = readHoneynet(path, answersEdges);
    return {
      reading: {
        honeynet: honeynet === null ? null : compactHoneynet(honeynet),
        draft: null,
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
