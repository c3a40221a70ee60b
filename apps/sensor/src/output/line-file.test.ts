import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
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
