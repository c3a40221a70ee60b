/** Starts programs through a process that has kept the right to become another user (`script-host.ts`). */
import { type ChildProcess, fork } from 'node:child_process';
import type { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { FromHost, HostUsers, ToHost } from './host-messages.ts';
import type { LaunchedProgram, ProgramEnd, ProgramLauncher, ProgramStart } from './program-start.ts';

interface Hosted {
  readonly stdin: PassThrough;
  readonly stdout: PassThrough;
  readonly stderr: PassThrough;
  readonly onExit: (end: ProgramEnd) => void;
  readonly sockets: Socket[];
}

const READY_MS_MAX = 10_000;

export class HostedLauncher implements ProgramLauncher {
  readonly #host: ChildProcess;
  readonly #programs: Map<number, Hosted> = new Map();
  readonly #onTrouble: (sentence: string) => void;
  #next = 0;
  #isClosed = false;

  /** Starts the process, which must be done while this one is root; rejects when it does not come up. */
  static async start(users: HostUsers, onTrouble: (sentence: string) => void): Promise<HostedLauncher> {
    // Compiled, the files lie beside each other; from the source, tests name the compiled one.
    const path = fileURLToPath(new URL('./script-host.js', import.meta.url).href.replace('/src/', '/dist/'));
    const host = fork(path, [JSON.stringify(users)], {
      env: {},
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      serialization: 'advanced',
    });
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error('the process for scripts does not start')),
        READY_MS_MAX,
      );
      host.once('message', () => {
        clearTimeout(timer);
        resolve();
      });
      host.once('exit', (code) => reject(new Error(`the process for scripts ended with code ${code}`)));
      host.once('error', reject);
    });
    return new HostedLauncher(host, onTrouble);
  }

  private constructor(host: ChildProcess, onTrouble: (sentence: string) => void) {
    this.#host = host;
    this.#onTrouble = onTrouble;
    host.removeAllListeners('exit').on('exit', () => this.#lose());
    host.on('message', (message: FromHost, socket) => this.#take(message, socket as Socket | undefined));
    // It lives as long as the sensor and keeps nothing alive.
    host.unref();
    host.channel?.unref();
  }

  launch(start: ProgramStart, onExit: (end: ProgramEnd) => void): LaunchedProgram {
    const id = this.#next++;
    const program: Hosted = {
      stdin: new PassThrough(),
      stdout: new PassThrough(),
      stderr: new PassThrough(),
      onExit,
      sockets: [],
    };
    this.#programs.set(id, program);
    if (this.#isClosed)
      setImmediate(() => this.#end(id, { code: null, signal: null, reason: 'could not be started' }));
    else this.#send({ kind: 'start', id, start });
    return { ...program, kill: () => this.#kill(id) };
  }

  close(): void {
    this.#isClosed = true;
    if (this.#host.connected) this.#host.disconnect();
  }

  #take(message: FromHost, socket: Socket | undefined): void {
    if (message.kind === 'ready') return;
    if (message.kind === 'end') return this.#end(message.id, message.end);
    const program = this.#programs.get(message.id);
    if (socket === undefined) return;
    if (program === undefined) return void socket.destroy();
    const output = message.kind === 'stderr' ? program.stderr : program.stdout;
    // A program that was ended meanwhile is spoken to no more.
    if (output.destroyed) return void socket.destroy();
    program.sockets.push(socket);
    socket.on('error', () => undefined).on('close', () => output.end());
    if (message.kind === 'stdio') {
      // Its input ends while its output goes on.
      socket.allowHalfOpen = true;
      program.stdin.pipe(socket);
    }
    socket.pipe(output);
  }

  #kill(id: number): void {
    this.#send({ kind: 'kill', id });
    const program = this.#programs.get(id);
    if (program === undefined) return;
    for (const stream of [program.stdin, program.stdout, program.stderr, ...program.sockets])
      stream.destroy();
  }

  #end(id: number, end: ProgramEnd): void {
    const program = this.#programs.get(id);
    this.#programs.delete(id);
    program?.stdin.destroy();
    program?.onExit(end);
  }

  /** Without it no script runs; the sensor goes on. */
  #lose(): void {
    if (!this.#isClosed)
      this.#onTrouble('The process that starts scripts has ended; no script runs any more.');
    this.#isClosed = true;
    for (const id of this.#programs.keys()) this.#end(id, { code: null, signal: 'SIGKILL', reason: null });
  }

  #send(message: ToHost): void {
    if (this.#host.connected) this.#host.send(message, () => undefined);
  }
}
