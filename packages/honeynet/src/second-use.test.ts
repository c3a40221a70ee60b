/**
 * What the honeynet remembers of strangers is bounded, so each place is used again. Whoever comes after an eviction, a silence or
 * an end finds what a newcomer of a new sensor finds.
 */
import { randomStreams, VirtualClock } from '@wormwood/base';
import { type Flow, memoryLink } from '@wormwood/netstack';
import { tcp } from '@wormwood/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SensorEvent } from './event/event.ts';
import { EventMaker } from './event/event-maker.ts';
import { eventSink } from './event/event-maker-test-support.ts';
import { ip, ipv4Packet } from './honeynet-test-support.ts';
import { FrequentKeys } from './metrics/frequent-keys.ts';
import { TrafficCounts } from './metrics/traffic-counts.ts';
import { FakeSpawner, FakeTime, octetsOf } from './service/service-test-support.ts';
import { UdpBudget } from './service/udp-budget.ts';
import { UdpSessions } from './service/udp-sessions.ts';
import { parseSynFingerprints } from './source-system/syn-fingerprints.ts';
import { SourceSystems } from './source-system/source-systems.ts';

const SEED = Number(process.env['WORMWOOD_SEED'] ?? 20_261_130);
const RUNS = { numRuns: 200, seed: SEED };
const START = 1_700_000_000;
const LOCAL = ip('10.3.0.1');
const REMOTE = ip('192.0.2.1');

function flow(number: number, localPort = 80): Flow {
  return {
    remoteAddress: REMOTE + (number >> 8),
    remotePort: 1024 + (number & 255),
    localAddress: LOCAL,
    localPort,
  };
}

function maker(flowsMax?: number) {
  const events: SensorEvent[] = [];
  const clock = new VirtualClock(START);
  const components = {
    sensor: 'test',
    clock,
    stream: randomStreams('7').stream('events'),
    hostName: () => 'host',
    sink: eventSink(events),
  };
  const made = new EventMaker(components, flowsMax);
  return { made, clock, events };
}

/** An event without what every event has anew, and with the place of the event that began its session. */
function shapeOf(event: SensorEvent, events: readonly SensorEvent[]): object {
  const { id, ts, ...rest } = event;
  const session = 'session' in event ? event.session : undefined;
  const began = events.findIndex((other) => other.id === session);
  return {
    ...rest,
    ...(session === undefined ? {} : { session: began }),
    hasIdAndTime: [id, ts].every(Boolean),
  };
}

const step = fc.record({
  what: fc.constantFrom('open', 'proof', 'data', 'close', 'datagram', 'datagram', 'service'),
  number: fc.constantFrom(0, 1),
  seconds: fc.constantFrom(0, 1, 30, 59),
});

const noMatter = (): void => undefined;

