/**
 * One pcapng file of every frame, both ways. Frames are gathered and appended in batches, so that the stack never waits for
 * a disk. The file ends at its bound or where the disk takes no more, always with a whole frame, until it is reopened.
 */
import { type FileHandle, open } from 'node:fs/promises';

export interface WireCaptureOptions {
  readonly path: string;
  /** Returns the blocks that a section begins with: of each file, and after each `beginSection`. */
  readonly head: () => readonly Uint8Array[];
  /** @default 4 GiB */
  readonly octetsMax?: number;
  /** Called once when the file ends before the sensor does. */
  readonly onTrouble: (sentence: string) => void;
}

const OCTETS_MAX = 2 ** 32;
const BATCH_MS = 250;
/** Frames that wait to be written. */
const WAITING_OCTETS_MAX = 2 ** 25;
/** Of the owner alone: what attackers send is nobody else's. */
const FILE_MODE = 0o600;

export class WireCapture {
  readonly #options: WireCaptureOptions;
  #file: FileHandle;
  /** Of the file, what waits included. */
  #octets = 0;
  #waiting: Uint8Array[] = [];
  #waitingOctets = 0;
  #isFull = false;
  #timer: NodeJS.Timeout | null = null;
  #work: Promise<void> = Promise.resolve();
  /** Frames that were left out for the sake of a bound. */
  leftOut = 0;

  private constructor(options: WireCaptureOptions, file: FileHandle, octets: number) {
    this.#options = options;
    this.#file = file;
    this.#octets = octets;
    for (const block of options.head()) this.#append(block);
  }

  /** Begins the file, or a section of its own in one that is there; rejects with the system's error. */
  static async open(options: WireCaptureOptions): Promise<WireCapture> {
    const file = await open(options.path, 'a', FILE_MODE);
    return new WireCapture(options, file, (await file.stat()).size);
  }

  /** Begins another section: what its head says of the sensor has changed. */
  beginSection(): void {
    if (this.#isFull) return;
    for (const block of this.#options.head()) this.#append(block);
  }

  /** Takes a frame's block. */
  write(block: Uint8Array): void {
    const { octetsMax = OCTETS_MAX, path } = this.#options;
    if (!this.#isFull && this.#octets + block.length > octetsMax) {
      this.#isFull = true;
      this.#options.onTrouble(`${path} is full; a new file begins when the logs are reopened.`);
    }
    if (this.#isFull || this.#waitingOctets > WAITING_OCTETS_MAX) this.leftOut++;
    else this.#append(block);
  }

  /** Goes on in a new file of the same name, after somebody has renamed the old one; in the old one where that fails. */
  reopen(): Promise<void> {
    const { path, head, onTrouble } = this.#options;
    return this.#inTurn(async () => {
      await this.#flush();
      try {
        const file = await open(path, 'a', FILE_MODE);
        await this.#file.close();
        this.#file = file;
        this.#octets = (await file.stat()).size;
      } catch (error) {
        return onTrouble(`${path} cannot be opened again: ${String(error)}`);
      }
      this.#isFull = false;
      const since = this.#waiting.splice(0);
      this.#waitingOctets = 0;
      for (const block of [...head(), ...since]) this.#append(block);
    });
  }

  /** Writes what waits and closes the file. */
  async close(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#inTurn(async () => {
      await this.#flush();
      await this.#file.close();
    });
  }

  #append(block: Uint8Array): void {
    this.#waiting.push(block);
    this.#waitingOctets += block.length;
    this.#octets += block.length;
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      void this.#inTurn(() => this.#flush());
    }, BATCH_MS).unref();
  }

  async #flush(): Promise<void> {
    const blocks = this.#waiting.splice(0);
    if (blocks.length === 0) return;
    const octets = Buffer.concat(blocks);
    this.#waitingOctets -= octets.length;
    const { size } = await this.#file.stat();
    try {
      await this.#file.appendFile(octets);
    } catch (error) {
      this.leftOut += blocks.length;
      this.#isFull = true;
      await this.#file.truncate(size).catch(() => undefined);
      this.#options.onTrouble(`${this.#options.path} has ended: ${String(error)}`);
    }
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#work = this.#work.then(work);
    return this.#work;
  }
}
