/**
 * A log that is appended to, a batch of lines at a time, without ever holding up who writes: lines wait in memory, a few
 * at most of the last second are lost when the process is killed, and of the last two when the machine is. While the
 * disk takes nothing, lines wait; when too many do, new ones are dropped and counted.
 */
import { type FileHandle, open } from 'node:fs/promises';

export interface LineFileOptions {
  readonly path: string;
  /** Octets that may wait. @default 64 MiB */
  readonly waitingBytesMax?: number;
  /** Called once when lines cannot be written, and once when they can again. */
  onTrouble(sentence: string): void;
}

const FLUSH_MS = 100;
const SYNC_MS = 1000;
const RETRY_MS = 1000;
const WAITING_BYTES_MAX = 64 * 2 ** 20;
const FILE_MODE = 0o640;
const LINE_FEED = 10;
const NOTHING = new Uint8Array(0);

export class LineFile {
  readonly #options: LineFileOptions;
  #file: FileHandle;
  #lines: string[] = [];
  #waitingBytes = 0;
  /** What a write that ended early has left of its batch. */
  #rest: Uint8Array = NOTHING;
  #batch: Uint8Array = NOTHING;
  #dropped = 0;
  #troubleReason: string | null = null;
  #isDirty = false;
  #syncedAtMs = 0;
  #timer: NodeJS.Timeout | null = null;
  #work: Promise<void> = Promise.resolve();
  #isClosed = false;

  private constructor(options: LineFileOptions, file: FileHandle) {
    this.#options = options;
    this.#file = file;
  }

  /**
   * Opens the file for appending and makes it if need be; rejects with the system's error. A last line that an earlier run did
   * not finish is ended first.
   */
  static async open(options: LineFileOptions): Promise<LineFile> {
    const file = await open(options.path, 'a', FILE_MODE);
    const made = new LineFile(options, file);
    if (await endsTorn(file, options.path)) made.#rest = made.#batch = Uint8Array.of(LINE_FEED);
    return made;
  }

  /** Lines that were dropped so far. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Takes a line with its newline. */
  write(line: string): void {
    if (this.#waitingBytes + line.length > (this.#options.waitingBytesMax ?? WAITING_BYTES_MAX)) {
      this.#dropped++;
      return;
    }
    this.#lines.push(line);
    this.#waitingBytes += line.length;
    this.#schedule(FLUSH_MS);
  }

  /**
   * Goes on in a new file of the same name, after somebody has renamed the old one. Where it cannot be opened, lines go on into
   * the old one, and a sentence says so.
   */
  reopen(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#flush();
      const { path } = this.#options;
      let file: FileHandle;
      try {
        file = await open(path, 'a', FILE_MODE);
      } catch (error) {
        this.#options.onTrouble(
          `${path} cannot be opened again (${codeOf(error)}); lines go on into the file that was open.`,
        );
        return;
      }
      await this.#sync();
      await this.#file.close();
      this.#file = file;
      this.#beginLineAnew();
    });
  }

  /** Writes what waits, as far as the disk takes it, and closes the file. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#inTurn(async () => {
      await this.#flush();
      await this.#sync();
      await this.#file.close();
    });
  }

  #schedule(delayMs: number): void {
    if (this.#timer !== null || this.#isClosed) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      void this.#inTurn(async () => {
        await this.#flush();
        if (performance.now() - this.#syncedAtMs >= SYNC_MS) await this.#sync();
        if (this.#troubleReason !== null) this.#schedule(RETRY_MS);
        else if (this.#isDirty || this.#lines.length > 0) this.#schedule(FLUSH_MS);
      });
    }, delayMs);
  }

  /** One after the other; a failure of one is reported by it and does not keep the next from its turn. */
  #inTurn(body: () => Promise<void>): Promise<void> {
    this.#work = this.#work.then(body).catch((error: unknown) => this.#fail(error));
    return this.#work;
  }

  /** Writes what waits now. Lines that come meanwhile wait for the next turn: under a flood they would keep it from its end. */
  async #flush(): Promise<void> {
    try {
      await this.#writeRest();
      if (this.#lines.length > 0) this.#takeBatch();
      await this.#writeRest();
      this.#recover();
    } catch (error) {
      this.#fail(error);
    }
  }

  async #writeRest(): Promise<void> {
    while (this.#rest.length > 0) {
      // oxlint-disable-next-line no-await-in-loop -- the order of the lines is that of the writes
      const { bytesWritten } = await this.#file.write(this.#rest);
      this.#isDirty ||= bytesWritten > 0;
      this.#rest = this.#rest.subarray(bytesWritten);
    }
  }

  #takeBatch(): void {
    this.#batch = new TextEncoder().encode(this.#lines.join(''));
    this.#rest = this.#batch;
    this.#lines = [];
    this.#waitingBytes = 0;
  }

  /** What a full disk has torn is written whole into the new file. */
  #beginLineAnew(): void {
    const written = this.#batch.length - this.#rest.length;
    if (this.#rest.length === 0 || written === 0) return;
    this.#rest = this.#batch.subarray(this.#batch.lastIndexOf(LINE_FEED, written - 1) + 1);
  }

  async #sync(): Promise<void> {
    if (!this.#isDirty) return;
    this.#isDirty = false;
    this.#syncedAtMs = performance.now();
    try {
      await this.#file.datasync();
    } catch (error) {
      // A pipe or a terminal has nothing to synchronize.
      if (codeOf(error) !== 'EINVAL') this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    const reason = codeOf(error);
    if (this.#troubleReason === reason) return;
    this.#troubleReason = reason;
    this.#options.onTrouble(
      `Cannot write to ${this.#options.path} (${reason}); lines wait in memory until it is possible again.`,
    );
  }

  #recover(): void {
    if (this.#troubleReason === null) return;
    this.#troubleReason = null;
    const lost = this.#dropped === 0 ? 'nothing was lost' : `${this.#dropped} lines were dropped so far`;
    this.#options.onTrouble(`${this.#options.path} can be written to again; ${lost}.`);
  }
}

/** Whether the file ends in the middle of a line. */
async function endsTorn(file: FileHandle, path: string): Promise<boolean> {
  const found = await file.stat();
  if (!found.isFile() || found.size === 0) return false;
  const reader = await open(path, 'r').catch(() => null);
  // Whoever may write but not read cannot know.
  if (reader === null) return false;
  try {
    const { buffer } = await reader.read(new Uint8Array(1), 0, 1, found.size - 1);
    return buffer[0] !== LINE_FEED;
  } finally {
    await reader.close();
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