describe('events', () => {
  const play = (
    { made, clock }: ReturnType<typeof maker>,
    { what, number, seconds }: typeof step extends fc.Arbitrary<infer T> ? T : never,
    flows: readonly Flow[],
  ): void => {
    const ends = flows[number]!;
    const proof = { linkAddress: 1, kind: 'pending', forgeable: null } as const;
    if (what === 'open') made.flowOpen(ends, proof);
    else if (what === 'proof') made.flowProof(ends, { ...proof, kind: 'link' });
    else if (what === 'data') made.serviceData(ends, { sha256: 'abc', length: 3 });
    else if (what === 'close') made.flowClose(ends, 1, 2, 'done');
    else if (what === 'datagram') made.udpReceived(ends, 60);
    else made.serviceMessage(ends, 17, 'text');
    clock.advanceBy(seconds);
  };

  it(`of flows between ends that others have had are those of new ends; seed ${SEED}`, () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), fc.array(step, { maxLength: 12 }), (before, last) => {
        const [used, fresh] = [maker(), maker()];
        const earlier = [flow(0), flow(1)];
        for (const each of before) play(used, each, earlier);
        for (const ends of earlier) used.made.flowClose(ends, 0, 0, 'done');
        used.clock.advanceBy(60);
        fresh.clock.advanceTo(used.clock.nowSeconds());
        used.events.length = 0;
        // The same ends, of connections that are others.
        for (const each of [used, fresh]) {
          const flows = [flow(0), flow(1)];
          for (const one of last) play(each, one, flows);
        }
        const [a, b] = [used, fresh].map(({ events }) => events.map((event) => shapeOf(event, events)));
        expect(a).toEqual(b);
      }),
      RUNS,
    );
  });

  it('of a connection or conversation beyond the bound are those of a first one, and the oldest is forgotten alone', () => {
    const { made, clock, events } = maker(500);
    const proof = { linkAddress: null, kind: 'none', forgeable: 'no-link-address' } as const;
    for (let i = 0; i < 500; i++) {
      made.flowOpen(flow(i), proof);
      made.udpReceived(flow(i), 60);
      events.length = 0;
    }
    clock.advanceBy(10);
    const sessionOf = (number: number): unknown => {
      made.serviceData(flow(number), { sha256: 'abc', length: 3 });
      const event = events.pop()!;
      return 'session' in event ? event.session : undefined;
    };
    const isReported = (number: number): boolean => {
      const before = events.length;
      made.udpReceived(flow(number), 60);
      return events.length > before;
    };
    expect([sessionOf(0), sessionOf(1)].map((session) => typeof session)).toEqual(['string', 'string']);
    made.flowOpen(flow(500), proof);
    const { id } = events.pop()!;
    expect([sessionOf(0), typeof sessionOf(1), sessionOf(500)]).toEqual([undefined, 'string', id]);
    made.flowClose(flow(0), 1, 2, 'done');
    expect(events.pop()).toMatchObject({ event: 'flow.close', duration: 0 });
    // The first conversation is renewed, so the second is the one that is evicted.
    expect([isReported(0), isReported(500), isReported(0), isReported(1)]).toEqual([
      false,
      true,
      false,
      true,
    ]);
  });
});

describe('scripts behind UDP ports', () => {
  const datagram = (number: number, text = 'x') => ({ ...flow(number, 53), payload: octetsOf(text) });
  const setUp = () => {
    const [spawner, time] = [new FakeSpawner(), new FakeTime()];
    const timers = { count: 0 };
    const sessions = new UdpSessions((seconds, callback) => {
      timers.count++;
      const cancel = time.schedule(seconds, callback);
      return () => {
        timers.count--;
        cancel();
      };
    });
    const replies: string[] = [];
    const deliver = (number: number, text = 'x'): void =>
      sessions.deliver(datagram(number, text), (payload) => replies.push(`${text}: ${payload.length}`), {
        start: (listener) =>
          spawner.spawn({ command: [], environment: {}, flow: flow(number) } as never, listener),
        fail: () => undefined,
      });
    return { spawner, time, timers, sessions, deliver, replies };
  };

  it('a session that ended leaves no timer, no reply and no full program to the next one', () => {
    const { spawner, time, timers, deliver, replies } = setUp();
    deliver(0, 'a');
    spawner.started[0]!.isFull = true;
    deliver(0, 'b');
    time.pass(30);
    spawner.started[0]!.listener.exited(null);
    expect([spawner.started[0]!.isKilled, timers.count]).toEqual([true, 0]);
    deliver(0, 'c');
    expect(spawner.started).toHaveLength(2);
    const [, second] = spawner.started;
    // The minute of the first session is over, that of the second is not.
    time.pass(45);
    expect(second!.isKilled).toBe(false);
    deliver(0, 'd');
    expect(second!.input).toEqual(octetsOf('cd'));
    second!.listener.output(octetsOf('123'));
    expect(replies).toEqual(['d: 3']);
    // The datagram began the minute anew.
    time.pass(59);
    expect(second!.isKilled).toBe(false);
    time.pass(1);
    expect(second!.isKilled).toBe(true);
  });

  it('a program that exits after its session ended does not end the next session of the same ends', () => {
    const { spawner, time, deliver } = setUp();
    deliver(0);
    time.pass(60);
    expect(spawner.started[0]!.isKilled).toBe(true);
    deliver(0, 'again');
    spawner.started[0]!.listener.exited('was ended by SIGKILL');
    deliver(0, ' and again');
    expect(spawner.started).toHaveLength(2);
    expect(spawner.started[1]!.isKilled).toBe(false);
    expect(spawner.started[1]!.input).toEqual(octetsOf('again and again'));
  });

  it('1,024 sessions run at once; each place that becomes free takes one more, a failed start takes none', () => {
    const { spawner, time, sessions, deliver } = setUp();
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 1030; i++) deliver(i);
      expect(spawner.started).toHaveLength(1024);
      spawner.started[5]!.listener.exited(null);
      deliver(2000);
      deliver(2001);
      expect(spawner.started).toHaveLength(1025);
      if (round === 1) sessions.close();
      else time.pass(60);
      expect(spawner.started.every(({ isKilled }) => isKilled)).toBe(true);
      spawner.started.length = 0;
      spawner.isExhausted = true;
      for (let i = 0; i < 1100; i++) deliver(i);
      spawner.isExhausted = false;
    }
  });
});

