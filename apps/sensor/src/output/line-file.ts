/**
 * A log that is appended to without ever holding up who writes: lines stand in chunks of memory, which are written when they
 * are full or a tenth of a second old. When the process is killed, the last of them are lost; when the machine is, the last
 * two seconds. While the disk takes nothing, chunks wait; when too many do, new lines are dropped and counted.
 */
import type { LineSink } from '@wormwood/honeynet';
import { type LogDisk, type LogHandle, machineDisk } from './log-disk.ts';

export interface LineFileOptions {
  readonly path: string;
  /** Octets that may wait. @default 64 MiB */
  readonly waitingBytesMax?: number;
  /** @default the machine's */
  readonly disk?: LogDisk;
  /** Called once when lines cannot be written, and once when they can again. */
  onTrouble(sentence: string): void;
}

const FLUSH_MS = 100;
const SYNC_MS = 1000;
const RETRY_MS = 1000;
const WAITING_BYTES_MAX = 64 * 2 ** 20;
/** Small enough to stay in the cache of a processor until it is written. */
const CHUNK_BYTES = 1 << 17;
/** Chunks that are kept for the next lines; beyond, they are left to the collector. */
const SPARE_MAX = 8;
const LINE_FEED = 10;
/** Of UTF-8 for a unit of UTF-16. */
const OCTETS_PER_UNIT = 3;
/** Below what a system call takes (IOV_MAX of POSIX is 1024 on Linux). */
const CHUNKS_MAX = 64;

/** Whole lines, from the beginning of the memory on. */
interface Chunk {
  readonly octets: Buffer;
  end: number;
}

export class LineFile implements LineSink {
  readonly #options: LineFileOptions;
  readonly #waitingBytesMax: number;
  readonly #disk: LogDisk;
  #file: LogHandle;
  /** Takes lines. */
  #chunk: Chunk = chunkOf(CHUNK_BYTES);
  /** Those before it, the oldest first. */
  #full: Chunk[] = [];
  #fullBytes = 0;
  readonly #spare: Chunk[] = [];
  /** Octets of the oldest of them that are in the file. */
  #writtenBytes = 0;
  #dropped = 0;
  #troubleReason: string | null = null;
  #isDirty = false;
  #syncedAtMs = 0;
  #syncing: Promise<void> | null = null;
  /** Prevents the next turn. */
  #cancel: (() => void) | null = null;
  #work: Promise<void> = Promise.resolve();
  /** Turns that are not over. */
  #turns = 0;
  #isClosed = false;

  private constructor(options: LineFileOptions, disk: LogDisk, file: LogHandle) {
    this.#options = options;
    this.#disk = disk;
    this.#waitingBytesMax = options.waitingBytesMax ?? WAITING_BYTES_MAX;
    this.#file = file;
  }

  /**
   * Opens the file for appending and makes it if need be; rejects with the system's error. A last line that an earlier run did
   * not finish is ended first.
   */
  static async open(options: LineFileOptions): Promise<LineFile> {
    const { disk = machineDisk } = options;
    const file = await disk.open(options.path);
    const made = new LineFile(options, disk, file);
    if (await file.endsTorn()) made.write('\n');
    return made;
  }

  /** Lines that were dropped so far. */
  get dropped(): number {
    return this.#dropped;
  }

  get octets(): Uint8Array {
    return this.#chunk.octets;
  }

  write(line: string): void {
    const at = this.reserve(OCTETS_PER_UNIT * line.length);
    if (at >= 0) this.commit(at + this.#chunk.octets.write(line, at));
  }

  reserve(lengthMax: number): number {
    let chunk = this.#chunk;
    if (this.#fullBytes + chunk.end + lengthMax > this.#waitingBytesMax) {
      this.#dropped++;
      return -1;
    }
    if (chunk.end + lengthMax > chunk.octets.length) {
      chunk = this.#nextChunk(lengthMax);
      // Written at once, it need not be fetched from memory again.
      if (this.#troubleReason === null && this.#turns === 0) void this.#inTurn(() => this.#flush());
    }
    return chunk.end;
  }

  commit(end: number): void {
    this.#chunk.end = end;
    if (this.#cancel === null) this.#schedule(FLUSH_MS);
  }

  /**
   * Goes on in a new file of the same name, after somebody has renamed the old one. Where it cannot be opened, lines go on into
   * the old one, and a sentence says so.
   */
  reopen(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#flush();
      const { path } = this.#options;
      let file: LogHandle;
      try {
        file = await this.#disk.open(path);
      } catch (error) {
        this.#options.onTrouble(
          `${path} cannot be opened again (${codeOf(error)}); lines go on into the file that was open.`,
        );
        return;
      }
      await this.#syncing;
      await this.#sync();
      await this.#file.close();
      this.#file = file;
      this.#beginLineAnew();
    });
  }

