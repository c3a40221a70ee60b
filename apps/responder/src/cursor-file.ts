/** The progress of a delivery: a small file that is replaced as a whole. */
import { open, readFile, rename } from 'node:fs/promises';
import { systemReason } from '@wormwood/base';
import { type CursorFile, DONE, failed } from '@wormwood/defense';

export function cursorFile(path: string): CursorFile {
  return {
    read: () => readFile(path, 'utf8').catch(() => null),
    async write(text) {
      try {
        const handle = await open(`${path}.new`, 'w', 0o600);
        try {
          await handle.writeFile(text);
          await handle.sync();
        } finally {
          await handle.close();
        }
        await rename(`${path}.new`, path);
        return DONE;
      } catch (error) {
        return failed(`${systemReason(error)}.`);
      }
    },
  };
}
