import { AddressSet, parseIpv4, randomStreams, VirtualClock } from '@wormwood/base';
import { memoryLink, plainBehavior, silentObserver, Stack } from '@wormwood/netstack';
import {
  emitIcmpv4,
  emitIpv4,
  icmpv4Length,
  isMalformed,
  parseIcmpv4,
  parseIpv4Packet,
  verifyIpv4Checksum,
} from '@wormwood/wire';
import { describe, expect, it } from 'vitest';
import { parseHoneydConfiguration } from '../config/honeyd-parser.ts';
import { Dispatcher } from '../dispatcher.ts';
import { Topology } from './topology.ts';
import { TopologyDevice } from './topology-device.ts';

const REMOTE = '192.0.2.9';
const ip = (text: string): number => {
  const address = parseIpv4(text);
  if (!address.ok) throw new Error(address.reason);
  return address.value;
};

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
  const { honeynet, diagnostics } = parseHoneydConfiguration({
    text,
    file: 't',
    readInclude: () => ({ ok: false, reason: 'none' }),
  });
  expect(diagnostics).toEqual([]);
  const clock = new VirtualClock();
  const streams = randomStreams('3');
  const [far, near] = memoryLink({ medium: 'ip' });
  const device = new TopologyDevice({
    device: near,
    topology: new Topology(honeynet.topology),
    clock,
    stream: streams.stream('topology'),
  });
  const hosts = new Dispatcher({
    honeynet,
    claimed: AddressSet.empty,
    services: { tcp: () => null, udp: () => undefined },
    stream: streams.stream('drop'),
    behaviorOf: () => plainBehavior(),
    linkAddressOf: () => null,
    minuteOfDay: () => 0,
    sourceSystem: () => null,
  });
  const stack = new Stack({ device, hosts, clock, streams, observer: silentObserver, linkAddress: 0 });

  const ping = (destination: string, timeToLive: number): void => {
    const message = {
      kind: 'echoRequest',
      code: 0,
      identifier: 7,
      sequenceNumber: timeToLive,
      payload: new Uint8Array(56),
    } as const;
    const payload = new Uint8Array(icmpv4Length(message));
    emitIcmpv4(message, payload);
    const at = far.reserve();
    const flags = { reservedFlag: false, dontFragment: false, moreFragments: false, fragmentOffset: 0 };
    const packet = {
      typeOfService: 0,
      identification: 1,
      ...flags,
      timeToLive,
      protocol: 1,
      source: ip(REMOTE),
      destination: ip(destination),
      options: [],
      payload,
    };
    far.commit(emitIpv4(packet, far.transmitBuffer, at) - at);
    far.flush();
  };
  /** Runs for some time and returns what came back: when, from whom, what, with which TTL. */
  const listen = (seconds: number) => {
    const heard: { atMs: number; from: number; kind: string; ttl: number }[] = [];
    for (let elapsed = 0; elapsed <= seconds; elapsed += 0.001) {
      stack.work(100);
      far.receive((bytes, start, end) => {
        expect(verifyIpv4Checksum(bytes, start)).toBe(true);
        const packet = parseIpv4Packet(bytes.slice(start, end));
        if (isMalformed(packet)) throw new Error(packet.reason);
        const message = parseIcmpv4(packet.payload);
        if (isMalformed(message)) throw new Error(message.reason);
        heard.push({
          atMs: Math.round(clock.nowSeconds() * 1000),
          from: packet.source,
          kind: message.kind,
          ttl: packet.timeToLive,
        });
      }, 100);
      clock.advanceBy(0.001);
    }
    return heard;
  };
  return { ping, listen, device };
}

describe('TopologyDevice', () => {
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

  it('tells that a network is unreachable', () => {
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

  it('does not reorder packets that take the same way (a fault of the ancestor: B11)', () => {
    const { ping, listen } = network();
    for (let ttl = 40; ttl < 60; ttl++) ping('10.3.1.9', ttl);
    expect(listen(0.1)).toHaveLength(20);
  });
});
