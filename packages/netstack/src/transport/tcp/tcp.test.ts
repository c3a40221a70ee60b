/** TCP as a sequence diagram: what the remote side sends, what comes back (RFC 9293 3.10.7). */
import { randomStreams } from '@wormwood/base';
import { tcp } from '@wormwood/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainBehavior } from '../../plain-behavior.ts';
import {
  bench,
  establishedBench,
  flagsOf,
  type RecordingService,
  tcpPacket,
  TEST_SECRET,
} from '../../stack-test-support.ts';

const brief = (segments: readonly tcp.Repr[]): string[] =>
  segments.map(({ flags, payload }) => `${letters(flags)}${payload.length > 0 ? ` ${payload.length}` : ''}`);
const letters = (flags: number): string =>
  [...'FSRPA'].filter((letter) => (flags & flagsOf(letter)) !== 0).join('');

describe('without a connection', () => {
  it.each([
    [
      { flags: 'S', destinationPort: 82, sequenceNumber: 7 },
      { flags: 'RA', seq: 0, ack: 8 },
    ],
    [
      { flags: 'S', destinationPort: 82, sequenceNumber: 7, payload: [1, 2, 3] },
      { flags: 'RA', seq: 0, ack: 11 },
    ],
    [
      { flags: 'FA', destinationPort: 82, sequenceNumber: 7, acknowledgmentNumber: 99 },
      { flags: 'R', seq: 99, ack: 0 },
    ],
    [
      { flags: 'A', sequenceNumber: 7, acknowledgmentNumber: 99 },
      { flags: 'R', seq: 99, ack: 0 },
    ],
    [
      { flags: 'F', destinationPort: 82, sequenceNumber: 7 },
      { flags: 'RA', seq: 0, ack: 8 },
    ],
  ])('refuses %j as RFC 9293 3.10.7.1 says', (segment, expected) => {
    const { send, receive } = bench();
    send(segment);
    const [reset] = receive();
    expect({
      flags: letters(reset!.flags),
      seq: reset!.sequenceNumber,
      ack: reset!.acknowledgmentNumber,
    }).toEqual(
      Object.assign({}, expected, { flags: [...'FSRPA'].filter((l) => expected.flags.includes(l)).join('') }),
    );
  });

  it.each([
    ['a reset', { flags: 'R', destinationPort: 82 }],
    ['a filtered port', { flags: 'S', destinationPort: 81 }],
    ['a bare FIN to a listener', { flags: 'F' }],
    ['a segment without flags to a listener', { flags: '' }],
    ['a SYN with FIN to a listener', { flags: 'SF' }],
  ])('is silent about %s', (_, segment) => {
    const { send, receive } = bench();
    send(segment);
    expect(receive()).toEqual([]);
  });

  it('refuses a bare FIN to a listener where the system does', () => {
    const { tcp: traits } = plainBehavior(TEST_SECRET);
    const { send, receive } = bench({ behavior: { tcp: { ...traits, answersFinToListener: true } } });
    send({ flags: 'F', sequenceNumber: 7 });
    // RFC 9293 3.10.7.1: the sequence number, and one for FIN.
    expect(receive()).toMatchObject([{ flags: flagsOf('RA'), sequenceNumber: 0, acknowledgmentNumber: 8 }]);
  });

  it('ignores a segment with a wrong checksum', () => {
    const { sendPacket, receive } = bench();
    const packet = tcpPacket({ flags: 'S' });
    packet[packet.length - 4]! ^= 0xff;
    sendPacket(packet);
    expect(receive()).toEqual([]);
  });
});

