/** Following a file that grows, is rotated, or is cut to nothing: every octet once, as it comes. */
import { type FileHandle, open, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Place } from './cursor.ts';

const POLL_MS = 200;
const CHUNK_LENGTH = 1 << 16;

/** A piece of a file. */
export interface FollowedChunk {
  readonly octets: Buffer;
  /** Lines of the file that were read before, where the piece is the first one of it; null elsewhere. */
  readonly linesBefore: number | null;
  /** The file, and where the piece ends. */
  readonly handle: FileHandle;
  readonly offset: number;
}

/**
 * Yields what the files hold from their places on, and then what is added to the last one; an empty piece when there is
 * nothing now. Ends with the signal.
 */
export async function* follow(places: readonly Place[], signal: AbortSignal): AsyncGenerator<FollowedChunk> {
  const last = places.at(-1);
  if (last === undefined) return;
  for (const place of places.slice(0, -1)) yield* readRest(place, signal);
  let handle = await open(last.path);
  let { offset } = last;
  let linesBefore: number | null = last.lines;
  try {
    while (!signal.aborted) {
      const chunk = Buffer.alloc(CHUNK_LENGTH);
      const { bytesRead } = await handle.read(chunk, 0, CHUNK_LENGTH, offset);
      offset += bytesRead;
      yield { octets: chunk.subarray(0, bytesRead), linesBefore, handle, offset };
      linesBefore = null;
      if (bytesRead > 0) continue;
      const next = await successorOf(handle, last.path, offset);
      if (next !== null) {
        await handle.close();
        handle = next;
        offset = 0;
        linesBefore = 0;
      } else await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    await handle.close();
  }
}

/** A file that grows no more: until its end. */
async function* readRest(
  { path, offset: from, lines }: Place,
  signal: AbortSignal,
): AsyncGenerator<FollowedChunk> {
  // Between two looks it may have been rotated away.
  const handle = await open(path).catch(() => null);
  if (handle === null) return;
  let offset = from;
  let linesBefore: number | null = lines;
  try {
    while (!signal.aborted) {
      const chunk = Buffer.alloc(CHUNK_LENGTH);
      const { bytesRead } = await handle.read(chunk, 0, CHUNK_LENGTH, offset);
      if (bytesRead === 0) return;
      offset += bytesRead;
      yield { octets: chunk.subarray(0, bytesRead), linesBefore, handle, offset };
      linesBefore = null;
    }
  } finally {
    await handle.close();
  }
}

/** The file that took the place of the one that is read, or the same one when it was cut; null when neither is so. */
async function successorOf(handle: FileHandle, path: string, offset: number): Promise<FileHandle | null> {
  const mine = await handle.stat();
  const current = await stat(path).catch(() => null);
  if (current === null) return null;
  const isOther = current.ino !== mine.ino || current.dev !== mine.dev;
  // Between two looks the file may have vanished again.
  return isOther || current.size < offset ? open(path).catch(() => null) : null;
}
