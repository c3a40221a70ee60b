/**
 * Errors about our segments reach their connection (RFC 1122 4.2.3.9, RFC 4443 2.4), over both protocols: an unreachable client
 * gets no further SYN/ACK, a narrow path gets shorter segments (RFC 1191, RFC 8201). Whatever is wrong with an error, it is nothing.
 */
import {
  icmpv4,
  icmpv6,
  ipProtocol,
  ipv4,
  ipv6,
  pseudoHeaderSum,
  readU16,
  readU32,
  writeU16,
  writeU32,
} from '@wormwood/wire';
import { describe, expect, it } from 'vitest';
import {
  bench,
  ipPacket,
  ipv6Packet,
  LOCAL,
  REMOTE,
  type SegmentWords,
  tcpOctetsOf,
} from '../stack-test-support.ts';

const PREFIX = 0x2001_0db8n << 96n;
const ROUTER = 0xc000_0299;

/** Type and code. */
type ErrorWords = readonly [type: number, code: number];

interface Protocol {
  readonly name: string;
  readonly isIpv6: boolean;
  /** Errors after which the client is forgotten, and others. */
  readonly errors: { readonly gone: readonly ErrorWords[]; readonly there: readonly ErrorWords[] };
  readonly unreachable: ErrorWords;
  readonly tooBig: ErrorWords;
}

/** How a test changes what is quoted, or the error itself. */
interface Damage {
  /** Called with the quote: headers of IP and eight octets of TCP. */
  readonly quote?: (quote: Uint8Array, segmentAt: number) => void;
  /** Octets of the quote. */
  readonly quoteBytes?: number;
  /** Called with the message, its checksum filled in. */
  readonly message?: (message: Uint8Array) => void;
}

function network(isIpv6: boolean) {
  const local = isIpv6 ? PREFIX | BigInt(LOCAL) : LOCAL;
  const made = bench({ addresses: [local] });
  const ends = { source: isIpv6 ? PREFIX | BigInt(REMOTE) : REMOTE, destination: local };
  const headerLength = isIpv6 ? ipv6.HEADER_LENGTH : ipv4.HEADER_LENGTH;
  const packet = (protocol: number, payload: Uint8Array, source = REMOTE): Uint8Array =>
    isIpv6
      ? ipv6Packet(protocol, payload, {
          source: PREFIX | BigInt(source),
          destination: PREFIX | BigInt(LOCAL),
        })
      : ipPacket(protocol, payload, source);
  const send = (words: SegmentWords): Uint8Array[] => {
    made.sendPacket(packet(ipProtocol.tcp, tcpOctetsOf(words, ends)));
    return made.receiveOctets();
  };
  /** A router returns an error about a packet of ours. */
  const fail = (type: number, code: number, about: Uint8Array, word = 0, damage: Damage = {}): void => {
    const quote = about.slice(0, damage.quoteBytes ?? headerLength + 8);
    damage.quote?.(quote, headerLength);
    const message = Uint8Array.from([type, code, 0, 0, 0, 0, 0, 0, ...quote]);
    writeU32(message, 4, word);
    const source = isIpv6 ? PREFIX | BigInt(ROUTER) : ROUTER;
    if (isIpv6) {
      const sum = pseudoHeaderSum({ source, destination: local });
      icmpv6.fillChecksum(message, 0, message.length, sum);
    } else icmpv4.fillChecksum(message, 0, message.length);
    damage.message?.(message);
    made.sendPacket(packet(isIpv6 ? ipProtocol.icmpv6 : ipProtocol.icmpv4, message, ROUTER));
  };
  const open = (): Uint8Array => send({ flags: 'S', sequenceNumber: 1000 })[0]!;
  const lengths = (packets: readonly Uint8Array[]): number[] =>
    packets.map(({ length }) => length - headerLength - 20);
  return {
    ...made,
    fail,
    open,
    send,
    lengths,
    headerLength,
    count: () => made.stack.tcp.status().length,
  };
}

const ipv4Errors: Protocol['errors'] = {
  gone: [
    [3, 0],
    [3, 1],
    [11, 0],
    [11, 1],
    [12, 0],
  ],
  there: [
    [3, 2],
    [3, 3],
    [3, 4],
    [3, 13],
    [4, 0],
    [5, 1],
  ],
};
const ipv6Errors: Protocol['errors'] = {
  gone: [
    [1, 0],
    [1, 3],
    [3, 0],
    [3, 1],
    [4, 0],
  ],
  there: [
    [1, 1],
    [1, 4],
    [2, 0],
    [100, 0],
  ],
};

