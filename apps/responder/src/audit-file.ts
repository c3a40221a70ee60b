/**
 * The files of a state directory that this program writes. The audit log: lines are added at its end, synced, read from any
 * offset, and a torn end is cut off. The progress of a delivery: replaced as a whole.
 */
import { createReadStream } from 'node:fs';
import { type FileHandle, open, readFile, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorCode, systemReason } from '@wormwood/base';
import {
  type AppendOnlyFile,
  type CursorFile,
  DONE,
  failed,
  type FileLine,
  type Outcome,
} from '@wormwood/defense';

export interface AuditFile extends AppendOnlyFile {
  /** Returns the lines that were added since this was asked last, each a JSON object. */
  takeAdded(): readonly string[];
  close(): Promise<void>;
}

const LINE_FEED = 0x0a;

/** Opens the log for writing; it is made if there is none. */
export async function openAuditFile(path: string): Promise<AuditFile> {
  const isNew = await isMissing(path);
  const handle = await open(path, 'a', 0o600);
  if (isNew) await syncDirectory(dirname(path));
  let added: string[] = [];
  return {
    takeAdded() {
      const taken = added;
      added = [];
      return taken;
    },
    append: (text) =>
      attempt(async () => {
        await handle.appendFile(text);
        added.push(...text.trimEnd().split('\n'));
      }),
    sync: () => attempt(() => handle.datasync()),
    lines: (fromOffset) => linesOfFile(path, fromOffset),
    cut: (offset) => attempt(() => cut(handle, offset)),
    close: () => handle.close(),
  };
}

/** Syncs the log and returns its size: what stands there survives a loss of power, whoever wrote it. */
export async function syncedSize(path: string): Promise<number> {
  if (await isMissing(path)) return 0;
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    await handle.datasync();
    return size;
  } finally {
    await handle.close();
  }
}

/** Returns a small file that is replaced as a whole. */
export function cursorFile(path: string): CursorFile {
  return {
    read: () => readFile(path, 'utf8').catch(() => null),
    write: (text) =>
      attempt(async () => {
        const handle = await open(`${path}.new`, 'w', 0o600);
        await handle.writeFile(text);
        await handle.sync();
        await handle.close();
        await rename(`${path}.new`, path);
      }),
  };
}

/** Returns the log as whoever only looks at it has it; one that does not exist is empty. */
export function auditFileToRead(path: string): AppendOnlyFile {
  const refuse = async (): Promise<Outcome> => failed('The log was opened to be read.');
  return { append: refuse, sync: refuse, cut: refuse, lines: (offset) => linesOfFile(path, offset) };
}

async function attempt(work: () => Promise<unknown>): Promise<Outcome> {
  try {
    await work();
    return DONE;
  } catch (error) {
    return failed(`${systemReason(error)}.`);
  }
}

async function cut(handle: FileHandle, offset: number): Promise<void> {
  await handle.truncate(offset);
  await handle.sync();
}

/** A file that was just made is itself lost with its directory's entry. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  await directory.sync();
  await directory.close();
}

async function isMissing(path: string): Promise<boolean> {
  const found = await stat(path).catch((error: unknown) => errorCode(error));
  return found === 'ENOENT';
}

async function* linesOfFile(path: string, fromOffset: number): AsyncIterable<FileLine> {
  if (await isMissing(path)) return;
  const decoder = new TextDecoder();
  let offset = fromOffset;
  let rest = Buffer.alloc(0);
  for await (const chunk of createReadStream(path, { start: fromOffset })) {
    let octets = Buffer.concat([rest, chunk as Buffer]);
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
