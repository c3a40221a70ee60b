/** The thread that reads, indexes and judges events, and answers questions about them in between. */
import { constants, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { answers } from './answer.ts';
import { EventStore } from './event-store.ts';
import type { QuestionName, StoreMessage, StoreRequest, StoreWork } from './messages.ts';

/** How often a file that does not grow is looked at. */
const IDLE_MS = 100;
const PROGRESS_MS = 250;

const port = parentPort;
if (port === null) throw new Error('this runs in a thread');
const { path, givesWay } = workerData as StoreWork;
// Of this thread alone, on Linux (setpriority(2)).
if (givesWay) setPriority(0, constants.priority.PRIORITY_LOW);
const store = new EventStore(path);
let reported = '';
let reportedMs = 0;

const send = (message: StoreMessage): void => port.postMessage(message);

port.on('message', ({ id, name, ask }: StoreRequest) => {
  try {
    send({ kind: 'answer', id, value: answerTo(name, ask) });
  } catch (error) {
    send({ kind: 'failure', id, reason: error instanceof Error ? error.message : String(error) });
  }
});
work();

function answerTo(name: QuestionName, ask: unknown): unknown {
  return (answers[name] as (of: EventStore, ask: unknown) => unknown)(store, ask);
}

function work(): void {
  const hasMore = store.work();
  const verdicts = store.takeVerdicts();
  if (verdicts.length > 0) send({ kind: 'verdicts', verdicts });
  const now = performance.now();
  if (!hasMore || now - reportedMs >= PROGRESS_MS) {
    const progress = store.progress();
    const text = JSON.stringify(progress);
    if (text !== reported) send({ kind: 'progress', progress });
    reported = text;
    reportedMs = now;
  }
  // Messages are taken between two pieces of work.
  if (hasMore) setImmediate(work);
  else setTimeout(work, IDLE_MS);
}
