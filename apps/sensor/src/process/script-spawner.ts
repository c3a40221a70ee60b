/** Scripts of a honeynet as programs of this machine: so many at once and no more, each under its template's limits. */
import { readdir, readFile } from 'node:fs/promises';
import type { ProcessListener, ProcessRequest, ProcessSpawner, RunningProcess } from '@wormwood/honeynet';
import { LimitedProcess, LIMITS_DEFAULT, type ProgramLimits } from './limited-process.ts';

export interface ScriptSpawnerOptions {
  /** Where scripts run: relative paths in commands begin here. */
  readonly directory: string;
  /** @default 256 */
  readonly processesMax?: number;
  /** What a template does not say. */
  readonly limits?: Partial<ProgramLimits>;
}

const PROCESSES_MAX = 256;
/** Processes that one script may have; the limit of the system counts all scripts together. */
const SESSION_PROCESSES_MAX = 32;
const LOOK_MS = 500;
const UNENDING = { wallSeconds: null, processorSeconds: null } as const;

export class ScriptSpawner implements ProcessSpawner {
  readonly #options: ScriptSpawnerOptions;
  readonly #running: Set<LimitedProcess> = new Set();
  #timer: NodeJS.Timeout | null = null;
  /** Scripts started, and those that were not because too many ran. */
  started = 0;
  refused = 0;

  constructor(options: ScriptSpawnerOptions) {
    this.#options = options;
  }

  get runningCount(): number {
    return this.#running.size;
  }

  spawn(request: ProcessRequest, listener: ProcessListener): RunningProcess | null {
    if (this.#running.size >= (this.#options.processesMax ?? PROCESSES_MAX)) {
      this.refused++;
      return null;
    }
    this.started++;
    const { openFilesMax, userId, groupId } = request.limits;
    const isRoot = process.getuid?.() === 0;
    const limits = { ...LIMITS_DEFAULT, ...this.#options.limits };
    const child = new LimitedProcess(
      {
        words: request.words,
        environment: request.environment,
        directory: this.#options.directory,
        limits: {
          ...limits,
          ...(openFilesMax === null ? {} : { openFilesMax }),
          ...(request.isLasting === true ? UNENDING : {}),
        },
        // Once the daemon has given up root, everything runs as whom it has become.
        userId: isRoot ? userId : null,
        groupId: isRoot ? groupId : null,
      },
      {
        output: (octets) => listener.output(octets),
        message: (line) => listener.message(line),
        drained: () => listener.drained(),
        exited: (reason) => {
          this.#running.delete(child);
          listener.exited(reason);
        },
      },
    );
    this.#running.add(child);
    this.#timer ??= setTimeout(() => void this.#look(), LOOK_MS);
    return child;
  }

  /** Ends all of them. */
  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    for (const child of this.#running) child.kill();
  }

  /** Ends scripts that have become a crowd. */
  async #look(): Promise<void> {
    const sizes = await sessionSizes();
    for (const child of this.#running) {
      const size = sizes.get(child.processId ?? -1) ?? 0;
      if (size > SESSION_PROCESSES_MAX) child.kill(`had ${size} processes`);
    }
    this.#timer = this.#running.size > 0 ? setTimeout(() => void this.#look(), LOOK_MS) : null;
  }
}

/** How many processes each session of this machine has, by the process that leads it (proc(5), stat). */
async function sessionSizes(): Promise<ReadonlyMap<number, number>> {
  const sizes = new Map<number, number>();
  const names = await readdir('/proc');
  await Promise.all(
    names
      .filter((name) => /^\d+$/.test(name))
      .map(async (name) => {
        // It may have ended in the meantime.
        const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
        const session = Number(stat.replace(/^.*\) /s, '').split(' ')[3] ?? -1);
        sizes.set(session, (sizes.get(session) ?? 0) + 1);
      }),
  );
  return sizes;
}
