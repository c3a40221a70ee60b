/**
 * Who is there: askers and workers sign a list in Redis every few seconds. It says how many workers compute, and which versions
 * meet. Times are those of Redis, since clocks of machines differ.
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Redis } from 'ioredis';
import { PREFIX } from './redis-link.ts';

const KEY = `${PREFIX}:present`;
const SIGN_MS = 3000;
/** Whoever has not signed for this long is gone. */
const GONE_MS = 12_000;

export interface Present {
  readonly role: 'asker' | 'worker';
  readonly id: string;
  readonly version: string;
  readonly host: string;
}

export interface Presence {
  /** Takes us off the list. */
  leave(): Promise<void>;
}

/** Signs the list now and every few seconds; `look` receives who is there each time. */
export async function signPresence(
  redis: Redis,
  {
    role,
    version,
    look,
  }: Pick<Present, 'role' | 'version'> & { readonly look: (present: readonly Present[]) => void },
): Promise<Presence> {
  const self: Present = { role, id: randomUUID(), version, host: hostname() };
  const member = JSON.stringify(self);
  const sign = async (): Promise<void> => {
    const [seconds = '0'] = (await redis.time()) as readonly (string | number)[];
    const now = Number(seconds) * 1000;
    await redis.zremrangebyscore(KEY, '-inf', String(now));
    await redis.zadd(KEY, String(now + GONE_MS), member);
    look((await redis.zrange(KEY, '0', '-1')).flatMap(presentOf));
  };
  let isSigning = false;
  // A list that cannot be written is no reason to end: Redis is full or gone, which others report.
  const again = (): void => {
    if (isSigning) return;
    isSigning = true;
    sign()
      .catch(() => undefined)
      .finally(() => {
        isSigning = false;
      });
  };
  await sign().catch(() => undefined);
  const timer = setInterval(again, SIGN_MS);
  return {
    leave: async () => {
      clearInterval(timer);
      await redis.zrem(KEY, member).catch(() => undefined);
    },
  };
}

function presentOf(text: string): readonly Present[] {
  try {
    const value = JSON.parse(text) as Partial<Present> | null;
    return typeof value?.version === 'string' && typeof value.role === 'string' ? [value as Present] : [];
  } catch {
    return [];
  }
}
