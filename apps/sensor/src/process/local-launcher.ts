/** Starts programs as children of this process, each under its limits from the start, so that it cannot raise them. */
import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { setPriority } from 'node:os';
import { PassThrough } from 'node:stream';
import { closeAllOnExec } from '../device/libc.ts';
import { ProcessFamilies } from './process-families.ts';
import type {
  LaunchedProgram,
  ProgramEnd,
  ProgramLauncher,
  ProgramLimits,
  ProgramStart,
} from './program-start.ts';

export const SCRIPT_PATH = '/usr/local/bin:/usr/bin:/bin';
/** Honeyd's nice value for scripts. */
const PRIORITY = 10;

export interface StartedProgram {
  /** Null when it could not be started. */
  readonly child: ChildProcess | null;
  readonly kill: () => void;
}

export interface LaunchUser {
  readonly userId: number;
  readonly groupId: number;
}

export class LocalLauncher implements ProgramLauncher {
  readonly #families: ProcessFamilies = new ProcessFamilies();
  readonly #user: LaunchUser | null;

  /** `user` runs the programs that name no user; null: this process runs them. Only root can start others. */
  constructor(user: LaunchUser | null = null) {
    this.#user = user;
  }

  launch(start: ProgramStart, onExit: (end: ProgramEnd) => void): LaunchedProgram {
    const { child, kill } = this.launchOn('pipe', start, onExit);
    return {
      // They are missing when this process may open no more files; then the program was not started, either.
      stdin: child?.stdin ?? new PassThrough(),
      stdout: child?.stdout ?? new PassThrough(),
      stderr: child?.stderr ?? new PassThrough(),
      kill,
    };
  }

  /** The same with the program's standard files given. */
  launchOn(stdio: StdioOptions, start: ProgramStart, onExit: (end: ProgramEnd) => void): StartedProgram {
    let reason: string | null = null;
    let hasEnded = false;
    const failed = (error: unknown): void => {
      const why = error instanceof Error ? error.message : String(error);
      onExit({ code: null, signal: null, reason: `could not be started: ${why}` });
    };
    let child: ChildProcess;
    try {
      child = this.#spawn(stdio, start);
    } catch (error) {
      setImmediate(() => failed(error));
      return { child: null, kill: () => undefined };
    }
    const { pid } = child;
    const kill = (): void => {
      if (pid !== undefined && !hasEnded) this.#families.end(pid);
      hasEnded = true;
    };
    if (pid !== undefined) {
      lowerPriority(pid);
      this.#families.add(pid, (processes) => {
        reason ??= `had ${processes} processes`;
        kill();
      });
    }
    child.on('error', (error) => {
      if (pid === undefined) failed(error);
    });
    child.on('exit', (code, signal) => {
      if (pid === undefined) return;
      this.#families.exited(pid);
      onExit({ code, signal, reason });
    });
    return { child, kill };
  }

  #spawn(stdio: StdioOptions, start: ProgramStart): ChildProcess {
    closeAllOnExec();
    const isRoot = process.getuid?.() === 0;
    const uid = isRoot ? (start.userId ?? this.#user?.userId) : undefined;
    const gid = isRoot ? (start.groupId ?? this.#user?.groupId) : undefined;
    return spawn(prlimitPath(), [...limitOptions(start.limits), '--', ...start.words], {
      cwd: start.directory,
      env: { PATH: SCRIPT_PATH, ...start.environment },
      detached: true,
      stdio,
      ...(uid === undefined ? {} : { uid }),
      ...(gid === undefined ? {} : { gid }),
    });
  }

  close(): void {
    this.#families.close();
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
