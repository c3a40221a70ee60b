/**
 * Results of cells in a directory: `cells.jsonl`, one JSON object a line, appended as cells are done. Two processes may append to
 * the same file, and a process may end in the middle of a line: a line that cannot be read counts as missing.
 */
import { closeSync, existsSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { CellResult, CellStore } from '@wormwood/study';
import { CommandFailure, EXIT, systemReason } from '../exit-code.ts';

const FILE = 'cells.jsonl';
const CHUNK_BYTES = 2 ** 20;
/** Results are synced to the disk at most this far apart. */
const SYNC_MS = 1000;

export interface DirectoryStore extends CellStore {
  /** Lines that could not be read. */
  readonly damaged: number;
  close(): void;
}

/** Returns a store that ends with the process. */
export function memoryStore(): CellStore {
  const kept = new Map<string, CellResult>();
  return { get: (id) => kept.get(id), put: (result) => void kept.set(result.id, result) };
}

/**
 * Opens the store of `directory`, which must exist, with the results of the directories `reused` beside its own. With
 * `isForced`, earlier results are not returned, and those that `put` adds replace them.
 */
export function openCellStore(
  directory: string,
  { reused, isForced }: { readonly reused: readonly string[]; readonly isForced: boolean },
): DirectoryStore {
  const path = join(directory, FILE);
  const kept = new Map<string, CellResult>();
  let damaged = 0;
  if (!isForced) {
    for (const from of [...reused.map((other) => cellsFileOf(other)), path]) damaged += readCells(from, kept);
  }
  let file: number;
  try {
    file = openSync(path, 'a+');
  } catch (error) {
    throw failed(path, error);
  }
  let isLineOpen = !endsLine(file);
  let syncedAt = performance.now();
  return {
    damaged,
    get: (id) => kept.get(id),
    put: (result) => {
      try {
        writeSync(file, `${isLineOpen ? '\n' : ''}${JSON.stringify(result)}\n`);
        isLineOpen = false;
        if (performance.now() - syncedAt >= SYNC_MS) {
          fsyncSync(file);
          syncedAt = performance.now();
        }
      } catch (error) {
        throw failed(path, error);
      }
      kept.set(result.id, result);
    },
    close: () => closeSync(file),
  };
}

function failed(path: string, error: unknown): CommandFailure {
  const kept = 'What was written before is kept; repeat the command to go on.';
  return new CommandFailure(EXIT.failed, `Cannot write ${path}: ${systemReason(error)}. ${kept}`, {
    cause: error,
  });
}

function cellsFileOf(directory: string): string {
  const path = join(directory, FILE);
  if (existsSync(path)) return path;
  throw new CommandFailure(
    EXIT.usage,
    `There are no cells in ${directory}: it has no ${FILE}. Name a directory written by sim sweep --out.`,
  );
}

/** Adds the results of a file to `kept`; returns how many lines are damaged. */
function readCells(path: string, kept: Map<string, CellResult>): number {
  if (!existsSync(path)) return 0;
  let damaged = 0;
  for (const line of linesOf(path)) {
    const result = resultOf(line);
    if (result === undefined) damaged++;
    else kept.set(result.id, result);
  }
  return damaged;
}

function* linesOf(path: string): Generator<string> {
  const file = openSync(path, 'r');
  const decoder = new TextDecoder();
  const octets = new Uint8Array(CHUNK_BYTES);
  let rest = '';
  try {
    for (;;) {
      const length = readSync(file, octets);
      const lines = (rest + decoder.decode(octets.subarray(0, length), { stream: length > 0 })).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line !== '') yield line;
      if (length === 0) break;
    }
    if (rest !== '') yield rest;
  } finally {
    closeSync(file);
  }
}

function resultOf(line: string): CellResult | undefined {
  try {
    const value = JSON.parse(line) as Partial<CellResult> | null;
    const isWhole =
      typeof value?.id === 'string' && typeof value.summary === 'object' && typeof value.runs === 'number';
    return isWhole ? (value as CellResult) : undefined;
  } catch {
    return undefined;
  }
}

function endsLine(file: number): boolean {
  const last = new Uint8Array(1);
  const { size } = fstatSync(file);
  return size === 0 || (readSync(file, last, 0, 1, size - 1) === 1 && last[0] === 10);
}
