/** Reads a honeynet from a file; what it includes is looked for beside it. */
import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Diagnostic } from '@wormwood/base';
import { type Honeynet, parseHoneydConfiguration } from '@wormwood/honeynet';

export interface HoneynetReading {
  /** Null when a diagnostic is an error. */
  readonly honeynet: Honeynet | null;
  readonly diagnostics: readonly Diagnostic[];
  /** What was read, for showing diagnostics. */
  readonly text: string;
}

const FILE_BYTES_MAX = 64 * 2 ** 20;

/** Throws the system's error when the file itself cannot be read; all else is a diagnostic. */
export function readHoneynet(path: string): HoneynetReading {
  const text = readText(path);
  const directory = dirname(resolve(path));
  const { honeynet, diagnostics } = parseHoneydConfiguration({
    text,
    file: path,
    readInclude: (name) => {
      try {
        return { ok: true, value: readText(resolve(directory, name)) };
      } catch (error) {
        return { ok: false, reason: error instanceof Error ? error.message : String(error) };
      }
    },
  });
  const isUsable = diagnostics.every(({ severity }) => severity !== 'error');
  return { honeynet: isUsable ? honeynet : null, diagnostics, text };
}

function readText(path: string): string {
  if (statSync(path).size > FILE_BYTES_MAX) throw new Error(`${path} is larger than 64 MiB`);
  return readFileSync(path, 'utf8');
}
