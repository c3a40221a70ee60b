/** A link device that a daemon can wait for, and the layer that notices when something is sent between two rounds of work. */
import type { FrameReceiver, LinkDevice } from '@wormwood/netstack';
import type { InterfaceState } from './interface-facts.ts';
import type { WireReport } from './wire-watch.ts';

export interface SensorDevice extends LinkDevice {
  /** Readable when a frame waits; null: a device in memory, whose other end calls `Sensor.wake`. */
  readonly fd: number | null;
  /** True when no frame will ever come again, as at the end of a capture file. */
  readonly isExhausted?: boolean;
  /** True when `flush` could not hand over everything: it has to be called again soon. */
  readonly hasUnsent?: boolean;
  /** Frames dropped because the ring was full since the last call. */
  takeDropped(): number;
  /** Called about once a second: looks after the medium and returns sentences about what has changed. */
  look?(nowSeconds: number): readonly string[];
  /** Whether the interface is there and works. @default it is */
  state?(): InterfaceState;
  /** The name of the interface now; null when it is gone. @default it keeps its name */
  interfaceName?(): string | null;
  /** Whether the medium takes what is sent. */
  wire?(): WireReport;
  close(): void;
}

/** Passes everything on; calls `onSend` when a packet is handed over while `isWorking` is not set. */
export class NoticingDevice implements LinkDevice {
  readonly medium: LinkDevice['medium'];
  isWorking = false;
  readonly #device: LinkDevice;
  readonly #onSend: () => void;

  constructor(device: LinkDevice, onSend: () => void) {
    this.medium = device.medium;
    this.#device = device;
    this.#onSend = onSend;
  }

  get mtuBytes(): number {
    return this.#device.mtuBytes;
  }

  get transmitBuffer(): Uint8Array {
    return this.#device.transmitBuffer;
  }

  receive(receiver: FrameReceiver, budget: number): number {
    return this.#device.receive(receiver, budget);
  }

  reserve(): number {
    return this.#device.reserve();
  }

  commit(lengthBytes: number): void {
    this.#device.commit(lengthBytes);
    if (!this.isWorking) this.#onSend();
  }

  flush(): void {
    this.#device.flush();
  }
}
