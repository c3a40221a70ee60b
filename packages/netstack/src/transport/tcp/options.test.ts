/** What TCP options change: repair by SACK (RFC 6675), window scaling and timestamps (RFC 7323), segment size. */
import { tcp, type tcpOption } from '@wormwood/wire';
import { describe, expect, it } from 'vitest';
import { plainBehavior } from '../../plain-behavior.ts';
import { bench, establishedBench, segmentBytesMax } from '../../stack-test-support.ts';

const MSS = 500;
const { SYN, ACK, RST } = tcp.flag;

/** A connection on which `count` segments are in flight, of which those of `lost` do not arrive. */
function inFlight(options: readonly tcpOption.Repr[], count: number) {
  const made = establishedBench({ synOptions: [{ kind: 'mss', mssBytes: MSS }, ...options] });
  made.service!.connection.write(new Uint8Array(count * MSS));
  const sent = made.receive().map(({ sequenceNumber }) => sequenceNumber);
  expect(sent).toHaveLength(count);
  const { local } = made;
  /** Acknowledges up to a segment and reports the ranges of segments held beyond it. */
  const acknowledge = (upTo: number, held: readonly (readonly [number, number])[] = []): number[] => {
    const blocks = held.map(([first, end]) => ({ left: local + first * MSS, right: local + end * MSS }));
    made.send({
      flags: 'A',
      sequenceNumber: made.remote,
      acknowledgmentNumber: local + upTo * MSS,
      options: blocks.length > 0 ? [{ kind: 'sack', blocks }] : [],
    });
    return made
      .receive()
      .filter(({ payload }) => payload.length > 0)
      .map(({ sequenceNumber }) => (sequenceNumber - local) / MSS);
  };
  return { ...made, acknowledge };
}

describe('SACK (RFC 6675)', () => {
  it('repairs three losses in one round trip, each once, without a timeout', () => {
    const { acknowledge } = inFlight([{ kind: 'sackPermitted' }], 10);
    // Segments 1, 4 and 6 are lost; the acknowledgments are those of 0, 2, 3, 5, 7, 8 and 9.
    expect(acknowledge(1)).toEqual([]);
    expect(acknowledge(1, [[2, 3]])).toEqual([]);
    expect(acknowledge(1, [[2, 4]])).toEqual([]);
    const repaired = [
      ...acknowledge(1, [
        [5, 6],
        [2, 4],
      ]),
      ...acknowledge(1, [
        [7, 8],
        [5, 6],
        [2, 4],
      ]),
      ...acknowledge(1, [
        [7, 9],
        [5, 6],
        [2, 4],
      ]),
      ...acknowledge(1, [
        [7, 10],
        [5, 6],
        [2, 4],
      ]),
    ];
    expect(repaired).toEqual([1, 4, 6]);
    expect(
      acknowledge(4, [
        [7, 10],
        [5, 6],
      ]),
    ).toEqual([]);
    expect(acknowledge(10)).toEqual([]);
  });

  it('needs a round trip for each loss where SACK was not agreed on (RFC 6582)', () => {
    const { acknowledge } = inFlight([], 10);
    const duplicates = Array.from({ length: 7 }, () => acknowledge(1));
    expect(duplicates.flat()).toEqual([1]);
    expect(acknowledge(4)).toEqual([4]);
    expect(acknowledge(6)).toEqual([6]);
  });

  it('forgets what it learnt when the timer expires (RFC 2018 section 8)', () => {
    const { acknowledge, advance, receive } = inFlight([{ kind: 'sackPermitted' }], 4);
    acknowledge(0, [[1, 4]]);
    advance(1.5);
    receive();
    // The remote side has dropped what it held: all of it is sent again.
    expect(acknowledge(1)).toEqual([1, 2]);
    expect(acknowledge(3)).toEqual([3]);
  });

  it('believes no range outside what is in flight', () => {
    const { acknowledge, stack } = inFlight([{ kind: 'sackPermitted' }], 3);
    for (const held of [
      [1, 9],
      [-4, -2],
      [2, 1],
    ] as const)
      expect(acknowledge(0, [held])).toEqual([]);
    expect(stack.tcp.connectionCount).toBe(1);
  });
});

