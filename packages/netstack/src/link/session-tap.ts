/**
 * A device that shows every IPv4 frame of another one, both ways, to whoever keeps the packets of each session: a flow, as the
 * remote side sees it, until nothing has been heard of it for a while.
 */
import type { Clock } from '@wormwood/base';
import type { Flow } from '@wormwood/wire';
import { captureFrame, type Direction } from './capture-blocks.ts';
import type { FrameReceiver, LinkDevice } from './device.ts';
import { flowOfFrame } from './frame-flow.ts';

export interface SessionTapComponents {
  readonly device: LinkDevice;
  readonly clock: Clock;
  /** The zero of the clock, in seconds since 1970-01-01 UTC. */
  readonly originSeconds: number;
  /** Takes a block of the flow's pcapng file; the flow is that of its first sender, the remote side. */
  readonly write: (flow: Flow, block: Uint8Array, nowSeconds: number) => void;
}

export class SessionTap implements LinkDevice {
  readonly #components: SessionTapComponents;
  #reserved = 0;

  constructor(components: SessionTapComponents) {
    this.#components = components;
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
      this.#show(bytes, start, end, 'in');
      receiver(bytes, start, end, verified);
    }, budget);
  }

  reserve(): number {
    this.#reserved = this.#components.device.reserve();
    return this.#reserved;
  }

  commit(lengthBytes: number): void {
    this.#show(this.transmitBuffer, this.#reserved, this.#reserved + lengthBytes, 'out');
    this.#components.device.commit(lengthBytes);
  }

  flush(): void {
    this.#components.device.flush();
  }

  #show(bytes: Uint8Array, start: number, end: number, direction: Direction): void {
    const flow = flowOfFrame(this.medium, bytes, start, end);
    if (flow === undefined) return;
    const { clock, originSeconds, write } = this.#components;
    const clockSeconds = clock.nowSeconds();
    const block = captureFrame(bytes.subarray(start, end), direction, { clockSeconds, originSeconds });
    write(direction === 'in' ? flow : turned(flow), block, clockSeconds);
  }
}

function turned({ protocol, source, destination, sourcePort, destinationPort }: Flow): Flow {
  return {
    protocol,
    source: destination,
    destination: source,
    sourcePort: destinationPort,
    destinationPort: sourcePort,
  };
}
