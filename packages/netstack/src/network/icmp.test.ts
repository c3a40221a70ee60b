/** ICMP errors: how many, how long, and about what (RFC 1812 4.3.2, RFC 1122 3.2.2). */
import { icmpv4, ipProtocol, ipv4, isMalformed, pseudoHeaderSum, udp } from '@wormwood/wire';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bench, ipPacket, LOCAL, REMOTE, REMOTE_PORT } from '../stack-test-support.ts';

const CLOSED = 82;

function datagram(source: number, length: number, words: Partial<ipv4.Repr> = {}): Uint8Array {
  const payload = new Uint8Array(length);
  const out = new Uint8Array(8 + length);
  udp.emit(
    { sourcePort: REMOTE_PORT, destinationPort: CLOSED, checksummed: true, payload },
    out,
    0,
    pseudoHeaderSum({ source, destination: LOCAL }),
  );
  return ipPacket(ipProtocol.udp, out, source, words);
}

it('an error is no longer than what it answers, but quotes the header and eight octets in any case (RFC 792)', () => {
  fc.assert(
    fc.property(fc.nat(1472), fc.constantFrom(1500, 576, 68), (length, mtu) => {
      const { sendPacket, receivePackets, device } = bench();
      const request = datagram(REMOTE, length);
      device.mtuBytes = mtu;
      sendPacket(request);
      const [answer] = receivePackets();
      const message = icmpv4.parse(answer!.payload);
      if (isMalformed(message) || message.kind !== 'destinationUnreachable') throw new Error('no error');
      expect(message.quote).toEqual(request.subarray(0, message.quote.length));
      expect(message.quote.length).toBeGreaterThanOrEqual(28);
      expect(ipv4.length(answer!)).toBeLessThanOrEqual(Math.max(56, Math.min(request.length, mtu)));
      // As much as there is room for, and as the behavior quotes.
      const room = Math.min(548, Math.min(request.length, mtu) - 28);
      expect(message.quote.length).toBe(Math.max(28, room));
    }),
    { numRuns: 200 },
  );
});

it('one source gets a hundred errors a second, all sources a thousand on the average', () => {
  const { sendPacket, receivePackets, clock } = bench();
  const count = (source: (i: number) => number): number => {
    for (let i = 0; i < 3000; i++) sendPacket(datagram(source(i), 0));
    return receivePackets().length;
  };
  expect(count(() => REMOTE)).toBe(100);
  clock.advanceBy(0.5);
  expect(count(() => REMOTE)).toBe(50);
  const seconds = Array.from({ length: 12 }, () => {
    clock.advanceBy(1);
    return count((i) => 0x0b00_0000 + i);
  });
  expect(Math.min(...seconds)).toBeGreaterThanOrEqual(500);
  expect(Math.max(...seconds)).toBeLessThanOrEqual(1500);
  // The limit of a second shows nobody how many others were answered in it.
  expect(new Set(seconds).size).toBeGreaterThan(6);
});

it('a scan of a thousand ports that waits for its answers gets each of them', () => {
  const { sendPacket, receivePackets, clock } = bench();
  let answers = 0;
  for (let port = 0; port < 1000; port++) {
    sendPacket(datagram(REMOTE, 0));
    answers += receivePackets().length;
    clock.advanceBy(0.0101);
  }
  expect(answers).toBe(1000);
});

it.each([
  ['an ICMP error', { kind: 'destinationUnreachable', code: 3, unused: 0, nextHopMtu: 0 }],
  ['a time exceeded', { kind: 'timeExceeded', code: 0, unused: 0 }],
] as const)('there is no error about %s', (_, words) => {
  const { sendPacket, receivePackets } = bench();
  const message = new Uint8Array(8 + 28);
  icmpv4.emit({ ...words, quote: datagram(LOCAL, 0) }, message);
  sendPacket(ipPacket(ipProtocol.icmpv4, message));
  expect(receivePackets()).toEqual([]);
});

it('there is no error about a later fragment', () => {
  const { sendPacket, receivePackets } = bench();
  sendPacket(ipPacket(200, new Uint8Array(16), REMOTE, { fragmentOffset: 8 }));
  sendPacket(ipPacket(200, new Uint8Array(16), REMOTE, { fragmentOffset: 8, moreFragments: true }));
  expect(receivePackets()).toEqual([]);
});

/** A query of this type with further octets behind its header. */
function query(type: number, more: number): Uint8Array {
  const message = new Uint8Array(icmpv4.HEADER_LENGTH + more);
  message[0] = type;
  message.set([1, 2, 3, 4], 4);
  icmpv4.fillChecksum(message, 0, message.length);
  return ipPacket(ipProtocol.icmpv4, message);
}

it.each([
  ['timestamp', 13, 12, { kind: 'timestampReply' }],
  ['information', 15, 0, { kind: 'informationReply' }],
  ['address mask', 17, 4, { kind: 'addressMaskReply', addressMask: 0xffff_ff00 }],
] as const)(
  'a host answers %s requests if its system does, with as many octets (RFC 792, RFC 950)',
  (_, type, more, words) => {
    const none = { timestamp: false, information: false, addressMask: null };
    const silent = bench({ behavior: { icmpQueries: none } });
    silent.sendPacket(query(type, more));
    expect(silent.receivePackets()).toEqual([]);
    const all = { timestamp: true, information: true, addressMask: 0xffff_ff00 };
    const { sendPacket, receivePackets, clock } = bench({ behavior: { icmpQueries: all } });
    sendPacket(query(type, more));
    const [answer] = receivePackets();
    const message = icmpv4.parse(answer!.payload);
    expect(message).toMatchObject({ ...words, identifier: 0x0102, sequenceNumber: 0x0304 });
    expect(answer!.payload).toHaveLength(icmpv4.HEADER_LENGTH + more);
    if (isMalformed(message) || message.kind !== 'timestampReply') return;
    expect(message.receiveTimestamp).toBe(Math.floor((clock.nowSeconds() % 86_400) * 1000));
    expect(message.transmitTimestamp).toBe(message.receiveTimestamp);
  },
);
