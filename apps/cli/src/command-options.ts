/** What all commands share on the command line: options for printing, and examples below the help. */
import { availableParallelism } from 'node:os';
import { type Cidr, parseCidr, parseSeed } from '@wormwood/base';
import type { ScenarioValueChange } from '@wormwood/files/scenario';
import { type Command, InvalidArgumentError, Option } from 'commander';

const WORKERS_MAX = 256;

/** Options of every command that prints. */
export interface PrintOptions {
  readonly json?: true;
  readonly quiet?: true;
  readonly debug?: true;
  readonly color: boolean;
}

export function withPrintOptions(command: Command): Command {
  return command
    .option('--json', 'print one JSON object instead of text')
    .option('-q, --quiet', 'print neither messages nor progress on standard error')
    .option('--debug', 'show where in the program an error occurred')
    .option('--no-color', 'no colours (NO_COLOR does the same)');
}

/** Returns the words of the command line that called `command`. */
export function wordsOf(command: Command): readonly string[] {
  let root = command;
  while (root.parent !== null) root = root.parent;
  return (root as unknown as { readonly rawArgs: readonly string[] }).rawArgs;
}

export function withExamples(command: Command, examples: readonly (readonly [string, string])[]): Command {
  const width = Math.max(...examples.map(([line]) => line.length));
  const lines = examples.map(([line, meaning]) => `  ${line.padEnd(width)}  # ${meaning}`);
  return command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
}

export function seedOption(): Option {
  return new Option('--seed <n>', 'seed of all randomness: 0 to 2^64-1').default('1').argParser(seedOf);
}

export function seedOf(text: string): string {
  const seed = parseSeed(text);
  if (!seed.ok) throw new InvalidArgumentError(seed.reason);
  return seed.value;
}

export function portOf(text: string): number {
  const port = Number(text);
  if (!/^[0-9]{1,5}$/.test(text) || port > 65_535)
    throw new InvalidArgumentError('Give a port from 0 to 65535.');
  return port;
}

/** Adds a text to those that were given before it. */
export function collected(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}

export function workersOption(): Option {
  return new Option('--workers <n>', 'number of threads; the result does not depend on it')
    .default(Math.min(WORKERS_MAX, availableParallelism()), 'one per core')
    .argParser((text: string) => wholeNumber(text, 'a number of threads', WORKERS_MAX));
}

/** `--set PATH=VALUE`, any number of times. */
export function setOption(): Option {
  return new Option(
    '--set <path=value>',
    'replace a value of the scenario, such as defenses.0.count=4096; repeatable',
  )
    .default([], 'as in the file')
    .argParser((text: string, earlier: readonly ScenarioValueChange[]) => {
      const [, path = '', value = ''] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
      if (path.trim() === '') throw new InvalidArgumentError('Write PATH=VALUE, such as duration=10min.');
      return [...earlier, { path: path.trim(), value, source: `--set ${text}` }];
    });
}

/** Adds an IPv4 network to those that were given before it. */
export function collectedCidrs(text: string, before: readonly Cidr[]): readonly Cidr[] {
  const cidr = parseCidr(text);
  if (!cidr.ok) throw new InvalidArgumentError(cidr.reason);
  return [...before, cidr.value];
}

export function wholeNumber(text: string, noun: string, max: number): number {
  const value = Number(text);
  if (!/^[0-9]+$/.test(text) || value < 1 || value > max) {
    throw new InvalidArgumentError(`Give ${noun} from 1 to ${max}.`);
  }
  return value;
}
