/** A device without a network: the other end is held by whoever made it. */
import { type FrameReceiver, type MemoryDevice, memoryLink } from '@wormwood/netstack';
import type { SensorDevice } from './sensor-device.ts';

/** A device in memory, of either medium. */
export class MemorySensorDevice implements SensorDevice {
  readonly fd = null;
  readonly #end: MemoryDevice;

  constructor(end: MemoryDevice) {
    this.#end = end;
  }

  get medium(): MemoryDevice['medium'] {
    return this.#end.medium;
  }

  get mtuBytes(): number {
    return this.#end.mtuBytes;
  }

  get transmitBuffer(): Uint8Array {
    return this.#end.transmitBuffer;
  }

  receive(receiver: FrameReceiver, budget: number): number {
    return this.#end.receive(receiver, budget);
  }

  reserve(): number {
    return this.#end.reserve();
  }

  commit(lengthBytes: number): void {
    this.#end.commit(lengthBytes);
  }

  flush(): void {
    this.#end.flush();
  }

  takeDropped(): number {
    return 0;
  }

  close(): void {}
}

/** A sensor's device and its other end, between which IP packets go. */
export function memoryDevices(): { readonly device: MemorySensorDevice; readonly remote: MemoryDevice } {
  const [near, remote] = memoryLink({ medium: 'ip', slots: 8192 });
  return { device: new MemorySensorDevice(near), remote };
}
