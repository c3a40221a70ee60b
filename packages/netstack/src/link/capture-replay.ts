/**
 * A device that plays a capture: its frames arrive when the clock says so, as far apart as they were on the link that
 * they were recorded on. What the stack answers goes into nothing; wrap the device in a `captureTap` to keep it.
 */
import type { Clock } from '@wormwood/base';
import {
  CaptureReader,
  type CaptureRecord,
  linkType,
  type Malformed,
  parseLinkHeader,
  isMalformed,
} from '@wormwood/wire';
import { type FrameReceiver, type LinkDevice, ReusedFrame } from './device.ts';

/** Longest IP packet that an answer can have. */
const MTU_BYTES = 1500;
const LINK_HEADER_BYTES_MAX = 22;

/** What a capture held. */
export interface Capture {
  readonly medium: LinkDevice['medium'];
  /** In the order of the file; of a medium `ip`, whatever link header they had is left out. */
  readonly frames: readonly CapturedFrame[];
  /** Frames that were cut when they were recorded, or of another medium: they are not played. */
  readonly skipped: number;
  /** Why the file could not be read to its end. */
  readonly fault: Malformed | undefined;
}

export interface CapturedFrame {
  /** Since the first frame of the capture; a frame that is older than the one before it comes together with that one. */
  readonly offsetSeconds: number;
  readonly bytes: Uint8Array;
}

/** Reads a whole pcap or pcapng file; its first frame decides on the medium. */
export function readCapture(file: Uint8Array): Capture {
  const reader = new CaptureReader();
  const records = reader.push(file);
  const fault = reader.end();
  const medium = records[0] === undefined || isEthernet(records[0]) ? 'ethernet' : 'ip';
  const frames: CapturedFrame[] = [];
  let offsetSeconds = 0;
  for (const record of records) {
    const bytes = record.originalLength === record.bytes.length ? frameOf(record, medium) : undefined;
    if (bytes === undefined) continue;
    offsetSeconds = Math.max(offsetSeconds, secondsBetween(records[0] ?? record, record));
    frames.push({ offsetSeconds, bytes });
  }
  return { medium, frames, skipped: records.length - frames.length, fault };
}

function isEthernet(record: CaptureRecord): boolean {
  return record.linkType === linkType.ethernet;
}

/** Seconds and nanoseconds are subtracted apart: together they do not fit a double. */
function secondsBetween(first: CaptureRecord, record: CaptureRecord): number {
  return record.seconds - first.seconds + (record.nanoseconds - first.nanoseconds) / 1e9;
}

function frameOf(record: CaptureRecord, medium: LinkDevice['medium']): Uint8Array | undefined {
  if (isEthernet(record)) return medium === 'ethernet' ? record.bytes : undefined;
  if (medium === 'ethernet') return undefined;
  const payload = parseLinkHeader(record.linkType, record.bytes, 0, record.bytes.length);
  return isMalformed(payload) ? undefined : record.bytes.subarray(payload.start);
}

export class CaptureReplay implements LinkDevice {
  readonly medium: LinkDevice['medium'];
  readonly mtuBytes: number = MTU_BYTES;
  readonly transmitBuffer: Uint8Array = new Uint8Array(MTU_BYTES + LINK_HEADER_BYTES_MAX);
  readonly #frames: readonly CapturedFrame[];
  readonly #frame: ReusedFrame = new ReusedFrame();
  readonly #clock: Clock;
  readonly #startSeconds: number;
  #next = 0;

  /** The first frame arrives at once. */
  constructor(capture: Capture, clock: Clock) {
    this.medium = capture.medium;
    this.#frames = capture.frames;
    this.#clock = clock;
    this.#startSeconds = clock.nowSeconds();
  }

  /** When the next frame arrives, in seconds of the clock; undefined when all have. */
  nextFrameSeconds(): number | undefined {
    const frame = this.#frames[this.#next];
    return frame === undefined ? undefined : this.#startSeconds + frame.offsetSeconds;
  }

  receive(receiver: FrameReceiver, budget: number): number {
    const now = this.#clock.nowSeconds();
    let delivered = 0;
    while (delivered < budget && (this.nextFrameSeconds() ?? Number.POSITIVE_INFINITY) <= now) {
      const { bytes } = this.#frames[this.#next++]!;
      receiver(this.#frame.of(bytes, 0, bytes.length));
      delivered++;
    }
    return delivered;
  }

  reserve(): number {
    return 0;
  }

  commit(_lengthBytes: number): void {}

  flush(): void {}
}
