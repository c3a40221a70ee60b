/**
 * Faults seen in runs of Honeyd that a stack has or has not. B0 and B11 stand with the handshake in `tcp.test.ts`, B7 in
 * `flood.test.ts`; the others concern configurations, scripts and the daemon.
 */
import { icmpv4, ipProtocol, isMalformed, pseudoHeaderSum, udp } from '@wormwood/wire';
import { expect, it } from 'vitest';
import { bench, establishedBench, ipPacket, LOCAL, PORT, REMOTE, REMOTE_PORT } from './stack-test-support.ts';

function udpPacket(destinationPort: number, payload: Uint8Array): Uint8Array {
  const datagram = { sourcePort: REMOTE_PORT, destinationPort, checksummed: true, payload };
  const transport = new Uint8Array(udp.length(datagram));
  udp.emit(datagram, transport, 0, pseudoHeaderSum({ source: REMOTE, destination: LOCAL }));
  return ipPacket(ipProtocol.udp, transport);
}

function echoRequest(length: number): Uint8Array {
  const message = new Uint8Array(8 + length);
  icmpv4.emit(
    { kind: 'echoRequest', code: 0, identifier: 1, sequenceNumber: 1, payload: new Uint8Array(length) },
    message,
  );
  return ipPacket(ipProtocol.icmpv4, message);
}

it('B1: answers leave in the same call that takes the question: the stack waits for nothing', () => {
  const { sendPacket, receivePackets, send, receive, clock } = bench();
  const asked = clock.nowSeconds();
  sendPacket(echoRequest(56));
  expect(receivePackets()).toHaveLength(1);
  sendPacket(udpPacket(PORT, Uint8Array.of(1)));
  expect(receivePackets()).toHaveLength(1);
  send({ flags: 'S' });
  expect(receive()).toHaveLength(1);
  expect(clock.nowSeconds()).toBe(asked);
});

it('B2: a datagram to a closed port is answered with port unreachable, one to a filtered port with nothing', () => {
  const { sendPacket, receivePackets } = bench();
  sendPacket(udpPacket(82, Uint8Array.of(1)));
  const [answer] = receivePackets();
  const message = icmpv4.parse(answer!.payload);
  if (isMalformed(message)) throw new Error(message.reason);
  expect(message).toMatchObject({ kind: 'destinationUnreachable', code: icmpv4.unreachableCode.port });
  sendPacket(udpPacket(81, Uint8Array.of(1)));
  expect(receivePackets()).toEqual([]);
});

it('B3: a UDP service on a host without a personality answers every datagram', () => {
  const { sendPacket, receivePackets } = bench();
  for (let i = 0; i < 50; i++) sendPacket(udpPacket(PORT, Uint8Array.of(i)));
  expect(receivePackets().map(({ payload }) => payload.at(-1))).toEqual(
    Array.from({ length: 50 }, (_, i) => i),
  );
});

it('B4: no ICMP type, not even 13, 15 and 17, ends anything', () => {
  const { sendPacket, receivePackets } = bench();
  for (let type = 0; type < 256; type++) {
    for (const length of [4, 8, 12, 20]) {
      const message = new Uint8Array(length);
      message[0] = type;
      const sum = 0xffff - (type << 8);
      message[2] = sum >>> 8;
      message[3] = sum & 255;
      sendPacket(ipPacket(ipProtocol.icmpv4, message));
    }
  }
  receivePackets();
  sendPacket(echoRequest(8));
  expect(receivePackets()).toHaveLength(1);
});

it('B10: the throughput of a connection is bound by windows and round trips, not by a rate of the stack', () => {
  const ROUND_TRIP_SECONDS = 0.03;
  const OCTETS = 3_000_000;
  const { send, receive, service, remote, local, clock, stack } = establishedBench({
    synOptions: [
      { kind: 'mss', mssBytes: 1460 },
      { kind: 'windowScale', shift: 7 },
    ],
    window: 65_535,
  });
  const connection = service!.connection;
  const began = clock.nowSeconds();
  let offered = connection.write(new Uint8Array(OCTETS));
  let acknowledged = 0;
  while (acknowledged < OCTETS) {
    const before = acknowledged;
    // Everything that is on its way arrives half a round trip later, and its acknowledgment half a one after that.
    for (const { payload } of receive()) acknowledged += payload.length;
    expect(acknowledged).toBeGreaterThan(before);
    clock.advanceBy(ROUND_TRIP_SECONDS);
    stack.work(1);
    send({ flags: 'A', sequenceNumber: remote, acknowledgmentNumber: local + acknowledged, window: 65_535 });
    if (offered < OCTETS) offered += connection.write(new Uint8Array(OCTETS - offered));
  }
  // Honeyd took 22 s: 4,096 octets each 30 ms. Here the window begins with ten segments and opens by two with each round
  // trip (RFC 5681, one acknowledgment for all): 14,600 n + 1,460 n² octets in n round trips, which is 3,000,000 after 41.
  expect(clock.nowSeconds() - began).toBeLessThan(45 * ROUND_TRIP_SECONDS);
});
