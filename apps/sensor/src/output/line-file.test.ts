import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { missingForNamespaces } from '../namespace-test-support.ts';
import { LineFile } from './line-file.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'wormwood-lines-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

describe('a line file', () => {
  it('appends lines in their order', async () => {
    const path = join(directory, 'events.jsonl');
    writeFileSync(path, 'before\n');
    const file = await LineFile.open({ path, onTrouble: expect.unreachable });
    for (let i = 0; i < 1000; i++) file.write(`line ${i}\n`);
    await file.close();
    const expected = ['before', ...Array.from({ length: 1000 }, (_, i) => `line ${i}`), ''];
    expect(readFileSync(path, 'utf8').split('\n')).toEqual(expected);
  });

  it('writes by itself', async () => {
    const path = join(directory, 'events.jsonl');
    const file = await LineFile.open({ path, onTrouble: expect.unreachable });
    file.write('one\n');
    await expect.poll(() => readFileSync(path, 'utf8')).toBe('one\n');
    file.write('two\n');
    await expect.poll(() => readFileSync(path, 'utf8')).toBe('one\ntwo\n');
    await file.close();
  });

  it('loses no line when it is rotated', async () => {
    const path = join(directory, 'packet.log');
    const file = await LineFile.open({ path, onTrouble: expect.unreachable });
    file.write('a\n');
    renameSync(path, `${path}.1`);
    file.write('b\n');
    const reopened = file.reopen();
    file.write('c\n');
    await reopened;
    file.write('d\n');
    await file.close();
    const [old, next] = [readFileSync(`${path}.1`, 'utf8'), readFileSync(path, 'utf8')];
    expect(old + next).toBe('a\nb\nc\nd\n');
    expect(old).toContain('b');
    expect(next).toContain('d');
  });

  it('goes on in a new file while lines come without a pause', async () => {
    const path = join(directory, 'events.jsonl');
    const file = await LineFile.open({ path, onTrouble: expect.unreachable });
    let written = 0;
    let isOver = false;
    const flood = (): void => {
      if (isOver) return;
      file.write(`line ${written++}\n`);
      setImmediate(flood);
    };
    flood();
    renameSync(path, `${path}.1`);
    await file.reopen();
    isOver = true;
    await file.close();
    const lines = (readFileSync(`${path}.1`, 'utf8') + readFileSync(path, 'utf8')).split('\n');
    expect(lines).toEqual([...Array.from({ length: written }, (_, i) => `line ${i}`), '']);
  });

  it('keeps its file when a new one cannot be made', async () => {
    const path = join(directory, 'packet.log');
    const troubles: string[] = [];
    const file = await LineFile.open({ path, onTrouble: (sentence) => troubles.push(sentence) });
    renameSync(directory, `${directory}.moved`);
    await file.reopen();
    renameSync(`${directory}.moved`, directory);
    file.write('still here\n');
    await file.close();
    expect(troubles[0]).toContain('ENOENT');
    expect(readFileSync(path, 'utf8')).toBe('still here\n');
  });
});

describe.skipIf(missingForNamespaces('mount') !== null)('a line file on a full disk', () => {
  it('says so once, drops what is too much, and goes on when there is room', async () => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=128k', 'wormwood', directory]);
    try {
      const filler = join(directory, 'filler');
      const path = join(directory, 'events.jsonl');
      const troubles: string[] = [];
      const file = await LineFile.open({
        path,
        waitingBytesMax: 20_000,
        onTrouble: (sentence) => troubles.push(sentence),
      });
      writeFileSync(filler, new Uint8Array(100 * 1024));
      const line = (i: number): string => `${String(i).padStart(8, '0')}${'x'.repeat(91)}\n`;
      let written = 0;
      while (troubles.length === 0) {
        file.write(line(written++));
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      expect(troubles[0]).toContain('ENOSPC');
      for (let i = 0; i < 500; i++) file.write(line(written++));
      expect(file.dropped).toBeGreaterThan(0);
      rmSync(filler);
      await expect.poll(() => troubles.length, { timeout: 5000 }).toBe(2);
      expect(troubles[1]).toMatch(/can be written to again; \d+ lines were dropped/);
      await file.close();
      // Every line is whole, none is there twice, and only the last ones are missing.
      const kept = readFileSync(path, 'utf8').split('\n').slice(0, -1);
      expect(kept).toEqual(Array.from({ length: written - file.dropped }, (_, i) => line(i).trimEnd()));
    } finally {
      spawnSync('umount', [directory]);
    }
  });
});

describe('a line that was torn', () => {
  it('is ended before the next one is written', async () => {
    const path = join(directory, 'events.jsonl');
    writeFileSync(path, '{"v":1}\n{"v":1,"id":"01');
    const file = await LineFile.open({ path, onTrouble: expect.unreachable });
    file.write('{"v":2}\n');
    await file.close();
    expect(readFileSync(path, 'utf8')).toBe('{"v":1}\n{"v":1,"id":"01\n{"v":2}\n');
    const again = await LineFile.open({ path, onTrouble: expect.unreachable });
    again.write('{"v":3}\n');
    await again.close();
    expect(readFileSync(path, 'utf8').split('\n').slice(-3)).toEqual(['{"v":2}', '{"v":3}', '']);
  });

  it('of a device or an empty file is none', async () => {
    const path = join(directory, 'events.jsonl');
    for (const at of [path, '/dev/null']) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const file = await LineFile.open({ path: at, onTrouble: expect.unreachable });
      file.write('one\n');
      // oxlint-disable-next-line no-await-in-loop
      await file.close();
    }
    expect(readFileSync(path, 'utf8')).toBe('one\n');
  });
});

describe.skipIf(missingForNamespaces('mount') !== null)('a line that a full disk tears', () => {
  it('is written whole into the new file', async () => {
    const [full, roomy] = [join(directory, 'full'), join(directory, 'roomy')];
    execFileSync('mkdir', [full, roomy]);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8k', 'wormwood', full]);
    try {
      // The path leads to the full disk first, and elsewhere when the file is opened again.
      const link = join(directory, 'logs');
      symlinkSync(full, link);
      const troubles: string[] = [];
      const file = await LineFile.open({
        path: join(link, 'events.jsonl'),
        onTrouble: (sentence) => troubles.push(sentence),
      });
      for (let i = 0; i < 100; i++) file.write(`${String(i).padStart(199, '.')}\n`);
      await expect.poll(() => troubles.length).toBe(1);
      rmSync(link);
      symlinkSync(roomy, link);
      await file.reopen();
      await file.close();
      const [before, after] = [full, roomy].map((name) => readFileSync(join(name, 'events.jsonl'), 'utf8'));
      const whole = before!.slice(0, before!.lastIndexOf('\n') + 1);
      expect(before!.length).toBeGreaterThan(whole.length);
      expect(whole + after!).toBe(
        Array.from({ length: 100 }, (_, i) => `${String(i).padStart(199, '.')}\n`).join(''),
      );
    } finally {
      spawnSync('umount', [full]);
    }
  });
});
