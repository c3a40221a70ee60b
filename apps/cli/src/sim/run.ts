/** `wormwood sim run SCENARIO`: one scenario, once or many times. */
import { join } from 'node:path';
import { formatCount, formatDuration } from '@wormwood/base';
import { type EngineName, engineNamed } from '@wormwood/epidemic';
import {
  milestoneTable,
  resultDocument,
  type SimulationResult,
  summaryTable,
  toTerminal,
  trajectoryChart,
  verdict,
} from '@wormwood/report';
import { type CheckedScenario, openScenario } from './check-scenario.ts';
import { CommandFailure, EXIT, type ExitCode } from '../exit-code.ts';
import { catchInterrupt, type Interrupt } from '../interrupt.ts';
import { picturesOf } from '../output/pictures.ts';
import { resultFiles } from '../output/result-files.ts';
import { prepareDirectory, saveFiles } from '../output/save.ts';
import { renderTable } from '../output/table.ts';
import { openTerminal, type Terminal } from '../output/terminal.ts';
import { simulateEnsemble, simulateSingle, type SingleSimulation } from './simulate.ts';
import { openWorkerPool } from './worker-pool.ts';
import type { PrintOptions } from '../command-options.ts';

export interface SimRunOptions extends PrintOptions {
  /** Absent: `ode`, or `hosts` where that has no equations. */
  readonly engine?: EngineName;
  readonly runs: number;
  readonly seed: string;
  readonly workers: number;
  readonly out?: string;
}

type Options = SimRunOptions & { readonly engine: EngineName };

export async function simRun(argument: string, given: SimRunOptions): Promise<ExitCode> {
  const { runs, out } = given;
  const terminal = openTerminal(given);
  const checked = await openScenario(argument, given.engine, { terminal, json: given.json === true });
  if (checked === undefined) return EXIT.invalidFile;
  const { engine } = checked;
  const options: Options = { ...given, engine };
  if (runs > 1 && !engineNamed(engine).random) {
    throw new CommandFailure(
      EXIT.usage,
      `The engine ${engine} is deterministic, so all runs are the same; omit --runs, or use another --engine.`,
    );
  }
  const directory = out === undefined ? undefined : await prepareDirectory(out);

  const interrupt = catchInterrupt(() =>
    terminal.say('\nEnding the runs; press Ctrl-C again to end at once.'),
  );
  try {
    const { result, infections } = await simulate(checked, { options, terminal, interrupt });
    if (directory !== undefined && result.runs > 0) {
      const { name } = result.scenario;
      const pictures = picturesOf(checked.outbreak, { name, seed: result.seed, infections });
      await saveFiles(directory, resultFiles(result, { infections, pictures }));
      terminal.say(`Written to ${out}; open ${join(directory, 'report.html')}`);
    }
    await terminal.print(options.json ? JSON.stringify(resultDocument(result)) : describe(result, terminal));
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
): Promise<SingleSimulation> {
  const { engine, runs, seed, workers, out } = options;
  const pool = openWorkerPool(Math.min(workers, runs), interrupt.flag);
  const task = { engine, outbreak, seed, scenario };
  try {
    if (runs === 1) return await simulateSingle(pool, task, { terminal, keepInfections: out !== undefined });
    return {
      result: await simulateEnsemble(pool, task, { terminal, runs, workers, signal: interrupt.signal }),
    };
  } finally {
    await pool.close();
  }
}

/** Returns the text for people: figures, curves and sentences. */
function describe(result: SimulationResult, terminal: Terminal): string {
  const { engine, seed, runs } = result;
  if (runs === 0) return 'No run was completed.';
  const { stdout, columns } = terminal;
  const ended = result.partial === true ? ', ended early' : '';
  const milestones = milestoneTable(result);
  return [
    `${stdout.bold(result.scenario.name)}, engine ${engine}, seed ${seed}${ended}`,
    renderTable(summaryTable(result)),
    ...(milestones === null ? [] : [renderTable(milestones)]),
    toTerminal(trajectoryChart(result), { columns, color: stdout.isColorSupported }),
    stdout.bold(verdict(result)),
  ].join('\n\n');
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

function repetition(argument: string, { engine, runs, seed, out }: Options): string {
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
    ...output,
  ];
  return ['wormwood', ...words.map(shellWord)].join(' ');
}

function shellWord(word: string): string {
  return /^[\w./:=@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
