/**
 * The audit log on disk. `audit.jsonl` is the segment that is written; `audit-OFFSET.jsonl` are the ones before it, named
 * by the octets of the log that precede them. `audit.reserve` holds room for the ends of acts: when the disk is full, it
 * is given back piece by piece.
 */
import { createReadStream } from 'node:fs';
import { type FileHandle, link, open, readdir, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode, systemReason } from '@wormwood/base';
import {
  DONE,
  type Extent,
  type Failed,
  failed,
  type FileLine,
  type Outcome,
  type SegmentedFile,
} from '@wormwood/defense';

export interface AuditFile extends SegmentedFile {
  /** Returns the lines that were added since this was asked last, each a JSON object. */
  takeAdded(): readonly string[];
  close(): Promise<void>;
}

const CURRENT = 'audit.jsonl';
const NEW = 'audit.jsonl.new';
const RESERVE = 'audit.reserve';
const OLDER = /^audit-(\d{15})\.jsonl$/;
const SEGMENT_OCTETS_MAX = 4 * 2 ** 20;
const RESERVE_STEP_OCTETS = 65_536;
/** What a file system may need besides the octets of a line. */
const SLACK_OCTETS = 16_384;
const LINE_FEED = 0x0a;
/** Of a first line, in which the fields of a snapshot that are looked at stand first. */
const HEAD_OCTETS = 4096;
const FULL = new Set(['ENOSPC', 'EDQUOT']);

/** Opens the log of a directory for writing; it is made if there is none. */
export async function openAuditFile(
  directory: string,
  segmentOctetsMax: number = SEGMENT_OCTETS_MAX,
): Promise<AuditFile> {
  return new WrittenAuditFile(directory, segmentOctetsMax, await openCurrent(directory));
}

class WrittenAuditFile implements AuditFile {
  readonly segmentOctetsMax: number;
  readonly #directory: string;
  #current: Current;
  #added: string[] = [];

  constructor(directory: string, segmentOctetsMax: number, current: Current) {
    this.#directory = directory;
    this.segmentOctetsMax = segmentOctetsMax;
    this.#current = current;
  }

  takeAdded(): readonly string[] {
    const taken = this.#added;
    this.#added = [];
    return taken;
  }