describe('handshake', () => {
  const everything: tcp.Repr['options'] = [
    { kind: 'mss', mssBytes: 1400 },
    { kind: 'sackPermitted' },
    { kind: 'timestamps', value: 5, echo: 0 },
    { kind: 'windowScale', shift: 3 },
  ] as tcp.Repr['options'];

  it('offers only what the SYN offered', () => {
    const plain = establishedBench().synAck;
    expect(plain.options.map(({ kind }) => kind)).toEqual(['mss']);
    const full = establishedBench({ synOptions: everything }).synAck;
    expect(full.options.map(({ kind }) => kind)).toEqual([
      'mss',
      'sackPermitted',
      'timestamps',
      'noOperation',
      'windowScale',
    ]);
    expect(full.options[2]).toMatchObject({ kind: 'timestamps', echo: 5 });
  });

  it('B0: an ordinary client gets a window and options at once', () => {
    const { synAck } = establishedBench({ synOptions: everything });
    expect(synAck.window).toBeGreaterThan(30_000);
    expect(synAck.options.length).toBeGreaterThan(3);
  });

  it('takes data that comes with the last segment of the handshake (Honeyd made the client send it again)', () => {
    const { send, receive, services } = bench();
    send({ flags: 'S', sequenceNumber: 10 });
    const [synAck] = receive();
    send({
      flags: 'AP',
      sequenceNumber: 11,
      acknowledgmentNumber: synAck!.sequenceNumber + 1,
      payload: [1, 2, 3],
    });
    expect(services[0]?.received).toEqual([1, 2, 3]);
    expect(receive()[0]).toMatchObject({ flags: tcp.flag.ACK, acknowledgmentNumber: 14 });
  });

  it('B11: FIN right after the handshake ends the connection, where Honeyd left it hanging', () => {
    const { send, receive, services } = bench();
    send({ flags: 'S', sequenceNumber: 10 });
    const [synAck] = receive();
    send({ flags: 'FA', sequenceNumber: 11, acknowledgmentNumber: synAck!.sequenceNumber + 1 });
    expect(services[0]?.calls).toEqual(['ended']);
    expect(brief(receive())).toEqual(['A']);
  });

  it('repeats SYN/ACK as often as the behavior says, and when the SYN is repeated; then it gives up', () => {
    const { send, receive, advance, stack } = bench();
    send({ flags: 'S', sequenceNumber: 10 });
    expect(brief(receive())).toEqual(['SA']);
    send({ flags: 'S', sequenceNumber: 10 });
    expect(brief(receive())).toEqual(['SA']);
    const sentAt: number[] = [];
    for (let tenth = 0; tenth < 629; tenth++) {
      advance(0.1);
      if (receive().length > 0) sentAt.push(Math.floor((tenth + 1) / 10));
    }
    // RFC 6298 5.5: twice as long each time.
    expect(sentAt).toEqual([1, 3, 7, 15, 31]);
    expect(stack.tcp.halfOpenCount).toBe(1);
    advance(1.5);
    expect(stack.tcp.connectionCount).toBe(0);
  });

  it('resets a handshake whose last segment acknowledges something else', () => {
    const { send, receive, stack } = bench();
    send({ flags: 'S', sequenceNumber: 10 });
    receive();
    send({ flags: 'A', sequenceNumber: 11, acknowledgmentNumber: 12345 });
    expect(receive()[0]).toMatchObject({ flags: tcp.flag.RST, sequenceNumber: 12345 });
    expect(stack.tcp.halfOpenCount).toBe(1);
  });

  it('holds a flood of SYNs at constant memory; the oldest handshake is evicted', () => {
    const { sendPacket, receive, stack } = bench({ stack: { tcp: { halfOpen: 100 } } });
    for (let i = 0; i < 5000; i++) {
      sendPacket(tcpPacket({ flags: 'S', sourcePort: 1024 + (i % 60_000) }, 0xc6330000 + i));
      receive();
    }
    expect(stack.tcp.halfOpenCount).toBe(100);
    expect(stack.tcp.connectionCount).toBe(100);
    expect(stack.tcp.memoryBytes).toBeLessThan(200_000);
  });
});

