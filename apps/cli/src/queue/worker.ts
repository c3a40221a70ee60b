/** `wormwood worker --on REDIS`: one more machine for sweeps. */
import { formatCount } from '@wormwood/base';
import type { Cell, CellOutcome } from '@wormwood/study';
import type { PrintOptions } from '../command-options.ts';
import { CommandFailure, EXIT, type ExitCode } from '../exit-code.ts';
import { catchInterrupt } from '../interrupt.ts';
import { openTerminal } from '../output/terminal.ts';
import { openWorkerPool } from '../sim/worker-pool.ts';
import { VERSION } from '../version.ts';
import { workOnCells } from './cell-worker.ts';
import { type Presence, type Present, signPresence } from './presence.ts';
import { redisAddress } from './redis-address.ts';
import { openRedis } from './redis-link.ts';

export interface WorkerCommandOptions extends Omit<PrintOptions, 'json'> {
  readonly on: string;
  readonly workers: number;
}

export async function worker({ on, workers, ...print }: WorkerCommandOptions): Promise<ExitCode> {
  const terminal = openTerminal(print);
  const address = redisAddress(on);
  const link = await openRedis(address, (sentence) => terminal.warn(sentence));
  const interrupt = catchInterrupt(() =>
    terminal.say('\nGiving back what is under way; press Ctrl-C again to end at once.'),
  );
  let presence: Presence | undefined;
  let refusal: string | undefined;
  let isFirstLook = true;
  const look = (present: readonly Present[]): void => {
    const sentence = refusalOf(present);
    if (sentence !== undefined && sentence !== refusal && !isFirstLook) terminal.warn(sentence);
    refusal = sentence;
  };
  const pool = openWorkerPool(workers, interrupt.flag);
  let done = 0;
  try {
    presence = await signPresence(link.commands, { role: 'worker', version: VERSION, look });
    isFirstLook = false;
    if (refusal !== undefined) throw new CommandFailure(EXIT.failed, refusal);
    terminal.say(`Waiting for cells at ${address.shown}, version ${VERSION}, ${threadsText(workers)}.`);
    const compute = async (cell: Cell): Promise<CellOutcome | undefined> => (await pool.runCells([cell]))[0];
    await workOnCells(link, {
      version: VERSION,
      threads: workers,
      compute,
      signal: interrupt.signal,
      say: (sentence) => terminal.warn(sentence),
      onDone: () => done++,
    });
    terminal.say(`Ended; ${formatCount(done)} cells were computed here.`);
    return EXIT.ok;
  } finally {
    await presence?.leave();
    link.close();
    await pool.close();
    interrupt.release();
  }
}

function threadsText(threads: number): string {
  return threads === 1 ? '1 thread' : `${threads} threads`;
}

/** Returns why nothing is to be done here: every sweep that waits is of another version. */
function refusalOf(present: readonly Present[]): string | undefined {
  const versions = new Set(present.filter(({ role }) => role === 'asker').map(({ version }) => version));
  if (versions.size === 0 || versions.has(VERSION)) return undefined;
  const theirs = [...versions].sort().join(', ');
  return (
    `The sweep that waits is of version ${theirs} and this worker of ${VERSION}, which may compute other figures. ` +
    `Install version ${theirs} here.`
  );
}