  /** Writes what waits, as far as the disk takes it, and closes the file. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancel?.();
    await this.#inTurn(async () => {
      await this.#flush();
      await this.#syncing;
      await this.#sync();
      await this.#file.close();
    });
  }

  #schedule(delayMs: number): void {
    if (this.#cancel !== null || this.#isClosed) return;
    this.#cancel = this.#disk.after(delayMs, () => {
      this.#cancel = null;
      void this.#inTurn(async () => {
        await this.#flush();
        // What is written meanwhile need not wait for the disk.
        if (this.#disk.nowMs() - this.#syncedAtMs >= SYNC_MS)
          this.#syncing ??= this.#sync().finally(() => (this.#syncing = null));
        if (this.#troubleReason !== null) this.#schedule(RETRY_MS);
        else if (this.#isDirty || this.#waits) this.#schedule(FLUSH_MS);
      });
    });
  }

  /** One after the other; a failure of one is reported by it and does not keep the next from its turn. */
  #inTurn(body: () => Promise<void>): Promise<void> {
    this.#turns++;
    this.#work = this.#work
      .then(body)
      .catch((error: unknown) => this.#fail(error))
      .finally(() => this.#turns--);
    return this.#work;
  }

  get #waits(): boolean {
    return this.#full.length > 0 || this.#chunk.end > 0;
  }

  /** Puts the chunk behind those that wait, and takes another with room for so many octets. */
  #nextChunk(lengthMin: number): Chunk {
    if (this.#chunk.end > 0) {
      this.#full.push(this.#chunk);
      this.#fullBytes += this.#chunk.end;
    }
    const spare = lengthMin <= CHUNK_BYTES ? this.#spare.pop() : undefined;
    this.#chunk = spare ?? chunkOf(Math.max(lengthMin, CHUNK_BYTES));
    return this.#chunk;
  }

  /** Writes what waits now. Lines that come meanwhile wait for the next turn: under a flood they would keep it from its end. */
  async #flush(): Promise<void> {
    if (this.#chunk.end > 0) this.#nextChunk(0);
    const last = this.#full.at(-1);
    try {
      // oxlint-disable-next-line no-unmodified-loop-condition -- what was written leaves the list
      while (last !== undefined && this.#full.includes(last)) {
        const octets = this.#full.slice(0, CHUNKS_MAX).map((chunk) => chunk.octets.subarray(0, chunk.end));
        octets[0] = octets[0]!.subarray(this.#writtenBytes);
        // oxlint-disable-next-line no-await-in-loop -- the order of the lines is that of the writes
        const { bytesWritten } = await this.#file.writev(octets);
        this.#isDirty ||= bytesWritten > 0;
        this.#writtenBytes += bytesWritten;
        this.#forgetWritten();
      }
      this.#recover();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** A write may end in the middle of a chunk. */
  #forgetWritten(): void {
    for (let chunk = this.#full[0]; chunk !== undefined; chunk = this.#full[0]) {
      if (this.#writtenBytes < chunk.end) return;
      this.#writtenBytes -= chunk.end;
      this.#fullBytes -= chunk.end;
      this.#full.shift();
      chunk.end = 0;
      if (chunk.octets.length === CHUNK_BYTES && this.#spare.length < SPARE_MAX) this.#spare.push(chunk);
    }
  }

  /** What a full disk has torn is written whole into the new file. */
  #beginLineAnew(): void {
    if (this.#writtenBytes === 0) return;
    const { octets } = this.#full[0]!;
    this.#writtenBytes = octets.lastIndexOf(LINE_FEED, this.#writtenBytes - 1) + 1;
  }

  async #sync(): Promise<void> {
    if (!this.#isDirty) return;
    this.#isDirty = false;
    this.#syncedAtMs = this.#disk.nowMs();
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

function chunkOf(length: number): Chunk {
  return { octets: Buffer.allocUnsafeSlow(length), end: 0 };
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
