// A reader that pauses for two minutes, at either end: the connection outlives it, the other side asks as seldom as the kernel
// does (RFC 9293 3.8.6.1), and the rest of the stream comes at once when the reader goes on. In virtual time.
import { describe, expect, it } from 'vitest';
import { establishedBench } from '../../stack-test-support.ts';

const PAUSE_SECONDS = 120;
const STEP_SECONDS = 0.01;
const octetAt = (place: number): number => (place * 31 + (place >> 8)) & 0xff;
const octetsFrom = (place: number, length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => octetAt(place + i));

describe('a reader that pauses for two minutes', () => {
  it('is asked by a sender of ours after 0.2 s, and each time twice as late', () => {
    const octets = 200_000;
    const { send, receive, advance, service, remote, local, stack } = establishedBench();
    const { connection } = service!;
    let written = connection.write(octetsFrom(0, octets));
    const got = { octets: 0, isWhole: true };
    const take = (window: number): number => {
      const segments = receive();
      for (const { sequenceNumber, payload } of segments) {
        const start = sequenceNumber - local;
        if (start !== got.octets) continue;
        got.isWhole &&= payload.every((octet, i) => octet === octetAt(start + i));
        got.octets += payload.length;
      }
      if (segments.length > 0)
        send({ flags: 'A', sequenceNumber: remote, acknowledgmentNumber: local + got.octets, window });
      written += connection.write(octetsFrom(written, octets - written));
      return segments.length;
    };
    while (got.octets < octets / 4) take(65_535);
    take(0);
    const stoppedAt = got.octets;
    const asked: number[] = [];
    for (let step = 1; step * STEP_SECONDS <= PAUSE_SECONDS; step++) {
      advance(STEP_SECONDS);
      if (take(0) > 0) asked.push(step * STEP_SECONDS);
    }
    expect(got.octets).toBe(stoppedAt);
    // No round trip took any time: the first timeout is the 0.2 s that Linux allows for the variation.
    const expected = Array.from({ length: 9 }, (_, i) => 0.2 * (2 ** (i + 1) - 1));
    expect(asked).toHaveLength(expected.length);
    // A tick of the timer wheel, and a step of this test, at each of them.
    for (const [i, seconds] of asked.entries())
      expect(Math.abs(seconds - expected[i]!)).toBeLessThan((i + 1) * (0.016 + STEP_SECONDS));
    send({ flags: 'A', sequenceNumber: remote, acknowledgmentNumber: local + got.octets, window: 65_535 });
    while (got.octets < octets && take(65_535) > 0);
    expect([got.octets, got.isWhole, stack.tcp.connectionCount]).toEqual([octets, true, 1]);
  });

  it('of ours accepts acknowledgments up to the edge that it offered, though it has less room', () => {
    const { send, receive, advance, service, remote, local } = establishedBench({
      synOptions: [
        { kind: 'mss', mssBytes: 1460 },
        { kind: 'windowScale', shift: 7 },
      ],
    });
    const { connection } = service!;
    connection.pause();
    // A scaled window is rounded up: by segments of an odd size the edge moves beyond the room, by less than a unit.
    let sent = 0;
    let edge = 65_160;
    let isClosed = false;
    while (!isClosed) {
      const payload = octetsFrom(sent, 500);
      send({ flags: 'A', sequenceNumber: remote + sent, acknowledgmentNumber: local, payload });
      for (const { acknowledgmentNumber, window } of receive()) {
        sent = acknowledgmentNumber - remote;
        edge = Math.max(edge, sent + (window << 7));
        isClosed = window === 0;
      }
    }
    expect(edge).toBeGreaterThan(65_160);
    expect(edge).toBeLessThan(65_160 + 128);
    connection.write(octetsFrom(0, 100));
    expect(receive()).toHaveLength(1);
    // What lies before was lost.
    send({ flags: 'A', sequenceNumber: remote + edge, acknowledgmentNumber: local + 100 });
    receive();
    advance(5);
    expect(receive()).toEqual([]);
  });

  it('of ours answers each question with a closed window, and opens it at once', () => {
    const { send, receive, advance, service, remote, local, stack } = establishedBench();
    const { connection, received } = service!;
    connection.pause();
    let sent = 0;
    let edge = 65_535;
    const collect = (): number => {
      const segments = receive();
      for (const { acknowledgmentNumber, window } of segments) edge = acknowledgmentNumber - remote + window;
      return segments.length;
    };
    const fill = (until: number): void => {
      while (sent < Math.min(until, edge)) {
        const length = Math.min(1460, until - sent, edge - sent);
        send({
          flags: 'A',
          sequenceNumber: remote + sent,
          acknowledgmentNumber: local,
          payload: octetsFrom(sent, length),
        });
        sent += length;
        collect();
      }
    };
    const octets = 200_000;
    fill(octets);
    expect(sent).toBe(edge);
    expect(received).toHaveLength(0);
    // As a kernel asks: with the number of an octet that was acknowledged, after 0.2 s and each time twice as late.
    let passed = 1;
    advance(passed);
    for (let i = 0; i < 9; i++) {
      const wait = 0.2 * 2 ** i;
      advance(wait);
      passed += wait;
      send({ flags: 'A', sequenceNumber: remote + sent - 1, acknowledgmentNumber: local });
      // RFC 5961 7: no more than one in half a second, as the kernel.
      expect(collect()).toBe(i === 1 ? 0 : 1);
      expect(edge).toBe(sent);
    }
    advance(PAUSE_SECONDS - passed);
    connection.resume();
    expect(collect()).toBeGreaterThan(0);
    expect(edge).toBeGreaterThan(sent);
    fill(octets);
    expect(received).toEqual(Array.from(octetsFrom(0, octets)));
    expect(stack.tcp.connectionCount).toBe(1);
  });
});
