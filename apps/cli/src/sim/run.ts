/** `wormwood sim run SCENARIO`: one scenario, once or many times. */
import { join } from 'node:path';
import { formatCount, formatDuration } from '@wormwood/base';
import type { EngineName } from '@wormwood/epidemic';
import {
  computation,
  milestoneTable,
  resultDocument,
  type SimulationResult,
  summaryTables,
  toTerminal,
  trajectoryChart,
  verdict,
} from '@wormwood/report';
import { scenarioDocument, type ScenarioValueChange } from '@wormwood/files/scenario';
import { type CheckedScenario, openScenario, refuseEqualRuns } from './check-scenario.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { catchInterrupt, type Interrupt } from '../interrupt.ts';
import { picturesOf } from '../output/pictures.ts';
import { resultFiles } from '../output/result-files.ts';
import { prepareDirectory, saveFiles } from '../output/save.ts';
import { renderTable } from '../output/table.ts';
import { openTerminal, type Terminal, wrapped } from '../output/terminal.ts';
import { simulateEnsemble, simulateSingle, type Simulation } from './simulate.ts';
import { withManifest } from './manifest.ts';
import { openWorkerPool } from './worker-pool.ts';
import type { PrintOptions } from '../command-options.ts';

export interface SimRunOptions extends PrintOptions {
  /** Absent: the one that suits the outbreak. */
  readonly engine?: EngineName;
  /** Absent: one, or as many as the chosen engine calls for. */
  readonly runs?: number;
  readonly set: readonly ScenarioValueChange[];
  readonly seed: string;
  readonly workers: number;
  readonly out?: string;
}

type Options = SimRunOptions & { readonly engine: EngineName; readonly runs: number };

/** `words` are those of the command line, for the manifest. */
export async function simRun(
  argument: string,
  given: SimRunOptions,
  words: readonly string[],
): Promise<ExitCode> {
  const started = new Date();
  const { out } = given;
  const json = given.json === true;
  const terminal = openTerminal(given);
  const { engine: asked, runs: askedRuns, set: changes } = given;
  const checked = await openScenario(argument, { engine: asked, runs: askedRuns, changes, terminal, json });
  if (checked === undefined) return EXIT.invalidFile;
  const { engine, runs, reason } = checked;
  const options: Options = { ...given, engine, runs };
  refuseEqualRuns(engine, runs);
  const directory = out === undefined ? undefined : await prepareDirectory(out);

  const interrupt = catchInterrupt(() =>
    terminal.say('\nEnding the runs; press Ctrl-C again to end at once.'),
  );
  try {
    const { result, runs: table, infections } = await simulate(checked, { options, terminal, interrupt });
    if (directory !== undefined && result.runs > 0) {
      const { name } = result.scenario;
      const pictures = picturesOf(checked.outbreak, { name, seed: result.seed, infections });
      const files = resultFiles(result, { runs: table, infections, pictures });
      const scenario = scenarioDocument(result.scenario);
      const origin = { command: words, scenario, engine, seed: given.seed, runs: result.runs, started };
      await saveFiles(directory, withManifest(files, origin));
      terminal.say(`Written to ${out}; open ${join(directory, 'report.html')}`);
    }
    if (json && reason !== null) terminal.say(reasonLine(result, reason));
    await terminal.print(
      json ? JSON.stringify(resultDocument(result)) : describe(result, { terminal, reason }),
    );
    return conclude(result, { argument, options, terminal, interrupt });
  } finally {
    interrupt.release();
  }
}

interface Surroundings {
  readonly options: Options;
  readonly terminal: Terminal;
  readonly interrupt: Interrupt;
}

async function simulate(
  { scenario, outbreak }: CheckedScenario,
  { options, terminal, interrupt }: Surroundings,
): Promise<Simulation> {
  const { engine, runs, seed, workers, out } = options;
  const pool = openWorkerPool(Math.min(workers, runs), interrupt.flag);
  const task = { engine, outbreak, seed, scenario };
  try {
    if (runs === 1) return await simulateSingle(pool, task, { terminal, keepInfections: out !== undefined });
    return await simulateEnsemble(pool, task, { terminal, runs, workers, signal: interrupt.signal });
  } finally {
    await pool.close();
  }
}

/** Returns the text for people: figures, curves and sentences. */
function describe(
  result: SimulationResult,
  { terminal, reason }: { readonly terminal: Terminal; readonly reason: string | null },
): string {
  if (result.runs === 0) return 'No run was completed.';
  const { stdout, columns } = terminal;
  const ended = result.partial === true ? ', ended early' : '';
  const heading = `${stdout.bold(result.scenario.name)}, ${computation(result)}, seed ${result.seed}${ended}`;
  const milestones = milestoneTable(result);
  const tables = [...summaryTables(result), ...(milestones === null ? [] : [milestones])];
  return [
    reason === null ? heading : `${heading}\n${wrapped(reasonLine(result, reason), columns)}`,
    ...tables.map((table) => renderTable(table, columns)),
    toTerminal(trajectoryChart(result), { columns, color: stdout.isColorSupported }),
    stdout.bold(wrapped(verdict(result), columns)),
  ].join('\n\n');
}

function reasonLine({ engine }: SimulationResult, reason: string): string {
  return `Engine ${engine}: ${reason}.`;
}

/** Warns what a partial result covers and how to get the whole; returns the exit code. */
function conclude(
  result: SimulationResult,
  { argument, options, terminal, interrupt }: Surroundings & { readonly argument: string },
): ExitCode {
  if (result.partial !== true) return EXIT.ok;
  const reached = result.series.time.at(-1) ?? 0;
  const covered =
    options.runs === 1
      ? `the first ${formatDuration(reached)}`
      : `${formatCount(result.runs)} of ${formatCount(options.runs)} runs`;
  terminal.warn(
    `Ended early: this is the result of ${covered}. For the whole, run: ${repetition(argument, options)}`,
  );
  return interrupt.interrupted() ? EXIT.interrupted : EXIT.partial;
}

function repetition(argument: string, { engine, runs, seed, set, out }: Options): string {
  const output = out === undefined ? [] : ['--out', out];
  const words = [
    'sim',
    'run',
    argument,
    '--engine',
    engine,
    '--runs',
    String(runs),
    '--seed',
    seed,
    ...set.flatMap(({ path, value }) => ['--set', `${path}=${value}`]),
    ...output,
  ];
  return ['wormwood', ...words.map(shellWord)].join(' ');
}

function shellWord(word: string): string {
  return /^[\w./:=@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
