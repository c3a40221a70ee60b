/**
 * Whatever has places for a bounded number of things uses each again. A connection in a place that others have had behaves as in
 * the first place of a new stack: same answers, same events, same calls of its service.
 */
import { type ipv4, isMalformed, tcp } from '@wormwood/wire';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bench, flagsOf, RecordingService, tcpPacket } from './stack-test-support.ts';

const SEED = Number(process.env['WORMWOOD_SEED'] ?? 20_261_130);
const RUNS = Number(process.env['WORMWOOD_SECOND_USE_RUNS'] ?? 400);
const SOURCES = [0x0b00_0001, 0x0b00_0002, 0x0b00_0003, 0x0b00_0004] as const;
const OPEN = 80;
const TARPIT = 83;
/** Every connection of ours begins here. */
const LOCAL_INITIAL = 5000;
const REMOTE_INITIAL = 1000;

interface Step {
  readonly flags: string;
  readonly offset: number;
  readonly length: number;
  readonly ack: number;
  readonly window: number;
  readonly timestamp: number;
  readonly sack: readonly number[];
  readonly seconds: number;
  readonly service: 'nothing' | 'write' | 'pause' | 'resume' | 'end' | 'abort';
}

interface Story {
  readonly port: number;
  readonly offers: readonly ('mss' | 'sack' | 'timestamps' | 'scale')[];
  readonly completes: boolean;
  readonly steps: readonly Step[];
}

const step: fc.Arbitrary<Step> = fc.record({
  flags: fc.constantFrom('A', 'A', 'A', 'PA', 'FA', 'S', 'R'),
  offset: fc.constantFrom(0, 0, 0, 1, 3, 50, 200, -5),
  length: fc.constantFrom(0, 0, 1, 40, 600),
  ack: fc.constantFrom(0, 0, 1, 100, 1460, 3000, -70_000),
  window: fc.constantFrom(0, 1, 500, 65_535),
  timestamp: fc.integer({ min: 1, max: 50 }),
  sack: fc.constantFrom([], [], [1460, 2920], [2920, 4380, 100, 1460]),
  seconds: fc.constantFrom(0, 0, 0, 0.3, 1.2, 11),
  service: fc.constantFrom('nothing', 'nothing', 'write', 'write', 'pause', 'resume', 'end', 'abort'),
});

const story: fc.Arbitrary<Story> = fc.record({
  port: fc.constantFrom(OPEN, OPEN, TARPIT),
  offers: fc.subarray(['mss', 'sack', 'timestamps', 'scale'] as const),
  completes: fc.boolean(),
  steps: fc.array(step, { maxLength: 12 }),
});

function optionsOf(offers: Story['offers']): tcp.Repr['options'] {
  const all = {
    mss: { kind: 'mss', mssBytes: 1460 },
    sack: { kind: 'sackPermitted' },
    timestamps: { kind: 'timestamps', value: 1, echo: 0 },
    scale: { kind: 'windowScale', shift: 3 },
  } as const;
  return offers.map((offer) => all[offer]);
}

function stage() {
  const sentPackets: { readonly to: number; readonly packet: ipv4.Repr }[] = [];
  const events: { readonly from: number; readonly text: string }[] = [];
  const services = new Map<number, RecordingService>();
  const made = bench({
    slots: 64,
    // Few of each: whoever comes next displaces one that was there, whether that made progress or not.
    stack: { tcp: { halfOpen: 1, connections: 2 } },
    behavior: { initialSequenceNumber: () => LOCAL_INITIAL, identification: () => 0 },
    host: { tcpPort: (port) => (port === TARPIT ? 'tarpit' : port === OPEN ? 'open' : 'closed') },
    accept: (connection) => {
      const service = new RecordingService(connection);
      services.set(Number(connection.remoteAddress), service);
      return service;
    },
    observer: {
      flowOpen: ({ remoteAddress }) => void events.push({ from: Number(remoteAddress), text: 'open' }),
      flowClose: ({ remoteAddress }, received, sent, reason) =>
        void events.push({ from: Number(remoteAddress), text: `close ${received} ${sent} ${reason}` }),
    },
  });
  const listen = (): void => {
    for (const packet of made.receivePackets()) sentPackets.push({ to: packet.destination, packet });
  };
  const serve = (service: RecordingService | undefined, what: Step['service']): void => {
    if (service === undefined) return;
    const { connection } = service;
    if (what === 'write') connection.write(new Uint8Array(4000).fill(3));
    else if (what !== 'nothing') connection[what]();
  };
  const play = (source: number, { port, offers, completes, steps }: Story): void => {
    const speak = (words: Parameters<typeof tcpPacket>[0]): void => {
      made.sendPacket(tcpPacket({ destinationPort: port, ...words }, source));
      listen();
    };
    speak({ flags: 'S', sequenceNumber: REMOTE_INITIAL, options: optionsOf(offers) });
    const hasTimestamps = offers.includes('timestamps');
    const echo = (value: number): tcp.Repr['options'] =>
      hasTimestamps ? [{ kind: 'timestamps', value, echo: 0 }] : [];
    if (completes) {
      const begun = { sequenceNumber: REMOTE_INITIAL + 1, acknowledgmentNumber: LOCAL_INITIAL + 1 };
      speak({ flags: 'A', ...begun, options: echo(1) });
    }
    for (const { flags, offset, length, ack, window, timestamp, sack, seconds, service } of steps) {
      const blocks = Array.from({ length: sack.length / 2 }, (_, i) => ({
        left: LOCAL_INITIAL + 1 + sack[2 * i]!,
        right: LOCAL_INITIAL + 1 + sack[2 * i + 1]!,
      }));
      const held: tcp.Repr['options'] =
        offers.includes('sack') && blocks.length > 0 ? [{ kind: 'sack', blocks }] : [];
      speak({
        flags,
        sequenceNumber: (REMOTE_INITIAL + 1 + offset) >>> 0,
        acknowledgmentNumber: (LOCAL_INITIAL + 1 + ack) >>> 0,
        window,
        options: [...echo(timestamp), ...held],
        payload: new Uint8Array(length).fill(offset & 255),
      });
      serve(services.get(source), service);
      made.advance(seconds);
      listen();
    }
  };
  /** What a source has seen and caused. */
  const traceOf = (source: number) => ({
    packets: sentPackets.filter(({ to }) => to === source).map(({ packet }) => segmentOf(packet)),
    events: events.filter(({ from }) => from === source).map(({ text }) => text),
    calls: services.get(source)?.calls,
    received: services.get(source)?.received,
  });
  return { ...made, play, traceOf, listen };
}

