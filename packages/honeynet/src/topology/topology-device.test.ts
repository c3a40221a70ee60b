import { randomStreams, VirtualClock } from '@wormwood/base';
import {
  decapsulate,
  encapsulate,
  GRE_OVERHEAD_BYTES,
  memoryLink,
  silentObserver,
  Stack,
} from '@wormwood/netstack';
import { icmpv4, ipProtocol, ipv4, isMalformed, readU32 } from '@wormwood/wire';
import { describe, expect, it } from 'vitest';
import { dispatcherOf, honeynetOf, ip, ipv4Packet } from '../honeynet-test-support.ts';
import { Topology } from './topology.ts';
import { TopologyDevice } from './topology-device.ts';

const REMOTE = '192.0.2.9';

const CONFIGURATION = `
create host
set host default tcp action reset
bind 10.3.0.1 host
bind 10.3.1.1 host
bind 10.3.1.9 host
route entry 10.3.0.1 network 10.3.0.0/16
route 10.3.0.1 link 10.3.0.0/24
route 10.3.0.1 add net 10.3.1.0/24 10.3.1.1 latency 10ms
route 10.3.1.1 link 10.3.1.0/24
route 10.3.0.1 unreach 10.3.7.0/24
`;

/** A honeynet on a link in memory, with a remote host that sends echo requests into it. */
function network(text = CONFIGURATION) {
  const honeynet = honeynetOf(text);
  const clock = new VirtualClock();
  const streams = randomStreams('3');
  const [far, near] = memoryLink({ medium: 'ip' });
  const device = new TopologyDevice({
    device: near,
    topology: new Topology(honeynet.topology),
    clock,
    stream: streams.stream('topology'),
  });
  const hosts = dispatcherOf(honeynet);
  const stack = new Stack({ device, hosts, clock, streams, observer: silentObserver, linkAddress: 0 });

  const ping = (destination: string, timeToLive: number, source = REMOTE): void => {
    const message = {
      kind: 'echoRequest',
      code: 0,
      identifier: 7,
      sequenceNumber: timeToLive,
      payload: new Uint8Array(56),
    } as const;
    const payload = new Uint8Array(icmpv4.length(message));
    icmpv4.emit(message, payload);
    const packet = ipv4Packet(ip(source), ip(destination), ipProtocol.icmpv4, payload, timeToLive);
    far.transmitBuffer.set(packet, far.reserve());
    far.commit(packet.length);
    far.flush();
  };
  /** Of the echo replies so far, in their order: the TTL of each request. */
  const sequences: number[] = [];
  /** Runs for some time and returns what came back: when, from whom, what, with which TTL. */
  const listen = (seconds: number) => {
    const received: { atMs: number; from: number; kind: string; ttl: number }[] = [];
    for (let elapsed = 0; elapsed <= seconds; elapsed += 0.001) {
      stack.work(100);
      far.receive(({ bytes, start, end }) => {
        expect(ipv4.verifyChecksum(bytes, start)).toBe(true);
        const packet = ipv4.parse(bytes.slice(start, end));
        if (isMalformed(packet)) throw new Error(packet.reason);
        const message = icmpv4.parse(packet.payload);
        if (isMalformed(message)) throw new Error(message.reason);
        if (message.kind === 'echoReply') sequences.push(message.sequenceNumber);
        received.push({
          atMs: Math.round(clock.nowSeconds() * 1000),
          from: packet.source,
          kind: message.kind,
          ttl: packet.timeToLive,
        });
      }, 100);
      clock.advanceBy(0.001);
    }
    return received;
  };
  return { ping, listen, sequences, device, clock, far, stack };
}

