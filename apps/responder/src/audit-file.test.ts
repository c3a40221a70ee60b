// The files that `respond` keeps, on a real disk.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { auditFileToRead, cursorFile, openAuditFile, syncedSize } from './audit-file.ts';
import { inTemporaryDirectory } from './directory-test-support.ts';

async function linesFrom(
  path: string,
  offset: number,
): Promise<readonly { text: string; endOffset: number }[]> {
  const lines = [];
  for await (const { text, endOffset, ended } of auditFileToRead(path).lines(offset)) {
    lines.push({ text: ended ? text : `${text} (torn)`, endOffset });
  }
  return lines;
}

describe('the file of the audit log', () => {
  it('gives the lines that were added, from any line on, however long and in whatever letters', async () => {
    await inTemporaryDirectory(async (directory) => {
      let count = 0;
      const line = fc.oneof(
        fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\n', ' ')),
        // Around the size in which the system reads files.
        fc.integer({ min: 65_530, max: 65_540 }).map((length) => 'ä'.repeat(length / 2)),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 6 }), fc.nat(), async (texts, pick) => {
          const path = join(directory, String(count++));
          const file = await openAuditFile(path);
          for (const text of texts) expect(await file.append(`${text}\n`)).toEqual({ ok: true });
          expect(await file.sync()).toEqual({ ok: true });
          const all = await linesFrom(path, 0);
          expect(all.map(({ text }) => text)).toEqual(texts.map((text) => Buffer.from(text).toString()));
          expect(all.at(-1)?.endOffset).toBe(await syncedSize(path));
          const from = pick % texts.length;
          expect(await linesFrom(path, all[from]?.endOffset ?? 0)).toEqual(all.slice(from + 1));
          await file.close();
        }),
        { numRuns: 30 },
      );
    });
  });

  it('shows a torn end as such, and loses exactly what is cut off', async () => {
    await inTemporaryDirectory(async (directory) => {
      const path = join(directory, 'log');
      writeFileSync(path, 'one\ntwo\nthr');
      expect(await linesFrom(path, 0)).toEqual([
        { text: 'one', endOffset: 4 },
        { text: 'two', endOffset: 8 },
        { text: 'thr (torn)', endOffset: 11 },
      ]);
      const file = await openAuditFile(path);
      expect(await file.cut(8)).toEqual({ ok: true });
      await file.append('three\n');
      await file.close();
      expect(readFileSync(path, 'utf8')).toBe('one\ntwo\nthree\n');
      expect(file.takeAdded()).toEqual(['three']);
      expect(file.takeAdded()).toEqual([]);
    });
  });

  it('that does not exist is empty to whoever reads, and is not made by reading', async () => {
    await inTemporaryDirectory(async (directory) => {
      const path = join(directory, 'log');
      expect(await linesFrom(path, 0)).toEqual([]);
      expect(await syncedSize(path)).toBe(0);
      expect(existsSync(path)).toBe(false);
      expect(await auditFileToRead(path).append('x\n')).toMatchObject({ ok: false });
    });
  });

  it.skipIf(!existsSync('/dev/full'))('says that the disk is full', async () => {
    const file = await openAuditFile('/dev/full');
    expect(await file.append('one\n')).toEqual({ ok: false, reason: 'the disk is full.' });
    expect(file.takeAdded()).toEqual([]);
    await file.close();
  });
});

describe('the progress of a delivery', () => {
  it('is what was written last, and nothing at first', async () => {
    await inTemporaryDirectory(async (directory) => {
      const cursor = cursorFile(join(directory, 'cursor'));
      expect(await cursor.read()).toBeNull();
      expect(await cursor.write('one')).toEqual({ ok: true });
      expect(await cursor.write('two')).toEqual({ ok: true });
      expect(await cursor.read()).toBe('two');
      const nowhere = cursorFile(join(directory, 'none', 'cursor'));
      expect(await nowhere.write('one')).toMatchObject({ ok: false });
    });
  });
});