it(`a source that was quiet for a second is answered over UDP as a new one; seed ${SEED}`, () => {
  const gaps = fc.array(fc.constantFrom(0, 0, 0, 0, 0.01, 0.1), { maxLength: 40 });
  fc.assert(
    fc.property(gaps, gaps, (before, last) => {
      const clock = new VirtualClock(START);
      const [used, fresh] = [new UdpBudget(clock, 7), new UdpBudget(clock, 7)];
      const answers = (budget: UdpBudget): number => {
        let octets = 0;
        const payload = new Uint8Array(2);
        const reply = budget.limit({ ...flow(0), payload }, (answer) => (octets += answer.length), noMatter);
        // The datagram has two octets: a second answer exceeds it.
        reply(new Uint8Array(2));
        reply(new Uint8Array(2));
        return octets;
      };
      for (const gap of before) {
        clock.advanceBy(gap);
        answers(used);
      }
      clock.advanceBy(1);
      let atOnce = 0;
      for (const gap of last) {
        clock.advanceBy(gap);
        const [a, b] = [answers(used), answers(fresh)];
        expect(a).toBe(b);
        if (gap > 0) atOnce = 0;
        atOnce += a / 2;
        expect(atOnce).toBeLessThanOrEqual(10);
      }
    }),
    RUNS,
  );
});

it('answers over UDP to a source are ten at once and ten a second, in each second anew', () => {
  const clock = new VirtualClock(START);
  const budget = new UdpBudget(clock, 7);
  const answered = [0, 1, 2, 3].map(() => {
    let count = 0;
    for (let i = 0; i < 64; i++) {
      budget.limit({ ...flow(0), payload: new Uint8Array(1) }, () => count++, noMatter)(new Uint8Array(1));
      clock.advanceBy(1 / 64);
    }
    return count;
  });
  expect(answered).toEqual([19, 10, 10, 10]);
});

it('which sources share a budget over UDP depends on the key alone', () => {
  const clock = new VirtualClock(START);
  /** Sources of 0 to 59,999 that get nothing because 1 has used up its answers. */
  const sharing = (key: number): readonly number[] => {
    const budget = new UdpBudget(clock, key);
    const isAnswered = (source: number): boolean => {
      let octets = 0;
      const datagram = { ...flow(0), remoteAddress: source, payload: new Uint8Array(1) };
      budget.limit(datagram, (answer) => (octets += answer.length), noMatter)(new Uint8Array(1));
      return octets > 0;
    };
    for (let i = 0; i < 10; i++) isAnswered(1);
    return Array.from({ length: 60_000 }, (_, i) => i).filter(
      (source) => source !== 1 && !isAnswered(source),
    );
  };
  const [one, again, other] = [sharing(1), sharing(1), sharing(2)];
  expect([one.length > 0, other.length > 0]).toEqual([true, true]);
  expect(again).toEqual(one);
  expect(other.filter((source) => one.includes(source))).toEqual([]);
});

