/** The tree of commands reduced to what a completion script needs. */
import type { Command } from 'commander';

export interface DescribedCommand {
  /** Names from the root down, such as `sim run`; empty for the root. */
  readonly path: string;
  readonly subcommands: readonly { readonly name: string; readonly description: string }[];
  readonly options: readonly DescribedOption[];
  /** Words that the first argument can be; where `takesFile`, it can be a file name too. */
  readonly words: readonly string[];
  readonly takesFile: boolean;
}

export interface DescribedOption {
  readonly long: string;
  readonly short?: string;
  readonly description: string;
  readonly value: 'none' | 'word' | 'directory' | 'free';
  readonly words: readonly string[];
}

/** Returns all commands, the root first. `wordsOf` gives the known words of an argument by its name. */
export function describeTree(
  root: Command,
  wordsOf: Readonly<Record<string, readonly string[]>>,
): readonly DescribedCommand[] {
  const visit = (command: Command, path: string): DescribedCommand[] => [
    describe(command, path, wordsOf),
    ...command.commands.flatMap((child) => visit(child, `${path} ${child.name()}`.trim())),
  ];
  return visit(root, '');
}

function describe(
  command: Command,
  path: string,
  wordsOf: Readonly<Record<string, readonly string[]>>,
): DescribedCommand {
  const argument = command.registeredArguments[0];
  const known = argument === undefined ? undefined : wordsOf[argument.name()];
  return {
    path,
    subcommands: command.commands.map((child) => ({ name: child.name(), description: child.description() })),
    options: command.createHelp().visibleOptions(command).map(describeOption),
    words: known ?? argument?.argChoices ?? [],
    takesFile: known !== undefined,
  };
}

type CommanderOption = Command['options'][number];

function describeOption(option: CommanderOption): DescribedOption {
  const words = option.argChoices ?? [];
  const takesValue = option.required || option.optional;
  const ofValue = words.length > 0 ? 'word' : option.flags.includes('<dir>') ? 'directory' : 'free';
  return {
    long: option.long ?? '',
    ...(option.short === undefined ? {} : { short: option.short }),
    description: option.description,
    value: takesValue ? ofValue : 'none',
    words,
  };
}
