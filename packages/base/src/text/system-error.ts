/** What a system call reports, in words: one table for every program that opens files and sockets. */

const systemErrors: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOENT: 'no such file or directory',
  ENOTDIR: 'a part of the path is not a directory',
  EISDIR: 'it is a directory',
  EEXIST: 'it exists already',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  EMFILE: 'too many open files',
  ENAMETOOLONG: 'the name is too long',
  EFBIG: 'the file would be larger than allowed',
  EIO: 'the device reported an error',
};

/** Returns what went wrong in a system call, in words; the error's own message where there are none. */
export function systemReason(error: unknown): string {
  const code = errorCode(error);
  const words = code === undefined ? undefined : systemErrors[code];
  if (words !== undefined) return words;
  return error instanceof Error ? error.message : String(error);
}

/** Returns the `code` of a Node error (`ENOENT`), or undefined. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
