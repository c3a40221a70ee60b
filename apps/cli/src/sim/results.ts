/** `wormwood sim ls`, `show` and `export`: what saved results are there, what is in one, and its numbers for other programs. */
import { readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  readResult,
  seriesColumns,
  summaryTables,
  sweepColumns,
  type SweepResult,
  sweepTable,
  toCsv,
  verdict,
} from '@wormwood/report';
import { readRegularText } from '@wormwood/sensor/read-file';
import type { PrintOptions } from '../command-options.ts';
import { CommandFailure, EXIT, type ExitCode, systemReason } from '../exit-code.ts';
import { renderTable } from '../output/table.ts';
import { openTerminal, wrapped } from '../output/terminal.ts';
import { commandOf, MANIFEST, type Manifest, manifestOf, readManifest, sha256Of } from './manifest.ts';

/** How many directories below the named one a result may lie. */
const DEPTH_MAX = 4;
const TABLE_ROWS_MAX = 40;
const RESULT_OCTETS_MAX = 2 ** 28;

interface Listed {
  readonly directory: string;
  readonly manifest: Manifest;
}

export async function simLs(directory: string, options: PrintOptions): Promise<ExitCode> {
  const terminal = openTerminal(options);
  let results: readonly Listed[];
  try {
    results = await resultsBelow(directory, DEPTH_MAX);
  } catch (error) {
    throw new CommandFailure(EXIT.failed, `Cannot list ${directory}: ${systemReason(error)}.`, {
      cause: error,
    });
  }
  const ordered = results.toSorted((a, b) => (a.manifest.started < b.manifest.started ? -1 : 1));
  if (options.json) {
    const listed = ordered.map(({ directory: at, manifest }) => {
      const { command, version, engine, runs, seed, started, seconds } = manifest;
      const scenario = manifest.scenario['name'];
      return { directory: at, command, scenario, engine, runs, seed, started, seconds, version };
    });
    await terminal.print(JSON.stringify(listed));
  } else if (ordered.length === 0) {
    terminal.say(`There is no result in ${directory} or in ${DEPTH_MAX} directories below it.`);
  } else {
    await terminal.print(renderTable(listTable(ordered), terminal.columns));
  }
  return EXIT.ok;
}

function listTable(results: readonly Listed[]): Parameters<typeof renderTable>[0] {
  return {
    caption: results.length === 1 ? '1 result' : `${results.length} results`,
    columns: ['directory', 'command', 'scenario', 'engine', 'runs', 'seed', 'computed'],
    rows: results.map(({ directory, manifest: { command, scenario, engine, runs, seed, started } }) => [
      directory,
      command.slice(0, 2).join(' '),
      String(scenario['name']),
      engine ?? '–',
      String(runs),
      seed,
      started.slice(0, 16).replace('T', ' '),
    ]),
  };
}

async function resultsBelow(directory: string, depth: number): Promise<readonly Listed[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const own = entries.some((entry) => entry.name === MANIFEST && entry.isFile())
    ? manifestOf(await readFile(join(directory, MANIFEST), 'utf8'))
    : undefined;
  const folders =
    depth === 0 ? [] : entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'));
  const below = await Promise.all(folders.map(({ name }) => resultsBelow(join(directory, name), depth - 1)));
  return [...(own === undefined ? [] : [{ directory, manifest: own }]), ...below.flat()];
}

export async function simShow(directory: string, options: PrintOptions): Promise<ExitCode> {
  const terminal = openTerminal(options);
  const manifest = readManifest(directory);
  const states = Object.entries(manifest.files).map(([name, sha256]) => ({
    name,
    state: stateOf(join(directory, name), sha256),
  }));
  if (options.json) {
    await terminal.print(
      JSON.stringify({ ...manifest, files: Object.fromEntries(states.map((one) => [one.name, one.state])) }),
    );
    return EXIT.ok;
  }
  const { columns } = terminal;
  const { scenario, command, engine, runs, seed, version, started, seconds } = manifest;
  const changed = states.filter(({ state }) => state !== 'unchanged');
  await terminal.print(
    [
      `${terminal.stdout.bold(String(scenario['name']))}: wormwood ${command.join(' ')}`,
      `Version ${version}, engine ${engine ?? '–'}, runs ${runs}, seed ${seed}; ${started}, ${seconds} s.`,
      wrapped(
        `Files: ${states.map(({ name, state }) => (state === 'unchanged' ? name : `${name} (${state})`)).join(', ')}.`,
        columns,
      ),
      ...tablesOf(directory, manifest, columns),
    ].join('\n\n'),
  );
  return changed.length === 0 ? EXIT.ok : EXIT.partial;
}

