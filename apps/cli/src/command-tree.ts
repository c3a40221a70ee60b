/**
 * The tree of commands with their options, from which help and completion scripts are made. Each action loads its command
 * only when it is called, so that `--help` does not load the engines.
 */
import { Argument, Command } from 'commander';
import { type PrintOptions, withExamples, withPrintOptions } from './command-options.ts';
import { addDemo } from './demo/command.ts';
import { addDetect } from './detect/commands.ts';
import type { ExitCode } from './exit-code.ts';
import { addLab } from './lab/commands.ts';
import { addNet } from './net/commands.ts';
import type { SchemaKind } from './schema.ts';
import { addWorker } from './queue/worker-command.ts';
import { addSim } from './sim/commands.ts';
import { addRespond } from './respond/commands.ts';
import { addStudio } from './studio/command.ts';

const SCHEMA_KINDS: readonly SchemaKind[] = ['scenario', 'scope', 'known', 'respond', 'lab', 'honeynet'];

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
  addWorker(root, finish);
  addStudio(root, finish);
  addSchema(root, finish);
  addDoctor(root, finish);
  addCompletion(root, finish);
  return withExamples(root, [
    ['wormwood demo', 'the published experiment in half a minute'],
    ['wormwood sim run provos-2004-20min', 'one outbreak against 262,144 honeypots'],
    ['wormwood sim run --help', 'the options of a command'],
  ]);
}

function addSchema(parent: Command, finish: (exitCode: ExitCode) => void): void {
  const schema = parent
    .command('schema')
    .description('print the JSON Schema of a kind of file, for editors')
    .addArgument(new Argument('<kind>', 'kind of file').choices(SCHEMA_KINDS))
    .action(async (kind: SchemaKind) => {
      const { schema: print } = await import('./schema.ts');
      finish(await print(kind));
    });
  withExamples(schema, [['wormwood schema scenario > scenario.schema.json', 'for yaml-language-server']]);
}

function addDoctor(parent: Command, finish: (exitCode: ExitCode) => void): void {
  const doctor = parent
    .command('doctor')
    .description('list what this machine provides, what is missing, and what each thing is for')
    .action(async (options: PrintOptions) => {
      const { doctor: check } = await import('./doctor.ts');
      finish(await check(options));
    });
  withExamples(withPrintOptions(doctor), [['wormwood doctor --json', 'the same as JSON']]);
}

function addCompletion(parent: Command, finish: (exitCode: ExitCode) => void): void {
  const completion = parent
    .command('completion')
    .description('print a completion script for a shell')
    .addArgument(new Argument('<shell>', 'which shell').choices(['bash', 'zsh', 'fish']))
    .action(async (shell: 'bash' | 'zsh' | 'fish') => {
      const { completion: print } = await import('./completion/completion.ts');
      finish(await print(shell, parent));
    });
  withExamples(completion, [
    ['source <(wormwood completion bash)', 'for the current shell'],
    ['wormwood completion fish > ~/.config/fish/completions/wormwood.fish', 'for every shell'],
  ]);
}
