/** A connection, a program and time as tests play them. */
import type { TcpConnection } from '@wormwood/netstack';
import type { ProcessListener, ProcessRequest, ProcessSpawner, RunningProcess } from './process-spawner.ts';
import type { Schedule } from './tarpit.ts';

/** A connection that takes up to `room` octets until it is given more. */
export class FakeConnection implements TcpConnection {
  readonly localAddress = 0x0a010203;
  readonly localPort = 80;
  readonly remoteAddress = 0xc0000205;
  readonly remotePort = 40_000;
  room: number;
  sent = '';
  claimedBytes = 0;
  isPaused = false;
  hasEnded = false;
  wasAborted = false;

  constructor(room: number = Number.POSITIVE_INFINITY) {
    this.room = room;
  }

  write(octets: Uint8Array): number {
    const taken = Math.min(this.room, octets.length);
    this.sent += textOf(octets.subarray(0, taken));
    this.room -= taken;
    return taken;
  }

  end(): void {
    this.hasEnded = true;
  }

  abort(): void {
    this.wasAborted = true;
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  claim(bytes: number): void {
    this.claimedBytes += bytes;
  }
}

/** A program whose input is kept and whose output the test speaks through `listener`. */
export class FakeProcess implements RunningProcess {
  readonly request: ProcessRequest;
  readonly listener: ProcessListener;
  input: Uint8Array = new Uint8Array(0);
  isFull = false;
  hasInputEnded = false;
  isOutputPaused = false;
  isKilled = false;

  constructor(request: ProcessRequest, listener: ProcessListener) {
    this.request = request;
    this.listener = listener;
  }

  write(octets: Uint8Array): boolean {
    this.input = Uint8Array.from([...this.input, ...octets]);
    return !this.isFull;
  }

  endInput(): void {
    this.hasInputEnded = true;
  }

  pauseOutput(): void {
    this.isOutputPaused = true;
  }

  resumeOutput(): void {
    this.isOutputPaused = false;
  }

  kill(): void {
    this.isKilled = true;
  }
}

export class FakeSpawner implements ProcessSpawner {
  readonly started: FakeProcess[] = [];
  isExhausted = false;

  spawn(request: ProcessRequest, listener: ProcessListener): RunningProcess | null {
    if (this.isExhausted) return null;
    const made = new FakeProcess(request, listener);
    this.started.push(made);
    return made;
  }
}

/** Time that stands still until `pass` is called. */
export class FakeTime {
  #now = 0;
  #due: { readonly at: number; readonly callback: () => void }[] = [];

  readonly clock = { nowSeconds: (): number => this.#now };

  readonly schedule: Schedule = (seconds, callback) => {
    const entry = { at: this.#now + seconds, callback };
    this.#due.push(entry);
    return () => (this.#due = this.#due.filter((other) => other !== entry));
  };

  pass(seconds: number): void {
    const end = this.#now + seconds;
    for (;;) {
      const [next] = this.#due.filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#due = this.#due.filter((other) => other !== next);
      this.#now = next.at;
      next.callback();
    }
    this.#now = end;
  }
}

export function textOf(octets: Uint8Array): string {
  return String.fromCharCode(...octets);
}

export function octetsOf(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}
