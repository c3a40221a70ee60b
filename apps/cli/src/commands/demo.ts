/** `wormwood demo`: the experiment of Provos (2004), told in the terminal and written as a report. */
import { join } from 'node:path';
import { type Report, renderReport, seriesCsv, toCsv, toTerminal } from '@wormwood/scenario';
import type { DemoOptions } from '../command-tree.ts';
import { type Experiment, type Laboratory, runExperiment } from '../demo/experiment.ts';
import { agreements, mainResult, storyOf } from '../demo/story.ts';
import { CommandFailure, EXIT, type ExitCode } from '../exit-code.ts';
import { catchInterrupt } from '../interrupt.ts';
import { chartFiles } from '../output/result-files.ts';
import { type OutputFile, prepareDirectory, saveFiles } from '../output/save.ts';
import { renderTable } from '../output/table.ts';
import { openTerminal, type Terminal } from '../output/terminal.ts';
import { simulateEnsemble, simulateSingle } from '../simulate.ts';
import { VERSION } from '../version.ts';
import { openWorkerPool } from '../worker-pool.ts';

export async function demo(options: DemoOptions): Promise<ExitCode> {
  const terminal = openTerminal(options);
  const directory = await prepareDirectory(options.out);
  const experiment = await compute(options, terminal);
  if (experiment === undefined) {
    terminal.warn('Ended early; nothing was written. Repeat it with: wormwood demo');
    return EXIT.interrupted;
  }
  const story = storyOf(experiment);
  const summary = summarize(experiment, story, options);
  const files = demoFiles(experiment, story, summary);
  await saveFiles(directory, files);
  const names = files.map(({ name }) => join(options.out, name));
  if (options.json) await terminal.print(JSON.stringify({ ...summary, files: names }));
  else await terminal.print(tell(story, terminal));
  terminal.say(`Open ${join(options.out, 'report.html')}`);
  return EXIT.ok;
}

/** Returns the experiment, or undefined when it was interrupted. */
async function compute(options: DemoOptions, terminal: Terminal): Promise<Experiment | undefined> {
  const interrupt = catchInterrupt(() => terminal.say('\nEnding the runs; once more ends at once.'));
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
      const result = await simulateEnsemble(pool, task, { terminal, runs, workers: options.workers, signal });
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

/** Returns what `--json` prints but for the names of the files. */
function summarize({ delays, fidelities }: Experiment, story: Report, { seed }: DemoOptions): object {
  return {
    version: VERSION,
    seed,
    verdict: story.verdict,
    facts: story.facts,
    delays: delays.map(({ scenario, start, byCount }) => ({
      scenario,
      start,
      byCount: byCount.map(({ honeypots, result }) => ({ honeypots, summary: result.summary })),
    })),
    fidelities: agreements(fidelities),
  };
}

function demoFiles(experiment: Experiment, story: Report, summary: object): readonly OutputFile[] {
  const { alone, delays, fidelities } = experiment;
  const tables = story.sections.flatMap((section) => section.tables);
  const series = [
    { name: 'no-honeypots', result: alone },
    ...delays.map(({ id, asShipped }) => ({ name: id, result: asShipped })),
    ...fidelities.slice(1).map(({ result }) => ({ name: `fidelity-${result.engine}`, result })),
  ];
  return [
    { name: 'report.html', content: renderReport(story) },
    { name: 'result.json', content: `${JSON.stringify({ ...summary, result: mainResult(experiment) })}\n` },
    ...story.sections.flatMap(({ charts }) => charts.flatMap(chartFiles)),
    ...series.map(({ name, result }) => ({ name: `${name}.csv`, content: seriesCsv(result) })),
    ...tables.map(({ columns, rows }, index) => ({
      name: delays[index] === undefined ? 'fidelities.csv' : `${delays[index].id}-by-count.csv`,
      content: toCsv([columns, ...rows]),
    })),
  ];
}

/** Of each section; the report has them all. */
const CHARTS_SHOWN = 2;

/** Returns the story as text, each part of it once. */
function tell(story: Report, terminal: Terminal): string {
  const { stdout, columns } = terminal;
  const color = stdout.isColorSupported;
  const sections = story.sections.map(({ title, text, charts, tables }) =>
    [
      stdout.bold(title),
      wrapped(text, columns),
      ...charts.slice(-CHARTS_SHOWN).map((chart) => toTerminal(chart, { columns, rows: 12, color })),
      ...tables.map(renderTable),
    ].join('\n\n'),
  );
  const facts = story.facts.map(({ title, text }) => `${stdout.bold(title)}\n${wrapped(text, columns)}`);
  return [...sections, ...facts, stdout.bold(wrapped(story.verdict, columns))].join('\n\n');
}

function wrapped(text: string, columns: number): string {
  return text.replaceAll(new RegExp(`(?![^\\n]{1,${columns}}$)([^\\n]{1,${columns}}) `, 'g'), '$1\n');
}