function stateOf(path: string, sha256: string): 'unchanged' | 'changed' | 'missing' {
  try {
    return sha256Of(readFileSync(path)) === sha256 ? 'unchanged' : 'changed';
  } catch {
    return 'missing';
  }
}

/** The key figures, for results that have some. */
function tablesOf(directory: string, manifest: Manifest, columns: number): readonly string[] {
  const command = commandOf(manifest);
  if (command === 'sweep')
    return [renderTable(sweepTable(readSweep(directory, manifest), TABLE_ROWS_MAX), columns)];
  if (command !== 'run') return [];
  const result = readRun(directory);
  return [
    ...summaryTables(result).map((table) => renderTable(table, columns)),
    wrapped(verdict(result), columns),
  ];
}

export interface SimExportOptions extends PrintOptions {
  readonly format: 'jsonl' | 'csv';
}

/** Prints the rows of a result: of a sweep its cells, of a run its series. */
export async function simExport(directory: string, options: SimExportOptions): Promise<ExitCode> {
  const terminal = openTerminal(options);
  const manifest = readManifest(directory);
  const command = commandOf(manifest);
  if (command !== 'run' && command !== 'sweep') {
    throw new CommandFailure(
      EXIT.usage,
      `A ${manifest.command[1]} has no rows; read ${manifest.command[1]}.json in ${directory}.`,
    );
  }
  const columns =
    command === 'sweep'
      ? sweepColumns(readSweep(directory, manifest))
      : seriesColumns(readRun(directory)).map(([name, values]) => ({ name, values }));
  const length = columns[0]?.values.length ?? 0;
  const rows = Array.from({ length }, (_, row) => columns.map(({ values }) => values[row] ?? null));
  if (options.format === 'csv') {
    const csv = toCsv([
      columns.map(({ name }) => name),
      ...rows.map((row) => row.map((value) => value ?? '')),
    ]);
    await terminal.print(csv.trimEnd());
    return EXIT.ok;
  }
  const lines = rows.map((row) =>
    JSON.stringify(Object.fromEntries(columns.map(({ name }, index) => [name, row[index]]))),
  );
  await terminal.print(lines.join('\n'));
  return EXIT.ok;
}

function readRun(directory: string): Parameters<typeof verdict>[0] {
  const path = join(directory, 'result.json');
  const read = readResult(textOf(path));
  if (!read.ok)
    throw new CommandFailure(EXIT.invalidFile, `${path} is not a result of sim run: ${read.reason}.`);
  return read.result;
}

export function readSweep(directory: string, { scenario, runs, engine = 'ode' }: Manifest): SweepResult {
  const path = join(directory, 'sweep.json');
  const refuse = (): never => {
    throw new CommandFailure(EXIT.invalidFile, `${path} is not a result of sim sweep.`);
  };
  try {
    const { cells } = JSON.parse(textOf(path)) as Partial<SweepResult>;
    const isWhole =
      Array.isArray(cells) &&
      cells.every((cell) => typeof cell?.summary === 'object' && typeof cell.values === 'object');
    if (!isWhole) return refuse();
    return {
      name: String(scenario['name']),
      engine,
      runs,
      paths: Object.keys(cells[0]?.values ?? {}),
      cells,
    };
  } catch (error) {
    if (error instanceof CommandFailure) throw error;
    return refuse();
  }
}

function textOf(path: string): string {
  try {
    return readRegularText(path, RESULT_OCTETS_MAX);
  } catch (error) {
    throw new CommandFailure(EXIT.invalidFile, `Cannot read ${path}: ${systemReason(error)}.`, {
      cause: error,
    });
  }
}
