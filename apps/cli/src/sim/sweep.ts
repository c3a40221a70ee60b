/** `wormwood sim sweep SCENARIO --vary PATH=VALUES`: one scenario at many points. */
import { join } from 'node:path';
import { formatCount, randomStreams } from '@wormwood/base';
import type { EngineName } from '@wormwood/epidemic';
import { scenarioDocument, type ScenarioDocument } from '@wormwood/files/scenario';
import {
  heatTerminal,
  sweepChart,
  sweepCsv,
  sweepMap,
  type SweepResult,
  type SweepRow,
  sweepTable,
  toTerminal,
} from '@wormwood/report';
import {
  type Cell,
  type CellsDone,
  parseVariation,
  planCells,
  pointsOf,
  runCells,
  sampleProblems,
  type SampleKind,
  type SweepCell,
  takesWholeNumbersOnly,
  type Variation,
} from '@wormwood/study';
import { type ManyPointsOptions, openManyPoints, warnOfAll } from './check-scenario.ts';
import { memoryStore, openCellStore } from './cell-store.ts';
import { CommandFailure, EXIT, type ExitCode } from '../exit-code.ts';
import { catchInterrupt, type Interrupt } from '../interrupt.ts';
import { sweepParquet, sweepReportFiles } from '../output/result-files.ts';
import { type OutputFile, prepareDirectory, saveFiles } from '../output/save.ts';
import { renderTable } from '../output/table.ts';
import { rateMeter } from '../output/progress.ts';
import { openTerminal, type Terminal } from '../output/terminal.ts';
import { VERSION } from '../version.ts';
import { withManifest } from './manifest.ts';
import { openQueue } from './open-queue.ts';

export interface SimSweepOptions extends ManyPointsOptions {
  readonly vary: readonly string[];
  readonly sample: SampleKind;
  readonly samples: number;
  readonly seed: string;
  readonly workers: number;
  /** Where the cells are computed. */
  readonly on: string;
  /** The part of the cells that this call computes. */
  readonly shard?: { readonly index: number; readonly of: number };
  readonly out?: string;
  /** Directories of other sweeps, whose results are used. */
  readonly reuse?: readonly string[];
  readonly force?: true;
}

/** Runs of a cell by an engine that draws, where the command line does not say. */
const RUNS_DEFAULT = 100;
const TABLE_ROWS_MAX = 40;

/** `words` are those of the command line, for the manifest. */
export async function simSweep(
  argument: string,
  options: SimSweepOptions,
  words: readonly string[],
): Promise<ExitCode> {
  const started = new Date();
  const terminal = openTerminal(options);
  const variations = variationsOf(options);
  const checked = await openManyPoints(argument, options, { terminal, runsDefault: RUNS_DEFAULT });
  if (checked === undefined) return EXIT.invalidFile;
  const { scenario, engine, runs } = checked;
  const document = scenarioDocument(scenario);
  const cells = cellsOf(document, variations, { ...options, engine, runs }, terminal);
  if (cells === undefined) return EXIT.invalidFile;
  const shard = options.shard;
  const own = shard === undefined ? cells : cells.filter((_, index) => index % shard.of === shard.index - 1);

  const directory = options.out === undefined ? undefined : await prepareDirectory(options.out);
  const interrupt = catchInterrupt(() =>
    terminal.say('\nEnding the cells; press Ctrl-C again to end at once.'),
  );
  try {
    const done = await compute(own, { options, terminal, interrupt, directory });
    const sweep = sweepOf(own, done, { name: scenario.name, engine, runs, variations });
    if (directory !== undefined && sweep.cells.length > 0) {
      const origin = { command: words, scenario: document, engine, seed: options.seed, runs, started };
      const files = shard === undefined ? sweepFiles(sweep) : [cellsFile(sweep)];
      await saveFiles(directory, withManifest(files, origin));
      terminal.say(
        shard === undefined
          ? `Written to ${options.out}; open ${join(directory, 'report.html')}`
          : `Written to ${options.out}: part ${shard.index} of ${shard.of}. --reuse puts the parts together.`,
      );
    }
    await terminal.print(options.json ? JSON.stringify(sweepDocument(sweep)) : describe(sweep, terminal));
    return conclude(done, { options, terminal, interrupt, cells: own.length });
  } finally {
    interrupt.release();
  }
}

function variationsOf({ vary, sample, samples }: SimSweepOptions): readonly Variation[] {
  const parsed = vary.map(parseVariation);
  const reasons = parsed.flatMap((one) => (one.ok ? [] : [one.reason]));
  const variations = parsed.flatMap((one) => (one.ok ? [one.value] : []));
  reasons.push(...sampleProblems(variations, { kind: sample, samples }));
  if (reasons.length > 0) throw new CommandFailure(EXIT.usage, reasons.join('\n'));
  return variations;
}

