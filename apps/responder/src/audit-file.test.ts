// The audit log on a real disk: lines, torn ends, segments, and room for the ends of acts when the disk is full.
import { spawnSync } from 'node:child_process';
import { existsSync, linkSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { auditReader, openAuditFile } from './audit-file.ts';
import { inTemporaryDirectory } from './directory-test-support.ts';

const LOG = '01890000-0000-7000-8000-000000000001';

async function linesFrom(
  directory: string,
  offset: number,
): Promise<readonly { text: string; endOffset: number }[]> {
  const lines = [];
  for await (const { text, endOffset, ended } of auditReader(directory).lines(offset)) {
    lines.push({ text: ended ? text : `${text} (torn)`, endOffset });
  }
  return lines;
}

function snapshot(offset: number): string {
  return `{"v":1,"id":"x","event":"log.snapshot","log":"${LOG}","offset":${offset},"state":"{}"}`;
}

describe('the file of the audit log', () => {
  it('gives the lines that were added, from any line on, however long and in whatever letters', async () => {
    await inTemporaryDirectory(async (parent) => {
      let count = 0;
      const line = fc.oneof(
        fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\n', ' ')),
        // Around the size in which the system reads files.
        fc.integer({ min: 65_530, max: 65_540 }).map((length) => 'ä'.repeat(length / 2)),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 6 }), fc.nat(), async (texts, pick) => {
          const directory = join(parent, String(count++));
          spawnSync('mkdir', [directory]);
          const file = await openAuditFile(directory);
          for (const text of texts) expect(await file.append(`${text}\n`)).toEqual({ ok: true });
          expect(await file.sync()).toEqual({ ok: true });
          const all = await linesFrom(directory, 0);
          expect(all.map(({ text }) => text)).toEqual(texts.map((text) => Buffer.from(text).toString()));
          expect(all.at(-1)?.endOffset).toBe(await auditReader(directory).syncedOffset());
          const from = pick % texts.length;
          expect(await linesFrom(directory, all[from]?.endOffset ?? 0)).toEqual(all.slice(from + 1));
          await file.close();
        }),
        { numRuns: 30 },
      );
    });
  });

  it('shows a torn end as such, and loses exactly what is cut off', async () => {
    await inTemporaryDirectory(async (directory) => {
      const path = join(directory, 'audit.jsonl');
      writeFileSync(path, 'one\ntwo\nthr');
      expect(await linesFrom(directory, 0)).toEqual([
        { text: 'one', endOffset: 4 },
        { text: 'two', endOffset: 8 },
        { text: 'thr (torn)', endOffset: 11 },
      ]);
      const file = await openAuditFile(directory);
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
      expect(await linesFrom(directory, 0)).toEqual([]);
      expect(await auditReader(directory).syncedOffset()).toBe(0);
      expect(await auditReader(directory).identity()).toBeNull();
      expect(readdirSync(directory)).toEqual([]);
    });
  });
});

