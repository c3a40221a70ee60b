/** Writes a set of files into a directory; each appears whole or not at all. */
import { randomUUID } from 'node:crypto';
import { constants, rmSync } from 'node:fs';
import { access, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { CommandFailure, errorCode, EXIT, systemReason } from '../exit-code.ts';

export interface OutputFile {
  /** File name without a directory. */
  readonly name: string;
  readonly content: string | Uint8Array;
}

/**
 * Creates the directory with its parents and checks that it is writable. Called before a long run, so that a wrong path does
 * not waste hours of work.
 */
export async function prepareDirectory(path: string): Promise<string> {
  const directory = resolve(path);
  const found = await stat(directory).catch(() => undefined);
  if (found !== undefined && !found.isDirectory()) {
    throw new CommandFailure(EXIT.usage, `--out ${path} is a file; name a directory.`);
  }
  try {
    if (found === undefined) await makeDirectory(directory);
    await access(directory, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new CommandFailure(EXIT.failed, `Cannot write into ${path}: ${systemReason(error)}.`, {
      cause: error,
    });
  }
  if ((await earlierFiles(directory)) === null) {
    const advice = 'name another directory, or remove that run';
    throw new CommandFailure(
      EXIT.usage,
      `--out ${path} holds a run that does not say which files are its own; ${advice}.`,
    );
  }
  return directory;
}

const REPORT = 'report.html';
const FILE_LIST = 'wormwood-files';
const FILE_LIST_TAG = new RegExp(`<meta name="${FILE_LIST}" content="([^"]*)">`);
/** File names as commands make them: none leads out of the directory. */
const FILE_NAME = /^[\w-][\w.-]*$/;

/** Returns the report with the names of all files beside it, so that the next run can replace the whole of this one. */
export function withFileList({ name, content }: OutputFile, files: readonly OutputFile[]): OutputFile {
  if (name !== REPORT || typeof content !== 'string') return { name, content };
  const names = files.map((file) => file.name).join(' ');
  return { name, content: content.replace('<head>', `<head><meta name="${FILE_LIST}" content="${names}">`) };
}

/** Returns the files of the run that a directory holds: none where it holds no run, null where nothing says which. */
async function earlierFiles(directory: string): Promise<readonly string[] | null> {
  const report = await readFile(join(directory, REPORT), 'utf8').catch(() => null);
  if (report === null) return [];
  const [, names] = FILE_LIST_TAG.exec(report.slice(0, 10_000)) ?? [];
  return names === undefined ? null : names.split(' ').filter((name) => FILE_NAME.test(name));
}

/** Like `mkdir` with `recursive`, which never returns on file systems that refuse without a reason, such as /proc. */
async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const isParentMissing = errorCode(error) === 'ENOENT' && (await isMissing(dirname(path)));
    if (!isParentMissing) throw error;
    await makeDirectory(dirname(path));
    await mkdir(path);
  }
}

async function isMissing(path: string): Promise<boolean> {
  return stat(path).then(
    () => false,
    (error: unknown) => errorCode(error) === 'ENOENT',
  );
}

/**
 * Writes all files under temporary names, then renames each into place and removes what is left of the run that was there. If
 * one cannot be written, none is renamed and the temporary files are removed; the error says which file failed and why.
 */
export async function saveFiles(directory: string, files: readonly OutputFile[]): Promise<void> {
  const temporary = join(directory, `.wormwood-${randomUUID()}`);
  const removeAtExit = (): void => rmSync(temporary, { recursive: true, force: true });
  let current = directory;
  try {
    // A second Ctrl-C may end the program here.
    process.once('exit', removeAtExit);
    await mkdir(temporary);
    const earlier = (await earlierFiles(directory)) ?? [];
    for (const file of files) {
      current = join(directory, file.name);
      await writeSynced(join(temporary, file.name), withFileList(file, files).content);
    }
    for (const file of files) {
      current = join(directory, file.name);
      await rename(join(temporary, file.name), current);
    }
    const names = new Set(files.map(({ name }) => name));
    // A command that writes no report adds to what is there.
    if (names.has(REPORT)) {
      for (const name of earlier) if (!names.has(name)) await rm(join(directory, name), { force: true });
    }
  } catch (error) {
    const kept =
      errorCode(error) === 'ENOSPC' ? ' Nothing was left half-written; free some space and repeat.' : '';
    throw new CommandFailure(EXIT.failed, `Cannot write ${current}: ${systemReason(error)}.${kept}`, {
      cause: error,
    });
  } finally {
    // A disk that is full or gone must not hide the first error.
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    process.off('exit', removeAtExit);
  }
}

/** Some file systems report a full disk only when the data is synced. */
async function writeSynced(path: string, content: string | Uint8Array): Promise<void> {
  const handle = await open(path, 'wx');
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
