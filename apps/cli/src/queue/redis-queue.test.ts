// The queue on a real redis-server, with computations of the test: what goes wrong loses no cell and counts none twice.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cell, CellOutcome } from '@wormwood/study';
import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { type CellWorkerOptions, workOnCells } from './cell-worker.ts';
import type { RedisLink } from './redis-link.ts';
import { redisQueue } from './redis-queue.ts';
import { hasRedis, type RedisServer, withRedis } from './redis-test-support.ts';

const VERSION = '1.2.3';
const CLAIM_MS = 900;
const never = { aborted: false };

const cellOf = (index: number, padding = ''): Cell => ({
  id: `cell-${index}`,
  scenario: { name: 'test', padding },
  engine: 'ode',
  seed: '1',
  runs: 1,
  version: VERSION,
});
const cells = (count: number, padding = ''): readonly Cell[] =>
  Array.from({ length: count }, (_, index) => cellOf(index, padding));

/** The outcome that stands for a cell; its figures carry the cell's number. */
const outcomeOf = ({ id, seed, runs }: Cell): CellOutcome => {
  const summary = { everInfected: Number(id.slice(5)) } as never;
  return { id, ok: true, result: { id, seed, runs, summary } };
};

/** A promise that the test resolves. */
function signalled(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

interface Working {
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

async function work(
  server: RedisServer,
  compute: CellWorkerOptions['compute'],
): Promise<Working & { link: RedisLink }> {
  const link = await server.link();
  const controller = new AbortController();
  const ended = workOnCells(link, {
    version: VERSION,
    threads: 2,
    compute,
    signal: controller.signal,
    say: () => undefined,
    onDone: () => undefined,
    claimMs: CLAIM_MS,
  });
  return {
    link,
    ended,
    stop: async () => {
      controller.abort();
      await ended;
    },
  };
}

/** Computes cells through the server; returns what was reported, in order, and what was said. */
async function ask(
  server: RedisServer,
  asked: readonly Cell[],
  {
    signal = never,
    isForced = false,
  }: { readonly signal?: { aborted: boolean }; readonly isForced?: boolean } = {},
): Promise<{ readonly outcomes: readonly CellOutcome[]; readonly said: readonly string[] }> {
  const said: string[] = [];
  const outcomes: CellOutcome[] = [];
  const say = (sentence: string): void => void said.push(sentence);
  const link = await server.link(say);
  const queue = redisQueue(link, { version: VERSION, isForced, say });
  await queue.compute(asked, (outcome) => outcomes.push(outcome), signal);
  return { outcomes, said };
}

const idsOf = (outcomes: readonly { readonly id: string }[]): readonly string[] =>
  outcomes.map(({ id }) => id).toSorted();

describe.skipIf(!hasRedis)('the queue on Redis', () => {
  it('reports each cell once, with the result of its worker, and leaves nothing behind', () =>
    withRedis(async (server) => {
      const worker = await work(server, async (cell) => outcomeOf(cell));
      const asked = cells(600);
      const { outcomes } = await ask(server, asked);
      expect(idsOf(outcomes)).toEqual(idsOf(asked));
      expect(
        outcomes.every(
          ({ id, ...rest }) =>
            JSON.stringify({ id, ...rest }) === JSON.stringify(outcomeOf(cellOf(Number(id.slice(5))))),
        ),
      ).toBe(true);
      await worker.stop();
      const redis = new Redis(server.port, '127.0.0.1');
      const left = (await redis.keys('wormwood:*')).filter((key) => key.includes(':cell-'));
      redis.disconnect();
      expect(left).toEqual([]);
    }));

  it('reports a cell that fails with its reason, one that its worker cannot compute after three attempts, and the others', () =>
    withRedis(async (server) => {
      let attempts = 0;
      const worker = await work(server, async (cell) => {
        if (cell.id === 'cell-3') return { id: cell.id, ok: false, reason: 'it was poisoned' };
        if (cell.id === 'cell-5') {
          attempts++;
          throw new Error('A worker ran out of memory');
        }
        return outcomeOf(cell);
      });
      const { outcomes } = await ask(server, cells(10));
      await worker.stop();
      expect(idsOf(outcomes)).toEqual(idsOf(cells(10)));
      expect(outcomes.filter(({ ok }) => !ok).toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual([
        { id: 'cell-3', ok: false, reason: 'it was poisoned' },
        { id: 'cell-5', ok: false, reason: 'A worker ran out of memory' },
      ]);
      expect(attempts).toBe(3);
    }));

  it('gives up a cell that kills its worker three times, and takes no other with it', () =>
    withRedis(async (server) => {
      let deaths = 0;
      const dying = async (): Promise<void> => {
        const worker: { link?: RedisLink } = {};
        const death = signalled();
        const { link } = await work(server, async (cell) => {
          if (cell.id !== 'cell-4') return outcomeOf(cell);
          deaths++;
          // A process that dies closes its connections and says nothing.
          worker.link?.close();
          death.resolve();
          return new Promise<never>(() => undefined);
        });
        worker.link = link;
        await death.promise;
      };
      const asking = ask(server, cells(12));
      for (let death = 0; death < 3; death++) await dying();
      const last = await work(server, async (cell) => outcomeOf(cell));
      const { outcomes } = await asking;
      await last.stop();
      expect(idsOf(outcomes)).toEqual(idsOf(cells(12)));
      expect(outcomes.filter(({ ok }) => !ok)).toEqual([
        { id: 'cell-4', ok: false, reason: expect.stringContaining('its worker died 3 times') as string },
      ]);
      expect(deaths).toBe(3);
    }));

  it('counts a cell once that two workers finish', () =>
    withRedis(async (server) => {
      const slow = signalled();
      const begun = signalled();
      const first = await work(server, async (cell) => {
        begun.resolve();
        await slow.promise;
        return outcomeOf(cell);
      });
      const asking = ask(server, cells(1));
      await begun.promise;
      // As after a minute without network: the claim has run out, and the worker does not know.
      await first.link.commands.del(`wormwood:cells-${VERSION}:cell-0:lock`);
      const second = await work(server, async (cell) => outcomeOf(cell));
      const { outcomes } = await asking;
      slow.resolve();
      await Promise.all([first.stop(), second.stop()]);
      expect(outcomes).toEqual([outcomeOf(cellOf(0))]);
    }));

  it('asks again for what a Redis that starts empty has forgotten', () =>
    withRedis(
      async (server) => {
        const gate = signalled();
        const worker = await work(server, async (cell) => {
          await gate.promise;
          return outcomeOf(cell);
        });
        const asking = ask(server, cells(50));
        const redis = new Redis(server.port, '127.0.0.1');
        await expect
          .poll(() => redis.keys('wormwood:*:cell-*').then(({ length }) => length))
          .toBeGreaterThan(40);
        redis.disconnect();
        await server.stop();
        await sleep(300);
        await server.start();
        gate.resolve();
        const { outcomes, said } = await asking;
        await worker.stop();
        expect(idsOf(outcomes)).toEqual(idsOf(cells(50)));
        expect(said.filter((sentence) => sentence.startsWith('Redis'))).toEqual([
          expect.stringContaining('is gone'),
          'Redis is back.',
        ]);
      },
      ['--save', ''],
    ));

  it('waits while Redis is full, says so once, and goes on', () =>
    withRedis(async (server) => {
      const redis = new Redis(server.port, '127.0.0.1');
      const used = Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1]);
      await redis.config('SET', 'maxmemory', String(used + 300_000));
      // Noise does not compress.
      const noise = Array.from({ length: 4000 }, (_, index) => (index * 2_654_435_761) >>> 0).join('');
      const asking = ask(server, cells(100, noise));
      await sleep(1500);
      await redis.config('SET', 'maxmemory', '0');
      const worker = await work(server, async (cell) => outcomeOf(cell));
      const { outcomes, said } = await asking;
      await worker.stop();
      redis.disconnect();
      expect(idsOf(outcomes)).toEqual(idsOf(cells(100)));
      expect(said).toEqual([
        expect.stringContaining('its memory or its disk is full'),
        'Redis takes cells again.',
      ]);
    }));

  it('ends when it is stopped, also without a worker or a Redis, and takes back what nobody began', () =>
    withRedis(async (server) => {
      const signal = { aborted: false };
      const asking = ask(server, cells(20), { signal });
      const redis = new Redis(server.port, '127.0.0.1');
      const held = (): Promise<number> => redis.keys('wormwood:*:cell-*').then(({ length }) => length);
      await expect.poll(held).toBe(20);
      signal.aborted = true;
      expect((await asking).outcomes).toEqual([]);
      expect(await held()).toBe(0);
      redis.disconnect();
      const again = { aborted: false };
      const asked = ask(server, cells(20), { signal: again });
      await sleep(200);
      await server.stop();
      again.aborted = true;
      expect((await asked).outcomes).toEqual([]);
    }));

  it('takes what an asker that died left, unless it is forced to compute again', () =>
    withRedis(async (server) => {
      let computed = 0;
      const worker = await work(server, async (cell) => {
        computed++;
        return outcomeOf(cell);
      });
      const dying = await server.link();
      redisQueue(dying, { version: VERSION, isForced: false, say: () => undefined })
        .compute(
          cells(5),
          () => {
            dying.close();
            throw new Error('dead');
          },
          never,
        )
        .catch(() => undefined);
      await expect.poll(() => computed).toBe(5);
      expect(idsOf((await ask(server, cells(5))).outcomes)).toEqual(idsOf(cells(5)));
      const before = computed;
      expect(idsOf((await ask(server, cells(5), { isForced: true })).outcomes)).toEqual(idsOf(cells(5)));
      await worker.stop();
      expect(before).toBeLessThanOrEqual(6);
      expect(computed).toBe(before + 5);
    }));
});
