/** How the program ends: the codes of the command-line contract, and the error that carries one to the top. */
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

/** Something a user can understand and change: one sentence for the terminal, and the code to end with. */
export class CommandFailure extends Error {
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, sentence: string, options?: ErrorOptions) {
    super(sentence, options);
    this.name = 'CommandFailure';
    this.exitCode = exitCode;
  }
}
