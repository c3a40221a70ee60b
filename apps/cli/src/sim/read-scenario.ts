/** Finds and reads a scenario: a file, standard input, or the name of a shipped scenario. */
import { readdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nearest, type Parsed } from '@wormwood/base';
import type { Diagnostic } from '@wormwood/base';
import { readRegularFile, readRegularText } from '@wormwood/sensor/read-file';
import { errorCode, systemReason } from '../exit-code.ts';

/** Beside `apps/`, seen from `apps/cli/dist` and `apps/cli/src` alike. */
const shippedDirectory = new URL('../../../../scenarios/', import.meta.url);

/** The most that `checkScenario` reads; checked before a byte is read. */
const SCENARIO_BYTES_MAX = 2 ** 20;
/** The most of a file that a scenario names: a table of prefixes, or a graph. */
const NAMED_BYTES_MAX = 2 ** 25;
const STDIN = 'stdin';

export type ScenarioReading =
  | {
      readonly ok: true;
      /** The name of the file in diagnostics. */
      readonly fileName: string;
      readonly text: string;
      /** Reads a file that the scenario names, from the directory that the scenario lies in. */
      readonly readFile: (path: string) => Parsed<string>;
    }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** Returns the text of the scenario that `argument` names, or diagnostics that say why it cannot be read. */
export async function readScenario(argument: string): Promise<ScenarioReading> {
  if (argument === '-') return readStream(process.stdin);
  const found = await stat(argument).catch((error: unknown) => error);
  if (errorCode(found) !== 'ENOENT') return readScenarioFile(argument);
  const shipped = await shippedScenarios();
  return shipped.includes(argument) ? readShippedScenario(argument) : refuseMissing(argument, shipped);
}

export function readShippedScenario(name: string): Promise<ScenarioReading> {
  return readScenarioFile(fileURLToPath(new URL(`${name}.yaml`, shippedDirectory)));
}

/** Returns the names of the shipped scenarios, in alphabetical order. */
export async function shippedScenarios(): Promise<readonly string[]> {
  const names = await readdir(shippedDirectory).catch(() => []);
  return names
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => name.slice(0, -'.yaml'.length))
    .sort();
}

/** Returns a diagnostic about a file as a whole. */
export function aboutFile(file: string, code: string, message: string, help: string): Diagnostic {
  return { severity: 'error', code, file, line: 1, column: 1, length: 0, path: '', message, help };
}

function refuse(file: string, code: string, message: string, help = ''): ScenarioReading {
  return { ok: false, diagnostics: [aboutFile(file, code, message, help)] };
}

function refuseMissing(name: string, shipped: readonly string[]): ScenarioReading {
  const meant = nearest(name.replace(/^.*\//, '').replace(/\.(?:ya?ml|json)$/i, ''), shipped);
  const help =
    meant === undefined ? `The shipped scenarios are ${shipped.join(', ')}.` : `Did you mean ${meant}?`;
  return refuse(name, 'file-missing', 'This is neither a file nor the name of a shipped scenario.', help);
}

async function readScenarioFile(path: string): Promise<ScenarioReading> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) return refuse(path, 'file-is-directory', 'This is a directory.', 'Name a file.');
    if (!found.isFile()) {
      const help = 'Name a file, or - for standard input.';
      return refuse(path, 'file-not-regular', 'This is not a regular file.', help);
    }
    if (found.size > SCENARIO_BYTES_MAX) return refuseSize(path);
    return toText(readRegularFile(path, SCENARIO_BYTES_MAX), path);
  } catch (error) {
    return refuse(path, 'file-unreadable', `The file cannot be read: ${systemReason(error)}.`);
  }
}

/** Standard input has no size before it is read. */
async function readStream(stream: AsyncIterable<unknown>): Promise<ScenarioReading> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    const part = chunk as Uint8Array;
    bytes += part.length;
    if (bytes > SCENARIO_BYTES_MAX) return refuseSize(STDIN);
    chunks.push(part);
  }
  return toText(Buffer.concat(chunks), STDIN);
}

function toText(octets: Uint8Array, fileName: string): ScenarioReading {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(octets);
    return { ok: true, fileName, text, readFile: (path) => readNamed(fileName, path) };
  } catch {
    return refuse(fileName, 'file-not-text', 'The file is not UTF-8 text.');
  }
}

function readNamed(scenario: string, path: string): Parsed<string> {
  const directory = scenario === STDIN ? '.' : dirname(scenario);
  try {
    return { ok: true, value: readRegularText(resolve(directory, path), NAMED_BYTES_MAX, true) };
  } catch (error) {
    return { ok: false, reason: `The file ${path} cannot be read: ${systemReason(error)}.` };
  }
}

function refuseSize(fileName: string): ScenarioReading {
  const message = `The file has more than ${SCENARIO_BYTES_MAX} bytes, the most that a scenario may have.`;
  return refuse(fileName, 'file-too-large', message, 'Name a scenario file.');
}
