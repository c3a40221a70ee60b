import { randomStreams, VirtualClock } from '@wormwood/base';
import { describe, expect, it } from 'vitest';
import { ip } from '../honeynet-test-support.ts';
import type { SensorEvent } from './event.ts';
import { EventMaker } from './event-maker.ts';
import { eventSink } from './event-maker-test-support.ts';

const MAC = 0x02_00_00_00_00_0a;

function maker(vlan = 0) {
  const events: SensorEvent[] = [];
  const clock = new VirtualClock(1_700_000_000);
  const made = new EventMaker({
    sensor: 's',
    clock,
    stream: randomStreams('7').stream('events'),
    hostName: () => 'server',
    vlan: () => vlan,
    sink: eventSink(events),
  });
  const ask = (source: string, target: string, tag = 0): void =>
    made.arpRequest({
      source: ip(source),
      linkAddress: MAC,
      target: ip(target),
      vlan: tag,
      isAnswered: target !== '10.0.0.9',
    });
  const pass = (seconds: number): void => {
    clock.advanceBy(seconds);
    made.endGathered();
  };
  return { made, events, ask, pass };
}

describe('an ARP sweep', () => {
  it('is one event when it is over, with counts', () => {
    const { events, ask, pass } = maker();
    for (let i = 1; i <= 9; i++) {
      ask('10.0.0.200', `10.0.0.${i}`);
      ask('10.0.0.200', `10.0.0.${i}`);
      pass(0.5);
    }
    expect(events).toEqual([]);
    pass(5);
    expect(events).toMatchObject([
      {
        event: 'probe.arp',
        src_ip: '10.0.0.200',
        src_mac: '02:00:00:00:00:0a',
        first_ip: '10.0.0.1',
        last_ip: '10.0.0.9',
        requests: 18,
        targets: 9,
        answered: 16,
        duration: 4,
      },
    ]);
  });

  it('is reported in parts where it goes on for more than a minute, and at the end of the sensor', () => {
    const { made, events, ask, pass } = maker();
    for (let second = 0; second < 130; second++) {
      ask('10.0.0.200', '10.0.0.1');
      pass(1);
    }
    expect(events).toHaveLength(2);
    made.endGathered(true);
    const requests = events.map((event) => ('requests' in event ? event.requests : 0));
    expect(requests.reduce((sum, each) => sum + each, 0)).toBe(130);
  });

  it('is its own in each VLAN, and for each source', () => {
    const { events, ask, pass } = maker();
    ask('10.0.0.200', '10.0.0.1');
    ask('10.0.0.201', '10.0.0.1');
    ask('10.0.0.200', '10.0.0.1', 20);
    pass(6);
    expect(events.map((event) => ('vlan' in event ? event.vlan : undefined))).toEqual([
      undefined,
      undefined,
      20,
    ]);
  });
});

describe('answers that a limit keeps back', () => {
  it('are reported at once, then together', () => {
    const { made, events, pass } = maker();
    const limit = (): void => made.answerLimited('udp-answer-length', 17, ip('192.0.2.9'), ip('10.0.0.5'));
    limit();
    expect(events).toMatchObject([
      { event: 'answer.limited', limit: 'udp-answer-length', proto: 'udp', dst_ip: '10.0.0.5', answers: 1 },
    ]);
    for (let i = 0; i < 1000; i++) limit();
    expect(events).toHaveLength(1);
    pass(6);
    expect(events).toMatchObject([{ answers: 1 }, { answers: 1000 }]);
    pass(60);
    expect(events).toHaveLength(2);
  });
});

describe('an event of a tagged frame', () => {
  const FLOW = { remoteAddress: 1, remotePort: 2, localAddress: 3, localPort: 4 };

  it('names its VLAN, and a connection keeps that of its beginning', () => {
    let vlan = 20;
    const events: SensorEvent[] = [];
    const made = new EventMaker({
      sensor: 's',
      clock: new VirtualClock(1000),
      stream: randomStreams('7').stream('events'),
      hostName: () => null,
      vlan: () => vlan,
      sink: eventSink(events),
    });
    made.flowOpen(FLOW, { linkAddress: null, kind: 'none', forgeable: 'no-link-address' });
    vlan = 0;
    made.flowClose(FLOW, 0, 0, 'timeout');
    // A service tag of VID 5 around one of VID 20, as netstack numbers them.
    vlan = (0x1000 + 5) * 0x2000 + 20;
    made.udpProbe(FLOW, 40);
    expect(events).toMatchObject([{ vlan: 20 }, { vlan: 20 }, { vlan: 20, outer_vlan: 5 }]);
  });

  it('has no such field without a tag', () => {
    const { made, events } = maker();
    made.udpProbe(FLOW, 40);
    expect(Object.keys(events[0]!)).not.toContain('vlan');
  });
});
