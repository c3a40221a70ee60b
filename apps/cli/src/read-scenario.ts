/** Finding and reading a scenario: a file, standard input, or the bare name of one that is shipped. */
import { readdir, stat } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { nearest } from '@wormwood/base';
import { CommandFailure, EXIT, systemReason } from './exit-code.ts';

/** Beside `apps/`, seen from `apps/cli/dist` and `apps/cli/src` alike. */
const shippedDirectory = new URL('../../../scenarios/', import.meta.url);

/** Scenarios are written by people: a thousand times the longest shipped one. */
const SCENARIO_BYTES_MAX = 1024 * 1024;

export interface ScenarioText {
  /** What diagnostics call the file. */
  readonly fileName: string;
  readonly text: string;
}

/** Reads the scenario that `argument` names; throws a `CommandFailure` that says why it cannot be read. */
export async function readScenario(argument: string): Promise<ScenarioText> {
  if (argument === '-') return { fileName: '<stdin>', text: await readText(process.stdin, 'standard input') };
  const path = (await isMissing(argument)) ? await shippedPath(argument) : argument;
  return { fileName: argument === path ? argument : `${argument}.yaml`, text: await readScenarioFile(path) };
}

/** Returns the text of a shipped scenario. */
export function readShippedScenario(name: string): Promise<string> {
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

async function isMissing(path: string): Promise<boolean> {
  return stat(path).then(
    () => false,
    () => true,
  );
}

async function shippedPath(name: string): Promise<string> {
  const shipped = await shippedScenarios();
  if (shipped.includes(name)) return fileURLToPath(new URL(`${name}.yaml`, shippedDirectory));
  const reason = await stat(name).then(
    () => '',
    (error: unknown) => systemReason(error),
  );
  if (name.includes('/') || /\.(?:ya?ml|json)$/i.test(name)) {
    throw new CommandFailure(EXIT.invalidFile, `Cannot read ${name}: ${reason}.`);
  }
  const meant = nearest(name, shipped);
  const hint = meant === undefined ? `The shipped ones are ${shipped.join(', ')}.` : `Did you mean ${meant}?`;
  throw new CommandFailure(
    EXIT.invalidFile,
    `${name} is neither a file nor the name of a shipped scenario. ${hint}`,
  );
}

async function readScenarioFile(path: string): Promise<string> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) {
      throw new CommandFailure(EXIT.invalidFile, `${path} is a directory; name a scenario file.`);
    }
    if (found.size > SCENARIO_BYTES_MAX) throw tooLarge(path, found.size);
    return await readText(createReadStream(path), path);
  } catch (error) {
    if (error instanceof CommandFailure) throw error;
    throw new CommandFailure(EXIT.invalidFile, `Cannot read ${path}: ${systemReason(error)}.`, {
      cause: error,
    });
  }
}

/** The limit again, for pipes and devices, whose size nobody knows before. */
async function readText(stream: AsyncIterable<unknown>, name: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    const part = chunk as Uint8Array;
    bytes += part.length;
    if (bytes > SCENARIO_BYTES_MAX) throw tooLarge(name, bytes);
    chunks.push(part);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch (error) {
    throw new CommandFailure(EXIT.invalidFile, `${name} is not text in UTF-8.`, { cause: error });
  }
}

function tooLarge(name: string, bytes: number): CommandFailure {
  const size = `${(bytes / 1e6).toFixed(1)} MB`;
  return new CommandFailure(
    EXIT.invalidFile,
    `${name} has ${size} or more; a scenario file has at most 1 MiB, so this is another kind of file.`,
  );
}
