// Files that decide what is done: who may have written them, and what is not read at all.
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inTemporaryDirectory } from './directory-test-support.ts';
import { readBounded, readSecret, readTrusted, refuseUntrustedProgram } from './trusted-file.ts';

function inDirectory(body: (path: string, directory: string) => void): () => Promise<void> {
  return () =>
    inTemporaryDirectory(async (directory) => {
      const path = join(directory, 'file');
      writeFileSync(path, 'text\n', { mode: 0o644 });
      body(path, directory);
    });
}

describe('a file that decides', () => {
  it(
    'is read when only root and this user can write it; one that is not there is null',
    inDirectory((path, directory) => {
      expect(readTrusted(path)?.toString()).toBe('text\n');
      symlinkSync('file', join(directory, 'link'));
      expect(readTrusted(join(directory, 'link'))?.toString()).toBe('text\n');
      expect(readTrusted(join(directory, 'none'))).toBeNull();
      expect(readTrusted(join(path, 'below'))).toBeNull();
    }),
  );

  it.each([
    [0o664, 'can be written by its group'],
    [0o646, 'can be written by everybody'],
  ])('is refused with mode %o, and so is everything below a directory with it', (mode, reason) =>
    inDirectory((path, directory) => {
      chmodSync(path, mode);
      expect(() => readTrusted(path)).toThrow(`${path} ${reason}, so nothing is done.`);
      chmodSync(path, 0o644);
      chmodSync(directory, mode | 0o111);
      expect(() => readTrusted(path)).toThrow(`${directory} ${reason}, so nothing is done.`);
      chmodSync(directory, mode | 0o1111);
      expect(readTrusted(path)).not.toBeNull();
      chmodSync(directory, 0o700);
    })(),
  );

  it(
    'is refused when the directory that its link leads to can be written by others',
    inDirectory((path, directory) => {
      const open = join(directory, 'open');
      mkdirSync(open);
      writeFileSync(join(open, 'real'), 'x');
      chmodSync(open, 0o777);
      symlinkSync('open/real', join(directory, 'link'));
      expect(() => readTrusted(join(directory, 'link'))).toThrow(`${open} can be written by everybody`);
      expect(readTrusted(path)).not.toBeNull();
    }),
  );

  it.skipIf(process.getuid?.() !== 0)(
    'is refused when it belongs to another user',
    inDirectory((path) => {
      chownSync(path, 65_534, 65_534);
      expect(() => readTrusted(path)).toThrow(`${path} belongs to another user, so nothing is done.`);
    }),
  );

  it(
    'is refused in a sentence when it is a dangling link, a directory, a pipe, a device, endless or too long',
    inDirectory((path, directory) => {
      const named = (name: string): string => join(directory, name);
      symlinkSync('nothing', named('dangling'));
      symlinkSync('loop', named('loop'));
      mkdirSync(named('directory'));
      spawnSync('mkfifo', [named('pipe')]);
      symlinkSync('/dev/zero', named('device'));
      for (const read of [readTrusted, readBounded]) {
        expect(() => read(named('dangling'))).toThrow('is a link to a file that does not exist.');
        expect(() => read(named('loop'))).toThrow('cannot be read');
        for (const name of ['directory', 'pipe', 'device']) {
          expect(() => read(named(name)), name).toThrow(`${named(name)} is not a regular file.`);
        }
        expect(() => read(path, 4)).toThrow(`${path} is longer than 4 octets.`);
        expect(read(path, 5)?.toString()).toBe('text\n');
      }
      // Its size is said to be nothing, and it is long.
      expect(statSync('/proc/kallsyms').size).toBe(0);
      expect(() => readBounded('/proc/kallsyms', 1000)).toThrow('is longer than');
    }),
  );
});

describe('a secret', () => {
  it.each(['', '\n', 'one\ntwo\n', 'a\u0007b', 'ä', 'x'.repeat(1001)])('that is %j is refused', (text) =>
    inDirectory((path) => {
      writeFileSync(path, text);
      expect(() => readSecret(path)).toThrow(`${path} must hold one line`);
    })(),
  );

  it(
    'is the one line of its file',
    inDirectory((path) => {
      writeFileSync(path, 'Bearer abc\n');
      expect(readSecret(path)).toBe('Bearer abc');
    }),
  );
});

describe('a program', () => {
  it(
    'is refused when others can write it, or when it is none',
    inDirectory((path, directory) => {
      chmodSync(path, 0o755);
      expect(() => refuseUntrustedProgram(path)).not.toThrow();
      chmodSync(path, 0o775);
      expect(() => refuseUntrustedProgram(path)).toThrow('can be written by its group');
      expect(() => refuseUntrustedProgram(join(directory, 'none'))).toThrow('does not exist');
      chmodSync(directory, 0o755);
      expect(() => refuseUntrustedProgram(directory)).toThrow('is not a regular file');
    }),
  );
});
