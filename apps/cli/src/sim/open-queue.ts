/** Where the cells of a sweep are computed: in threads of this machine, or by workers that share a Redis. */
import type { CellQueue } from '@wormwood/study';
import type { Interrupt } from '../interrupt.ts';
import type { Terminal } from '../output/terminal.ts';
import { type Presence, type Present, signPresence } from '../queue/presence.ts';
import { redisAddress } from '../queue/redis-address.ts';
import { openRedis } from '../queue/redis-link.ts';
import { redisQueue } from '../queue/redis-queue.ts';
import { VERSION } from '../version.ts';
import { localQueue } from './cell-queue.ts';
import { openWorkerPool } from './worker-pool.ts';

const LOCAL = 'local';

export interface QueueRequest {
  /** `local`, or what names a Redis. */
  readonly on: string;
  /** Threads of a local queue. */
  readonly workers: number;
  /** Results of earlier sweeps are not taken. */
  readonly isForced: boolean;
  readonly interrupt: Interrupt;
  readonly terminal: Terminal;
}

export interface OpenedQueue {
  readonly queue: CellQueue;
  /** Who computes now, for the line of progress. */
  workers(): string;
  close(): Promise<void>;
}

export async function openQueue(request: QueueRequest): Promise<OpenedQueue> {
  if (request.on !== LOCAL) return remote(request);
  const { workers, interrupt } = request;
  const pool = openWorkerPool(workers, interrupt.flag);
  return {
    queue: localQueue(pool, workers),
    workers: () => (workers === 1 ? '1 thread' : `${workers} threads`),
    close: () => pool.close(),
  };
}

async function remote({ on, isForced, terminal }: QueueRequest): Promise<OpenedQueue> {
  const address = redisAddress(on);
  const say = (sentence: string): void => terminal.warn(sentence);
  const link = await openRedis(address, say);
  let workers = 0;
  let wasAlone = false;
  const told = new Set<string>();
  const look = (present: readonly Present[]): void => {
    const there = present.filter(({ role }) => role === 'worker');
    workers = there.filter(({ version }) => version === VERSION).length;
    for (const { id, host, version } of there) {
      if (version === VERSION || told.has(id)) continue;
      told.add(id);
      say(
        `A worker of version ${version} on ${host} computes nothing of this sweep, which is of version ${VERSION}.`,
      );
    }
    if (workers === 0 && !wasAlone) say('No worker is there; start some with `wormwood worker --on …`.');
    wasAlone = workers === 0;
  };
  const presence: Presence = await signPresence(link.commands, { role: 'asker', version: VERSION, look });
  return {
    queue: redisQueue(link, { version: VERSION, isForced, say }),
    workers: () => (workers === 1 ? '1 worker' : `${workers} workers`),
    close: async () => {
      await presence.leave();
      link.close();
    },
  };
}
