/** Reads a honeynet from a honeyd.conf, whose includes are looked for beside it, or from a net.yaml. */
import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Diagnostic } from '@wormwood/base';
import { type Honeynet, parseHoneydConfiguration } from '@wormwood/honeynet';
import { checkHoneynetFile } from '@wormwood/files/honeynet';

export interface HoneynetReading {
  /** Null when a diagnostic is an error. */
  readonly honeynet: Honeynet | null;
  readonly diagnostics: readonly Diagnostic[];
  /** What was read, for showing diagnostics. */
  readonly text: string;
}

export type ApartAnswer =
  | { readonly reading: HoneynetReading }
  | { readonly failure: { readonly message: string; readonly code: string | undefined } };

/** Such names are of files in YAML or JSON; all others are in Honeyd's language. */
const NET_FILE = /\.(?:ya?ml|json)$/i;
const FILE_BYTES_MAX = 64 * 2 ** 20;

/** Throws the system's error when the file itself cannot be read; all else is a diagnostic. */
export function readHoneynet(path: string): HoneynetReading {
  const text = readText(path);
  if (NET_FILE.test(path)) {
    const check = checkHoneynetFile(text, path);
    return check.ok
      ? { honeynet: check.honeynet, diagnostics: [], text }
      : { honeynet: null, diagnostics: check.diagnostics, text };
  }
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

/**
 * The same in a thread of its own, made compact: the memory that reading takes is given back, and packets are answered
 * meanwhile. The text is there when there are diagnostics. Rejects with the system's error.
 */
export async function readHoneynetApart(path: string): Promise<HoneynetReading> {
  const worker = new Worker(new URL('honeynet-reader.js', import.meta.url), { workerData: path });
  try {
    const answer = await new Promise<ApartAnswer>((resolveWith, reject) => {
      worker.once('message', resolveWith).once('error', reject);
    });
    if ('reading' in answer) return answer.reading;
    throw Object.assign(new Error(answer.failure.message), { code: answer.failure.code });
  } finally {
    await worker.terminate();
  }
}

function readText(path: string): string {
  if (statSync(path).size > FILE_BYTES_MAX) throw new Error(`${path} is larger than 64 MiB`);
  return readFileSync(path, 'utf8');
}
