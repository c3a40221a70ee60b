/** How failures of the responder end this program. */
import type { ResponderFailure } from '@wormwood/responder';
import { CommandFailure, EXIT, type ExitCode } from '../exit-code.ts';

const EXIT_CODES: Readonly<Record<ResponderFailure['kind'], ExitCode>> = {
  failed: EXIT.failed,
  usage: EXIT.usage,
  invalidFile: EXIT.invalidFile,
  missingPermission: EXIT.missingCapability,
};

/** Returns what `work` returns; a failure of the responder becomes one with an exit code. */
export async function withExitCode(work: Promise<ExitCode>): Promise<ExitCode> {
  try {
    return await work;
  } catch (error) {
    if (!isResponderFailure(error)) throw error;
    throw new CommandFailure(EXIT_CODES[error.kind], error.message, { cause: error });
  }
}

/** By name: help and other commands start without loading the responder. */
function isResponderFailure(error: unknown): error is ResponderFailure {
  return error instanceof Error && error.name === 'ResponderFailure';
}
