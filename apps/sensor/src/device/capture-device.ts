/**
 * A capture file as a device: what was received then is received again, in its own time. Its clock stands at the time of
 * the packet that comes next; what is sent in answer goes nowhere.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import type { Clock } from '@wormwood/base';
import { type FrameReceiver, ReusedFrame } from '@wormwood/netstack';
import {
  CaptureReader,
  type CaptureRecord,
  ethernet,
  etherType,
  formatMalformed,
  isMalformed,
  linkType,
  parseLinkHeader,
  readU16,
} from '@wormwood/wire';
import type { SensorDevice } from './sensor-device.ts';

const CHUNK_BYTES = 1 << 20;
const PACKET_BYTES_MAX = 65_535;

export class CaptureDevice implements SensorDevice {
  /** Frames are handed over from their IP header on, whatever link they were captured on. */
  readonly medium = 'ip' as const;
  readonly mtuBytes: number = PACKET_BYTES_MAX;
  readonly fd = null;
  readonly transmitBuffer: Uint8Array = new Uint8Array(PACKET_BYTES_MAX + ethernet.HEADER_LENGTH);
  /** Stands at the time of the next packet. */
  readonly clock: Clock = { nowSeconds: () => this.#nowSeconds };
  readonly #file: number;
  readonly #frame: ReusedFrame = new ReusedFrame();
  readonly #reader: CaptureReader = new CaptureReader();
  readonly #chunk: Uint8Array = new Uint8Array(CHUNK_BYTES);
  #records: readonly CaptureRecord[] = [];
  #next = 0;
  #hasEnded = false;
  #nowSeconds = 0;
  /** Packets sent in answer. */
  sent = 0;
  /** Why the file could not be read to its end, or null. */
  fault: string | null = null;

  /** Throws the system's error when the file cannot be opened. */
  constructor(path: string) {
    this.#file = openSync(path, 'r');
    this.#prepare();
  }

  get isExhausted(): boolean {
    return this.#next >= this.#records.length && this.#hasEnded;
  }

  /** One packet a call, so that the clock stands right for each. */
  receive(receiver: FrameReceiver): number {
    const record = this.#records[this.#next];
    if (record === undefined) return 0;
    const start = ipStartOf(record);
    if (start >= 0) receiver(this.#frame.of(record.bytes, start, record.bytes.length));
    this.#next++;
    this.#prepare();
    return 1;
  }

  reserve(): number {
    return 0;
  }

  commit(): void {
    this.sent++;
  }

  flush(): void {}

  takeDropped(): number {
    return 0;
  }

  close(): void {
    closeSync(this.#file);
  }

  /** Reads until a packet waits or the file ends, and sets the clock to it. */
  #prepare(): void {
    while (this.#next >= this.#records.length && !this.#hasEnded) {
      const length = readSync(this.#file, this.#chunk);
      this.#next = 0;
      this.#records = length > 0 ? this.#reader.push(this.#chunk.subarray(0, length)) : [];
      if (length > 0) continue;
      this.#hasEnded = true;
      const fault = this.#reader.end();
      this.fault = fault === undefined ? null : formatMalformed(fault);
    }
    const record = this.#records[this.#next];
    if (record !== undefined) {
      this.#nowSeconds = Math.max(this.#nowSeconds, record.seconds + record.nanoseconds / 1e9);
    }
  }
}

/** Where the IPv4 header begins, or -1 for a packet of something else. */
function ipStartOf({ bytes, linkType: type }: CaptureRecord): number {
  if (type === linkType.ethernet) {
    if (ethernet.check(bytes, 0, bytes.length) !== undefined) return -1;
    const start = ethernet.readHeaderLength(bytes, 0);
    return readU16(bytes, start - 2) === etherType.ipv4 ? start : -1;
  }
  const payload = parseLinkHeader(type, bytes, 0, bytes.length);
  return isMalformed(payload) || payload.etherType !== etherType.ipv4 ? -1 : payload.start;
}