function cellsOf(
  document: ScenarioDocument,
  variations: readonly Variation[],
  {
    sample,
    samples,
    seed,
    engine,
    runs,
  }: SimSweepOptions & { readonly engine: EngineName; readonly runs: number },
  terminal: Terminal,
): readonly SweepCell[] | undefined {
  const isWhole = (path: string): boolean => takesWholeNumbersOnly(document, path);
  const points = pointsOf(variations, { kind: sample, samples, streams: randomStreams(seed), isWhole });
  const plan = planCells(document, points, { engine, seed, runs, version: VERSION });
  if (plan.ok) return plan.cells;
  warnOfAll(terminal, plan.diagnostics);
  return undefined;
}

interface Surroundings {
  readonly options: SimSweepOptions;
  readonly terminal: Terminal;
  readonly interrupt: Interrupt;
}

async function compute(
  cells: readonly SweepCell[],
  { options, terminal, interrupt, directory }: Surroundings & { readonly directory: string | undefined },
): Promise<CellsDone> {
  const workers = Math.min(options.workers, cells.length);
  const settings = { reused: options.reuse ?? [], isForced: options.force === true };
  const kept = directory === undefined ? undefined : openCellStore(directory, settings);
  if (kept !== undefined && kept.damaged > 0) {
    terminal.warn(
      `${kept.damaged} damaged ${kept.damaged === 1 ? 'line' : 'lines'} of cells.jsonl are computed again.`,
    );
  }
  const { queue, ...opened } = await openQueue({
    on: options.on,
    workers,
    isForced: settings.isForced,
    interrupt,
    terminal,
  });
  const progress = terminal.progress('sweep');
  const rate = rateMeter();
  try {
    return await runCells(
      cells.map(({ cell }): Cell => cell),
      {
        queue,
        store: kept ?? memoryStore(),
        signal: interrupt.signal,
        onProgress: ({ done, cells: all }) =>
          progress.update(
            done / all,
            `${formatCount(done)} of ${formatCount(all)} cells, ${opened.workers()}${rate(done)}`,
          ),
      },
    );
  } finally {
    progress.stop();
    await opened.close();
    kept?.close();
  }
}

function sweepOf(
  cells: readonly SweepCell[],
  { results }: CellsDone,
  {
    name,
    engine,
    runs,
    variations,
  }: Pick<SweepResult, 'name' | 'engine' | 'runs'> & { readonly variations: readonly Variation[] },
): SweepResult {
  const rows = cells.flatMap(({ values }, index): readonly SweepRow[] => {
    const result = results[index];
    return result === undefined
      ? []
      : [{ id: result.id, values, seed: result.seed, runs: result.runs, summary: result.summary }];
  });
  return { name, engine, runs, paths: variations.map(({ path }) => path), cells: rows };
}

/** The object that `--json` prints and `sweep.json` holds (design: stable contract of sweeps). */
function sweepDocument({ engine, cells }: SweepResult): object {
  return { cells, engine, version: VERSION };
}

function sweepFiles(sweep: SweepResult): readonly OutputFile[] {
  return [
    cellsFile(sweep),
    { name: 'sweep.csv', content: sweepCsv(sweep) },
    { name: 'sweep.parquet', content: sweepParquet(sweep) },
    ...sweepReportFiles(sweep, VERSION),
  ];
}

/** The cells with their figures: all that a part of a sweep leaves. */
function cellsFile(sweep: SweepResult): OutputFile {
  return { name: 'sweep.json', content: `${JSON.stringify(sweepDocument(sweep))}\n` };
}

function describe(sweep: SweepResult, terminal: Terminal): string {
  if (sweep.cells.length === 0) return 'No cell was completed.';
  const { stdout, columns } = terminal;
  return [
    `${stdout.bold(sweep.name)}, engine ${sweep.engine}`,
    renderTable(sweepTable(sweep, TABLE_ROWS_MAX), columns),
    ...drawn(sweep, { columns, color: stdout.isColorSupported }),
  ].join('\n\n');
}

/** A sweep over two paths as its map, over others as curves, if they make some. */
function drawn(sweep: SweepResult, options: Parameters<typeof heatTerminal>[1]): readonly string[] {
  const map = sweepMap(sweep);
  if (map !== null) return [heatTerminal(map, options)];
  const chart = sweepChart(sweep);
  return chart === null ? [] : [toTerminal(chart, options)];
}

/** Says what failed or is missing and how to go on; returns the exit code. */
function conclude(
  { results, failures, reused }: CellsDone,
  { options, terminal, interrupt, cells }: Surroundings & { readonly cells: number },
): ExitCode {
  if (reused > 0) terminal.say(`${formatCount(reused)} of ${formatCount(cells)} cells were there already.`);
  for (const { id, reason } of failures) terminal.warn(`Cell ${id} failed: ${reason}`);
  const missing = results.filter((result) => result === undefined).length - failures.length;
  if (missing > 0) {
    const next =
      options.out === undefined
        ? 'With --out DIR, a repeated command computes only what is missing.'
        : 'Repeat the command to compute the rest.';
    terminal.warn(`Ended early: ${formatCount(missing)} of ${formatCount(cells)} cells are missing. ${next}`);
  }
  if (interrupt.interrupted()) return EXIT.interrupted;
  if (missing > 0) return EXIT.partial;
  return failures.length > 0 ? EXIT.partial : EXIT.ok;
}
