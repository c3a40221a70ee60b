// Floods of one source as counts: what is reported, what is counted, and that nothing is lost or hidden.
import { randomStreams, VirtualClock } from '@wormwood/base';
import type { Flow } from '@wormwood/netstack';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ip } from '../honeynet-test-support.ts';
import type { SensorEvent } from './event.ts';
import { EventMaker } from './event-maker.ts';
import { eventSink } from './event-maker-test-support.ts';

const SYN = 0x02;
const START = 1_700_000_000;
/** Of alike packets in a second (docs/sensor.md#floods). */
const REPORTED_ALONE = 32;

function maker() {
  const events: SensorEvent[] = [];
  const clock = new VirtualClock(START);
  const made = new EventMaker({
    sensor: 's',
    clock,
    stream: randomStreams('7').stream('events'),
    hostName: () => 'server',
    sink: eventSink(events),
  });
  return { made, events, clock };
}

function flow(source: string, remotePort = 1024, localPort = 80): Flow {
  return { remoteAddress: ip(source), remotePort, localAddress: ip('10.3.0.1'), localPort };
}

function kindsOf(events: readonly SensorEvent[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { event } of events) counts[event] = (counts[event] ?? 0) + 1;
  return counts;
}

describe('a flood', () => {
  it('is reported once a second beyond its first packets, with what it was', () => {
    const { made, events, clock } = maker();
    for (let i = 0; i < 1000; i++) made.tcpProbe(flow('198.51.100.7', 1024 + i), SYN, 44);
    expect(kindsOf(events)).toEqual({ 'probe.tcp': REPORTED_ALONE });
    clock.advanceBy(1);
    made.endGathered();
    expect(events.at(-1)).toMatchObject({
      event: 'probe.flood',
      of: 'probe.tcp',
      host: 'server',
      src_ip: '198.51.100.7',
      src_port: 1024 + REPORTED_ALONE,
      dst_ip: '10.3.0.1',
      dst_port: 80,
      proto: 'tcp',
      tcp_flags: 'S',
      backscatter: false,
      packets: 1000 - REPORTED_ALONE,
      octets: 44 * (1000 - REPORTED_ALONE),
    });
  });

  it('is reported by its next packet where nobody looks which seconds are over, and at the end', () => {
    const { made, events, clock } = maker();
    for (let second = 0; second < 3; second++) {
      for (let i = 0; i < 100; i++) made.icmp(ip('198.51.100.7'), ip('10.3.0.1'), 8, 0, 84);
      clock.advanceBy(1);
    }
    made.endGathered(true);
    expect(kindsOf(events)).toEqual({ 'probe.icmp': 3 * REPORTED_ALONE, 'probe.flood': 3 });
    expect(events.at(-1)).toMatchObject({
      icmp_type: 8,
      icmp_code: 0,
      proto: 'icmp',
      packets: 100 - REPORTED_ALONE,
    });
    expect(events.at(-1)).not.toHaveProperty('dst_port');
  });

  it('is none where addresses, ports, flags, types or kinds differ', () => {
    const { made, events } = maker();
    for (let i = 0; i < 60_000; i += 97) {
      made.tcpProbe(flow('198.51.100.7', 1024, i), SYN, 44);
      made.udpProbe(flow('198.51.100.7', 1024, i), 44);
      made.tcpProbe({ ...flow('198.51.100.7'), localAddress: ip('10.4.0.0') + i }, SYN, 44);
      made.tcpProbe({ ...flow('198.51.100.7'), remoteAddress: ip('192.0.2.0') + i }, SYN, 44);
    }
    for (let detail = 0; detail < 256; detail++) {
      made.tcpProbe(flow('198.51.100.9'), detail, 44);
      made.icmp(ip('198.51.100.9'), ip('10.3.0.1'), detail, 0, 44);
      made.icmp(ip('198.51.100.9'), ip('10.3.0.1'), 8, 255 - detail, 44);
    }
    made.endGathered(true);
    expect(kindsOf(events)).not.toHaveProperty('probe.flood');
  });

  it('of datagrams to a service is counted, and none of those is described', () => {
    const { made, events } = maker();
    let described = 0;
    const describe_ = () => ({ sha256: 'a'.repeat(64), length: (described++, 5) });
    for (let i = 0; i < 100; i++) {
      made.udpReceived(flow('198.51.100.7', 1024 + i, 7), 33);
      made.datagramData(flow('198.51.100.7', 1024 + i, 7), 5, describe_);
    }
    made.endGathered(true);
    expect(described).toBe(REPORTED_ALONE);
    expect(kindsOf(events)).toEqual({
      'flow.open': REPORTED_ALONE,
      'service.data': REPORTED_ALONE,
      'probe.flood': 2,
    });
  });

  it('of connections is not counted: each of them proves something', () => {
    const { made, events } = maker();
    for (let i = 0; i < 200; i++) {
      const ends = flow('198.51.100.7', 1024 + i);
      made.flowOpen(ends, { linkAddress: null, kind: 'router', forgeable: null });
      made.serviceData(ends, { sha256: 'a'.repeat(64), length: 1 });
      made.flowClose(ends, 1, 0, 'done');
    }
    made.endGathered(true);
    expect(kindsOf(events)).toEqual({ 'flow.open': 200, 'service.data': 200, 'flow.close': 200 });
  });
});

it('packets that are reported and packets that are counted are all packets, of each source', () => {
  const packet = fc.record({
    source: fc.integer({ min: 0, max: 20 }),
    times: fc.integer({ min: 1, max: 80 }),
    pause: fc.constantFrom(0, 0, 0.3, 0.9, 5),
  });
  fc.assert(
    fc.property(fc.array(packet, { maxLength: 60 }), (packets) => {
      const { made, events, clock } = maker();
      const sent = new Map<string, number>();
      for (const { source, times, pause } of packets) {
        const from = `192.0.2.${source}`;
        for (let i = 0; i < times; i++) made.udpProbe(flow(from, i), 40);
        sent.set(from, (sent.get(from) ?? 0) + times);
        clock.advanceBy(pause);
        if (pause > 1) made.endGathered();
      }
      made.endGathered(true);
      const reported = new Map<string, number>();
      for (const event of events) {
        if (!('src_ip' in event)) continue;
        const count = event.event === 'probe.flood' ? event.packets : 1;
        reported.set(event.src_ip, (reported.get(event.src_ip) ?? 0) + count);
      }
      expect(reported).toEqual(sent);
    }),
  );
});
