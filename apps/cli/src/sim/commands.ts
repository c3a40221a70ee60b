/** `wormwood sim …` on the command line. */
import type { Command } from 'commander';
import { type PrintOptions, withExamples, withPrintOptions, wordsOf } from '../command-options.ts';
import type { ExitCode } from '../exit-code.ts';
import { addSimObserve } from './observe-command.ts';
import { addSimFit } from './fit-command.ts';
import { addSimForecast } from './forecast-command.ts';
import { addSimPlan } from './plan-command.ts';
import { addSimResults } from './results-command.ts';
import { addSimSweep } from './sweep-command.ts';
import type { SimReportOptions } from './report.ts';
import type { SimRunOptions } from './run.ts';
import { scenarioCommand, withEngineOptions, withRunOptions } from './scenario-options.ts';

export function addSim(parent: Command, finish: (exitCode: ExitCode) => void): void {
  const sim = parent.command('sim').description('simulate outbreaks').helpCommand(false);
  const run = withRunOptions(
    withEngineOptions(scenarioCommand(sim, 'run', 'run one scenario, once or many times'), {
      engine:
        'engine that computes the outbreak (default: ode, or hosts where chance or thin networks decide)',
      runs: 'number of runs, each with its own random numbers (default: 1, or more where chance decides)',
    }),
  )
    .option('--out <dir>', 'also write the result, series, figures and a report to this directory')
    .action(async (scenario: string, options: SimRunOptions, command: Command) => {
      const { simRun } = await import('./run.ts');
      finish(await simRun(scenario, options, wordsOf(command)));
    });
  withExamples(withPrintOptions(run), [
    ['wormwood sim run provos-2004-20min', 'the mean field of a shipped scenario'],
    ['wormwood sim run mine.yaml --engine hosts --runs 100 --seed 7', 'an ensemble'],
    ['wormwood sim run small-campus --set defenses.0.delay=5s', 'with another value'],
    ['wormwood sim run mine.yaml --out results', 'with figures and a report'],
    ['wormwood sim run - --json < mine.yaml', 'from standard input, for a program'],
  ]);
  addSimSweep(sim, finish);
  addSimPlan(sim, finish);
  addSimFit(sim, finish);
  addSimForecast(sim, finish);
  addSimObserve(sim, finish);
  addSimReport(sim, finish);
  addSimResults(sim, finish);
  addSimPresets(sim, finish);
  withExamples(sim, [['wormwood sim run provos-2004-20min', 'one scenario, once']]);
}

function addSimReport(sim: Command, finish: (exitCode: ExitCode) => void): void {
  const report = sim
    .command('report')
    .description('write a report on one saved run, or compare several')
    .argument('<run...>', 'directories written by sim run --out, or their result.json')
    .option('--out <dir>', 'directory for the report and figures', 'out/report')
    .action(async (runs: readonly string[], options: SimReportOptions) => {
      const { simReport } = await import('./report.ts');
      finish(await simReport(runs, options));
    });
  withExamples(withPrintOptions(report), [
    ['wormwood sim report out/few out/many --out out/compared', 'two runs side by side'],
  ]);
}

function addSimPresets(sim: Command, finish: (exitCode: ExitCode) => void): void {
  const presets = sim
    .command('presets')
    .description('list the shipped scenarios, or print one of them')
    .action(async (options: PrintOptions) => {
      const { simPresets } = await import('./presets.ts');
      finish(await simPresets(options));
    });
  const show = presets
    .command('show')
    .description('print the file of a shipped scenario')
    .argument('<name>', 'its name')
    .action(async (name: string, _options: PrintOptions, command: Command) => {
      const { simPresetsShow } = await import('./presets.ts');
      finish(await simPresetsShow(name, command.optsWithGlobals()));
    });
  withPrintOptions(show);
  withExamples(withPrintOptions(presets), [
    ['wormwood sim presets', 'list them'],
    ['wormwood sim presets show slammer > mine.yaml', 'a file to start from'],
  ]);
}