describe('window scaling (RFC 7323 section 2)', () => {
  it('scales every window but those of SYN and SYN/ACK, both ways', () => {
    const { send, receive, service, synAck, remote, local, host } = establishedBench({
      synOptions: [
        { kind: 'mss', mssBytes: 1000 },
        { kind: 'windowScale', shift: 3 },
      ],
      window: 250,
    });
    // Linux: a multiple of the segments that have no timestamps.
    expect(synAck.window).toBe(Math.floor(65_535 / segmentBytesMax()) * segmentBytesMax());
    service!.connection.write(new Uint8Array(10_000));
    // 250 scaled by 8 are two segments.
    expect(receive().map(({ payload }) => payload.length)).toEqual([1000, 1000]);
    send({
      flags: 'A',
      sequenceNumber: remote,
      acknowledgmentNumber: local + 2000,
      payload: [1],
      window: 500,
    });
    const answers = receive();
    expect(answers.map(({ payload }) => payload.length)).toEqual([1000, 1000, 1000, 1000]);
    expect(answers[0]?.window).toBe(host.behavior.tcp.windowBytes >>> host.behavior.tcp.windowScale);
  });

  it('scales none where the SYN did not offer it, and takes a shift beyond 14 for 14', () => {
    const plain = establishedBench({ window: 1072 });
    plain.service!.connection.write(new Uint8Array(5000));
    const segments = plain.receive();
    expect(segments.map(({ payload }) => payload.length)).toEqual([536, 536]);
    expect(segments[0]?.window).toBe(plain.host.behavior.tcp.windowBytes);
    const steep = establishedBench({ synOptions: [{ kind: 'windowScale', shift: 15 }], window: 1 });
    steep.service!.connection.write(new Uint8Array(40_000));
    // One unit of 2^14: the initial window of ten segments of 536 is less.
    expect(steep.receive()).toHaveLength(10);
  });
});

describe('timestamps (RFC 7323)', () => {
  const timestamps = (value: number, echo = 0): tcp.Repr['options'] => [{ kind: 'timestamps', value, echo }];

  it('echoes the last one that came in order, and its own moves with the clock', () => {
    const { send, receive, advance, remote, local } = establishedBench({ synOptions: timestamps(100) });
    const echoed = (sequenceNumber: number, value: number) => {
      send({
        flags: 'A',
        sequenceNumber,
        acknowledgmentNumber: local,
        payload: [1],
        options: timestamps(value),
      });
      return receive()
        .at(-1)
        ?.options.find(({ kind }) => kind === 'timestamps');
    };
    const first = echoed(remote, 110);
    expect(first).toMatchObject({ echo: 110 });
    // (R3) of section 4.3: what comes ahead of its turn does not move it.
    expect(echoed(remote + 5, 120)).toMatchObject({ echo: 110 });
    advance(0.25);
    const later = echoed(remote + 1, 130);
    expect(later).toMatchObject({ echo: 130 });
    expect((later as { value: number }).value - (first as { value: number }).value).toBe(250);
  });

  it('PAWS: an old segment whose numbers fit again is dropped and answered, a reset is not held up', () => {
    const { send, receive, service, remote, local } = establishedBench({ synOptions: timestamps(1000) });
    const old = { sequenceNumber: remote, acknowledgmentNumber: local, options: timestamps(999) };
    send({ ...old, flags: 'A', payload: [7] });
    expect(receive()).toMatchObject([{ acknowledgmentNumber: remote, payload: new Uint8Array(0) }]);
    expect(service!.received).toEqual([]);
    send({ ...old, flags: 'A', payload: [8], options: timestamps(1000) });
    expect(service!.received).toEqual([8]);
    send({ ...old, sequenceNumber: remote + 1, flags: 'R' });
    expect(service!.calls.at(-1)).toBe('closed reset');
  });

  it('PAWS holds over the turn of the clock of 32 bits', () => {
    const { send, service, remote, local } = establishedBench({ synOptions: timestamps(0xffff_fff0) });
    send({
      flags: 'A',
      sequenceNumber: remote,
      acknowledgmentNumber: local,
      payload: [1],
      options: timestamps(5),
    });
    expect(service!.received).toEqual([1]);
  });
});

