/** `wormwood sim reproduce MANIFEST`: computes a result again from its manifest, and compares the files. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { PrintOptions } from '../command-options.ts';
import { CommandFailure, EXIT, type ExitCode, systemReason } from '../exit-code.ts';
import { readRegularText } from '@wormwood/sensor/read-file';
import { prepareDirectory } from '../output/save.ts';
import { openTerminal, type Terminal } from '../output/terminal.ts';
import { VERSION } from '../version.ts';
import type { SimFitOptions } from './fit.ts';
import { commandOf, type Manifest, readManifest, type Reproducible, sha256Of } from './manifest.ts';
import type { SimPlanOptions } from './plan.ts';
import type { SimRunOptions } from './run.ts';
import type { SimSweepOptions } from './sweep.ts';

export interface SimReproduceOptions extends PrintOptions {
  readonly out?: string;
}

/** `sim` knows the options of its commands. */
export async function simReproduce(
  path: string,
  options: SimReproduceOptions,
  sim: Command,
): Promise<ExitCode> {
  const terminal = openTerminal(options);
  const manifest = readManifest(path);
  const name = commandOf(manifest);
  if (name === undefined) {
    const command = manifest.command.join(' ');
    throw new CommandFailure(
      EXIT.invalidFile,
      `${path} is of \`${command}\`, which this version does not know.`,
    );
  }
  checkData(manifest);
  if (manifest.version !== VERSION)
    terminal.warn(
      `The result is of version ${manifest.version} and this program of ${VERSION}; figures may differ.`,
    );
  const temporary = await mkdtemp(join(tmpdir(), 'wormwood-reproduce-'));
  try {
    const scenario = join(temporary, 'scenario.json');
    await writeFile(scenario, JSON.stringify(manifest.scenario));
    const out = options.out === undefined ? join(temporary, 'out') : options.out;
    const directory = await prepareDirectory(out);
    const ended = await computeAgain(name, {
      manifest,
      sim,
      scenario,
      print: { ...options, out: directory },
    });
    if (ended !== EXIT.ok && !(name === 'plan' && ended === EXIT.failed)) return ended;
    return await compare(manifest, directory, terminal);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

interface Again {
  readonly manifest: Manifest;
  readonly sim: Command;
  /** The file that holds the scenario of the manifest. */
  readonly scenario: string;
  readonly print: PrintOptions & { readonly out: string };
}

async function computeAgain(
  name: Reproducible,
  { manifest, sim, scenario, print }: Again,
): Promise<ExitCode> {
  const command = sim.commands.find((each) => each.name() === name);
  const { unknown = [] } = command?.parseOptions(manifest.command.slice(2)) ?? {};
  if (unknown.length > 0)
    throw new CommandFailure(
      EXIT.invalidFile,
      `The manifest has ${unknown.join(' ')}, which sim ${name} does not know.`,
    );
  // All that changes where and how it is computed, and no figure.
  const where = { on: 'local', reuse: undefined, force: undefined };
  const given: object = { json: undefined, quiet: undefined, ...command?.opts(), ...where, ...print };
  const words = manifest.command;
  if (name === 'run') return (await import('./run.ts')).simRun(scenario, given as SimRunOptions, words);
  if (name === 'sweep')
    return (await import('./sweep.ts')).simSweep(scenario, given as SimSweepOptions, words);
  if (name === 'plan') return (await import('./plan.ts')).simPlan(scenario, given as SimPlanOptions, words);
  return (await import('./fit.ts')).simFit(scenario, given as SimFitOptions, words);
}

const DATA_OCTETS_MAX = 2 ** 30;

function checkData({ data }: Manifest): void {
  if (data === undefined) return;
  let found: string;
  try {
    found = sha256Of(readRegularText(data.path, DATA_OCTETS_MAX));
  } catch (error) {
    throw new CommandFailure(
      EXIT.invalidFile,
      `The data ${data.path} cannot be read: ${systemReason(error)}.`,
      {
        cause: error,
      },
    );
  }
  if (found !== data.sha256)
    throw new CommandFailure(
      EXIT.invalidFile,
      `The data ${data.path} have changed since; the result cannot be reproduced.`,
    );
}

async function compare({ files }: Manifest, directory: string, terminal: Terminal): Promise<ExitCode> {
  const names = Object.keys(files);
  const states = await Promise.all(
    names.map(
      async (name) => sha256Of(await readFile(join(directory, name)).catch(() => '')) === files[name],
    ),
  );
  const different = names.filter((_, index) => states[index] !== true);
  if (different.length > 0) {
    terminal.warn(`Other than in the manifest: ${different.join(', ')}.`);
    return EXIT.failed;
  }
  terminal.say(`Reproduced: ${names.length} files, octet for octet.`);
  return EXIT.ok;
}
