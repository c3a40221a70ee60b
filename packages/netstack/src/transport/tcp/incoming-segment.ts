/** The segment at hand, taken apart: one object, used again for every segment. */
import { readU16, readU32, tcp, tcpOption } from '@wormwood/wire';
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
  readonly options: tcpOption.Scan = tcpOption.newScan();
  #optionsStart = 0;

  /** Takes the packet at hand apart, whose TCP header was checked. */
  read({ bytes, transportStart: start, end }: PacketContext): void {
    this.bytes = bytes;
    this.ports =
      (readU16(bytes, start + tcp.field.sourcePort) << 16) |
      readU16(bytes, start + tcp.field.destinationPort);
    this.sequence = readU32(bytes, start + tcp.field.sequenceNumber);
    this.acknowledgment = readU32(bytes, start + tcp.field.acknowledgmentNumber);
    this.flags = bytes[start + tcp.field.flags]!;
    this.window = readU16(bytes, start + tcp.field.window);
    this.#optionsStart = start + tcp.HEADER_LENGTH;
    this.payloadStart = start + tcp.readHeaderLength(bytes, start);
    this.payloadLength = end - this.payloadStart;
  }

  scanOptions(): void {
    tcpOption.scan(this.bytes, this.#optionsStart, this.payloadStart, this.options);
  }

  /** Octets that the segment takes of the sequence space. */
  get length(): number {
    const { flags, payloadLength } = this;
    return payloadLength + ((flags & tcp.flag.SYN) !== 0 ? 1 : 0) + ((flags & tcp.flag.FIN) !== 0 ? 1 : 0);
  }

  /** A view of the octets of the payload in [from, to), which is valid as long as the segment is at hand. */
  payload(from: number, to: number): Uint8Array {
    return this.bytes.subarray(this.payloadStart + from, this.payloadStart + to);
  }
}
