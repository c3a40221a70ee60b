/** Where a sensor's events go in a simulation: to whoever reads their lines. */
import type { LineSink } from '@wormwood/honeynet';

/** Hands each line on as a text, without its end. */
export class LineReader implements LineSink {
  octets: Uint8Array = new Uint8Array(0);
  readonly #read: (line: string) => void;

  constructor(read: (line: string) => void) {
    this.#read = read;
  }

  write(line: string): void {
    this.#read(line.trimEnd());
  }

  reserve(lengthMax: number): number {
    this.octets = new Uint8Array(lengthMax);
    return 0;
  }

  commit(end: number): void {
    this.write(new TextDecoder().decode(this.octets.subarray(0, end)));
  }
}