function segmentOf({ payload }: ipv4.Repr): tcp.Repr {
  const segment = tcp.parse(payload.slice());
  if (isMalformed(segment)) throw new Error(segment.reason);
  return segment;
}

it(`a connection in a used place behaves as in a new one; seed ${SEED}`, () => {
  fc.assert(
    fc.property(
      fc.array(story, { minLength: 2, maxLength: 3 }),
      story,
      fc.boolean(),
      (before, last, waits) => {
        const used = stage();
        before.forEach((moves, i) => used.play(SOURCES[i]!, moves));
        // Either it is displaced, or it ends by itself before.
        if (waits) for (let i = 0; i < 40; i++) used.advance(20);
        used.listen();
        const fresh = stage();
        fresh.clock.advanceTo(used.clock.nowSeconds());
        fresh.advance(0);
        for (const each of [used, fresh]) {
          each.play(SOURCES[3], last);
          for (let i = 0; i < 60; i++) {
            each.advance(10);
            each.listen();
          }
        }
        expect(used.traceOf(SOURCES[3])).toEqual(fresh.traceOf(SOURCES[3]));
        // And nothing is left of anybody.
        const { stack } = used;
        expect([stack.tcp.connectionCount, stack.tcp.halfOpenCount, stack.tcp.endpointCount]).toEqual([
          0, 0, 0,
        ]);
        expect([stack.heldBytes, stack.nextTimerSeconds()]).toEqual([0, Number.POSITIVE_INFINITY]);
      },
    ),
    { numRuns: RUNS, seed: SEED },
  );
});

it('the stories do happen: connections are opened, displaced, reset and timed out', () => {
  const seen = new Set<string>();
  const packets = { count: 0, flags: 0 };
  fc.assert(
    fc.property(fc.array(story, { minLength: 3, maxLength: 3 }), (stories) => {
      const { play, traceOf, advance } = stage();
      stories.forEach((moves, i) => play(SOURCES[i]!, moves));
      for (let i = 0; i < 60; i++) advance(10);
      for (const source of SOURCES) {
        const trace = traceOf(source);
        for (const event of trace.events) seen.add(event.split(' ').at(-1)!);
        for (const { flags } of trace.packets) packets.flags |= flags;
        packets.count += trace.packets.length;
      }
    }),
    { numRuns: 100, seed: SEED },
  );
  expect([...seen].toSorted()).toEqual(expect.arrayContaining(['open', 'reset', 'timeout']));
  expect(packets.flags & flagsOf('SAFR')).toBe(flagsOf('SAFR'));
  expect(packets.count).toBeGreaterThan(1000);
});

it('a connection counts its retransmissions anew, however often its SYN/ACK was repeated', () => {
  const repetitionsAfter = (seconds: number): number => {
    const { sendPacket, receive, advance, services } = bench({ slots: 64 });
    sendPacket(tcpPacket({ flags: 'S', sequenceNumber: REMOTE_INITIAL }));
    advance(seconds);
    const local = (receive()[0]!.sequenceNumber + 1) >>> 0;
    sendPacket(tcpPacket({ flags: 'A', sequenceNumber: REMOTE_INITIAL + 1, acknowledgmentNumber: local }));
    services[0]!.connection.write(Uint8Array.of(1));
    receive();
    let repetitions = 0;
    for (let i = 0; i < 400; i++) {
      advance(1);
      repetitions += receive().filter(({ payload }) => payload.length > 0).length;
    }
    return repetitions;
  };
  expect([repetitionsAfter(0), repetitionsAfter(1.1), repetitionsAfter(4)]).toEqual([8, 8, 8]);
});
