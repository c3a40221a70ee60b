/** Machines that contact the sensor's addresses, each time from an address of their own, and note what comes back. */
import {
  icmpv4,
  icmpv6,
  type IpAddress,
  ipProtocol,
  isMalformed,
  pseudoHeaderSum,
  tcp,
  udp,
} from '@wormwood/wire';
import { type Ends, type IpPacket, ipPacketOf } from './ip-packet.ts';

export type ContactKind = 'ping' | 'segment' | 'datagram' | 'connection';

export interface Contact {
  readonly kind: ContactKind;
  readonly source: IpAddress;
  readonly destination: IpAddress;
  readonly port: number;
  readonly seconds: number;
  /** Whether the interface was up. */
  readonly isDelivered: boolean;
  /** What came back, in words: `echo-reply`, `unreachable`, `reset`, `syn-ack`, `fin`. */
  readonly answers: readonly string[];
}

/** Hands a packet over and returns what the sensor sends to its source at once. */
export type Exchange = (packet: Uint8Array) => readonly IpPacket[];

const FIRST_SOURCE = 0xc612_0000;
/** Of IPv6: the source of IPv4 at the end of this prefix, each in a /64 of its own, which is what limits are kept for. */
const PREFIX = 0x2001_0db8n << 96n;
const SEQUENCE = 1000;
const WINDOW = 65_535;
const REQUEST = new TextEncoder().encode('GET / HTTP/1.0\r\n\r\n');
const NOTHING = new Uint8Array(0);

export class ContactMachine {
  #contacts = 0;

  /** Contacts an address from the next source; `isDelivered`: frames arrive. */
  contact(
    to: Pick<Contact, 'kind' | 'destination' | 'port' | 'seconds' | 'isDelivered'>,
    exchange: Exchange,
  ): Contact {
    const number = FIRST_SOURCE + this.#contacts++;
    const isIpv6 = typeof to.destination === 'bigint';
    const source = isIpv6 ? PREFIX | (BigInt(number) << 64n) | 1n : number;
    const answers: string[] = [];
    const ends = { source, destination: to.destination };
    const { port } = to;
    switch (to.kind) {
      case 'ping': {
        const echo = {
          kind: 'echoRequest',
          code: 0,
          identifier: 7,
          sequenceNumber: 1,
          payload: REQUEST,
        } as const;
        const message = new Uint8Array(icmpv4.length(echo));
        if (isIpv6) icmpv6.emit(echo, message, 0, pseudoHeaderSum(ends));
        else icmpv4.emit(echo, message);
        const protocol = isIpv6 ? ipProtocol.icmpv6 : ipProtocol.icmpv4;
        note(exchange(ipPacketOf(protocol, ends, message)), answers);
        break;
      }
      case 'datagram': {
        const datagram = new Uint8Array(udp.HEADER_LENGTH + REQUEST.length);
        const words = { sourcePort: 40_000, destinationPort: port, checksummed: true, payload: REQUEST };
        udp.emit(words, datagram, 0, pseudoHeaderSum(ends));
        note(exchange(ipPacketOf(ipProtocol.udp, ends, datagram)), answers);
        break;
      }
      default:
        converse(ends, port, { exchange, answers, isWhole: to.kind === 'connection' });
    }
    return { ...to, source, answers };
  }
}

/** A SYN, and, where it is answered and a connection is wanted, a request, and the end. */
function converse(
  ends: Ends,
  port: number,
  { exchange, answers, isWhole }: { exchange: Exchange; answers: string[]; isWhole: boolean },
): void {
  const send = (
    flags: number,
    sequence: number,
    acknowledgment: number,
    payload: Uint8Array,
  ): readonly tcp.Repr[] => {
    const segment: tcp.Repr = {
      sourcePort: 40_000,
      destinationPort: port,
      sequenceNumber: sequence,
      acknowledgmentNumber: acknowledgment,
      reserved: 0,
      flags,
      window: WINDOW,
      urgentPointer: 0,
      options: [],
      payload,
    };
    const transport = new Uint8Array(tcp.length(segment));
    tcp.emit(segment, transport, 0, pseudoHeaderSum(ends));
    const packets = exchange(ipPacketOf(ipProtocol.tcp, ends, transport));
    note(packets, answers);
    return packets.flatMap(({ payload: octets }) => {
      const answer = tcp.parse(octets);
      return isMalformed(answer) ? [] : [answer];
    });
  };
  const { SYN, ACK, FIN, RST, PSH } = tcp.flag;
  const [opened] = send(SYN, SEQUENCE, 0, NOTHING);
  if (opened === undefined || (opened.flags & SYN) === 0) return;
  const next = (opened.sequenceNumber + 1) >>> 0;
  if (!isWhole) {
    send(RST, SEQUENCE + 1, 0, NOTHING);
    return;
  }
  send(ACK, SEQUENCE + 1, next, NOTHING);
  send(ACK | PSH, SEQUENCE + 1, next, REQUEST);
  const end = SEQUENCE + 1 + REQUEST.length;
  const last = send(ACK | FIN, end, next, NOTHING).findLast(({ flags }) => (flags & FIN) !== 0);
  if (last !== undefined) send(ACK, end + 1, (last.sequenceNumber + 1) >>> 0, NOTHING);
}

function note(packets: readonly IpPacket[], answers: string[]): void {
  for (const { protocol, payload } of packets) {
    if (protocol === ipProtocol.icmpv4) answers.push(payload[0] === 0 ? 'echo-reply' : 'unreachable');
    else if (protocol === ipProtocol.icmpv6)
      answers.push(payload[0] === icmpv6.messageType.echoReply ? 'echo-reply' : 'unreachable');
    else if (protocol === ipProtocol.tcp) {
      const flags = payload[13] ?? 0;
      if ((flags & tcp.flag.RST) !== 0) answers.push('reset');
      else if ((flags & tcp.flag.SYN) !== 0) answers.push('syn-ack');
      else if ((flags & tcp.flag.FIN) !== 0) answers.push('fin');
    }
  }
}
