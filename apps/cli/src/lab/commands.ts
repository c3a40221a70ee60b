/** `wormwood lab …` on the command line. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ExitCode } from '../exit-code.ts';
import {
  seedOf,
  seedOption,
  wholeNumber,
  withExamples,
  withPrintOptions,
  workersOption,
} from '../command-options.ts';
import type { LabForecastOptions } from './forecast.ts';
import type { LabRunOptions } from './run.ts';

const RUNS_MAX = 1000;
const DRAWS_MAX = 100_000;

export function addLab(parent: Command, finish: (exitCode: ExitCode) => void): void {
  const lab = parent
    .command('lab')
    .description('run outbreaks with real packets and an inert marker, and compare them with the prediction')
    .helpCommand(false);
  const run = lab
    .command('run')
    .description('run a lab: hosts, honeynet, detector and immunizer in a closed loop')
    .argument('<lab>', 'a lab file, the name of a shipped lab, or - for standard input')
    .addOption(
      new Option('--runs <n>', 'number of runs, each with its own random numbers')
        .default(1)
        .argParser(runsOf),
    )
    .addOption(new Option('--seed <n>', 'seed of all randomness: 0 to 2^64-1').default('1').argParser(seedOf))
    .addOption(
      new Option(
        '--on <medium>',
        'memory: links in memory, virtual time; veth: interfaces between new namespaces, real time, as root',
      )
        .choices(['memory', 'veth'])
        .default('memory'),
    )
    .option(
      '--out <dir>',
      'also write result, figure, predicted and calibrated scenario, audit log and report to this directory',
    )
    .action(async (file: string, options: LabRunOptions) => {
      const { labRun } = await import('./run.ts');
      finish(await labRun(file, options));
    });
  withExamples(withPrintOptions(run), [
    ['wormwood lab run enough', 'a shipped lab, in memory'],
    ['wormwood lab run mine.yaml --runs 20 --out results', 'with a report'],
    ['wormwood lab run wire --on veth', 'over real interfaces with nftables'],
  ]);
  addLabForecast(lab, finish);
  withExamples(lab, [['wormwood lab run enough', 'enough honeypots, early enough']]);
}

function addLabForecast(lab: Command, finish: (exitCode: ExitCode) => void): void {
  const forecast = lab
    .command('forecast')
    .description(
      'run a lab twice: with the honeypots that a forecast from its events advises, and without them',
    )
    .argument('<lab>', 'a lab file, the name of a shipped lab, or - for standard input')
    .addOption(
      new Option('--draws <n>', 'runs of each measure of the forecast')
        .default(200)
        .argParser((text: string) => wholeNumber(text, 'a number of runs', DRAWS_MAX)),
    )
    .addOption(seedOption())
    .addOption(workersOption())
    .option('--out <dir>', 'also write result, events, figures and report to this directory')
    .action(async (file: string, options: LabForecastOptions) => {
      const { labForecast } = await import('./forecast.ts');
      finish(await labForecast(file, options));
    });
  withExamples(withPrintOptions(forecast), [
    ['wormwood lab forecast watched --out out', 'both on one page'],
    [
      'wormwood sim forecast --events out/events.jsonl --space 10.66.0.0/16',
      'the same forecast, from the events',
    ],
  ]);
}

function runsOf(text: string): number {
  const value = Number(text);
  if (!/^[0-9]+$/.test(text) || value < 1 || value > RUNS_MAX) {
    throw new InvalidArgumentError(`Give a number of runs from 1 to ${RUNS_MAX}.`);
  }
  return value;
}
