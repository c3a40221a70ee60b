/**
 * Where `detect watch` stopped, so that it goes on there: the file of events, known by its first line wherever a rotation
 * has moved it, and how far it was read. Lines that were not complete are read again.
 */
import { createHash } from 'node:crypto';
import { type FileHandle, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { printable } from '@wormwood/base';
import { CommandFailure, EXIT, errorCode, systemReason } from '../exit-code.ts';

/** What distinguishes a file from others: its first line has the identifier and the time of an event. */
export interface FileIdentity {
  readonly device: string;
  readonly inode: string;
  /** SHA-256 of the first line; empty while that is not complete. */
  readonly firstLine: string;
}

export interface Cursor {
  readonly file: FileIdentity;
  /** Octets and lines that were read. */
  readonly offset: number;
  readonly lines: number;
}

/** A file to read, from where on. */
export interface Place {
  readonly path: string;
  readonly offset: number;
  readonly lines: number;
}

const VERSION = 1;
const CURSOR_LENGTH_MAX = 10_000;
const FIRST_LINE_LENGTH_MAX = 65_536;
/** More files beside the events are not a rotation. */
const SIBLINGS_MAX = 1000;
const CHUNK_LENGTH = 1 << 20;
const LINE_FEED = 0x0a;

/** Returns what distinguishes the file from others. */
export async function identityOf(handle: FileHandle): Promise<FileIdentity> {
  const { dev, ino } = await handle.stat({ bigint: true });
  const head = Buffer.alloc(FIRST_LINE_LENGTH_MAX);
  const { bytesRead } = await handle.read(head, 0, FIRST_LINE_LENGTH_MAX, 0);
  const end = head.subarray(0, bytesRead).indexOf(LINE_FEED);
  const isComplete = end >= 0 || bytesRead === FIRST_LINE_LENGTH_MAX;
  const line = head.subarray(0, end < 0 ? bytesRead : end);
  const firstLine = isComplete ? createHash('sha256').update(line).digest('hex') : '';
  return { device: String(dev), inode: String(ino), firstLine };
}

/** Returns the cursor that the file holds, or null when there is no such file. */
export async function readCursor(path: string): Promise<Cursor | null> {
  const text = await readText(path);
  if (text === null) return null;
  const cursor = cursorOf(text);
  if (cursor !== undefined) return cursor;
  throw new CommandFailure(
    EXIT.invalidFile,
    `${printable(path)} is not a cursor of \`detect watch\`; delete it to begin at the end of the events.`,
  );
}

/** Puts the cursor in the place of the one before, at once. */
export async function writeCursor(path: string, { file, offset, lines }: Cursor): Promise<void> {
  const temporary = `${path}.new`;
  await rm(temporary, { force: true });
  const text = `${JSON.stringify({ v: VERSION, ...file, offset, lines })}\n`;
  await writeFile(temporary, text, { mode: 0o600, flag: 'wx' });
  await rename(temporary, path);
}

/** Returns where the file ends: behind its last complete line. */
export async function endOf(path: string): Promise<Place> {
  const handle = await open(path);
  try {
    const chunk = Buffer.alloc(CHUNK_LENGTH);
    let [at, offset, lines] = [0, 0, 0];
    for (;;) {
      const { bytesRead } = await handle.read(chunk, 0, CHUNK_LENGTH, at);
      if (bytesRead === 0) return { path, offset, lines };
      const octets = chunk.subarray(0, bytesRead);
      for (let feed = octets.indexOf(LINE_FEED); feed >= 0; feed = octets.indexOf(LINE_FEED, feed + 1)) {
        lines++;
        offset = at + feed + 1;
      }
      at += bytesRead;
    }
  } finally {
    await handle.close();
  }
}

/**
 * Returns the files to read one after the other, the last one being `path`: the one of the cursor from there on, then
 * those that a rotation made after it. Null when the file of the cursor is gone.
 */
export async function placesAfter(cursor: Cursor, path: string): Promise<readonly Place[] | null> {
  const { offset, lines } = cursor;
  const files = [...(await siblingsOf(path)), path];
  const likeness = await Promise.all(files.map((each) => likenessOf(cursor, each)));
  const found = likeness.indexOf(Math.max(...likeness, 1));
  const [first, ...later] = found < 0 ? [] : files.slice(found);
  if (first === undefined) return null;
  return [{ path: first, offset, lines }, ...later.map((each) => ({ path: each, offset: 0, lines: 0 }))];
}

/** 2 for the very file, 1 for a copy of it, 0 for another one. */
async function likenessOf({ file, offset }: Cursor, path: string): Promise<number> {
  const handle = await open(path).catch(() => null);
  if (handle === null) return 0;
  try {
    const found = await identityOf(handle);
    const isInPlace = found.device === file.device && found.inode === file.inode;
    if (file.firstLine === '') return isInPlace ? 2 : 0;
    if (found.firstLine !== file.firstLine || (await handle.stat()).size < offset) return 0;
    return isInPlace ? 2 : 1;
  } finally {
    await handle.close();
  }
}

/** What rotation leaves beside the file, such as `events.jsonl.1` and `events.jsonl-20260301`, the oldest first. */
async function siblingsOf(path: string): Promise<readonly string[]> {
  const name = basename(path);
  const names = (await readdir(dirname(path))).filter(
    (each) => new Set(['.', '-']).has(each.charAt(name.length)) && each.startsWith(name),
  );
  const found: { readonly path: string; readonly changedMs: number }[] = [];
  for (const each of names.slice(0, SIBLINGS_MAX)) {
    const sibling = join(dirname(path), each);
    const status = await stat(sibling).catch(() => null);
    if (status?.isFile() === true && !/\.(cursor|new|gz|xz|zst|bz2)$/.test(each)) {
      found.push({ path: sibling, changedMs: status.mtimeMs });
    }
  }
  return found
    .sort((a, b) => a.changedMs - b.changedMs || generationOf(b.path) - generationOf(a.path))
    .map((each) => each.path);
}

/** The number that a rotation counts up; it decides between files that changed within one tick of the clock. */
function generationOf(path: string): number {
  return Number(/\.(\d{1,4})$/.exec(path)?.[1] ?? 0);
}

async function readText(path: string): Promise<string | null> {
  try {
    const handle = await open(path);
    try {
      const status = await handle.stat();
      if (!status.isFile() || status.size > CURSOR_LENGTH_MAX) return '';
      return await handle.readFile('utf8');
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw new CommandFailure(EXIT.invalidFile, `Cannot read ${printable(path)}: ${systemReason(error)}.`, {
      cause: error,
    });
  }
}

function cursorOf(text: string): Cursor | undefined {
  const value = parse(text);
  if (typeof value !== 'object' || value === null) return undefined;
  const { v, device, inode, firstLine, offset, lines } = value as Readonly<Record<string, unknown>>;
  if (v !== VERSION || typeof device !== 'string' || typeof inode !== 'string') return undefined;
  if (typeof firstLine !== 'string' || !isCount(offset) || !isCount(lines)) return undefined;
  return { file: { device, inode, firstLine }, offset, lines };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The language reports malformed JSON by throwing; the caller says what the file should be.
    return undefined;
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
