/**
 * Where exceptions end that no code expects: of a frame, a request, a timer, a script's output. The sensor goes on without what
 * was being done; the exception is counted, and reported once a minute for each place at most.
 */
import { printable } from '@wormwood/base';

export interface FaultsComponents {
  /** Seconds of a clock that does not stand still. */
  nowSeconds(): number;
  onTrouble(sentence: string): void;
}

const QUIET_SECONDS = 60;
const MESSAGE_LENGTH_MAX = 200;

export class Faults {
  readonly #components: FaultsComponents;
  /** When each place was reported last; the places are fixed words of the program. */
  readonly #reportedSeconds: Map<string, number> = new Map();
  #count = 0;

  constructor(components: FaultsComponents) {
    this.#components = components;
  }

  /** Exceptions so far. */
  get count(): number {
    return this.#count;
  }

  /** Counts an exception that came up in `place`, and reports it unless that place was reported a moment ago. */
  caught(place: string, error: unknown): void {
    this.#count++;
    const now = this.#components.nowSeconds();
    if (now - (this.#reportedSeconds.get(place) ?? Number.NEGATIVE_INFINITY) < QUIET_SECONDS) return;
    this.#reportedSeconds.set(place, now);
    this.#components.onTrouble(`Unexpected error in ${place}: ${describe(error)}; the sensor goes on.`);
  }

  /** Returns `body` as a function that never throws. */
  guard<A extends readonly unknown[]>(place: string, body: (...args: A) => void): (...args: A) => void {
    return (...args) => {
      try {
        body(...args);
      } catch (error) {
        this.caught(place, error);
      }
    };
  }
}

/** The message, and the line of the program that threw. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return printable(String(error)).slice(0, MESSAGE_LENGTH_MAX);
  const line = error.stack?.split('\n').find((text) => text.startsWith('    at ')) ?? '';
  return printable(
    `${error.message.slice(0, MESSAGE_LENGTH_MAX)} ${line.trim().slice(0, MESSAGE_LENGTH_MAX)}`.trim(),
  );
}