describe('segment size (RFC 9293 3.7.1)', () => {
  it.each([
    ['no option', [], 536],
    ['an option of 1200', [{ kind: 'mss', mssBytes: 1200 }], 1200],
    ['more than the link carries', [{ kind: 'mss', mssBytes: 9000 }], segmentBytesMax()],
    ['next to nothing', [{ kind: 'mss', mssBytes: 1 }], 48],
  ] as const)('after %s', (_, synOptions, expected) => {
    const { receive, service } = establishedBench({ synOptions });
    service!.connection.write(new Uint8Array(4000));
    expect(receive()[0]?.payload).toHaveLength(expected);
  });

  it('leaves room for the timestamps of every segment (RFC 6691)', () => {
    const { receive, service } = establishedBench({
      synOptions: [
        { kind: 'mss', mssBytes: 1000 },
        { kind: 'timestamps', value: 1, echo: 0 },
      ],
    });
    service!.connection.write(new Uint8Array(4000));
    expect(receive()[0]?.payload).toHaveLength(988);
  });

  it('is reported in the SYN/ACK', () => {
    const { send, receive } = bench();
    send({ flags: 'S' });
    expect(receive()[0]?.options).toEqual([{ kind: 'mss', mssBytes: segmentBytesMax() }]);
  });
});

/** Oddities of a SYN/ACK that is sent as it is written. */
const LITERAL = {
  instead: null,
  isLiteral: true,
  zeroTimestamp: false,
  zeroEcho: false,
  flags: 0,
  reserved: 0,
  urgentPointer: 0,
  packetClass: 'syn-ack',
} as const;

describe('a SYN/ACK that is sent as it is written', () => {
  it.each([
    ['whole segments with timestamps', 45 * 1448, 45 * (segmentBytesMax() - 12)],
    ['whole segments', 10 * 1460, 10 * segmentBytesMax()],
    ['as many as there is room for', 44 * 1460, Math.floor(65_535 / segmentBytesMax()) * segmentBytesMax()],
    ['anything else', 8192, 8192],
  ])('has the segment size of its protocol, and a window of %s', (_, windowBytes, seen) => {
    const { tcp: traits } = plainBehavior(new Uint8Array(16));
    const shape = { ...traits.shapes!.list[0]!, windowBytes, mssBytes: 1460, oddities: LITERAL };
    const shapes = { of: () => 0, list: [shape] };
    const { send, receive } = bench({ behavior: { tcp: { ...traits, shapes } } });
    send({ flags: 'S', options: [{ kind: 'mss', mssBytes: 1460 }] });
    const [answer] = receive();
    expect(answer).toMatchObject({ flags: SYN | ACK, window: seen });
    expect(answer?.options).toContainEqual({ kind: 'mss', mssBytes: segmentBytesMax() });
  });
});

describe('a SYN that a disguise answers otherwise', () => {
  it('gets that segment or nothing, and leaves no connection', () => {
    const { tcp: traits } = plainBehavior(new Uint8Array(16));
    const oddities = { ...LITERAL, instead: 'nothing' } as const;
    const plain = { ...traits.shapes!.list[0]!, oddities: null };
    const reset = {
      flags: RST | ACK,
      sequence: 'zero',
      acknowledgment: 'next',
      shape: { ...plain, windowBytes: 12, optionOrder: [] },
      payload: new Uint8Array(0),
    } as const;
    const list = [plain, { ...plain, oddities }, { ...plain, oddities: { ...oddities, instead: reset } }];
    // By the window of the SYN.
    const shapes = { of: (_: unknown, { window }: { readonly window: number }) => window, list };
    const { send, receive, stack } = bench({ behavior: { tcp: { ...traits, shapes } } });
    send({ flags: 'S', sequenceNumber: 77, window: 1 });
    expect(receive()).toEqual([]);
    send({ flags: 'S', sequenceNumber: 77, window: 2 });
    expect(receive()).toMatchObject([
      { flags: RST | ACK, sequenceNumber: 0, acknowledgmentNumber: 78, window: 12 },
    ]);
    expect(stack.tcp.halfOpenCount).toBe(0);
    send({ flags: 'S', sequenceNumber: 77, window: 0 });
    expect(receive()).toMatchObject([{ flags: SYN | ACK }]);
    expect(stack.tcp.halfOpenCount).toBe(1);
  });
});
