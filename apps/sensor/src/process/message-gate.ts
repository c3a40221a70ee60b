/** So many lines in a second and no more: what a program, or all of them together, write to the service log. */
const SECOND_MS = 1000;

export class MessageGate {
  readonly #linesPerSecond: number;
  #secondAtMs = 0;
  #lines = 0;

  constructor(linesPerSecond: number) {
    this.#linesPerSecond = linesPerSecond;
  }

  /** Whether a line may be written now. */
  get isOpen(): boolean {
    const now = performance.now();
    if (now - this.#secondAtMs >= SECOND_MS) {
      this.#secondAtMs = now;
      this.#lines = 0;
    }
    return this.#lines < this.#linesPerSecond;
  }

  /** Counts a line. */
  take(): void {
    this.#lines++;
  }
}
