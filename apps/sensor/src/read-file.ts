/**
 * Reading what people write or install: regular files up to a size. A device, a pipe or a file without end is refused in words.
 */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

const CHUNK_BYTES = 1 << 16;

/** Returns the octets; throws the system's error, or one whose message says why the file is refused. */
export function readRegularFile(path: string, bytesMax: number): Uint8Array {
  // A pipe without a writer would hold up the call.
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  try {
    const found = fstatSync(fd);
    if (found.isDirectory()) throw Object.assign(new Error('it is a directory'), { code: 'EISDIR' });
    if (!found.isFile()) throw new Error('it is not a regular file');
    if (found.size > bytesMax) throw tooLarge(bytesMax);
    return readToEnd(fd, bytesMax);
  } finally {
    closeSync(fd);
  }
}

/** The same as text in UTF-8; `isFatal`: what is no such text is refused, too. */
export function readRegularText(path: string, bytesMax: number, isFatal = false): string {
  const octets = readRegularFile(path, bytesMax);
  try {
    return new TextDecoder('utf-8', { fatal: isFatal }).decode(octets);
  } catch (error) {
    throw new Error('it is not UTF-8 text', { cause: error });
  }
}

/** What /proc and /sys call a file has no size before it is read. */
function readToEnd(fd: number, bytesMax: number): Uint8Array {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const chunk = new Uint8Array(CHUNK_BYTES);
    const count = readSync(fd, chunk, 0, CHUNK_BYTES, null);
    if (count === 0) return Buffer.concat(chunks, length);
    length += count;
    if (length > bytesMax) throw tooLarge(bytesMax);
    chunks.push(chunk.subarray(0, count));
  }
}

function tooLarge(bytesMax: number): Error {
  const isRound = bytesMax % 2 ** 20 === 0;
  return new Error(`it is larger than ${isRound ? `${bytesMax / 2 ** 20} MiB` : `${bytesMax} bytes`}`);
}
