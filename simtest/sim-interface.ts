/** The sensor's interface in memory, which goes down and changes its MTU. */
import type { FrameReceiver, MemoryDevice } from '@wormwood/netstack';
import type { SensorDevice } from '../apps/sensor/src/device/sensor-device.ts';

export class SimInterface implements SensorDevice {
  readonly fd = null;
  readonly medium = 'ethernet';
  isUp = true;
  mtuBytes = 1500;
  readonly #end: MemoryDevice;

  constructor(end: MemoryDevice) {
    this.#end = end;
  }

  state(): 'up' | 'down' {
    return this.isUp ? 'up' : 'down';
  }

  get transmitBuffer(): Uint8Array {
    return this.#end.transmitBuffer;
  }

  receive(receiver: FrameReceiver, budget: number): number {
    return this.#end.receive(receiver, budget);
  }

  /** Nothing is sent while it is down. */
  reserve(): number {
    return this.isUp ? this.#end.reserve() : -1;
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
