/** What the commands share on the command line that compute a scenario: the scenario, the engine, its runs, and chance. */
import type { EngineName } from '@wormwood/epidemic';
import { type Command, Option } from 'commander';
import { seedOption, setOption, wholeNumber, workersOption } from '../command-options.ts';

const ENGINES: readonly EngineName[] = ['ode', 'stochastic', 'hosts', 'probes'];
const RUNS_MAX = 1_000_000;

/** Returns a command of `sim` whose argument is a scenario. */
export function scenarioCommand(sim: Command, name: string, description: string): Command {
  return sim
    .command(name)
    .description(description)
    .argument('<scenario>', 'a scenario file, the name of a shipped scenario, or - for standard input');
}

/** `--engine` and `--runs`, with what each command says of them. */
export function withEngineOptions(
  command: Command,
  words: { readonly engine: string; readonly runs: string },
): Command {
  return command
    .addOption(new Option('--engine <name>', words.engine).choices(ENGINES))
    .addOption(
      new Option('--runs <n>', words.runs).argParser((text: string) =>
        wholeNumber(text, 'a number of runs', RUNS_MAX),
      ),
    );
}

/** Other values of the scenario, the seed, and the number of threads. */
export function withRunOptions(command: Command): Command {
  return command.addOption(setOption()).addOption(seedOption()).addOption(workersOption());
}
