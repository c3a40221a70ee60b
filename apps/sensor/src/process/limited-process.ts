/**
 * A program behind a connection: its standard files as a stream each way, its standard error as lines at a bounded rate, an end
 * when its time is over, and an end of everything that it has started.
 */
import type { ProcessListener, RunningProcess } from '@wormwood/honeynet';
import { MessageGate } from './message-gate.ts';
import type { LaunchedProgram, ProgramEnd, ProgramLauncher, ProgramStart } from './program-start.ts';

/** A line, or the first 1,024 characters of a longer one. */
const LINE = /[^\n]{1024}|[^\n]{0,1023}\n/g;
const LINE_OR_REST = /[^\n]{1024}|[^\n]{0,1023}\n|[^\n]+$/g;
/** Lines that one program may write to its standard error in a second; then it waits. */
const LINES_PER_SECOND = 100;
const GATE_MS = 100;
/** Lines that are handed on at the end although they have to wait. */
const LINES_LEFT_MAX = 20;

export class LimitedProcess implements RunningProcess {
  readonly #program: LaunchedProgram;
  readonly #listener: ProcessListener;
  readonly #ownGate: MessageGate = new MessageGate(LINES_PER_SECOND);
  readonly #gate: MessageGate;
  readonly #timer: NodeJS.Timeout | null;
  #messageTimer: NodeJS.Timeout | null = null;
  #reason: string | null = null;
  #message = '';
  #end: ProgramEnd | null = null;
  /** Of its output and its error. */
  #openStreams = 2;
  #isOver = false;

  /** Starts it. A program that cannot be started ends at once, with a sentence. */
  constructor(launcher: ProgramLauncher, start: ProgramStart, listener: ProcessListener, gate: MessageGate) {
    this.#listener = listener;
    this.#gate = gate;
    const { wallSeconds } = start.limits;
    this.#timer =
      wallSeconds === null
        ? null
        : setTimeout(() => this.kill(`ran for ${wallSeconds} s`), wallSeconds * 1000);
    this.#program = launcher.launch(start, (end) => {
      this.#end = end;
      // A program that was never started has no stream to wait for.
      if (end.code === null && end.signal === null) this.#openStreams = 0;
      this.#finish();
    });
    const { stdin, stdout, stderr } = this.#program;
    stdout.on('data', (octets: Uint8Array) => {
      if (!this.#isOver) listener.output(octets);
    });
    stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#message += text;
      if (this.#messageTimer === null) this.#handOnLines();
    });
    // It may end before it has read everything.
    stdin.on('error', () => undefined).on('drain', () => listener.drained());
    for (const stream of [stdout, stderr]) {
      stream
        .on('error', () => undefined)
        .on('close', () => {
          this.#openStreams--;
          this.#finish();
        });
    }
  }

  write(octets: Uint8Array): boolean {
    const { stdin } = this.#program;
    // The view dies with the call.
    if (stdin.writable) stdin.write(Uint8Array.from(octets));
    return !stdin.writableNeedDrain;
  }

  /** Ends its standard input. */
  endInput(): void {
    this.#program.stdin.end();
  }

  pauseOutput(): void {
    this.#program.stdout.pause();
  }

  resumeOutput(): void {
    this.#program.stdout.resume();
  }

  /** Ends it and every process that it has started; `reason` completes "the script …". */
  kill(reason: string | null = null): void {
    this.#reason ??= reason;
    if (this.#isOver) return;
    this.#program.kill();
    // Whoever still holds them open must not hold up the end.
    this.#program.stdout.destroy();
    this.#program.stderr.destroy();
  }

  /** Hands on whole lines as the gates let them through; what waits holds up whoever writes. */
  #handOnLines(): void {
    const lines = this.#message.match(LINE) ?? [];
    let length = 0;
    for (const line of lines) {
      if (!this.#ownGate.isOpen || !this.#gate.isOpen) break;
      this.#ownGate.take();
      this.#gate.take();
      length += line.length;
      this.#listener.message(line.replace(/\n$/, ''));
    }
    this.#message = this.#message.slice(length);
    const isHeldUp = length < lines.join('').length;
    if (!isHeldUp) this.#program.stderr.resume();
    else if (this.#messageTimer === null) {
      this.#program.stderr.pause();
      this.#messageTimer = setTimeout(() => {
        this.#messageTimer = null;
        this.#handOnLines();
      }, GATE_MS);
    }
  }

  /** The last line may lack its end; of many that wait, it is said how many there were. */
  #handOnRest(): void {
    const lines = this.#message.match(LINE_OR_REST) ?? [];
    for (const line of lines.slice(0, LINES_LEFT_MAX)) this.#listener.message(line.replace(/\n$/, ''));
    const left = lines.length - LINES_LEFT_MAX;
    if (left > 0) this.#listener.message(`${left} more lines of standard error are left out`);
  }

  #finish(): void {
    if (this.#isOver || this.#end === null || this.#openStreams > 0) return;
    this.#isOver = true;
    for (const timer of [this.#timer, this.#messageTimer]) if (timer !== null) clearTimeout(timer);
    this.#handOnRest();
    // What it has left behind ends with it.
    this.#program.kill();
    const { code, signal, reason } = this.#end;
    const own = signal === null ? null : `was ended by ${signal}`;
    this.#listener.exited(this.#reason ?? reason ?? own ?? (code === 0 ? null : `ended with code ${code}`));
  }
}
