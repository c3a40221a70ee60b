/** A device that shows every frame of another one, both ways. */
import type { Direction } from './capture-blocks.ts';
import type { FrameReceiver, LinkDevice } from './device.ts';

/** Sees a frame, whose octets belong to the device again when it returns. */
export type ShowFrame = (bytes: Uint8Array, start: number, end: number, direction: Direction) => void;

/** A device that shows every frame of another one, both ways, and is otherwise that device. */
export class TappedDevice implements LinkDevice {
  readonly #device: LinkDevice;
  readonly #show: ShowFrame;
  #reserved = 0;

  constructor(device: LinkDevice, show: ShowFrame) {
    this.#device = device;
    this.#show = show;
  }

  get medium(): LinkDevice['medium'] {
    return this.#device.medium;
  }

  get mtuBytes(): number {
    return this.#device.mtuBytes;
  }

  get transmitBuffer(): Uint8Array {
    return this.#device.transmitBuffer;
  }

  receive(receiver: FrameReceiver, budget: number): number {
    return this.#device.receive((frame) => {
      this.#show(frame.bytes, frame.start, frame.end, 'in');
      receiver(frame);
    }, budget);
  }

  reserve(): number {
    this.#reserved = this.#device.reserve();
    return this.#reserved;
  }

  commit(lengthBytes: number): void {
    this.#show(this.transmitBuffer, this.#reserved, this.#reserved + lengthBytes, 'out');
    this.#device.commit(lengthBytes);
  }

  flush(): void {
    this.#device.flush();
  }
}
