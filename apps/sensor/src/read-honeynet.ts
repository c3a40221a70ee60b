/** Reads a honeynet from a honeyd.conf, whose includes are looked for beside it, or from a net.yaml. */
import { dirname, resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Diagnostic } from '@wormwood/base';
import { type Honeynet, parseHoneydConfiguration } from '@wormwood/honeynet';
import { checkHoneynetFile } from '@wormwood/files/honeynet';
import { readRegularText } from './read-file.ts';

/** A honeynet file that was read, with what is wrong with it. */
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
/** Of a configuration with all that it includes. */
const FILE_BYTES_MAX = 64 * 2 ** 20;

/** Throws the system's error, or one that says why it is refused, for the file itself; all else is a diagnostic. */
export function readHoneynet(path: string): HoneynetReading {
  const text = readRegularText(path, FILE_BYTES_MAX);
  if (NET_FILE.test(path)) {
    const check = checkHoneynetFile(text, path);
    return check.ok
      ? { honeynet: check.honeynet, diagnostics: [], text }
      : { honeynet: null, diagnostics: check.diagnostics, text };
  }
  const directory = dirname(resolve(path));
  let bytesLeft = FILE_BYTES_MAX - text.length;
  const { honeynet, diagnostics: found } = parseHoneydConfiguration({
    text,
    file: path,
    readInclude: (name) => {
      try {
        const value = readRegularText(resolve(directory, name), FILE_BYTES_MAX);
        bytesLeft -= value.length;
        if (bytesLeft < 0) throw new Error('all files together are larger than 64 MiB');
        return { ok: true, value };
      } catch (error) {
        return { ok: false, reason: error instanceof Error ? error.message : String(error) };
      }
    },
  });
  const diagnostics = found.map((diagnostic) =>
    diagnostic.file === path ? diagnostic : withoutContent(diagnostic),
  );
  const isUsable = diagnostics.every(({ severity }) => severity !== 'error');
  return { honeynet: isUsable ? honeynet : null, diagnostics, text };
}

/** A configuration may include any file that the sensor's first user can read: what stands there is not shown. */
function withoutContent(diagnostic: Diagnostic): Diagnostic {
  const { code, file } = diagnostic;
  return {
    ...diagnostic,
    message: `Here is a mistake of the kind ${code}; what an included file says is not shown.`,
    help: `See it with: wormwood net check ${file}`,
  };
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
