/** What is reported about a device as it changes: its MTU, and frames that it refuses, each kind once. */

/** What became of the frames handed over since the start. */
export interface TransmitCounts {
  /** Frames that the device took. */
  readonly sent: number;
  /** Frames that were dropped because the device refused them, those that were too long included. */
  readonly refused: number;
  readonly tooLong: number;
}

export class DeviceNews {
  readonly #name: string;
  #mtuBytes: number;
  #hasReportedTooLong = false;
  #hasReportedRefused = false;

  constructor(name: string, mtuBytes: number) {
    this.#name = name;
    this.#mtuBytes = mtuBytes;
  }

  /** Returns sentences about what has changed since the last call; `reason` names the error of the last refusal. */
  take(
    mtuBytes: number,
    { tooLong, refused }: TransmitCounts,
    reason: string | null = null,
  ): readonly string[] {
    const news: string[] = [];
    if (mtuBytes !== this.#mtuBytes) news.push(`The MTU of ${this.#name} is now ${mtuBytes} octets.`);
    this.#mtuBytes = mtuBytes;
    if (tooLong > 0 && !this.#hasReportedTooLong) {
      this.#hasReportedTooLong = true;
      news.push(
        `A frame was longer than the MTU of ${this.#name} allows; such frames are dropped and counted.`,
      );
    }
    if (refused > tooLong && !this.#hasReportedRefused) {
      this.#hasReportedRefused = true;
      const why = reason === null ? '' : ` (${reason})`;
      news.push(`${this.#name} refused a frame${why}; such frames are dropped and counted.`);
    }
    return news;
  }
}