describe('receiving', () => {
  it('delivers octets in order and acknowledges a batch once', () => {
    const { send, receive, service, remote, local } = establishedBench();
    send({ flags: 'A', sequenceNumber: remote, acknowledgmentNumber: local, payload: [1, 2] });
    send({ flags: 'A', sequenceNumber: remote + 2, acknowledgmentNumber: local, payload: [3] });
    expect(service?.received).toEqual([1, 2, 3]);
    expect(receive().at(-1)).toMatchObject({ acknowledgmentNumber: remote + 3, flags: tcp.flag.ACK });
  });

  it('holds segments that come early, reports them by SACK, and delivers them in their turn', () => {
    const { send, receive, service, remote, local } = establishedBench({
      synOptions: [{ kind: 'sackPermitted' }] as tcp.Repr['options'],
    });
    send({ flags: 'A', sequenceNumber: remote + 2, acknowledgmentNumber: local, payload: [3, 4] });
    const [duplicate] = receive();
    expect(duplicate).toMatchObject({ acknowledgmentNumber: remote });
    expect(duplicate?.options.find(({ kind }) => kind === 'sack')).toMatchObject({ blocks: [{}] });
    send({ flags: 'A', sequenceNumber: remote, acknowledgmentNumber: local, payload: [1, 2] });
    expect(service?.received).toEqual([1, 2, 3, 4]);
    expect(receive()[0]).toMatchObject({ acknowledgmentNumber: remote + 4 });
  });

  it('closes its window while the service is paused and opens it again', () => {
    const { send, receive, service, remote, local, host } = establishedBench();
    service!.connection.pause();
    const window = host.behavior.tcp.windowBytes;
    let sent = 0;
    while (sent < window) {
      const length = Math.min(1400, window - sent);
      send({
        flags: 'A',
        sequenceNumber: remote + sent,
        acknowledgmentNumber: local,
        payload: new Uint8Array(length),
      });
      sent += length;
    }
    expect(receive().at(-1)).toMatchObject({ window: 0, acknowledgmentNumber: remote + window });
    send({ flags: 'A', sequenceNumber: remote + sent, acknowledgmentNumber: local, payload: [9] });
    expect(receive().at(-1)).toMatchObject({ acknowledgmentNumber: remote + window });
    service!.connection.resume();
    expect(receive().at(-1)).toMatchObject({ window });
    expect(service!.received).toHaveLength(window);
  });

  it('answers a reset inside the window, but not at its edge, with where it is (RFC 5961)', () => {
    const { send, receive, advance, service, remote, local } = establishedBench();
    send({ flags: 'R', sequenceNumber: remote + 5 });
    expect(brief(receive())).toEqual(['A']);
    advance(1);
    send({ flags: 'S', sequenceNumber: remote + 5 });
    expect(brief(receive())).toEqual(['A']);
    advance(1);
    send({ flags: 'A', sequenceNumber: remote, acknowledgmentNumber: local + 500 });
    expect(brief(receive())).toEqual(['A']);
    expect(service?.calls).toEqual([]);
    send({ flags: 'R', sequenceNumber: remote });
    expect(receive()).toEqual([]);
    expect(service?.calls).toEqual(['closed reset']);
  });
});

