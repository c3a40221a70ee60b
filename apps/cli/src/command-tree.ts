/**
 * The tree of commands with their options: what help shows and completion scripts are made from. Each action loads its
 * command only when it is called, so that `--help` does not pay for the engines.
 */
import { availableParallelism } from 'node:os';
import type { EngineName } from '@wormwood/epidemic';
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import type { ExitCode } from './exit-code.ts';
import {
  SCHEMA_KINDS,
  seedOption,
  type PrintOptions,
  type SchemaKind,
  withExamples,
  withPrintOptions,
} from './tree/command-options.ts';
import { addSimObserve } from './tree/sim-observe-command.ts';
import { addDetect } from './tree/detect-commands.ts';
import { addLab } from './tree/lab-commands.ts';
import { addNet } from './tree/net-commands.ts';
import { addRespond } from './tree/respond-commands.ts';

const ENGINES: readonly EngineName[] = ['ode', 'stochastic', 'hosts', 'probes'];
const RUNS_MAX = 1_000_000;
const WORKERS_MAX = 256;

export interface SimRunOptions extends PrintOptions {
  /** Left out: the mean field, or `hosts` where that has no equations. */
  readonly engine?: EngineName;
  readonly runs: number;
  readonly seed: string;
  readonly workers: number;
  readonly out?: string;
}

export interface SimReportOptions extends PrintOptions {
  readonly out: string;
}

export interface DemoOptions extends PrintOptions {
  readonly seed: string;
  readonly workers: number;
  readonly out: string;
}

