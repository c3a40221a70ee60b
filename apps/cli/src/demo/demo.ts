/** `wormwood demo`: the experiment of Provos (2004), shown in the terminal and written as a report. */
import { join } from 'node:path';
import {
  chartCsv,
  fileNameOf,
  type Report,
  renderReport,
  resultDocument,
  toCsv,
  toTerminal,
} from '@wormwood/report';
import { type DemoExperiment, featuredPair, type Laboratory, runExperiment } from './experiment.ts';
import { agreements } from './fidelity.ts';
import { storyOf } from './story.ts';
import { CommandFailure, EXIT, type ExitCode } from '../exit-code.ts';
import { catchInterrupt } from '../interrupt.ts';
import { chartFiles, pictureFiles } from '../output/result-files.ts';
import { type OutputFile, prepareDirectory, saveFiles } from '../output/save.ts';
import { renderTable } from '../output/table.ts';
import { openTerminal, type Terminal, wrapped } from '../output/terminal.ts';
import { simulateEnsemble, simulateSingle } from '../sim/simulate.ts';
import { VERSION } from '../version.ts';
import { openWorkerPool } from '../sim/worker-pool.ts';
import type { PrintOptions } from '../command-options.ts';

export interface DemoOptions extends PrintOptions {
  readonly seed: string;
  readonly workers: number;
  readonly out: string;
}

export async function demo(options: DemoOptions): Promise<ExitCode> {
  const terminal = openTerminal(options);
  const directory = await prepareDirectory(options.out);
  const experiment = await compute(options, terminal);
  if (experiment === undefined) {
    terminal.warn('Ended early; nothing was written. To start again: wormwood demo');
    return EXIT.interrupted;
  }
  const story = storyOf(experiment);
  const summary = summarize(experiment, story, options);
  const files = demoFiles(experiment, story, summary);
  await saveFiles(directory, files);
  const names = files.map(({ name }) => join(options.out, name));
  if (options.json) await terminal.print(JSON.stringify({ ...summary, files: names }));
  else await terminal.print(textOf(story, terminal));
  terminal.say(`Open ${join(options.out, 'report.html')}`);
  return EXIT.ok;
}

/** Returns the experiment, or undefined when it was interrupted. */
async function compute(options: DemoOptions, terminal: Terminal): Promise<DemoExperiment | undefined> {
  const interrupt = catchInterrupt(() =>
    terminal.say('\nEnding the runs; press Ctrl-C again to end at once.'),
  );
  const pool = openWorkerPool(options.workers, interrupt.flag);
  terminal.say('Running the experiment of Provos (2004): one worm, many defenses, several engines …');
  const ended = (): never => {
    throw new CommandFailure(EXIT.interrupted, 'interrupted');
  };
  const laboratory: Laboratory = {
    seed: options.seed,
    runOnce: async (task) => {
      const { result } = await simulateSingle(pool, task, { terminal, keepInfections: false });
      return interrupt.interrupted() ? ended() : result;
    },
    runOften: async (task, runs) => {
      const { signal } = interrupt;
      const { result } = await simulateEnsemble(pool, task, {
        terminal,
        runs,
        workers: options.workers,
        signal,
      });
      return interrupt.interrupted() ? ended() : result;
    },
  };
  try {
    return await runExperiment(laboratory);
  } catch (error) {
    if (interrupt.interrupted()) return undefined;
    throw error;
  } finally {
    await pool.close();
    interrupt.release();
  }
}

/** Returns what `--json` prints, without the names of the files. */
function summarize({ delays, fidelities }: DemoExperiment, story: Report, { seed }: DemoOptions): object {
  return {
    version: VERSION,
    seed,
    verdict: story.verdict,
    facts: story.facts,
    delays: delays.map(({ scenario, start, pairs }) => ({
      scenario,
      start,
      byCount: pairs.map(({ honeypots, meanField, ensemble }) => ({
        honeypots,
        meanField: meanField.summary,
        ensemble: { engine: ensemble.engine, runs: ensemble.runs, summary: ensemble.summary },
      })),
    })),
    fidelities: agreements(fidelities),
  };
}

function demoFiles({ delays }: DemoExperiment, story: Report, summary: object): readonly OutputFile[] {
  const result = featuredPair(delays).meanField;
  const charts = story.sections.flatMap((section) => section.charts);
  return [
    { name: 'report.html', content: renderReport(story) },
    { name: 'result.json', content: `${JSON.stringify({ ...summary, result: resultDocument(result) })}\n` },
    ...charts.flatMap(chartFiles),
    ...story.sections.flatMap(({ pictures = [] }) => pictures.flatMap(pictureFiles)),
    ...charts.map((chart) => ({ name: `${chart.id}.csv`, content: chartCsv(chart) })),
    ...story.sections.flatMap(({ title, tables }) =>
      tables.map(({ caption, columns, rows }, index) => ({
        name: `${fileNameOf(index === 0 ? title : `${title} ${caption}`)}.csv`,
        content: toCsv([columns, ...rows]),
      })),
    ),
  ];
}

/** Charts of each section that the terminal shows; the report has them all. */
const CHARTS_SHOWN = 2;

/** Returns the story as text. */
function textOf(story: Report, terminal: Terminal): string {
  const { stdout, columns } = terminal;
  const color = stdout.isColorSupported;
  const sections = story.sections.map(({ title, text, charts, tables }) =>
    [
      stdout.bold(title),
      wrapped(text, columns),
      ...charts.slice(0, CHARTS_SHOWN).map((chart) => toTerminal(chart, { columns, rows: 12, color })),
      ...tables.map((table) => renderTable(table, columns)),
    ]
      .filter((part) => part !== '')
      .join('\n\n'),
  );
  const facts = story.facts.map(({ title, text }) => `${stdout.bold(title)}\n${wrapped(text, columns)}`);
  return [...sections, ...facts, stdout.bold(wrapped(story.verdict, columns))].join('\n\n');
}