describe('TopologyDevice', () => {
  it('sends a hundred errors a second to one source, and none to addresses that name no machine', () => {
    const { ping, listen } = network();
    for (let i = 0; i < 300; i++) ping('10.3.1.9', 1);
    expect(listen(0.1)).toHaveLength(100);
    const forged = network();
    for (const source of ['0.0.0.1', '127.0.0.1', '224.0.0.1', '255.255.255.255', '10.3.1.9'])
      forged.ping('10.3.1.9', 1, source);
    expect(forged.listen(0.1)).toEqual([]);
  });

  it('answers traceroute with each router, later for each hop', () => {
    const { ping, listen } = network();
    ping('10.3.1.9', 1);
    expect(listen(0.1)).toMatchObject([
      { from: ip('10.3.0.1'), kind: 'timeExceeded', atMs: expect.toSatisfy((ms: number) => ms <= 2) },
    ]);
    const second = network();
    second.ping('10.3.1.9', 2);
    // 10 ms there, 10 ms back.
    expect(second.listen(0.1)).toMatchObject([
      {
        from: ip('10.3.1.1'),
        kind: 'timeExceeded',
        atMs: expect.toSatisfy((ms: number) => ms >= 20 && ms <= 23),
      },
    ]);
    const third = network();
    third.ping('10.3.1.9', 3);
    expect(third.listen(0.1)).toMatchObject([
      {
        from: ip('10.3.1.9'),
        kind: 'echoReply',
        ttl: 62,
        atMs: expect.toSatisfy((ms: number) => ms >= 20 && ms <= 23),
      },
    ]);
  });

  it('reports that a network is unreachable', () => {
    const { ping, listen } = network();
    ping('10.3.7.1', 64);
    expect(listen(0.05)).toMatchObject([{ from: ip('10.3.0.1'), kind: 'destinationUnreachable' }]);
  });

  it('keeps what belongs to nobody out of the way', () => {
    const { ping, listen, device } = network();
    ping('10.9.9.9', 64);
    expect(listen(0.05)).toEqual([]);
    expect(device.heldCount).toBe(0);
  });

  it('B11: packets that take the same way do not overtake each other', () => {
    const { ping, listen, sequences } = network();
    for (let ttl = 40; ttl < 60; ttl++) ping('10.3.1.9', ttl);
    listen(0.1);
    expect(sequences).toEqual(Array.from({ length: 20 }, (_, i) => 40 + i));
  });

  it('carries packets of a tunnel in GRE, both ways', () => {
    const tunnel = { source: ip('192.0.2.7'), destination: ip('10.3.0.1') };
    const { clock, far, stack } = network(
      `${CONFIGURATION}route 10.3.0.1 add net 172.16.0.0/12 tunnel 10.3.0.1 192.0.2.7\n`,
    );
    const request = echoRequest(ip('172.16.5.5'), ip('10.3.1.9'));
    const outer = new Uint8Array(request.length + GRE_OVERHEAD_BYTES);
    encapsulate(tunnel, request, 0, request.length, outer, 0);
    const at = far.reserve();
    far.transmitBuffer.set(outer, at);
    far.commit(outer.length);
    far.flush();
    const answers: Uint8Array[] = [];
    for (let elapsed = 0; elapsed < 0.05; elapsed += 0.001) {
      stack.work(100);
      far.receive(({ bytes, start, end }) => answers.push(bytes.slice(start, end)), 100);
      clock.advanceBy(0.001);
    }
    expect(answers).toHaveLength(1);
    // Seen from the far end: out of the tunnel comes the reply, one hop older for each router.
    const reply = ipv4.parse(decapsulate(tunnel, answers[0]!, 0, answers[0]!.length) ?? new Uint8Array(0));
    if (isMalformed(reply)) throw new Error(reply.reason);
    expect([reply.source, reply.destination, reply.timeToLive]).toEqual([
      ip('10.3.1.9'),
      ip('172.16.5.5'),
      62,
    ]);
    const message = icmpv4.parse(reply.payload);
    expect(isMalformed(message) ? null : message.kind).toBe('echoReply');
  });

  it('marks what comes out of a tunnel, now and after a delay, and nothing else', () => {
    const tunnel = { source: ip('192.0.2.7'), destination: ip('10.3.0.1') };
    const { clock, far, device } = network(
      `${CONFIGURATION}route 10.3.0.1 add net 172.16.0.0/12 tunnel 10.3.0.1 192.0.2.7\n`,
    );
    const arrived: [destination: number, isCarried: boolean | undefined][] = [];
    for (const destination of ['10.3.0.1', '10.3.1.9'].map(ip)) {
      const request = echoRequest(ip('172.16.5.5'), destination);
      const outer = new Uint8Array(request.length + GRE_OVERHEAD_BYTES);
      encapsulate(tunnel, request, 0, request.length, outer, 0);
      for (const packet of [request, outer]) {
        far.transmitBuffer.set(packet, far.reserve());
        far.commit(packet.length);
        far.flush();
      }
      for (let elapsed = 0; elapsed < 0.05; elapsed += 0.01) {
        device.receive(({ bytes, start, isCarried }) => {
          arrived.push([readU32(bytes, start + 16), isCarried]);
        }, 100);
        clock.advanceBy(0.01);
      }
    }
    expect(arrived).toEqual([
      [ip('10.3.0.1'), false],
      [ip('10.3.0.1'), true],
      [ip('10.3.1.9'), false],
      [ip('10.3.1.9'), true],
    ]);
  });

  it('takes nothing out of a tunnel that comes from elsewhere', () => {
    const { clock, far, stack } = network(
      `${CONFIGURATION}route 10.3.0.1 add net 172.16.0.0/12 tunnel 10.3.0.1 192.0.2.7\n`,
    );
    const request = echoRequest(ip('172.16.5.5'), ip('10.3.1.9'));
    const outer = new Uint8Array(request.length + GRE_OVERHEAD_BYTES);
    encapsulate(
      { source: ip('192.0.2.8'), destination: ip('10.3.0.1') },
      request,
      0,
      request.length,
      outer,
      0,
    );
    const at = far.reserve();
    far.transmitBuffer.set(outer, at);
    far.commit(outer.length);
    far.flush();
    const kinds: string[] = [];
    for (let elapsed = 0; elapsed < 0.05; elapsed += 0.001) {
      stack.work(100);
      far.receive(({ bytes, start, end }) => {
        const packet = ipv4.parse(bytes.slice(start, end));
        if (isMalformed(packet)) throw new Error(packet.reason);
        const message = icmpv4.parse(packet.payload);
        kinds.push(isMalformed(message) ? message.reason : message.kind);
      }, 100);
      clock.advanceBy(0.001);
    }
    // The router speaks no GRE with strangers (RFC 792, code 2).
    expect(kinds).toEqual(['destinationUnreachable']);
  });
});

/** An echo request as an IPv4 packet. */
function echoRequest(source: number, destination: number): Uint8Array {
  const message = {
    kind: 'echoRequest',
    code: 0,
    identifier: 1,
    sequenceNumber: 1,
    payload: new Uint8Array(8),
  } as const;
  const payload = new Uint8Array(icmpv4.length(message));
  icmpv4.emit(message, payload);
  return ipv4Packet(source, destination, ipProtocol.icmpv4, payload);
}
