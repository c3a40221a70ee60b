/** Entry of the program: parses the command line, calls the command, and turns every way to fail into one sentence. */
import { type Command, CommanderError } from 'commander';
import { commandTree } from './command-tree.ts';
import { CommandFailure, errorCode, EXIT, type ExitCode } from './exit-code.ts';
import { VERSION } from './version.ts';

const isDebug = process.argv.includes('--debug');

/** Writes what went wrong and returns the exit code for it. */
function tell(error: unknown): ExitCode {
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

/** A reader that has seen enough (`wormwood … | head`) is no error. */
function endQuietlyOnClosedPipe(): void {
  process.stdout.on('error', (error) => {
    process.exit(errorCode(error) === 'EPIPE' ? EXIT.ok : tell(error));
  });
  process.stderr.on('error', () => {
    process.exit(EXIT.failed);
  });
}

/** Makes commander throw instead of ending the process, and speak as the rest of the program does. */
function configure(command: Command): void {
  command.exitOverride().configureOutput({
    outputError: (text, write) => {
      const sentence = text
        .trim()
        .replace(/^error: /, '')
        .replaceAll('\n', ' ');
      write(`wormwood: ${sentence}\nSee \`${path(command)} --help\`.\n`);
    },
  });
  command.commands.forEach(configure);
}

function path(command: Command): string {
  return command.parent === null ? command.name() : `${path(command.parent)} ${command.name()}`;
}

async function main(): Promise<void> {
  const tree = commandTree(VERSION, (exitCode) => {
    process.exitCode = exitCode;
  });
  configure(tree);
  try {
    await tree.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    else process.exitCode = tell(error);
  }
}

process.on('uncaughtException', (error) => process.exit(tell(error)));
process.on('unhandledRejection', (reason) => process.exit(tell(reason)));
endQuietlyOnClosedPipe();
await main();
