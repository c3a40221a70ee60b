/**
 * Two locks of a state directory. The log is locked for a moment at a time, by whoever writes it. Acting is locked for as
 * long as one responder carries out what is due, and by each program that it runs until that has ended: a responder that
 * was killed is not followed by another while its firewall command is still at work. The locks are the kernel's (flock):
 * they end with the processes that hold them, however those end, so that there is no stale lock to judge.
 */
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { once } from 'node:events';
import { systemReason } from '@wormwood/base';
import { DONE, failed, type LogLock, type Outcome } from '@wormwood/defense';
import { ResponderFailure } from './failure.ts';

/** A lock that is held. */
export interface HeldLock {
  /** Inherited by programs that shall hold the lock until they end. */
  readonly descriptor: number;
  release(): void;
}

/** A command of the owner may take half a minute. */
const WAIT_SECONDS = 40;
/** Of `flock`, when somebody else held the lock all the time. */
const BUSY_CODE = 1;

/** Waits for a lock; null if others held it all the time, or `signal` fired. Rejects with a `ResponderFailure`. */
export async function takeLock(path: string, signal?: AbortSignal): Promise<HeldLock | null> {
  const descriptor = openLock(path);
  // The lock belongs to the open file, which this process shares with `flock` and keeps when that has ended.
  const child = spawn('flock', ['--exclusive', '--timeout', String(WAIT_SECONDS), '3'], {
    stdio: ['ignore', 'ignore', 'ignore', descriptor],
    ...(signal === undefined ? {} : { signal }),
  });
  try {
    const [code] = (await once(child, 'exit')) as [number | null];
    if (code === 0) return { descriptor, release: () => closeSync(descriptor) };
    closeSync(descriptor);
    if (code === BUSY_CODE || code === null) return null;
  } catch (error) {
    closeSync(descriptor);
    if (signal?.aborted === true) return null;
    throw new ResponderFailure('missingPermission', 'The program `flock` (util-linux) is not installed.', {
      cause: error,
    });
  }
  throw new ResponderFailure('failed', `${path} cannot be locked.`);
}

/** Returns the lock of the log. */
export function logLock(path: string): LogLock {
  let held: HeldLock | null = null;
  return {
    async acquire(): Promise<Outcome> {
      try {
        held = await takeLock(path);
      } catch (error) {
        return failed(systemReason(error));
      }
      return held === null ? failed(`Another process holds ${path} and does not let go.`) : DONE;
    },
    release() {
      held?.release();
      held = null;
    },
  };
}

function openLock(path: string): number {
  try {
    return openSync(path, 'a', 0o600);
  } catch (error) {
    throw new ResponderFailure('failed', `${path} cannot be opened: ${systemReason(error)}.`, {
      cause: error,
    });
  }
}
