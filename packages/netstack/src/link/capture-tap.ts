/**
 * A device that shows every frame of another one, both ways, to a sink that writes pcapng. One file of the whole device is
 * one sink; whoever wants a file for each flow asks `flowOfFrame` where a frame belongs.
 */
import type { Clock } from '@wormwood/base';
import { emitPcapng, linkType, pcapngLength, type PcapngRepr, pcapngOptionCode } from '@wormwood/wire';
import type { FrameReceiver, LinkDevice } from './device.ts';

export interface CaptureTapComponents {
  readonly device: LinkDevice;
  readonly clock: Clock;
  /** The zero of the clock, in seconds since 1970-01-01 UTC. */
  readonly originSeconds: number;
  /** Takes the next octets of the file; they belong to the sink. A sink that throws stops the device. */
  readonly write: (octets: Uint8Array) => void;
}

/** The option of a packet that tells its direction (draft-ietf-opsawg-pcapng §4.3.1, epb_flags). */
const FLAGS_OPTION = 2;
const INBOUND = 1;
const OUTBOUND = 2;

export class CaptureTap implements LinkDevice {
  readonly #components: CaptureTapComponents;
  #reserved = 0;

  /** Writes the head of the file at once. */
  constructor(components: CaptureTapComponents) {
    this.#components = components;
    this.#write({ kind: 'section', options: [] });
    // if_tsresol is left out: microseconds.
    this.#write({
      kind: 'interface',
      linkType: this.medium === 'ethernet' ? linkType.ethernet : linkType.raw,
      snapLength: 0,
      options: [{ code: pcapngOptionCode.interfaceName, data: Uint8Array.from(NAME) }],
    });
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
      this.#writeFrame(bytes.subarray(start, end), INBOUND);
      receiver(bytes, start, end, verified);
    }, budget);
  }

  reserve(): number {
    this.#reserved = this.#components.device.reserve();
    return this.#reserved;
  }

  commit(lengthBytes: number): void {
    this.#writeFrame(this.transmitBuffer.subarray(this.#reserved, this.#reserved + lengthBytes), OUTBOUND);
    this.#components.device.commit(lengthBytes);
  }

  flush(): void {
    this.#components.device.flush();
  }

  #writeFrame(bytes: Uint8Array, direction: number): void {
    const { clock, originSeconds } = this.#components;
    // Both halves apart, since their sum in microseconds has no place for fractions beyond 2^53.
    const timestamp =
      BigInt(Math.floor(originSeconds)) * 1_000_000n +
      BigInt(Math.round((clock.nowSeconds() + (originSeconds % 1)) * 1e6));
    this.#write({
      kind: 'enhancedPacket',
      interfaceIndex: 0,
      timestamp,
      originalLength: bytes.length,
      bytes,
      options: [{ code: FLAGS_OPTION, data: Uint8Array.of(direction, 0, 0, 0) }],
    });
  }

  #write(block: PcapngRepr): void {
    const octets = new Uint8Array(pcapngLength(block));
    emitPcapng(block, octets, 0, 'little');
    this.#components.write(octets);
  }
}

/** "wormwood" */
const NAME = [0x77, 0x6f, 0x72, 0x6d, 0x77, 0x6f, 0x6f, 0x64];
