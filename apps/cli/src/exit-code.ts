/** The exit codes of the program, and the error that carries one to the top. */
export { errorCode, systemReason } from '@wormwood/base';

export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  invalidFile: 3,
  partial: 4,
  missingCapability: 5,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A failure that a user can understand and fix: one sentence for the terminal, and the exit code. */
export class CommandFailure extends Error {
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, sentence: string, options?: ErrorOptions) {
    super(sentence, options);
    this.name = 'CommandFailure';
    this.exitCode = exitCode;
  }
}