  async extent(): Promise<Extent | Failed> {
    try {
      const found = await stat(join(this.#directory, CURRENT));
      if (found.ino !== (await this.#current.handle.stat()).ino) {
        const old = this.#current;
        this.#current = await openCurrent(this.#directory);
        await old.handle.close();
      }
      const { handle, startOffset } = this.#current;
      return { ok: true, startOffset, endOffset: startOffset + (await handle.stat()).size };
    } catch (error) {
      return failed(`The audit log cannot be read: ${systemReason(error)}.`);
    }
  }

  append(text: string): Promise<Outcome> {
    return attempt(async () => {
      const { handle } = this.#current;
      const { size } = await handle.stat();
      try {
        await handle.appendFile(text);
      } catch (error) {
        // A part of it may stand there.
        await handle.truncate(size);
        if (!FULL.has(errorCode(error) ?? '') || !(await this.#useReserve(Buffer.byteLength(text))))
          throw error;
        await handle.appendFile(text).catch(async (again: unknown) => {
          await handle.truncate(size);
          throw again;
        });
      }
      this.#added.push(...text.trimEnd().split('\n'));
    });
  }

  sync(): Promise<Outcome> {
    return attempt(() => this.#current.handle.datasync());
  }

  lines(fromOffset: number): AsyncIterable<FileLine> {
    return linesOfLog(this.#directory, fromOffset);
  }

  cut(offset: number): Promise<Outcome> {
    return attempt(async () => {
      const { handle, startOffset } = this.#current;
      await handle.truncate(offset - startOffset);
      await handle.sync();
    });
  }

  /** The old segment has two names for a moment, and the new one replaces one of them: no moment is without a log. */
  rotate(line: string): Promise<Outcome> {
    const [path, newPath] = [CURRENT, NEW].map((name) => join(this.#directory, name)) as [string, string];
    return attempt(async () => {
      const { handle, startOffset } = this.#current;
      await handle.sync();
      const made = await open(newPath, 'w', 0o600);
      try {
        await made.writeFile(line);
        await made.sync();
      } catch (error) {
        await unlink(newPath);
        throw error;
      } finally {
        await made.close();
      }
      const olderPath = join(this.#directory, `audit-${String(startOffset).padStart(15, '0')}.jsonl`);
      await link(path, olderPath).catch(async (error: unknown) => {
        // Left by a crash between the two steps, it is the same file.
        const isSame = errorCode(error) === 'EEXIST' && (await inodeOf(olderPath)) === (await inodeOf(path));
        if (!isSame) throw error;
      });
      await rename(newPath, path);
      await syncDirectory(this.#directory);
      const old = this.#current;
      this.#current = await openCurrent(this.#directory);
      await old.handle.close();
    });
  }

  /** Written out, since a file of holes reserves nothing. */
  reserve(octets: number): Promise<Outcome> {
    return attempt(async () => {
      const wanted = Math.ceil(octets / RESERVE_STEP_OCTETS) * RESERVE_STEP_OCTETS;
      const path = join(this.#directory, RESERVE);
      const size = await sizeOf(path);
      if (size >= wanted) return;
      const handle = await open(path, 'a', 0o600);
      try {
        await handle.appendFile(Buffer.alloc(wanted - size));
        await handle.sync();
      } catch (error) {
        await handle.truncate(size);
        throw error;
      } finally {
        await handle.close();
      }
    });
  }

  close(): Promise<void> {
    return this.#current.handle.close();
  }

  /** Gives back as much as a text needs; false if there is nothing left. */
  async #useReserve(octets: number): Promise<boolean> {
    const path = join(this.#directory, RESERVE);
    const size = await sizeOf(path);
    if (size === 0) return false;
    const handle = await open(path, 'r+');
    try {
      await handle.truncate(Math.max(0, size - octets - SLACK_OCTETS));
      await handle.sync();
    } finally {
      await handle.close();
    }
    return true;
  }
}

/** The log as whoever only looks at it has it; one that does not exist is empty. */
export interface AuditReader {
  /** Yields the lines of all segments from this offset on. */
  lines(fromOffset: number): AsyncIterable<FileLine>;
  /** Yields the lines of the present segment, which begins with all state. */
  presentLines(): AsyncIterable<FileLine>;
  /** Syncs what was written and returns where it ends: what stands before survives a loss of power, whoever wrote it. */
  syncedOffset(): Promise<number>;
  /** Returns the identifier of the first entry of the log, which names it; null for an empty one. */
  identity(): Promise<string | null>;
}

export function auditReader(directory: string): AuditReader {
  return {
    lines: (fromOffset) => linesOfLog(directory, fromOffset),
    presentLines: () => presentLines(directory),
    async syncedOffset() {
      const current = await openToRead(directory);
      if (current === null) return 0;
      try {
        const { size } = await current.handle.stat();
        await current.handle.datasync();
        return current.startOffset + size;
      } finally {
        await current.handle.close();
      }
    },
    async identity() {
      const current = await openToRead(directory);
      await current?.handle.close();
      return current?.log ?? null;
    },
  };
}

/** The segment that is written. */
interface Current {
  readonly handle: FileHandle;
  readonly startOffset: number;
  /** Identifier of the first entry of the log; null while there is none. */
  readonly log: string | null;
}

async function openCurrent(directory: string): Promise<Current> {
  const path = join(directory, CURRENT);
  const isNew = (await stat(path).catch((error: unknown) => errorCode(error))) === 'ENOENT';
  const handle = await open(path, 'a+', 0o600);
  // A file that was just made is itself lost with its directory's entry.
  if (isNew) await syncDirectory(directory);
  return { handle, ...(await readHead(handle)) };
}

async function openToRead(directory: string): Promise<Current | null> {
  const handle = await open(join(directory, CURRENT), 'r').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  });
  return handle === null ? null : { handle, ...(await readHead(handle)) };
}

/** A segment that begins with a snapshot says where it begins and which log it is of; the first begins at 0. */
async function readHead(handle: FileHandle): Promise<Omit<Current, 'handle'>> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_OCTETS), 0, HEAD_OCTETS, 0);
  const text = buffer.toString('utf8', 0, bytesRead);
  const snapshot = /^\{[^\n]*?"event":"log\.snapshot"[^\n]*?"log":"([0-9a-f-]{36})","offset":(\d+),/.exec(
    text,
  );
  if (snapshot !== null) return { startOffset: Number(snapshot[2]), log: snapshot[1] ?? null };
  const first = /^\{"v":1,"id":"([0-9a-f-]{36})",[^\n]*\n/.exec(text);
  return { startOffset: 0, log: first?.[1] ?? null };
}

async function* presentLines(directory: string): AsyncIterable<FileLine> {
  const current = await openToRead(directory);
  if (current === null) return;
  try {
    yield* linesOfSegment(current.handle, current.startOffset, current.startOffset);
  } finally {
    await current.handle.close();
  }
}

/** The present segment is opened first: should it be closed meanwhile, it is read to its end under its old name. */
async function* linesOfLog(directory: string, fromOffset: number): AsyncIterable<FileLine> {
  const current = await openToRead(directory);
  if (current === null) return;
  try {
    const { handle, startOffset } = current;
    if (fromOffset < startOffset) {
      const { ino } = await handle.stat();
      for (const { path, start } of await olderSegments(directory, ino)) {
        const size = await sizeOf(path);
        if (start >= startOffset || start + size <= fromOffset) continue;
        const older = await open(path, 'r');
        try {
          yield* linesOfSegment(older, start, fromOffset);
        } finally {
          await older.close();
        }
      }
    }
    yield* linesOfSegment(handle, startOffset, fromOffset);
  } finally {
    await current.handle.close();
  }
}

async function olderSegments(
  directory: string,
  currentInode: number,
): Promise<readonly { readonly path: string; readonly start: number }[]> {
  const segments: { path: string; start: number }[] = [];
  for (const name of (await readdir(directory)).sort()) {
    const match = OLDER.exec(name);
    const path = join(directory, name);
    // A crash may have left the present one with two names.
    if (match === null || (await stat(path)).ino === currentInode) continue;
    segments.push({ path, start: Number(match[1]) });
  }
  return segments;
}

async function* linesOfSegment(
  handle: FileHandle,
  startOffset: number,
  fromOffset: number,
): AsyncIterable<FileLine> {
  const decoder = new TextDecoder();
  const start = Math.max(0, fromOffset - startOffset);
  let offset = startOffset + start;
  let rest: Buffer = Buffer.alloc(0);
  // The size of the moment: what another process adds meanwhile is for the next reading.
  const { size } = await handle.stat();
  if (size <= start) return;
  const stream = createReadStream('', { fd: handle, start, end: size - 1, autoClose: false });
  for await (const chunk of stream) {
    let octets = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer]);
    for (let end = octets.indexOf(LINE_FEED); end >= 0; end = octets.indexOf(LINE_FEED)) {
      offset += end + 1;
      yield { text: decoder.decode(octets.subarray(0, end)), endOffset: offset, ended: true };
      octets = octets.subarray(end + 1);
    }
    rest = octets;
  }
  if (rest.length > 0) {
    yield { text: decoder.decode(rest), endOffset: offset + rest.length, ended: false };
  }
}

async function attempt(work: () => Promise<unknown>): Promise<Outcome> {
  try {
    await work();
    return DONE;
  } catch (error) {
    return failed(`${systemReason(error)}.`);
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  await directory.sync();
  await directory.close();
}

async function inodeOf(path: string): Promise<number> {
  return (await stat(path)).ino;
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}