describe('what is counted', () => {
  it(`a key that takes a used place is counted as the algorithm says; seed ${SEED}`, () => {
    fc.assert(
      fc.property(fc.array(fc.nat(12), { maxLength: 200 }), (keys) => {
        const table = new FrequentKeys(4);
        const model = new Map<number, { count: number; surplus: number }>();
        for (const key of keys) {
          table.add(key);
          const kept = new Map(
            table.top(9).map(({ key: each, count, surplus }) => [each, { count, surplus }]),
          );
          const known = model.get(key);
          if (known !== undefined) known.count++;
          else if (model.size < 4) model.set(key, { count: 1, surplus: 0 });
          else {
            // One of those with the lowest count: which one is the table's choice.
            const least = Math.min(...[...model.values()].map(({ count }) => count));
            const gone = [...model.keys()].filter((each) => !kept.has(each));
            expect(gone.map((each) => model.get(each)?.count)).toEqual([least]);
            model.delete(gone[0]!);
            model.set(key, { count: least + 1, surplus: least });
          }
          expect(kept).toEqual(model);
        }
      }),
      RUNS,
    );
  });

  it('the top stays that of heavy sources, however many others come and go', () => {
    const counts = new TrafficCounts(1);
    for (let i = 0; i < 200_000; i++) {
      counts.tcpProbe({
        ...flow(0),
        remoteAddress: i % 4 === 0 ? REMOTE : i,
        localPort: i % 3 === 0 ? 22 : i % 65_536,
      });
    }
    const [source] = counts.topSources(1);
    expect(source?.address).toBe(REMOTE);
    expect(source!.count - source!.surplus).toBeLessThanOrEqual(50_000);
    expect(source!.count).toBeGreaterThanOrEqual(50_000);
    expect(source!.surplus).toBeLessThanOrEqual(200_000 / 1024);
    expect(counts.topPorts(1)[0]).toMatchObject({ protocol: 'tcp', port: 22 });
    expect(counts.totals.tcpProbes).toBe(200_000);
  });
});

describe('the systems of sources', () => {
  const setUp = () => {
    const clock = new VirtualClock(START);
    const systems = new SourceSystems(
      [parseSynFingerprints('1:64:0:40:.:Other:::\n*:64:0:40:.:Bare:::\n')],
      clock,
    );
    const [far, near] = memoryLink({ medium: 'ip' });
    const device = systems.watch(near);
    const see = (source: number, window = 2): void => {
      const ends = { sourcePort: 40_000, destinationPort: 80, sequenceNumber: 1, acknowledgmentNumber: 0 };
      const rest = {
        reserved: 0,
        flags: tcp.flag.SYN,
        urgentPointer: 0,
        options: [],
        payload: new Uint8Array(0),
      };
      const segment = { ...ends, ...rest, window };
      const octets = new Uint8Array(tcp.length(segment));
      tcp.emit(segment, octets, 0, 0);
      const packet = ipv4Packet(source, LOCAL, 6, octets);
      far.transmitBuffer.set(packet, far.reserve());
      far.commit(packet.length);
      far.flush();
      device.receive(() => undefined, 10);
    };
    return { clock, systems, see };
  };

  it('are those of the last 65,536 sources; one that is forgotten is new when it comes again', () => {
    const { systems, see } = setUp();
    const known = (...numbers: number[]): boolean[] =>
      numbers.map((number) => systems.systemOf(REMOTE + number) !== null);
    for (let i = 0; i < 65_536; i++) see(REMOTE + i);
    expect(known(0, 1, 65_535)).toEqual([true, true, true]);
    // It is renewed, so the next one is the oldest.
    see(REMOTE);
    see(REMOTE + 65_536);
    expect(known(0, 1, 2, 65_536)).toEqual([true, false, true, true]);
    see(REMOTE + 1, 1);
    expect(known(1, 2, 3)).toEqual([true, false, true]);
    expect(systems.systemOf(REMOTE + 1)).toBe('Other');
  });

  it('are recognized however many kinds of SYN came before', () => {
    const { systems, see } = setUp();
    for (let window = 1; window <= 5000; window++) see(REMOTE, window);
    see(REMOTE, 1);
    expect(systems.systemOf(REMOTE)).toBe('Other');
    see(REMOTE, 4999);
    expect(systems.systemOf(REMOTE)).toBe('Bare');
  });
});
