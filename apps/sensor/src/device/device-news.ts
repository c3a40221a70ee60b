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
  #hasToldTooLong = false;
  #hasToldRefused = false;

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
    const told: string[] = [];
    if (mtuBytes !== this.#mtuBytes) told.push(`The MTU of ${this.#name} is now ${mtuBytes} octets.`);
    this.#mtuBytes = mtuBytes;
    if (tooLong > 0 && !this.#hasToldTooLong) {
      this.#hasToldTooLong = true;
      told.push(
        `A frame was longer than the MTU of ${this.#name} allows; such frames are dropped and counted.`,
      );
    }
    if (refused > tooLong && !this.#hasToldRefused) {
      this.#hasToldRefused = true;
      const why = reason === null ? '' : ` (${reason})`;
      told.push(`${this.#name} refused a frame${why}; such frames are dropped and counted.`);
    }
    return told;
  }
}
