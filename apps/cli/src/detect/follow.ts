/** Follows a file that grows, is rotated, or is truncated: every octet once, as it comes. */
import { type FileHandle, open, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 200;
const CHUNK_LENGTH = 1 << 16;

/** A piece of a file; `isNew` when it begins one, after a rotation too. */
export interface FollowedChunk {
  readonly octets: Buffer;
  readonly isNew: boolean;
}

/** Yields what the file holds and then what is added; an empty piece when there is nothing now. Ends with the signal. */
export async function* follow(path: string, signal: AbortSignal): AsyncGenerator<FollowedChunk> {
  let handle = await open(path);
  let offset = 0;
  try {
    while (!signal.aborted) {
      const chunk = Buffer.alloc(CHUNK_LENGTH);
      const { bytesRead } = await handle.read(chunk, 0, CHUNK_LENGTH, offset);
      const isNew = offset === 0 && bytesRead > 0;
      offset += bytesRead;
      yield { octets: chunk.subarray(0, bytesRead), isNew };
      if (bytesRead > 0) continue;
      const next = await successorOf(handle, path, offset);
      if (next !== null) {
        await handle.close();
        handle = next;
        offset = 0;
      } else await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    await handle.close();
  }
}

/** Returns the file that has replaced the current one, or the current one if it was truncated; null if neither happened. */
async function successorOf(handle: FileHandle, path: string, offset: number): Promise<FileHandle | null> {
  const mine = await handle.stat();
  const current = await stat(path).catch(() => null);
  if (current === null) return null;
  const isOther = current.ino !== mine.ino || current.dev !== mine.dev;
  // The file may have disappeared since.
  return isOther || current.size < offset ? open(path).catch(() => null) : null;
}
