/**
 * A program on a leash: in a session of its own, with an environment of its own, under limits that it cannot raise, and
 * killed with all its children when its time is over. What it is and what it is for, others know.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { setPriority } from 'node:os';
import type { ProcessListener, RunningProcess } from '@wormwood/honeynet';
import { closeAllOnExec } from '../device/libc.ts';

export interface ProgramLimits {
  /** Time from start to end, of the wall clock and of the processor; null: as long as it likes. */
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
  /** Whom it runs as; null: as the daemon. Only root can start others. */
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

const PATH = '/usr/local/bin:/usr/bin:/bin';
/** Honeyd's nice value for scripts. */
const PRIORITY = 10;
const MESSAGE_LENGTH_MAX = 1024;

export class LimitedProcess implements RunningProcess {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #listener: ProcessListener;
  readonly #timer: NodeJS.Timeout | null;
  #reason: string | null = null;
  #message = '';
  #hasEnded = false;

  /** Starts it. A program that cannot be started ends at once, with a sentence. */
  constructor(start: ProgramStart, listener: ProcessListener) {
    const { limits } = start;
    this.#listener = listener;
    closeAllOnExec();
    this.#child = spawn(prlimitPath(), [...limitOptions(limits), '--', ...start.words], {
      cwd: start.directory,
      env: { PATH, ...start.environment },
      detached: true,
      ...(start.userId === null ? {} : { uid: start.userId }),
      ...(start.groupId === null ? {} : { gid: start.groupId }),
    });
    const child = this.#child;
    const { wallSeconds } = limits;
    this.#timer =
      wallSeconds === null
        ? null
        : setTimeout(() => this.kill(`ran for ${wallSeconds} s`), wallSeconds * 1000);
    if (child.pid !== undefined) lowerPriority(child.pid);
    child.stdout.on('data', (octets: Uint8Array) => listener.output(octets));
    child.stderr.setEncoding('utf8').on('data', (text: string) => this.#takeMessage(text));
    // It may end before it has read everything.
    child.stdin.on('error', () => undefined).on('drain', () => listener.drained());
    child.on('error', (error) => {
      this.#reason ??= `could not be started: ${error.message}`;
      if (child.pid === undefined) this.#end();
    });
    child.on('close', () => this.#end());
  }

  /** It leads a session of this number; undefined when it was not started. */
  get processId(): number | undefined {
    return this.#child.pid;
  }

  write(octets: Uint8Array): boolean {
    const { stdin } = this.#child;
    // The view dies with the call.
    if (stdin.writable) stdin.write(Uint8Array.from(octets));
    return !stdin.writableNeedDrain;
  }

  /** Ends its standard input. */
  endInput(): void {
    this.#child.stdin.end();
  }

  pauseOutput(): void {
    this.#child.stdout.pause();
  }

  resumeOutput(): void {
    this.#child.stdout.resume();
  }

  /** Ends it and every process of its session's group; `reason` completes "the script …". */
  kill(reason: string | null = null): void {
    this.#reason ??= reason;
    const { pid } = this.#child;
    if (pid === undefined || this.#hasEnded) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // It has just ended by itself.
    }
    // What escaped from the group could hold them open for ever.
    this.#child.stdout.destroy();
    this.#child.stderr.destroy();
  }

  #takeMessage(text: string): void {
    const lines = (this.#message + text).split('\n');
    this.#message = lines.pop() ?? '';
    for (const line of lines) this.#listener.message(line.slice(0, MESSAGE_LENGTH_MAX));
    if (this.#message.length <= MESSAGE_LENGTH_MAX) return;
    this.#listener.message(this.#message.slice(0, MESSAGE_LENGTH_MAX));
    this.#message = '';
  }

  #end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#message !== '') this.#listener.message(this.#message);
    const { exitCode, signalCode, pid } = this.#child;
    // Children that it left behind end with it.
    if (pid !== undefined) killGroup(pid);
    const own = signalCode === null ? null : `was ended by ${signalCode}`;
    this.#listener.exited(this.#reason ?? own ?? (exitCode === 0 ? null : `ended with code ${exitCode}`));
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody is left.
  }
}

function lowerPriority(pid: number): void {
  try {
    setPriority(pid, PRIORITY);
  } catch {
    // It has ended already.
  }
}

function limitOptions(limits: ProgramLimits): readonly string[] {
  return [
    `--cpu=${limits.processorSeconds ?? 'unlimited'}`,
    // Of what can be written to: the address space of some runtimes is mostly a reservation.
    `--data=${limits.memoryBytes}`,
    `--nofile=${limits.openFilesMax}`,
    `--nproc=${limits.processesMax}`,
    `--fsize=${limits.fileBytesMax}`,
    '--core=0',
  ];
}

const PRLIMIT_PATHS = ['/usr/bin/prlimit', '/bin/prlimit'] as const;

/** The program of util-linux that sets limits before it starts another one. */
function prlimitPath(): string {
  const found = PRLIMIT_PATHS.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
  // Without it spawning fails, and the sentence names it.
  return found ?? PRLIMIT_PATHS[0];
}
