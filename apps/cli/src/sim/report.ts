/** `wormwood sim report RUN…`: a report on one saved run, or a comparison of several. */
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  comparisonReport,
  comparisonTable,
  type NamedResult,
  type NamedRuns,
  outbreakReport,
  pairedDifferences,
  pairedTable,
  readRuns,
  readResult,
  renderReport,
  summaryCsv,
  summaryTables,
  sweepCsv,
  sweepReport,
  sweepTable,
} from '@wormwood/report';
import { readRegularText } from '@wormwood/sensor/read-file';
import { CommandFailure, EXIT, type ExitCode, systemReason } from '../exit-code.ts';
import { chartFiles, sweepReportFiles } from '../output/result-files.ts';
import { prepareDirectory, saveFiles } from '../output/save.ts';
import { renderTable } from '../output/table.ts';
import { openTerminal, wrapped } from '../output/terminal.ts';
import type { PrintOptions } from '../command-options.ts';
import { readManifest } from './manifest.ts';
import { readSweep } from './results.ts';

export interface SimReportOptions extends PrintOptions {
  readonly out: string;
}

const RESULT_FILE = 'result.json';
const SWEEP_FILE = 'sweep.json';
/** A terminal holds no more rows of cells than this; the CSV has all. */
const SWEEP_ROWS_MAX = 40;

export async function simReport(paths: readonly string[], options: SimReportOptions): Promise<ExitCode> {
  const terminal = openTerminal(options);
  const sweep = paths.find((path) => existsSync(join(path, SWEEP_FILE)));
  if (sweep !== undefined) {
    if (paths.length === 1) return await reportSweep(sweep, options);
    throw new CommandFailure(EXIT.usage, `${sweep} is a sweep, which is reported alone; name it alone.`);
  }
  const read = await Promise.all(paths.map(readRun));
  const refused = read.filter((run) => typeof run === 'string');
  if (refused.length > 0) {
    for (const sentence of refused) terminal.warn(sentence);
    return EXIT.invalidFile;
  }
  const results = distinctNames(read.filter((run) => typeof run !== 'string'));
  const [first, ...more] = results;
  if (first === undefined) throw new CommandFailure(EXIT.usage, 'Name at least one run.');
  const directory = await prepareDirectory(options.out);
  const report =
    more.length === 0
      ? outbreakReport(first.result)
      : comparisonReport(results, { title: `${results.length} outbreaks side by side` });
  await saveFiles(directory, [
    ...report.sections.flatMap(({ charts }) => charts.flatMap(chartFiles)),
    { name: 'summary.csv', content: summaryCsv(results) },
    { name: 'report.html', content: renderReport(report) },
  ]);
  const differences = pairedDifferences(results.flatMap(({ runs }) => runs ?? []));
  const tables =
    more.length === 0
      ? summaryTables(first.result)
      : [
          comparisonTable(results, 'scenario'),
          ...(differences.length === 0 ? [] : [pairedTable(differences, first.name)]),
        ];
  const { columns } = terminal;
  const figures = results.map(({ name, result: { engine, runs, summary } }) => ({
    name,
    engine,
    runs,
    summary,
  }));
  await terminal.print(
    options.json
      ? JSON.stringify({
          verdict: report.verdict,
          results: figures,
          ...(differences.length > 0 && { differences }),
        })
      : [
          ...tables.map((table) => renderTable(table, columns)),
          terminal.stdout.bold(wrapped(report.verdict, columns)),
        ].join('\n\n'),
  );
  terminal.say(`Written to ${options.out}; open ${join(directory, 'report.html')}`);
  return EXIT.ok;
}

async function reportSweep(path: string, options: SimReportOptions): Promise<ExitCode> {
  const terminal = openTerminal(options);
  const manifest = readManifest(path);
  const sweep = readSweep(path, manifest);
  const directory = await prepareDirectory(options.out);
  await saveFiles(directory, [
    ...sweepReportFiles(sweep, manifest.version),
    { name: 'sweep.csv', content: sweepCsv(sweep) },
  ]);
  const { verdict } = sweepReport(sweep, manifest.version);
  const { columns, stdout } = terminal;
  await terminal.print(
    options.json
      ? JSON.stringify({ verdict, cells: sweep.cells })
      : [
          renderTable(sweepTable(sweep, SWEEP_ROWS_MAX), columns),
          stdout.bold(wrapped(verdict, columns)),
        ].join('\n\n'),
  );
  terminal.say(`Written to ${options.out}; open ${join(directory, 'report.html')}`);
  return EXIT.ok;
}

interface SavedRun extends NamedResult {
  /** What `runs.csv` beside the result holds; undefined where there is none. */
  readonly csv: string | undefined;
}

function runsBeside(file: string): string | undefined {
  try {
    return readRegularText(join(dirname(file), 'runs.csv'), RESULT_BYTES_MAX);
  } catch {
    return undefined;
  }
}

/** A result of many runs with all its series has some megabytes. */
const RESULT_BYTES_MAX = 2 ** 28;

/** Returns the run saved at a path, a directory or its result file; a sentence when there is none. */
async function readRun(path: string): Promise<SavedRun | string> {
  try {
    const isDirectory = (await stat(path)).isDirectory();
    const file = isDirectory ? join(path, RESULT_FILE) : path;
    const read = readResult(readRegularText(file, RESULT_BYTES_MAX));
    if (!read.ok) return `${file} is not a result of sim run: ${read.reason}.`;
    return { name: read.result.scenario.name, result: read.result, csv: runsBeside(file) };
  } catch (error) {
    return `Cannot read the run at ${path}: ${systemReason(error)}. Name a directory written by sim run --out.`;
  }
}

/** Runs of one scenario are distinguished by their engine, or by their number where the engine is the same too. */
function distinctNames(
  results: readonly SavedRun[],
): readonly (NamedResult & { readonly runs: NamedRuns | null })[] {
  const countOf = (names: readonly string[]) => (name: string) =>
    names.filter((other) => other === name).length;
  const isShared = countOf(results.map(({ name }) => name));
  const named = results.map(({ name, result, csv }) => ({
    name: isShared(name) > 1 ? `${name}, ${result.engine}` : name,
    result,
    csv,
  }));
  const isStillShared = countOf(named.map(({ name }) => name));
  return named.map(({ name, result, csv }, index) => {
    const own = isStillShared(name) > 1 ? `${name} (${index + 1})` : name;
    return { name: own, result, runs: csv === undefined ? null : readRuns(own, csv) };
  });
}