/** Returns the command line of `version`; `finish` receives how the called command ended. */
export function commandTree(version: string, finish: (exitCode: ExitCode) => void): Command {
  const root = new Command('wormwood')
    .description('Find out how many honeypots, where, and how fast stop a worm.')
    .version(version, '--version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .enablePositionalOptions()
    .showSuggestionAfterError();
  addDemo(root, finish);
  addSim(root, finish);
  addNet(root, finish);
  addDetect(root, finish);
  addRespond(root, finish);
  addLab(root, finish);
  addSchema(root, finish);
  addDoctor(root, finish);
  addCompletion(root, finish);
  return withExamples(root, [
    ['wormwood demo', 'the whole story in half a minute'],
    ['wormwood sim run provos-2004-20min', 'one outbreak against 262,144 honeypots'],
    ['wormwood sim run --help', 'what a command takes'],
  ]);
}

function addDemo(parent: Command, finish: (exitCode: ExitCode) => void): void {
  const demo = parent
    .command('demo')
    .description('run the experiment of Provos (2004) at every fidelity and write a report')
    .addOption(seedOption())
    .addOption(workersOption())
    .option('--out <dir>', 'directory for report, figures and series', 'out/demo')
    .action(async (options: DemoOptions) => {
      const { demo: run } = await import('./commands/demo.ts');
      finish(await run(options));
    });
  withExamples(withPrintOptions(demo), [
    ['wormwood demo', 'prints tables and plots, writes out/demo/report.html'],
    ['wormwood demo --json --out results', 'one JSON object on standard output'],
  ]);
}

function addSim(parent: Command, finish: (exitCode: ExitCode) => void): void {
  const sim = parent.command('sim').description('simulate outbreaks').helpCommand(false);
  const run = sim
    .command('run')
    .description('run one scenario, once or many times')
    .argument('<scenario>', 'a scenario file, - for standard input, or the name of a shipped scenario')
    .addOption(
      new Option(
        '--engine <name>',
        'how to compute the outbreak (default: ode, or hosts where ode has no equations)',
      ).choices(ENGINES),
    )
    .addOption(
      new Option('--runs <n>', 'number of runs with different randomness').default(1).argParser(runsOf),
    )
    .addOption(seedOption())
    .addOption(workersOption())
    .option('--out <dir>', 'also write result, series, figures and report into this directory')
    .action(async (scenario: string, options: SimRunOptions) => {
      const { simRun } = await import('./commands/sim-run.ts');
      finish(await simRun(scenario, options));
    });
  withExamples(withPrintOptions(run), [
    ['wormwood sim run provos-2004-20min', 'the mean field of a shipped scenario'],
    ['wormwood sim run mine.yaml --engine hosts --runs 100 --seed 7', 'an ensemble'],
    ['wormwood sim run mine.yaml --out results', 'with figures and a report'],
    ['wormwood sim run - --json < mine.yaml', 'from standard input, for a program'],
  ]);
  addSimObserve(sim, finish);
  addSimReport(sim, finish);
  addSimPresets(sim, finish);
  withExamples(sim, [['wormwood sim run provos-2004-20min', 'one scenario, once']]);
}

function addSimReport(sim: Command, finish: (exitCode: ExitCode) => void): void {
  const report = sim
    .command('report')
    .description('write the report of a saved run, or of several side by side')
    .argument('<run...>', 'directories that sim run --out wrote, or their result.json')
    .option('--out <dir>', 'directory for report and figures', 'out/report')
    .action(async (runs: readonly string[], options: SimReportOptions) => {
      const { simReport } = await import('./commands/sim-report.ts');
      finish(await simReport(runs, options));
    });
  withExamples(withPrintOptions(report), [
    ['wormwood sim report out/few out/many --out out/compared', 'two runs side by side'],
  ]);
}

function addSimPresets(sim: Command, finish: (exitCode: ExitCode) => void): void {
  const presets = sim
    .command('presets')
    .description('list the shipped scenarios, or show one of them')
    .action(async (options: PrintOptions) => {
      const { simPresets } = await import('./commands/sim-presets.ts');
      finish(await simPresets(options));
    });
  const show = presets
    .command('show')
    .description('print a shipped scenario as its file')
    .argument('<name>', 'its name')
    .action(async (name: string, _options: PrintOptions, command: Command) => {
      const { simPresetsShow } = await import('./commands/sim-presets.ts');
      finish(await simPresetsShow(name, command.optsWithGlobals()));
    });
  withPrintOptions(show);
  withExamples(withPrintOptions(presets), [
    ['wormwood sim presets', 'what there is'],
    ['wormwood sim presets show slammer > mine.yaml', 'a file to begin with'],
  ]);
}

function addSchema(parent: Command, finish: (exitCode: ExitCode) => void): void {
  const schema = parent
    .command('schema')
    .description('print the JSON Schema of a kind of file, for editors')
    .addArgument(new Argument('<kind>', 'kind of file').choices(SCHEMA_KINDS))
    .action(async (kind: SchemaKind) => {
      const { schema: print } = await import('./commands/schema.ts');
      finish(await print(kind));
    });
  withExamples(schema, [['wormwood schema scenario > scenario.schema.json', 'for yaml-language-server']]);
}

function addDoctor(parent: Command, finish: (exitCode: ExitCode) => void): void {
  const doctor = parent
    .command('doctor')
    .description('say what this machine has and what is missing for which purpose')
    .action(async (options: PrintOptions) => {
      const { doctor: check } = await import('./commands/doctor.ts');
      finish(await check(options));
    });
  withExamples(withPrintOptions(doctor), [['wormwood doctor --json', 'the same for a program']]);
}

function addCompletion(parent: Command, finish: (exitCode: ExitCode) => void): void {
  const completion = parent
    .command('completion')
    .description('print a completion script for a shell')
    .addArgument(new Argument('<shell>', 'which shell').choices(['bash', 'zsh', 'fish']))
    .action(async (shell: 'bash' | 'zsh' | 'fish') => {
      const { completion: print } = await import('./commands/completion.ts');
      finish(await print(shell, parent));
    });
  withExamples(completion, [
    ['source <(wormwood completion bash)', 'for this session'],
    ['wormwood completion fish > ~/.config/fish/completions/wormwood.fish', 'for all'],
  ]);
}

function workersOption(): Option {
  return new Option('--workers <n>', 'number of threads; the result is the same for any')
    .default(Math.min(WORKERS_MAX, availableParallelism()), 'one a core')
    .argParser((text: string) => wholeNumber(text, 'a number of threads', WORKERS_MAX));
}

function runsOf(text: string): number {
  return wholeNumber(text, 'a number of runs', RUNS_MAX);
}

function wholeNumber(text: string, noun: string, max: number): number {
  const value = Number(text);
  if (!/^[0-9]+$/.test(text) || value < 1 || value > max) {
    throw new InvalidArgumentError(`It takes ${noun} from 1 to ${max}.`);
  }
  return value;
}
