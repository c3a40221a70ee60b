/** Writes a set of files into a directory; each appears whole or not at all. */
import { randomUUID } from 'node:crypto';
import { constants, rmSync } from 'node:fs';
import { access, mkdir, open, rename, rm, stat } from 'node:fs/promises';
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
  return directory;
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
 * Writes all files under temporary names, then renames each into place. If one cannot be written, none is renamed and the
 * temporary files are removed; the error says which file failed and why.
 */
export async function saveFiles(directory: string, files: readonly OutputFile[]): Promise<void> {
  const temporary = join(directory, `.wormwood-${randomUUID()}`);
  const removeAtExit = (): void => rmSync(temporary, { recursive: true, force: true });
  let current = directory;
  try {
    // A second Ctrl-C may end the program here.
    process.once('exit', removeAtExit);
    await mkdir(temporary);
    for (const file of files) {
      current = join(directory, file.name);
      await writeSynced(join(temporary, file.name), file.content);
    }
    for (const file of files) {
      current = join(directory, file.name);
      await rename(join(temporary, file.name), current);
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
