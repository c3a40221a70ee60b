/** What a program of a honeynet is started with, and what is there once it runs, whoever starts it. */
import type { Readable, Writable } from 'node:stream';

export interface ProgramLimits {
  /** Time from start to end, of the wall clock and of the processor; null: not limited. */
  readonly wallSeconds: number | null;
  readonly processorSeconds: number | null;
  /** Of each process. */
  readonly memoryBytes: number;
  readonly openFilesMax: number;
  /** Processes and threads that its user may have in all when it starts another one; does not bind root. */
  readonly processesMax: number;
  readonly fileBytesMax: number;
}

export interface ProgramStart {
  /** Program and its arguments; no shell looks at them. */
  readonly words: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly directory: string;
  readonly limits: ProgramLimits;
  /** The user that it runs as; null: the launcher's choice. */
  readonly userId: number | null;
  readonly groupId: number | null;
}

/** A script and a bit more, generous for what answers one connection. */
export const LIMITS_DEFAULT: ProgramLimits = {
  wallSeconds: 300,
  processorSeconds: 30,
  memoryBytes: 256 * 2 ** 20,
  openFilesMax: 30,
  processesMax: 200,
  fileBytesMax: 16 * 2 ** 20,
};

/** How a program ended: a sentence's end where it was ended or could not be started, else its own code or signal. */
export interface ProgramEnd {
  readonly code: number | null;
  readonly signal: string | null;
  readonly reason: string | null;
}

export interface LaunchedProgram {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Ends it, and every process that it has started. */
  kill(): void;
}

export interface ProgramLauncher {
  /** Starts a program; `onExit` is called once, never during the call. What it has started lives until `kill`. */
  launch(start: ProgramStart, onExit: (end: ProgramEnd) => void): LaunchedProgram;
  close(): void;
}
