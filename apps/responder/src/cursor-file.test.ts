// The progress of a delivery on a real disk.
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cursorFile } from './cursor-file.ts';
import { inTemporaryDirectory } from './directory-test-support.ts';

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
