/**
 * Files that decide what is done: the scope, its signature, keys, `respond.yaml`, secrets, programs. Each must belong to
 * root or to the user that runs this program, and nobody else may write it, nor any directory on the way to it; a group
 * counts as somebody else. What is read is a regular file under a limit: a device or a pipe is refused, and not opened.
 */
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  realpathSync,
  type Stats,
  statSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import { errorCode, systemReason } from '@wormwood/base';
import { ResponderFailure } from './failure.ts';

/** No file that a person writes is longer. */
const FILE_OCTETS_MAX: number = 2 ** 20;
const WRITABLE_BY_GROUP = 0o020;
const WRITABLE_BY_ALL = 0o002;
/** In a directory with this bit, as /tmp has it, nobody replaces the files of others. */
const STICKY = 0o1000;
const SECRET_LENGTH_MAX = 1000;

/** Returns what the file holds, or null if there is none; rejects it in a `ResponderFailure` otherwise. */
export function readTrusted(path: string, octetsMax: number = FILE_OCTETS_MAX): Buffer | null {
  if (!isThere(path)) return null;
  const real = realPathOf(path);
  refuseWritableDirectories(path);
  refuseWritableDirectories(real);
  return readRegular(real, path, octetsMax, refuseForeign);
}

/** Returns what the file holds, whoever owns it: for commands that only look. Rejects what `readTrusted` does. */
export function readBounded(path: string, octetsMax: number = FILE_OCTETS_MAX): Buffer {
  if (!isThere(path))
    throw new ResponderFailure('invalidFile', `${path} cannot be read: no such file or directory.`);
  return readRegular(realPathOf(path), path, octetsMax, () => undefined);
}

/** Returns the one line of a file that holds a secret; a `ResponderFailure` if it holds none or more. */
export function readSecret(path: string): string {
  const octets = readTrusted(path);
  if (octets === null)
    throw new ResponderFailure('invalidFile', `${path} cannot be read: no such file or directory.`);
  const secret = octets.toString('utf8').trim();
  if (/^[\x20-\x7e]+$/.test(secret) && secret.length <= SECRET_LENGTH_MAX) return secret;
  throw new ResponderFailure(
    'invalidFile',
    `${path} must hold one line of 1 to ${SECRET_LENGTH_MAX} printable ASCII characters.`,
  );
}

/** Refuses a file or directory that others could have written; nothing is said about one that does not exist. */
export function refuseUntrusted(path: string): void {
  if (!isThere(path)) return;
  const real = realPathOf(path);
  refuseWritableDirectories(path);
  refuseWritableDirectories(real);
  refuseForeign(statSync(real), path);
}

/** Refuses a program that others could have written, or that is not a regular file. */
export function refuseUntrustedProgram(path: string): void {
  if (!isThere(path)) throw new ResponderFailure('failed', `${path} does not exist.`);
  refuseUntrusted(path);
  if (!statSync(path).isFile()) throw new ResponderFailure('failed', `${path} is not a regular file.`);
}

function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    if (errorCode(error) === 'ENOTDIR') return false;
    throw unreadable(path, error);
  }
}

function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw unreadable(path, error);
    throw new ResponderFailure('invalidFile', `${path} is a link to a file that does not exist.`, {
      cause: error,
    });
  }
}

function readRegular(
  real: string,
  path: string,
  octetsMax: number,
  check: (found: Stats, path: string) => void,
): Buffer {
  const before = statSync(real);
  if (!before.isFile()) throw new ResponderFailure('invalidFile', `${path} is not a regular file.`);
  let descriptor: number;
  try {
    // Should it be replaced by a pipe in between, opening does not wait for a writer.
    descriptor = openSync(real, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw unreadable(path, error);
  }
  try {
    const found = fstatSync(descriptor);
    if (!found.isFile()) throw new ResponderFailure('invalidFile', `${path} is not a regular file.`);
    check(found, path);
    const octets = Buffer.alloc(Math.min(octetsMax, Math.max(found.size, 4096)) + 1);
    let length = 0;
    for (;;) {
      const count = readSync(descriptor, octets, length, octets.length - length, null);
      length += count;
      if (count === 0) return octets.subarray(0, length);
      if (length === octets.length) {
        throw new ResponderFailure('invalidFile', `${path} is longer than ${octets.length - 1} octets.`);
      }
    }
  } finally {
    closeSync(descriptor);
  }
}

function refuseForeign({ uid, mode }: Stats, path: string): void {
  const isForeign = uid !== 0 && uid !== process.getuid?.();
  if (isForeign) throw untrusted(path, 'belongs to another user');
  if ((mode & WRITABLE_BY_ALL) !== 0) throw untrusted(path, 'can be written by everybody');
  if ((mode & WRITABLE_BY_GROUP) !== 0) throw untrusted(path, 'can be written by its group');
}

function refuseWritableDirectories(path: string): void {
  for (let directory = dirname(resolve(path)); ; directory = dirname(directory)) {
    const found = statSync(directory);
    if ((found.mode & STICKY) === 0) refuseForeign(found, directory);
    if (directory === dirname(directory)) return;
  }
}

function untrusted(path: string, reason: string): ResponderFailure {
  return new ResponderFailure('missingPermission', `${path} ${reason}, so nothing is done.`);
}

function unreadable(path: string, error: unknown): ResponderFailure {
  return new ResponderFailure('invalidFile', `${path} cannot be read: ${systemReason(error)}.`, {
    cause: error,
  });
}
