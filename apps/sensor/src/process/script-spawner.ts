/** Scripts of a honeynet as programs of this machine: so many at once and no more, each under its template's limits. */
import type { ProcessListener, ProcessRequest, ProcessSpawner, RunningProcess } from '@wormwood/honeynet';
import { LimitedProcess } from './limited-process.ts';
import { MessageGate } from './message-gate.ts';
import { LIMITS_DEFAULT, type ProgramLauncher, type ProgramLimits } from './program-start.ts';

export interface ScriptSpawnerOptions {
  /** Where scripts run: relative paths in commands begin here. */
  readonly directory: string;
  readonly launcher: ProgramLauncher;
  /** @default 256 */
  readonly processesMax?: number;
  /** What a template does not say. */
  readonly limits?: Partial<ProgramLimits>;
}

const PROCESSES_MAX = 256;
/** Of the standard error of all scripts together: none of them fills a disk. */
const LINES_PER_SECOND = 1000;
const UNENDING = { wallSeconds: null, processorSeconds: null } as const;

export class ScriptSpawner implements ProcessSpawner {
  readonly #options: ScriptSpawnerOptions;
  readonly #running: Set<LimitedProcess> = new Set();
  readonly #gate: MessageGate = new MessageGate(LINES_PER_SECOND);
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
    const limits = { ...LIMITS_DEFAULT, ...this.#options.limits };
    const child = new LimitedProcess(
      this.#options.launcher,
      {
        words: request.words,
        environment: request.environment,
        directory: this.#options.directory,
        limits: {
          ...limits,
          ...(openFilesMax === null ? {} : { openFilesMax }),
          ...(request.isLasting === true ? UNENDING : {}),
        },
        userId,
        groupId,
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
      this.#gate,
    );
    this.#running.add(child);
    return child;
  }

  /** Ends all of them. */
  close(): void {
    for (const child of this.#running) child.kill();
    this.#options.launcher.close();
  }
}
