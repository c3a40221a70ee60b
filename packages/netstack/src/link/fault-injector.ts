/**
 * A device that loses, repeats, delays and damages the frames of another one, from one named stream of randomness: the
 * bad weather of tests. Frames that it holds back are copied, so the device below keeps its memory.
 */
import { type Clock, EventQueue, type RandomStream } from '@wormwood/base';
import { type FrameReceiver, type LinkDevice, ReusedFrame } from './device.ts';

/** Probabilities for each frame received, and how long a delayed one is held. */
export interface Faults {
  /** @default 0 */
  readonly loss?: number;
  /** @default 0 */
  readonly duplication?: number;
  /** Fraction of frames with one bit turned over. @default 0 */
  readonly corruption?: number;
  /** Fraction of frames held back, which puts them behind later ones. @default 0 */
  readonly reordering?: number;
  /** Longest time that a frame is held back, in seconds. @default 0.05 */
  readonly delaySecondsMax?: number;
}

export interface FaultInjectorComponents {
  readonly device: LinkDevice;
  readonly stream: RandomStream;
  /** By which held frames come out. */
  readonly clock: Clock;
}

/** What happened to the frames so far. */
export interface FaultCounts {
  readonly received: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly corrupted: number;
  readonly delayed: number;
}

interface HeldFrame {
  readonly bytes: Uint8Array;
  readonly checksumsVerified: boolean;
}

export class FaultInjector implements LinkDevice {
  readonly #components: FaultInjectorComponents;
  readonly #faults: Required<Faults>;
  readonly #frame: ReusedFrame = new ReusedFrame();
  readonly #held: EventQueue<HeldFrame> = new EventQueue();
  readonly #counts = { received: 0, lost: 0, duplicated: 0, corrupted: 0, delayed: 0 };

  constructor(components: FaultInjectorComponents, faults: Faults) {
    this.#components = components;
    this.#faults = {
      loss: 0,
      duplication: 0,
      corruption: 0,
      reordering: 0,
      delaySecondsMax: 0.05,
      ...faults,
    };
  }

  get medium(): LinkDevice['medium'] {
    return this.#components.device.medium;
  }

  get mtuBytes(): number {
    return this.#components.device.mtuBytes;
  }

  get transmitBuffer(): Uint8Array {
    return this.#components.device.transmitBuffer;
  }

  get counts(): FaultCounts {
    return { ...this.#counts };
  }

  /** When the next held frame comes out, in seconds; undefined when none is held. */
  nextReleaseSeconds(): number | undefined {
    return this.#held.peekTime();
  }

  receive(receiver: FrameReceiver, budget: number): number {
    const { device, clock } = this.#components;
    let delivered = 0;
    const now = clock.nowSeconds();
    while (delivered < budget && (this.#held.peekTime() ?? Number.POSITIVE_INFINITY) <= now) {
      const frame = this.#held.pop()?.event;
      if (frame === undefined) break;
      receiver(this.#frame.of(frame.bytes, 0, frame.bytes.length, frame.checksumsVerified));
      delivered++;
    }
    return (
      delivered +
      device.receive(
        ({ bytes, start, end, checksumsVerified }) =>
          this.#strike(receiver, bytes.subarray(start, end), checksumsVerified),
        budget - delivered,
      )
    );
  }

  reserve(): number {
    return this.#components.device.reserve();
  }

  commit(lengthBytes: number): void {
    this.#components.device.commit(lengthBytes);
  }

  flush(): void {
    this.#components.device.flush();
  }

  /** A fixed number of draws a frame, so that one kind of fault does not move the dice of the others. */
  #strike(receiver: FrameReceiver, frame: Uint8Array, verified: boolean): void {
    const { stream, clock } = this.#components;
    const [loss, duplication, corruption, reordering] = [
      stream.nextDouble(),
      stream.nextDouble(),
      stream.nextDouble(),
      stream.nextDouble(),
    ];
    const [bit, delay] = [stream.nextDouble(), stream.nextDouble()];
    const faults = this.#faults;
    this.#counts.received++;
    if (loss < faults.loss) {
      this.#counts.lost++;
      return;
    }
    let bytes = frame;
    let checksumsVerified = verified;
    if (corruption < faults.corruption && frame.length > 0) {
      this.#counts.corrupted++;
      bytes = frame.slice();
      const position = Math.floor(bit * frame.length * 8);
      bytes[position >> 3]! ^= 1 << (position & 7);
      checksumsVerified = false;
    }
    if (duplication < faults.duplication) {
      this.#counts.duplicated++;
      this.#held.push(clock.nowSeconds() + faults.delaySecondsMax * (1 - delay), {
        bytes: bytes.slice(),
        checksumsVerified,
      });
    }
    if (reordering < faults.reordering) {
      this.#counts.delayed++;
      this.#held.push(clock.nowSeconds() + faults.delaySecondsMax * delay, {
        bytes: bytes.slice(),
        checksumsVerified,
      });
      return;
    }
    receiver(this.#frame.of(bytes, 0, bytes.length, checksumsVerified));
  }
}
