/**
 * A device that shows every frame of another one, both ways, to a sink that writes pcapng. One file of the whole device is
 * one sink; `SessionTap` has one for each flow.
 */
import type { Clock } from '@wormwood/base';
import { captureFrame, captureHead, type Direction } from './capture-blocks.ts';
import type { FrameReceiver, LinkDevice } from './device.ts';

export interface CaptureTapComponents {
  readonly device: LinkDevice;
  readonly clock: Clock;
  /** The zero of the clock, in seconds since 1970-01-01 UTC. */
  readonly originSeconds: number;
  /** Takes the next octets of the file; they belong to the sink. A sink that throws stops the device. */
  readonly write: (octets: Uint8Array) => void;
}

export class CaptureTap implements LinkDevice {
  readonly #components: CaptureTapComponents;
  #reserved = 0;

  /** Writes the head of the file at once. */
  constructor(components: CaptureTapComponents) {
    this.#components = components;
    for (const block of captureHead(this.medium)) components.write(block);
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

  receive(receiver: FrameReceiver, budget: number): number {
    return this.#components.device.receive((bytes, start, end, verified) => {
      this.#writeFrame(bytes.subarray(start, end), 'in');
      receiver(bytes, start, end, verified);
    }, budget);
  }

  reserve(): number {
    this.#reserved = this.#components.device.reserve();
    return this.#reserved;
  }

  commit(lengthBytes: number): void {
    this.#writeFrame(this.transmitBuffer.subarray(this.#reserved, this.#reserved + lengthBytes), 'out');
    this.#components.device.commit(lengthBytes);
  }

  flush(): void {
    this.#components.device.flush();
  }

  #writeFrame(bytes: Uint8Array, direction: Direction): void {
    const { clock, originSeconds, write } = this.#components;
    write(captureFrame(bytes, direction, { clockSeconds: clock.nowSeconds(), originSeconds }));
  }
}
