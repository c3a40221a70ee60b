/**
 * One at a time works on a state directory. The lock is the kernel's (flock): it ends with the process that holds it,
 * however that ends, so that there is no stale lock to judge. Programs that are run hold it too, until they have ended: a
 * responder that was killed is not followed by another while its firewall command is still at work.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { ResponderFailure } from './failure.ts';

export interface StateLock {
  /** Inherited by programs that shall hold the lock until they end. */
  readonly descriptor: number;
  release(): void;
}

const WAIT_SECONDS = 40;
/** Of `flock`, when somebody else held the lock all the time. */
const BUSY_CODE = 1;

/** Waits for the lock; a command of the owner may take half a minute. */
export function lockState(path: string): StateLock {
  const descriptor = openSync(path, 'a', 0o600);
  // The lock belongs to the open file, which this process shares with `flock` and keeps when that has ended.
  const { status, error } = spawnSync('flock', ['--exclusive', '--timeout', String(WAIT_SECONDS), '3'], {
    stdio: ['ignore', 'ignore', 'ignore', descriptor],
  });
  if (status === 0) return { descriptor, release: () => closeSync(descriptor) };
  closeSync(descriptor);
  if (error !== undefined) {
    throw new ResponderFailure('missingPermission', 'The program `flock` (util-linux) is not installed.', {
      cause: error,
    });
  }
  const reason = status === BUSY_CODE ? 'Another `wormwood respond` works on it' : 'It cannot be locked';
  throw new ResponderFailure('failed', `${reason}: ${path}.`);
}
