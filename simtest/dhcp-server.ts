/** A DHCP server that gives each machine an address for some minutes, and sometimes does not answer for a while. */
import type { Clock } from '@wormwood/base';
import { dhcpv4, ipProtocol, isMalformed, pseudoHeaderSum, udp } from '@wormwood/wire';
import { type IpPacket, ipPacketOf } from './ip-packet.ts';

const SERVER_ADDRESS = 0x0a09_0801;
const FIRST_ADDRESS = 0x0a09_0864;
const BROADCAST = 0xffff_ffff;
const SERVER_PORT = 67;
const CLIENT_PORT = 68;
const { discover, offer, request, ack } = dhcpv4.messageType;

interface Lease {
  readonly address: number;
  expiresSeconds: number;
}

export class DhcpServer {
  readonly #clock: Clock;
  readonly #leases: Map<number, Lease> = new Map();
  isSilent = false;
  leaseSeconds = 900;
  /** Leases given or prolonged. */
  given = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Each machine that has ever had an address: its Ethernet address and that address, whether the lease has run out or not. */
  known(): readonly { readonly linkAddress: number; readonly address: number }[] {
    return [...this.#leases].map(([linkAddress, { address }]) => ({ linkAddress, address }));
  }

  /** Takes a packet; returns the one that answers it, or null. */
  answer(packet: IpPacket): Uint8Array | null {
    if (packet.protocol !== ipProtocol.udp || this.isSilent) return null;
    const datagram = udp.parse(packet.payload);
    if (isMalformed(datagram) || datagram.destinationPort !== SERVER_PORT) return null;
    const asked = dhcpv4.parse(datagram.payload);
    if (isMalformed(asked)) return null;
    const type = dhcpv4.readMessageType(asked);
    if (type !== discover && type !== request) return null;
    const lease = this.#leases.get(asked.clientMac) ?? {
      address: FIRST_ADDRESS + this.#leases.size,
      expiresSeconds: 0,
    };
    this.#leases.set(asked.clientMac, lease);
    if (type === request) {
      this.given++;
      lease.expiresSeconds = this.#clock.nowSeconds() + this.leaseSeconds;
    }
    return this.#message(asked, type === discover ? offer : ack, lease.address);
  }

  #message(asked: dhcpv4.Repr, type: number, yourAddress: number): Uint8Array {
    const { optionCode, octetsOption } = dhcpv4;
    const words = (value: number): number[] => [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff);
    const message: dhcpv4.Repr = {
      ...asked,
      operation: dhcpv4.operation.reply,
      yourAddress,
      options: [
        octetsOption(optionCode.messageType, [type]),
        octetsOption(optionCode.serverIdentifier, words(SERVER_ADDRESS)),
        octetsOption(optionCode.leaseTime, words(this.leaseSeconds)),
      ],
    };
    const payload = new Uint8Array(dhcpv4.length(message));
    dhcpv4.emit(message, payload);
    const ends = { source: SERVER_ADDRESS, destination: BROADCAST };
    const datagram = new Uint8Array(udp.HEADER_LENGTH + payload.length);
    const ports = { sourcePort: SERVER_PORT, destinationPort: CLIENT_PORT };
    udp.emit({ ...ports, checksummed: true, payload }, datagram, 0, pseudoHeaderSum(ends));
    return ipPacketOf(ipProtocol.udp, ends, datagram);
  }
}
