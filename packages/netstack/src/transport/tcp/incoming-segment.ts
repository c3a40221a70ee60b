/** The segment at hand, taken apart: one object, used again for every segment. */
import {
  newTcpOptionScan,
  readTcpHeaderLength,
  readU16,
  readU32,
  scanTcpOptions,
  TCP_HEADER_LENGTH,
  tcpField,
  tcpFlag,
  type TcpOptionScan,
} from '@wormwood/wire';
import type { PacketContext } from '../../network/packet-context.ts';

export class IncomingSegment {
  bytes: Uint8Array = new Uint8Array(0);
  /** Remote port in the upper half, local port in the lower, as `field.ports`. */
  ports = 0;
  sequence = 0;
  acknowledgment = 0;
  flags = 0;
  window = 0;
  payloadStart = 0;
  payloadLength = 0;
  /** Filled by `scanOptions`. */
  readonly options: TcpOptionScan = newTcpOptionScan();
  #optionsStart = 0;

  /** Takes the packet at hand apart, whose TCP header was checked. */
  read({ bytes, transportStart: start, end }: PacketContext): void {
    this.bytes = bytes;
    this.ports =
      (readU16(bytes, start + tcpField.sourcePort) << 16) | readU16(bytes, start + tcpField.destinationPort);
    this.sequence = readU32(bytes, start + tcpField.sequenceNumber);
    this.acknowledgment = readU32(bytes, start + tcpField.acknowledgmentNumber);
    this.flags = bytes[start + tcpField.flags]!;
    this.window = readU16(bytes, start + tcpField.window);
    this.#optionsStart = start + TCP_HEADER_LENGTH;
    this.payloadStart = start + readTcpHeaderLength(bytes, start);
    this.payloadLength = end - this.payloadStart;
  }

  scanOptions(): void {
    scanTcpOptions(this.bytes, this.#optionsStart, this.payloadStart, this.options);
  }

  /** Octets that the segment takes of the sequence space. */
  get length(): number {
    const { flags, payloadLength } = this;
    return payloadLength + ((flags & tcpFlag.SYN) !== 0 ? 1 : 0) + ((flags & tcpFlag.FIN) !== 0 ? 1 : 0);
  }

  /** A view of the octets of the payload in [from, to), which is valid as long as the segment is at hand. */
  payload(from: number, to: number): Uint8Array {
    return this.bytes.subarray(this.payloadStart + from, this.payloadStart + to);
  }
}