describe('sending', () => {
  it('cuts octets into segments no larger than the other side takes', () => {
    const { receive, service } = establishedBench({
      synOptions: [{ kind: 'mss', mssBytes: 500 }] as tcp.Repr['options'],
    });
    service!.connection.write(new Uint8Array(1200));
    expect(brief(receive())).toEqual(['A 500', 'A 500', 'PA 200']);
  });

  it('keeps to the window of the other side and probes it when it is closed', () => {
    const { send, receive, advance, service, remote, local } = establishedBench({ window: 700 });
    service!.connection.write(new Uint8Array(800));
    // No segment is larger than half of the window, so that it need not be empty before the next (RFC 9293 3.8.6.2.1).
    expect(brief(receive())).toEqual(['A 350', 'A 350']);
    send({ flags: 'A', sequenceNumber: remote, acknowledgmentNumber: local + 700, window: 0 });
    expect(receive()).toEqual([]);
    // Much longer than octets are sent again that nobody acknowledges: whoever answers probes is there.
    for (let waited = 0, probes = 0; waited < 3600; waited += 0.2) {
      advance(0.2);
      const [probe, ...more] = receive();
      expect(more).toEqual([]);
      if (probe === undefined) continue;
      probes++;
      expect(probe).toMatchObject({ sequenceNumber: local + 699, payload: new Uint8Array(0) });
      send({ flags: 'A', sequenceNumber: remote, acknowledgmentNumber: local + 700, window: 0 });
      expect(receive()).toEqual([]);
      // RFC 9293 3.8.6.1: each twice as long after the last, up to a minute.
      if (probes > 9) expect(waited).toBeGreaterThan(60 * (probes - 9));
    }
    send({ flags: 'A', sequenceNumber: remote, acknowledgmentNumber: local + 700, window: 5000 });
    expect(brief(receive())).toEqual(['PA 100']);
  });

  it('believes no window of a segment that acknowledges less than others did (RFC 9293 3.10.7.4)', () => {
    const { send, receive, service, remote, local } = establishedBench({ window: 1000 });
    service!.connection.write(new Uint8Array(5000));
    expect(brief(receive())).toEqual(['A 500', 'A 500']);
    send({ flags: 'A', sequenceNumber: remote, acknowledgmentNumber: local + 1000, window: 0 });
    send({ flags: 'A', sequenceNumber: remote, acknowledgmentNumber: local + 999, window: 1000 });
    expect(receive()).toEqual([]);
    send({ flags: 'A', sequenceNumber: remote, acknowledgmentNumber: local + 1000, window: 1000 });
    expect(brief(receive())).toEqual(['A 500', 'A 500']);
  });

  it('probes a window that closes again as soon as the first time', () => {
    const { send, receive, advance, service, remote, local } = establishedBench({ window: 1000 });
    const acknowledge = (octets: number, window: number): void =>
      send({ flags: 'A', sequenceNumber: remote, acknowledgmentNumber: local + octets, window });
    /** Seconds until each of the next two probes. */
    const waits = (): number[] => {
      const at: number[] = [];
      receive();
      for (let waited = 0; at.length < 2 && waited < 100; waited += 0.01) {
        if (receive().length > 0) at.push(Number(waited.toFixed(1)));
        advance(0.01);
      }
      return at;
    };
    service!.connection.write(new Uint8Array(5000));
    expect(brief(receive())).toEqual(['A 500', 'A 500']);
    acknowledge(1000, 0);
    const first = waits();
    // The timeout after a round trip of no time, and twice as long after it (RFC 9293 3.8.6.1).
    expect(first).toEqual([0.2, 0.6]);
    acknowledge(1000, 500);
    expect(brief(receive())).toEqual(['A 500']);
    acknowledge(1500, 0);
    expect(waits()).toEqual(first);
  });

  it('sends again after the timeout, doubled each time, and gives up in the end', () => {
    const { receive, advance, service, stack } = establishedBench();
    service!.connection.write(Uint8Array.of(1, 2, 3));
    receive();
    const at: number[] = [];
    for (let tick = 1; tick < 30_000 && stack.tcp.connectionCount > 0; tick++) {
      advance(0.02);
      if (receive().some(({ payload }) => payload.length > 0)) at.push(tick / 50);
    }
    const gaps = at.slice(1).map((time, i) => time - at[i]!);
    for (let i = 1; i < gaps.length; i++) expect(gaps[i]).toBeGreaterThan(Math.min(59, gaps[i - 1]! * 1.8));
    expect(at).toHaveLength(8);
    expect(service?.calls.at(-1)).toBe('closed timeout');
  });

  it('measures the round trip and sends again when it should have been over (RFC 6298)', () => {
    const { send, receive, advance, service, remote, local } = establishedBench();
    service!.connection.write(Uint8Array.of(1));
    receive();
    // After a handshake that took no time, and 0.19 s now: SRTT 0.023 s, RTTVAR 0.0475 s, a timeout of 0.213 s.
    advance(0.19);
    send({ flags: 'A', sequenceNumber: remote, acknowledgmentNumber: local + 1 });
    service!.connection.write(Uint8Array.of(2));
    expect(brief(receive())).toEqual(['PA 1']);
    advance(0.21);
    expect(receive()).toEqual([]);
    advance(0.02);
    expect(brief(receive())).toEqual(['PA 1']);
  });

  it('sends the oldest segment at once after three duplicates (RFC 5681 3.2)', () => {
    const { send, receive, service, remote, local } = establishedBench({
      synOptions: [{ kind: 'mss', mssBytes: 100 }] as tcp.Repr['options'],
    });
    service!.connection.write(new Uint8Array(1000).map((_, i) => i & 255));
    receive();
    for (let i = 0; i < 3; i++)
      send({ flags: 'A', sequenceNumber: remote, acknowledgmentNumber: local + 100 });
    receive();
    for (let i = 0; i < 2; i++)
      send({ flags: 'A', sequenceNumber: remote, acknowledgmentNumber: local + 100 });
    const again = receive().find(
      ({ sequenceNumber, payload }) => sequenceNumber === local + 100 && payload.length > 0,
    );
    expect(again?.payload[0]).toBe(100);
  });

  it('informs a service that filled its buffer when there is room', () => {
    const { send, receive, service, remote, local } = establishedBench();
    const size = 1 << 20;
    const taken = service!.connection.write(new Uint8Array(size));
    expect(taken).toBeLessThan(size);
    let acknowledged = 0;
    for (let round = 0; round < 40 && !service!.calls.includes('writable'); round++) {
      acknowledged += receive().reduce((sum, { payload }) => sum + payload.length, 0);
      send({ flags: 'A', sequenceNumber: remote, acknowledgmentNumber: (local + acknowledged) >>> 0 });
    }
    expect(service!.calls).toContain('writable');
  });
});

