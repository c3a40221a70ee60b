/** Entry of the program: runs the command line, and turns what escapes a command into one sentence and an exit code. */
import { endOfFailure, runCommandLine } from './command-line.ts';
import { errorCode, EXIT } from './exit-code.ts';

/** A reader that closes the pipe early (`wormwood … | head`) is not an error. */
function endQuietlyOnClosedPipe(): void {
  process.stdout.on('error', (error) => {
    process.exit(errorCode(error) === 'EPIPE' ? EXIT.ok : endOfFailure(error));
  });
  process.stderr.on('error', () => {
    process.exit(EXIT.failed);
  });
}

process.on('uncaughtException', (error) => process.exit(endOfFailure(error)));
process.on('unhandledRejection', (reason) => process.exit(endOfFailure(reason)));
endQuietlyOnClosedPipe();
process.exitCode = await runCommandLine(process.argv.slice(2));