describe.each<Protocol>([
  { name: 'IPv4', isIpv6: false, errors: ipv4Errors, unreachable: [3, 1], tooBig: [3, 4] },
  { name: 'IPv6', isIpv6: true, errors: ipv6Errors, unreachable: [1, 3], tooBig: [2, 0] },
])('over $name', ({ isIpv6, errors, unreachable, tooBig }) => {
  it('a client that cannot be reached is forgotten; one that refuses, or that a network merely reports on, is not', () => {
    for (const [list, left] of [
      [errors.gone, 0],
      [errors.there, 1],
    ] as const)
      for (const [type, code] of list) {
        const { fail, open, count } = network(isIpv6);
        fail(type, code, open());
        expect([type, code, count()]).toEqual([type, code, left]);
      }
  });

  it.each<[string, Damage]>([
    ['has a wrong checksum', { message: (message) => void (message[3]! ^= 1) }],
    ['quotes seven octets of the segment', { quoteBytes: (isIpv6 ? 40 : 20) + 7 }],
    ['quotes no packet of its protocol', { quote: (quote) => void (quote[0]! ^= 0x20) }],
    ['quotes another protocol', { quote: (quote) => void (quote[isIpv6 ? 6 : 9] = 17) }],
    ['quotes a packet from somebody else', { quote: (quote) => void (quote[isIpv6 ? 23 : 15]! ^= 1) }],
    ['quotes a packet to somebody else', { quote: (quote) => void (quote[isIpv6 ? 39 : 19]! ^= 1) }],
    ['quotes another port of ours', { quote: (quote, at) => writeU16(quote, at, readU16(quote, at) + 1) }],
    [
      'quotes another port of the client',
      { quote: (quote, at) => writeU16(quote, at + 2, readU16(quote, at + 2) + 1) },
    ],
    [
      'quotes the number after ours',
      { quote: (quote, at) => writeU32(quote, at + 4, readU32(quote, at + 4) + 1) },
    ],
    [
      'quotes the number before ours',
      { quote: (quote, at) => writeU32(quote, at + 4, readU32(quote, at + 4) - 1) },
    ],
  ])('an error that %s is nothing', (_, damage) => {
    const { fail, open, count } = network(isIpv6);
    const about = open();
    fail(...unreachable, about, 0, damage);
    expect(count()).toBe(1);
    fail(...unreachable, about);
    expect(count()).toBe(0);
  });

  const wide = [{ kind: 'mss', mssBytes: 1440 }] as const;
  const wideNetwork = () => {
    const made = network(isIpv6);
    const at = made.headerLength + 4;
    const [synAck] = made.send({ flags: 'S', sequenceNumber: 1000, options: wide });
    const first = (readU32(synAck!, at) + 1) >>> 0;
    made.send({ flags: 'A', sequenceNumber: 1001, acknowledgmentNumber: first });
    made.services[0]!.connection.write(new Uint8Array(2880));
    const packets = made.receiveOctets();
    expect(made.lengths(packets)).toEqual([1440, 1440]);
    return { ...made, packets, first };
  };
  const shorter = 1300 - (isIpv6 ? 60 : 40);

  it('a narrow path gets its octets again at once, in order, in segments that fit', () => {
    for (const which of [0, 1]) {
      const { fail, receiveOctets, lengths, packets, first, headerLength } = wideNetwork();
      fail(...tooBig, packets[which]!, 1300);
      const again = receiveOctets();
      expect(Math.max(...lengths(again))).toBe(shorter);
      expect(readU32(again[0]!, headerLength + 4)).toBe(first);
    }
  });

  it.each<[string, number, (number: number) => number]>([
    ['is as wide as the link', 1500, (number) => number],
    ['is about octets that were acknowledged', 1300, (number) => number - 1],
    ['is about octets that were never sent', 1300, (number) => number + 2881],
  ])('a path that %s changes nothing', (_, mtu, change) => {
    const { fail, receiveOctets, packets } = wideNetwork();
    fail(...tooBig, packets[0]!, mtu, {
      quote: (quote, at) => writeU32(quote, at + 4, change(readU32(quote, at + 4)) >>> 0),
    });
    expect(receiveOctets()).toEqual([]);
  });

  it('no path is believed to be narrower than its protocol allows', () => {
    const { fail, receiveOctets, lengths, packets } = wideNetwork();
    fail(...tooBig, packets[0]!, 68);
    // RFC 8201 4: 1,280 octets; and 552 as in Linux.
    expect(Math.max(...lengths(receiveOctets()))).toBe(isIpv6 ? 1280 - 60 : 552 - 40);
  });

  it('an unreachable client of an established connection stays', () => {
    const { fail, packets, count, receiveOctets } = wideNetwork();
    fail(...unreachable, packets[0]!);
    expect([count(), receiveOctets().length]).toEqual([1, 0]);
  });
});
