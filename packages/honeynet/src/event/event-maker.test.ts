import { randomStreams, VirtualClock } from '@wormwood/base';
import type { Flow, SourceProof } from '@wormwood/netstack';
import { describe, expect, it } from 'vitest';
import { ip } from '../honeynet-test-support.ts';
import type { SensorEvent } from './event.ts';
import { EventMaker } from './event-maker.ts';
import { eventSink } from './event-maker-test-support.ts';

const FLOW: Flow = {
  remoteAddress: ip('128.232.110.120'),
  remotePort: 34_855,
  localAddress: ip('66.35.250.204'),
  localPort: 80,
};
const ROUTED: SourceProof = { linkAddress: 0x02_00_00_00_00_0a, kind: 'router', forgeable: null };
const PENDING: SourceProof = { ...ROUTED, kind: 'pending' };
/** The moment of the example in RFC 9562 A.6: 22 February 2022, 14:22:22 in UTC-5. */
const MOMENT = 1_645_557_742;

function maker(): {
  readonly maker: EventMaker;
  readonly events: SensorEvent[];
  readonly clock: VirtualClock;
} {
  const events: SensorEvent[] = [];
  const clock = new VirtualClock(MOMENT);
  const made = new EventMaker({
    sensor: 'dmz',
    clock,
    stream: randomStreams('7').stream('events'),
    hostName: () => 'server',
    sink: eventSink(events),
  });
  return { maker: made, events, clock };
}

describe('an event', () => {
  it('carries the Community ID of its flow', () => {
    const { maker: made, events } = maker();
    made.flowOpen(FLOW, ROUTED);
    made.icmp(ip('192.168.0.89'), ip('192.168.0.1'), 8, 0, 84);
    // The two published examples of corelight/community-id-spec: TCP, and an echo request.
    expect(events.map((event) => 'community_id' in event && event.community_id)).toEqual([
      '1:LQU9qZlK+B5F3KDmev6m5PMibrg=',
      '1:X0snYXpgwiv9TZtqg64sgzUn6Dk=',
    ]);
  });
});

describe('a connection', () => {
  it('is one session from open to close', () => {
    const { maker: made, events, clock } = maker();
    made.flowOpen(FLOW, ROUTED);
    clock.advanceBy(1.5);
    made.serviceData(FLOW, { sha256: 'abc', length: 5 });
    made.flowClose(FLOW, 5, 12, 'done');
    const [open, data, closed] = events;
    expect(open).toMatchObject({
      event: 'flow.open',
      handshake: true,
      src_port: 34_855,
      dst_port: 80,
      host: 'server',
    });
    expect(data).toMatchObject({
      event: 'service.data',
      payload_length: 5,
      payload_sha256: 'abc',
    });
    expect(closed).toMatchObject({ event: 'flow.close', duration: 1.5, received_bytes: 5, sent_bytes: 12 });
    expect(new Set(events.map((event) => 'session' in event && event.session))).toEqual(new Set([open?.id]));
  });

  it('shares nothing with one over UDP between the same ends', () => {
    const { maker: made, events } = maker();
    made.flowOpen(FLOW, ROUTED);
    made.udpReceived(FLOW, 60);
    expect(events[1]).toMatchObject({ event: 'flow.open', handshake: false, proto: 'udp' });
    expect(events[1]).not.toHaveProperty('session');
  });
});

describe('the proof of a source', () => {
  it('stands in the event that opens the flow, or follows it in the same session though the flow is over', () => {
    const { maker: made, events } = maker();
    made.flowOpen(FLOW, ROUTED);
    made.flowClose(FLOW, 0, 0, 'done');
    const again = { ...FLOW };
    made.flowOpen(again, PENDING);
    made.flowClose(again, 0, 0, 'done');
    made.flowOpen({ ...FLOW }, { ...PENDING, linkAddress: 0x02_00_00_00_00_0b });
    made.flowProof(again, { ...ROUTED, kind: 'link' });
    const [routed, , pending, , , proof] = events;
    expect(routed).toMatchObject({ src_mac: '02:00:00:00:00:0a', source_proof: 'router' });
    expect(pending).toMatchObject({ event: 'flow.open', source_proof: 'pending' });
    expect(pending).not.toHaveProperty('forgeable');
    expect(proof).toMatchObject({
      event: 'flow.proof',
      session: pending?.id,
      src_ip: '128.232.110.120',
      src_mac: '02:00:00:00:00:0a',
      source_proof: 'link',
    });
  });

  it('names why the address can be forged, and no link address where there is none', () => {
    const { maker: made, events } = maker();
    made.flowOpen(FLOW, { linkAddress: null, kind: 'none', forgeable: 'no-link-address' });
    expect(events).toMatchObject([{ source_proof: 'none', forgeable: 'no-link-address' }]);
    expect(events[0]).not.toHaveProperty('src_mac');
  });

  it('is not reported of a flow that nobody heard of', () => {
    const { maker: made, events } = maker();
    made.flowProof(FLOW, { ...ROUTED, kind: 'link' });
    expect(events).toEqual([]);
  });
});

describe('a conversation over UDP', () => {
  it('is reported once, and again after a minute of silence', () => {
    const { maker: made, events, clock } = maker();
    for (const pause of [0, 59, 59, 60]) {
      clock.advanceBy(pause);
      made.udpReceived(FLOW, 60);
    }
    expect(events).toHaveLength(2);
  });
});

describe('a probe', () => {
  it.each([
    [0x02, 'S', false],
    [0x12, 'SA', true],
    [0x04, 'R', true],
    [0x29, 'FPU', false],
    [0x00, '', false],
  ])('with flags %i is %s; backscatter: %s', (flags, letters, backscatter) => {
    const { maker: made, events } = maker();
    made.tcpProbe(FLOW, flags, 40);
    expect(events).toMatchObject([{ event: 'probe.tcp', tcp_flags: letters, backscatter, ip_length: 40 }]);
  });

  it('by ICMP is backscatter when it answers what was not asked', () => {
    const { maker: made, events } = maker();
    made.icmp(1, 2, 8, 0, 84);
    made.icmp(1, 2, 0, 0, 84);
    made.icmp(1, 2, 3, 3, 56);
    expect(events.map((event) => 'backscatter' in event && event.backscatter)).toEqual([false, true, true]);
  });
});