describe('closing', () => {
  it('closes when the remote side does, and waits for its last acknowledgment', () => {
    const { send, receive, service, remote, local, stack } = establishedBench();
    send({ flags: 'FA', sequenceNumber: remote, acknowledgmentNumber: local });
    expect(brief(receive())).toEqual(['A']);
    expect(service?.calls).toEqual(['ended']);
    service!.connection.write(Uint8Array.of(1));
    service!.connection.end();
    expect(brief(receive())).toEqual(['PA 1', 'FA']);
    send({ flags: 'A', sequenceNumber: remote + 1, acknowledgmentNumber: local + 2 });
    expect(service?.calls.at(-1)).toBe('closed done');
    expect(stack.tcp.connectionCount).toBe(0);
  });

  it('closes first and waits out old segments', () => {
    const { send, receive, advance, service, remote, local, stack } = establishedBench();
    service!.connection.end();
    expect(brief(receive())).toEqual(['FA']);
    send({ flags: 'A', sequenceNumber: remote, acknowledgmentNumber: local + 1 });
    send({ flags: 'FA', sequenceNumber: remote, acknowledgmentNumber: local + 1 });
    expect(brief(receive())).toEqual(['A']);
    expect(stack.tcp.status().map(({ state }) => state)).toEqual(['TIME-WAIT']);
    advance(61);
    expect(stack.tcp.connectionCount).toBe(0);
  });

  it('waits a minute anew after each last segment that comes in its turn (RFC 9293 3.10.7.8)', () => {
    const { send, receive, advance, service, remote, local, stack } = establishedBench();
    service!.connection.end();
    send({ flags: 'FA', sequenceNumber: remote, acknowledgmentNumber: local + 1 });
    receive();
    for (const repeated of [
      { flags: 'A', sequenceNumber: remote + 1, acknowledgmentNumber: local + 1 },
      { flags: 'FA', sequenceNumber: remote, acknowledgmentNumber: local + 1 },
    ]) {
      advance(59);
      expect(stack.tcp.status().map(({ state }) => state)).toEqual(['TIME-WAIT']);
      send(repeated);
    }
    advance(59);
    expect(stack.tcp.status().map(({ state }) => state)).toEqual(['TIME-WAIT']);
    advance(2);
    expect(stack.tcp.connectionCount).toBe(0);
  });

  it('closes from both sides at once', () => {
    const { send, receive, service, remote, local, stack } = establishedBench();
    service!.connection.end();
    receive();
    send({ flags: 'FA', sequenceNumber: remote, acknowledgmentNumber: local });
    expect(stack.tcp.status().map(({ state }) => state)).toEqual(['CLOSING']);
    send({ flags: 'A', sequenceNumber: remote + 1, acknowledgmentNumber: local + 1 });
    expect(stack.tcp.status().map(({ state }) => state)).toEqual(['TIME-WAIT']);
  });

  it('sends FIN again when it was lost', () => {
    const { receive, advance, service } = establishedBench();
    service!.connection.end();
    receive();
    advance(1.1);
    expect(brief(receive())).toEqual(['FA']);
  });

  it('needs no service: data is acknowledged and FIN answered with FIN', () => {
    const { send, receive, remote, local, stack } = establishedBench({ accept: () => null });
    send({ flags: 'A', sequenceNumber: remote, acknowledgmentNumber: local, payload: [1, 2, 3] });
    expect(receive()[0]).toMatchObject({ acknowledgmentNumber: remote + 3 });
    send({ flags: 'FA', sequenceNumber: remote + 3, acknowledgmentNumber: local });
    expect(brief(receive())).toEqual(['FA']);
    send({ flags: 'A', sequenceNumber: remote + 4, acknowledgmentNumber: local + 1 });
    expect(stack.tcp.connectionCount).toBe(0);
  });

  it('sends the FIN of a port without a service again as soon as any other (RFC 6298 2.2)', () => {
    // The handshake takes 0.1 s: the first timeout is 0.1 s and 0.2 s for the variation.
    const { send, receive, advance } = bench({ accept: () => null });
    send({ flags: 'S', sequenceNumber: 1000 });
    const [synAck] = receive();
    advance(0.1);
    const local = synAck!.sequenceNumber + 1;
    send({ flags: 'A', sequenceNumber: 1001, acknowledgmentNumber: local });
    send({ flags: 'FA', sequenceNumber: 1001, acknowledgmentNumber: local });
    const at: number[] = [];
    for (let tick = 0; tick < 300; tick++, advance(0.01))
      if (brief(receive()).includes('FA')) at.push(tick / 100);
    expect(at).toHaveLength(4);
    // A tick of the timer wheel at each, and a step of this test.
    for (const [i, seconds] of [0, 0.3, 0.9, 2.1].entries())
      expect(Math.abs(at[i]! - seconds)).toBeLessThan(0.016 * i + 0.011);
  });

  it('forgets a connection that has been quiet for five minutes', () => {
    const closed: string[] = [];
    const observer = {
      flowClose: (_f: unknown, _r: number, _s: number, reason: string) => void closed.push(reason),
    };
    const { advance, stack } = establishedBench({ accept: () => null, observer });
    advance(290);
    expect(stack.tcp.connectionCount).toBe(1);
    advance(20);
    expect(stack.tcp.connectionCount).toBe(0);
    expect(closed).toEqual(['timeout']);
  });
});