describe('segments', () => {
  it('are one log to whoever reads it, under offsets that go on; a writer sees that another began one', async () => {
    await inTemporaryDirectory(async (directory) => {
      const [one, other] = [await openAuditFile(directory), await openAuditFile(directory)];
      await one.append(`{"v":1,"id":"${LOG}","x":"ä"}\n`);
      const first = await one.extent();
      expect(first).toEqual({ ok: true, startOffset: 0, endOffset: 61 });
      expect(await one.rotate(`${snapshot(61)}\n`)).toEqual({ ok: true });
      expect(readdirSync(directory).sort()).toEqual(['audit-000000000000000.jsonl', 'audit.jsonl']);
      const length = snapshot(61).length + 1;
      for (const file of [one, other]) {
        expect(await file.extent()).toEqual({ ok: true, startOffset: 61, endOffset: 61 + length });
      }
      await other.append('more\n');
      expect(await one.rotate(`${snapshot(61 + length + 5)}\n`)).toEqual({ ok: true });
      const all = await linesFrom(directory, 0);
      expect(all.map(({ text }) => text)).toEqual([
        `{"v":1,"id":"${LOG}","x":"ä"}`,
        snapshot(61),
        'more',
        snapshot(61 + length + 5),
      ]);
      expect(all.map(({ endOffset }) => endOffset)).toEqual([
        61,
        61 + length,
        61 + length + 5,
        61 + length + 5 + snapshot(61 + length + 5).length + 1,
      ]);
      for (const [index, { endOffset }] of all.entries()) {
        expect(await linesFrom(directory, endOffset)).toEqual(all.slice(index + 1));
      }
      expect(await auditReader(directory).identity()).toBe(LOG);
      await Promise.all([one.close(), other.close()]);
    });
  });

  it('are not read twice, nor lost, when a crash came between the two names of one', async () => {
    await inTemporaryDirectory(async (directory) => {
      const file = await openAuditFile(directory);
      await file.append('one\n');
      linkSync(join(directory, 'audit.jsonl'), join(directory, 'audit-000000000000000.jsonl'));
      writeFileSync(join(directory, 'audit.jsonl.new'), 'half a li');
      expect((await linesFrom(directory, 0)).map(({ text }) => text)).toEqual(['one']);
      expect(await file.rotate(`${snapshot(4)}\n`)).toEqual({ ok: true });
      expect((await linesFrom(directory, 0)).map(({ text }) => text)).toEqual(['one', snapshot(4)]);
      await file.close();
    });
  });

  it('never take the place of a file that is not theirs', async () => {
    await inTemporaryDirectory(async (directory) => {
      const file = await openAuditFile(directory);
      await file.append('one\n');
      writeFileSync(join(directory, 'audit-000000000000000.jsonl'), 'something else\n');
      expect(await file.rotate(`${snapshot(4)}\n`)).toMatchObject({ ok: false });
      expect(readFileSync(join(directory, 'audit.jsonl'), 'utf8')).toBe('one\n');
      await file.close();
    });
  });
});

describe('the reserve', () => {
  const reason =
    spawnSync('unshare', ['-rm', 'true']).status === 0 ? undefined : 'no user namespaces for a small disk';
  if (reason !== undefined) {
    if (process.env['WORMWOOD_REQUIRE_ALL'] === '1') throw new Error(reason);
    console.log(`the reserve is not tested: ${reason}`);
  }

  it('holds what it promises in blocks, and grows in steps', async () => {
    await inTemporaryDirectory(async (directory) => {
      const file = await openAuditFile(directory);
      expect(await file.reserve(70_000)).toEqual({ ok: true });
      const { size, blocks } = statSync(join(directory, 'audit.reserve'));
      expect(size).toBe(131_072);
      expect(512 * blocks).toBeGreaterThanOrEqual(size);
      expect(await file.reserve(1)).toEqual({ ok: true });
      expect(statSync(join(directory, 'audit.reserve')).size).toBe(131_072);
      await file.close();
    });
  });

  it.skipIf(reason !== undefined)(
    'lets lines be added to a full disk, as many octets as were reserved',
    async () => {
      await inTemporaryDirectory(async (directory) => {
        const source = new URL('./audit-file.ts', import.meta.url).pathname
          .replace('/src/', '/dist/')
          .replace(/ts$/, 'js');
        if (!existsSync(source)) throw new Error('the program is to be built first');
        const script = `
        import { openAuditFile } from ${JSON.stringify(source)};
        import { spawnSync } from 'node:child_process';
        const file = await openAuditFile('/mnt');
        const line = 'x'.repeat(999) + '\\n';
        const before = (await file.reserve(100_000)).ok;
        spawnSync('dd', ['if=/dev/zero', 'of=/mnt/filler', 'bs=4k']);
        let count = 0;
        while ((await file.append(line)).ok) count++;
        console.log(JSON.stringify([before, count, (await file.reserve(100_000)).ok]));
      `;
        writeFileSync(join(directory, 'script.mjs'), script);
        const command = `mount -t tmpfs -o size=512k none /mnt && '${process.execPath}' '${directory}/script.mjs'`;
        const { stdout } = spawnSync('unshare', ['-rm', 'sh', '-c', command], { encoding: 'utf8' });
        const [before, count, after] = JSON.parse(stdout) as [boolean, number, boolean];
        expect([before, after]).toEqual([true, false]);
        expect(count).toBeGreaterThanOrEqual(100);
      });
    },
  );
});
