import { randomStreams } from '@wormwood/base';
import { describe, expect, it } from 'vitest';
import { honeynetOf, ip } from '../honeynet-test-support.ts';
import { type Arrival, Topology } from './topology.ts';

function topology(text: string): Topology {
  return new Topology(honeynetOf(text).topology);
}

const stream = () => randomStreams('1').stream('test/topology');

/** Three routers in a row, hosts behind each; the last link is slow. */
const CHAIN = `
route entry 10.3.0.1 network 10.3.0.0/16
route 10.3.0.1 link 10.3.0.0/24
route 10.3.0.1 add net 10.3.0.0/16 10.3.1.1 latency 10ms
route 10.3.1.1 link 10.3.1.0/24
route 10.3.1.1 add net 10.3.2.0/24 10.3.2.1 latency 25ms bandwidth 56 Kbps
route 10.3.2.1 link 10.3.2.0/24
route 10.3.2.1 unreach 10.3.2.128/25
`;

function arrive(net: Topology, destination: string, ttl = 64, nowSeconds = 0, lengthBytes = 84): Arrival {
  const to = ip(destination);
  return net.walk(
    net.entryFor(to) ?? Number.NaN,
    { destination: to, ttl, lengthBytes, nowSeconds },
    stream(),
  );
}

describe('Topology', () => {
  it('is flat without routers', () => {
    expect(topology('').isFlat).toBe(true);
    expect(topology(CHAIN).isFlat).toBe(false);
  });

  it('sums latencies and counts one TTL a router', () => {
    const net = topology(CHAIN);
    expect(arrive(net, '10.3.0.9')).toEqual({ kind: 'delivered', delaySeconds: 0, ttl: 63 });
    expect(arrive(net, '10.3.1.9')).toEqual({ kind: 'delivered', delaySeconds: 0.01, ttl: 62 });
    expect(arrive(net, '10.3.1.1')).toEqual({ kind: 'delivered', delaySeconds: 0.01, ttl: 63 });
    // 84 octets at 56 kbit/s take 12 ms.
    expect(arrive(net, '10.3.2.9')).toMatchObject({
      kind: 'delivered',
      delaySeconds: expect.closeTo(0.047, 12),
      ttl: 61,
    });
  });

  it('answers traceroute with each router in turn', () => {
    const net = topology(CHAIN);
    const routers = [1, 2, 3].map((ttl) => arrive(net, '10.3.2.9', ttl));
    expect(routers).toMatchObject(
      ['10.3.0.1', '10.3.1.1', '10.3.2.1'].map((router) => ({ kind: 'time-exceeded', router: ip(router) })),
    );
    expect(arrive(net, '10.3.2.9', 4).kind).toBe('delivered');
    expect(net.path(ip('10.3.2.9'))).toEqual(['10.3.0.1', '10.3.1.1', '10.3.2.1'].map(ip));
  });

  it('says unreachable where the configuration does, before the shorter link', () => {
    expect(arrive(topology(CHAIN), '10.3.2.200')).toMatchObject({
      kind: 'unreachable',
      router: ip('10.3.2.1'),
    });
  });

  it('queues packets on a slow link one behind the other', () => {
    const net = topology(CHAIN);
    const delays = [0, 1, 2].map(() => {
      const arrival = arrive(net, '10.3.2.9');
      return arrival.kind === 'delivered' ? arrival.delaySeconds : Number.NaN;
    });
    expect(delays.map((delay) => Math.round(delay * 1000))).toEqual([47, 59, 71]);
    // After the queue has run empty a packet is as fast as the first.
    expect(arrive(net, '10.3.2.9', 64, 10)).toMatchObject({ delaySeconds: expect.closeTo(0.047, 9) });
  });

  it('finds the way back by the default route that Honeyd adds, and out at the entry', () => {
    const net = topology(CHAIN);
    const home = net.routerOf(ip('10.3.2.9')) ?? Number.NaN;
    const back = net.walk(
      home,
      { destination: ip('192.0.2.1'), ttl: 64, lengthBytes: 84, nowSeconds: 0 },
      stream(),
    );
    expect(back).toMatchObject({ kind: 'left', ttl: 61, delaySeconds: expect.closeTo(0.047, 12) });
  });

  it('loses the stated fraction of packets', () => {
    const net = topology(
      `route entry 10.0.0.1\nroute 10.0.0.1 add net 10.1.0.0/16 10.1.0.1 loss 10\nroute 10.1.0.1 link 10.1.0.0/16\n`,
    );
    const random = stream();
    const packets = 20_000;
    let lost = 0;
    for (let i = 0; i < packets; i++) {
      const journey = { destination: ip('10.1.2.3'), ttl: 64, lengthBytes: 84, nowSeconds: i };
      if (net.walk(ip('10.0.0.1'), journey, random).kind === 'lost') lost++;
    }
    // Four standard errors of a binomial fraction.
    expect(Math.abs(lost / packets - 0.1)).toBeLessThan(4 * Math.sqrt((0.1 * 0.9) / packets));
  });

  it('drops early while the queue grows, none below the least and all above the longest', () => {
    const net = topology(
      'route entry 10.0.0.1\nroute 10.0.0.1 add net 10.1.0.0/16 10.1.0.1 latency 0ms bandwidth 1Mbps drop between 100ms-200ms\nroute 10.1.0.1 link 10.1.0.0/16\n',
    );
    const random = stream();
    const delays: number[] = [];
    for (let i = 0; i < 2000; i++) {
      const arrival = net.walk(
        ip('10.0.0.1'),
        { destination: ip('10.1.2.3'), ttl: 64, lengthBytes: 125, nowSeconds: 0 },
        random,
      );
      if (arrival.kind === 'delivered') delays.push(arrival.delaySeconds);
    }
    // 125 octets take 1 ms: the first hundred all pass, and none waits longer than 200 ms.
    expect(delays.slice(0, 101)).toHaveLength(101);
    expect(delays[100]).toBeCloseTo(0.101, 9);
    expect(Math.max(...delays)).toBeLessThanOrEqual(0.2010001);
    expect(delays.length).toBeLessThan(202);
  });

  it('carries tunnels and ends loops', () => {
    const net = topology(
      'route entry 10.0.0.1\nroute 10.0.0.1 add net 172.16.0.0/12 tunnel 192.0.2.1 192.0.2.2\nroute 10.0.0.1 add net 10.1.0.0/16 10.2.0.1\nroute 10.2.0.1 add net 10.1.0.0/16 10.0.0.1\n',
    );
    expect(arrive(net, '172.16.5.5')).toMatchObject({
      kind: 'tunneled',
      tunnel: { source: ip('192.0.2.1') },
    });
    expect(arrive(net, '10.1.2.3', 255).kind).toBe('time-exceeded');
    expect(net.path(ip('10.1.2.3'))).toEqual([ip('10.0.0.1'), ip('10.2.0.1')]);
  });

  it('counts the time to live down to nothing, a router at a time, on the way and in its trace', () => {
    const net = topology(CHAIN);
    // Its own address is reached with any time to live; behind it, one is needed that is left.
    expect(arrive(net, '10.3.0.1', 1)).toEqual({ kind: 'delivered', delaySeconds: 0, ttl: 1 });
    expect(arrive(net, '10.3.0.9', 1)).toMatchObject({ kind: 'time-exceeded', router: ip('10.3.0.1') });
    expect(arrive(net, '10.3.0.9', 2)).toMatchObject({ kind: 'delivered', ttl: 1 });
    // What is unreachable is so before the time to live counts.
    expect(arrive(net, '10.3.2.200', 3)).toMatchObject({ kind: 'unreachable', router: ip('10.3.2.1') });
    const trace = (destination: string, ttl?: number) => {
      const { kind, routers } = net.trace(ip('10.3.0.1'), ip(destination), ttl);
      return [kind, routers.length];
    };
    expect(trace('10.3.2.9')).toEqual(['delivered', 3]);
    expect([1, 2, 3, 4].map((ttl) => trace('10.3.2.9', ttl))).toEqual([
      ['time-exceeded', 1],
      ['time-exceeded', 2],
      ['time-exceeded', 3],
      ['delivered', 3],
    ]);
    expect([trace('10.3.1.1', 2), trace('10.3.2.200', 3), trace('192.0.2.1')]).toEqual([
      ['delivered', 2],
      ['unreachable', 3],
      ['left', 1],
    ]);
    expect(net.trace(ip('10.9.9.9'), ip('10.3.0.9'))).toEqual({ kind: 'lost', routers: [] });
    expect([
      net.routerOf(ip('10.3.1.1')),
      net.routerOf(ip('10.3.1.9')),
      net.routerOf(ip('10.9.0.1')),
    ]).toEqual([ip('10.3.1.1'), ip('10.3.1.1'), undefined]);
  });

  it('passes as many routers in a loop as a time to live allows', () => {
    const net = topology(
      'route entry 10.0.0.1\nroute 10.0.0.1 add net 10.1.0.0/16 10.2.0.1 latency 1ms\nroute 10.2.0.1 add net 10.1.0.0/16 10.0.0.1 latency 1ms\n',
    );
    expect(arrive(net, '10.1.2.3', 255)).toEqual({
      kind: 'time-exceeded',
      delaySeconds: expect.closeTo(0.254, 9),
      router: ip('10.0.0.1'),
    });
    expect(net.trace(ip('10.0.0.1'), ip('10.1.2.3')).routers).toHaveLength(64);
  });

  it('finds a tunnel by both of its ends alone', () => {
    const net = topology(
      'route entry 10.0.0.1\nroute 10.0.0.1 add net 172.16.0.0/12 tunnel 192.0.2.1 192.0.2.2\n',
    );
    const [near, far] = [ip('192.0.2.1'), ip('192.0.2.2')];
    expect(net.tunnelBetween(far, near)).toMatchObject({
      source: near,
      destination: far,
      router: ip('10.0.0.1'),
    });
    expect([
      net.tunnelBetween(near, far),
      net.tunnelBetween(far, far),
      net.tunnelBetween(near, near),
    ]).toEqual([undefined, undefined, undefined]);
    expect(net.trace(ip('10.0.0.1'), ip('172.16.0.1')).kind).toBe('tunneled');
  });

  it('waits behind what a link still sends, and for nothing else', () => {
    const net = topology(
      'route entry 10.0.0.1\nroute 10.0.0.1 add net 10.1.0.0/16 10.1.0.1 latency 3ms bandwidth 1Mbps\nroute 10.1.0.1 link 10.1.0.0/16\n',
    );
    // 125 octets take 1 ms.
    const delays = [0, 0, 0.0015, 0.01].map((at) => {
      const arrival = arrive(net, '10.1.2.3', 64, at, 125);
      return arrival.kind === 'delivered' ? Math.round(arrival.delaySeconds * 1e6) : null;
    });
    expect(delays).toEqual([4000, 5000, 4500, 4000]);
  });
});
