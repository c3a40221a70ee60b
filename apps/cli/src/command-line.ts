/** The command line from its words to its exit code: parses them, calls the command, and reports each failure in one sentence. */
import { type Command, CommanderError, Help, type Option } from 'commander';
import { commandTree } from './command-tree.ts';
import { CommandFailure, EXIT, type ExitCode } from './exit-code.ts';
import { VERSION } from './version.ts';

/** Runs the command that `words`, the arguments of the program, name. Returns the exit code; throws nothing. */
export async function runCommandLine(words: readonly string[]): Promise<ExitCode> {
  let ended: ExitCode = EXIT.ok;
  const tree = commandTree(VERSION, (exitCode) => {
    ended = exitCode;
  });
  configure(tree);
  try {
    await tree.parseAsync(words, { from: 'user' });
    return ended;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    return endOfFailure(error, words.includes('--debug'));
  }
}

/** Writes what went wrong to standard error and returns the exit code for it. */
export function endOfFailure(error: unknown, isDebug: boolean = process.argv.includes('--debug')): ExitCode {
  if (isDebug && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  if (error instanceof CommandFailure) {
    process.stderr.write(`wormwood: ${error.message}\n`);
    return error.exitCode;
  }
  const message = error instanceof Error ? error.message : String(error);
  const hint = isDebug ? '' : ' Repeat with --debug to see where.';
  process.stderr.write(`wormwood: internal error: ${message.replace(/\.$/, '')}.${hint}\n`);
  return EXIT.failed;
}

/** A repeatable option that begins with no value has no default worth a word. */
class BriefHelp extends Help {
  override optionDescription(option: Option): string {
    const { defaultValue, defaultValueDescription, description } = option;
    const isEmpty = Array.isArray(defaultValue) && defaultValue.length === 0;
    return isEmpty && defaultValueDescription === undefined ? description : super.optionDescription(option);
  }
}

/** Makes commander throw instead of ending the process, and report errors as the rest of the program does. */
function configure(command: Command): void {
  command.createHelp = () => new BriefHelp();
  command.exitOverride().configureOutput({
    outputError: (text, write) => {
      const sentence = text
        .trim()
        .replace(/^error: /, '')
        .replaceAll('\n', ' ');
      write(`wormwood: ${withNextStep(sentence, command)}\nSee \`${path(command)} --help\`.\n`);
    },
  });
  command.commands.forEach(configure);
}

/** The sentence of the parser, completed by what the user writes next. */
function withNextStep(sentence: string, command: Command): string {
  if (sentence.startsWith('required option')) {
    const missing = command.options.filter(
      (option) => option.mandatory && command.getOptionValue(option.attributeName()) === undefined,
    );
    const flags = missing.map((option) => `'${option.flags}'`).join(' and ');
    return missing.length > 1 ? `required options ${flags} not specified` : sentence;
  }
  if (sentence.startsWith('too many arguments')) {
    const files = command.options.filter(({ flags }) => flags.includes('<file>')).map(({ long }) => long);
    return command.registeredArguments.length > 0 || files.length === 0
      ? sentence
      : `${sentence} Name files by options: ${files.join(', ')}.`;
  }
  const [, unknown = ''] = /^unknown option '(--[a-z]+)/.exec(sentence) ?? [];
  const isForTables = ['--csv', '--parquet', '--format'].includes(unknown);
  const hasResults = command.options.some(({ long }) => long === '--out');
  return isForTables && hasResults && !sentence.includes('Did you mean')
    ? `${sentence}. --out DIR writes the results as files.`
    : sentence;
}

function path(command: Command): string {
  return command.parent === null ? command.name() : `${path(command.parent)} ${command.name()}`;
}
