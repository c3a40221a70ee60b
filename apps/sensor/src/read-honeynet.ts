/** Reads a honeynet from a honeyd.conf, whose includes are looked for beside it, or from a net.yaml. */
import { dirname, resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import { type Diagnostic, printable } from '@wormwood/base';
import {
  type Finding,
  findingsOf,
  type Honeynet,
  parseHoneydConfiguration,
  type Places,
} from '@wormwood/honeynet';
import { checkHoneynetFile } from '@wormwood/files/honeynet';
import { commandFindings, scriptTextOf } from './process/command-check.ts';
import { SCRIPT_USER_DEFAULT } from './process/script-users.ts';
import { readRegularText } from './read-file.ts';

/** A honeynet file that was read, with what is wrong with it. */
export interface HoneynetReading {
  /** Null when a diagnostic is an error. */
  readonly honeynet: Honeynet | null;
  readonly diagnostics: readonly Diagnostic[];
  /** What could be read, whatever is wrong; null: nothing could. Only for further checks. */
  readonly draft: Honeynet | null;
  /** What was read, for showing diagnostics. */
  readonly text: string;
}

export interface ApartQuestion {
  readonly path: string;
  readonly answersEdges: boolean;
}

export type ApartAnswer =
  | { readonly reading: HoneynetReading }
  | { readonly failure: { readonly message: string; readonly code: string | undefined } };

/** Such names are of files in YAML or JSON; all others are in Honeyd's language. */
const NET_FILE = /\.(?:ya?ml|json)$/i;
/** Of a configuration with all that it includes. */
const FILE_BYTES_MAX = 64 * 2 ** 20;

/**
 * Throws the system's error, or one that says why it is refused, for the file itself; all else is a diagnostic.
 * `answersEdges`: the first and the last address of bound networks answer, too. `further`: checks beside those of the
 * file itself.
 */
export function readHoneynet(path: string, answersEdges = false, further?: FurtherCheck): HoneynetReading {
  const text = readRegularText(path, FILE_BYTES_MAX);
  const directory = dirname(resolve(path));
  if (NET_FILE.test(path)) {
    const check = checkHoneynetFile(text, path);
    return readingOf({ ...check, text, path, directory }, answersEdges, further);
  }
  let bytesLeft = FILE_BYTES_MAX - text.length;
  const parsed = parseHoneydConfiguration({
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
  const { diagnostics, honeynet: draft, places } = parsed;
  return readingOf({ draft, diagnostics, places, text, path, directory }, answersEdges, further);
}

/** Finds more that is wrong; `scriptTextOf` reads the script that a command runs, null where it cannot. */
export type FurtherCheck = (
  draft: Honeynet,
  scriptTextOf: (command: string) => string | null,
) => readonly Finding[];

interface Parsed {
  readonly draft: Honeynet | null;
  readonly diagnostics: readonly Diagnostic[];
  readonly places: Places;
  readonly text: string;
  readonly path: string;
  readonly directory: string;
}

/** What the words say, and what the honeynet that they make cannot do; errors hide no warnings. */
function readingOf(
  { draft: read, diagnostics: found, places, text, path, directory }: Parsed,
  answersEdges: boolean,
  further: FurtherCheck | undefined,
): HoneynetReading {
  const draft = read === null ? null : { ...read, answersEdges };
  const userId = process.getuid?.() === 0 ? SCRIPT_USER_DEFAULT.userId : (process.getuid?.() ?? 0);
  // A mistake may be why nothing is bound.
  const hasErrors = found.some(({ severity }) => severity === 'error');
  const findings =
    draft === null
      ? []
      : [
          ...findingsOf(draft),
          ...commandFindings(draft, { directory, userId }),
          ...(further?.(draft, (command) => scriptTextOf(command, directory)) ?? []),
        ].filter(({ code }) => !hasErrors || code !== 'nothing-bound');
  // A word that is not an action is reported as such, and not a second time as a program that is missing.
  const bare = new Set(found.filter(({ code }) => code === 'bare-command').map(placeKey));
  const located = findings
    .map((finding) => diagnosticOf(finding, places, path))
    .filter((each) => each.code !== 'no-such-program' || !bare.has(placeKey(each)));
  const diagnostics = [...found, ...located]
    .toSorted((a, b) => Number(a.file !== path) - Number(b.file !== path) || compare(a, b))
    .map((diagnostic) => (diagnostic.file === path ? diagnostic : withoutContent(diagnostic)));
  const isUsable = diagnostics.every(({ severity }) => severity !== 'error');
  return { honeynet: isUsable ? draft : null, draft, diagnostics, text };
}

function placeKey({ file, line, column }: Diagnostic): string {
  return `${file}:${line}:${column}`;
}

function compare(a: Diagnostic, b: Diagnostic): number {
  return a.file === b.file ? a.line - b.line || a.column - b.column : a.file < b.file ? -1 : 1;
}

function diagnosticOf(
  { about, severity, code, message, help }: Finding,
  places: Places,
  path: string,
): Diagnostic {
  const place = about.map((part) => places.of(part)).find((found) => found !== undefined);
  const at = place ?? { file: path, line: 1, column: 1, length: 0 };
  return { severity, code, ...at, path: '', message: printable(message), help: printable(help) };
}

/** A configuration may include any file that the sensor's first user can read: what stands there is not shown. */
function withoutContent(diagnostic: Diagnostic): Diagnostic {
  const { code, file } = diagnostic;
  return {
    ...diagnostic,
    message: `This file has a mistake of the kind ${code}; the content of included files is not shown.`,
    help: `See it with: wormwood net check ${file}`,
  };
}

/**
 * The same in a thread of its own, made compact: the memory that reading takes is given back, and packets are answered
 * meanwhile. The text is there when there are diagnostics. Rejects with the system's error.
 */
export async function readHoneynetApart(path: string, answersEdges = false): Promise<HoneynetReading> {
  const workerData: ApartQuestion = { path, answersEdges };
  const worker = new Worker(new URL('honeynet-reader.js', import.meta.url), { workerData });
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
