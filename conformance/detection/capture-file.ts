/** Writes captures as `tcpdump` does: classic pcap of Ethernet in microseconds, as a stream, since a telescope's day is large. */
import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';

const CHUNK_BYTES = 1 << 20;
const FRAME_BYTES_MAX = 65_536;
const RECORD_HEADER_BYTES = 16;
const ETHERNET = 1;

export class CaptureFile {
  readonly path: string;
  readonly #file: number;
  readonly #chunk: Uint8Array = new Uint8Array(CHUNK_BYTES + FRAME_BYTES_MAX);
  readonly #view: DataView = new DataView(this.#chunk.buffer);
  #filled = 0;

  constructor(path: string) {
    this.path = path;
    this.#file = openSync(path, 'w');
    for (const word of [0xa1b2_c3d4, 0x0004_0002, 0, 0, FRAME_BYTES_MAX, ETHERNET]) this.#word(word);
  }

  write(frame: Uint8Array, microseconds: number): void {
    const seconds = Math.floor(microseconds / 1e6);
    this.#word(seconds);
    this.#word(microseconds - seconds * 1e6);
    this.#word(frame.length);
    this.#word(frame.length);
    this.#chunk.set(frame, this.#filled);
    this.#filled += frame.length;
    if (this.#filled + RECORD_HEADER_BYTES > CHUNK_BYTES) this.#flush();
  }

  close(): void {
    this.#flush();
    closeSync(this.#file);
  }

  #word(value: number): void {
    this.#view.setUint32(this.#filled, value, true);
    this.#filled += 4;
  }

  #flush(): void {
    for (let at = 0; at < this.#filled;) at += writeSync(this.#file, this.#chunk, at, this.#filled - at);
    this.#filled = 0;
  }
}

/** Writes lines, one event each. */
export class LinesFile {
  readonly path: string;
  readonly #file: number;
  #lines: string[] = [];

  constructor(path: string) {
    this.path = path;
    this.#file = openSync(path, 'w');
  }

  write(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length >= 4096) this.#flush();
  }

  close(): void {
    this.#flush();
    closeSync(this.#file);
  }

  #flush(): void {
    if (this.#lines.length > 0) writeFileSync(this.#file, `${this.#lines.join('\n')}\n`);
    this.#lines = [];
  }
}