describe('any segments', () => {
  it('never throw, and every octet delivered is one that was sent at its place', () => {
    const stream = randomStreams('11').stream('test/segments');
    const octetAt = (sequence: number): number => (sequence * 31) & 255;
    const action = fc.record({
      flags: fc.constantFrom('A', 'AP', 'FA', 'R', 'S', '', 'SF', 'SA'),
      // What is out of place, or acknowledges what was never sent, is dropped: mostly it is neither.
      offset: fc.oneof(
        fc.constant(0),
        fc.integer({ min: -50, max: 300 }),
        fc.integer({ min: -50, max: 3000 }),
      ),
      length: fc.nat(300),
      ack: fc.oneof(
        { weight: 3, arbitrary: fc.constant(0) },
        { arbitrary: fc.integer({ min: -10, max: 2000 }), weight: 1 },
      ),
      window: fc.nat(65_535),
      seconds: fc.double({ min: 0, max: 3, noNaN: true }),
      write: fc.nat(500),
    });
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
        const { send, receive, advance, remote, local, services } = establishedBench();
        for (const { flags, offset, length, ack, window, seconds, write } of actions) {
          const payload = Array.from({ length }, (_, i) => octetAt(offset + i));
          send({
            flags,
            sequenceNumber: (remote + offset) >>> 0,
            acknowledgmentNumber: (local + ack) >>> 0,
            window,
            payload,
          });
          if (stream.nextDouble() < 0.3) services[0]?.connection.write(new Uint8Array(write));
          advance(seconds);
          receive();
        }
        // A connection that was reset may be followed by others on the same ports; each starts at its own place.
        const first = services[0] as RecordingService;
        expect(first).toBeDefined();
        first.received.forEach((octet, i) => expect(octet).toBe(octetAt(i)));
      }),
      { numRuns: 300 },
    );
  });
});
