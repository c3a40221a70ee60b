/** Segments that an attacker off the path sends into a connection of others (RFC 5961), and what headers tell him of others. */
import { icmpv4, ipProtocol, type tcp } from '@wormwood/wire';
import { describe, expect, it } from 'vitest';
import { plainBehavior } from '../../plain-behavior.ts';
import {
  bench,
  establishedBench,
  ipPacket,
  LOCAL,
  REMOTE,
  speaksIpv6,
  TEST_SECRET,
} from '../../stack-test-support.ts';

const TIMESTAMPS: tcp.Repr['options'] = [{ kind: 'timestamps', value: 1000, echo: 0 }];
const at = (value: number): tcp.Repr['options'] => [{ kind: 'timestamps', value, echo: 0 }];

describe('a blind segment', () => {
  it('with an acknowledgment older than any window delivers nothing (RFC 5961 5.2)', () => {
    const { send, receive, service, remote, local } = establishedBench();
    const forged = { flags: 'A', sequenceNumber: remote, payload: [1, 2, 3] };
    send({ ...forged, acknowledgmentNumber: (local - 65_536) >>> 0 });
    expect([service?.received, receive()[0]?.acknowledgmentNumber]).toEqual([[], remote]);
    send({ ...forged, acknowledgmentNumber: (local - 65_535) >>> 0 });
    expect(service?.received).toEqual([1, 2, 3]);
  });

  it('that acknowledges what was never sent delivers nothing', () => {
    const { send, service, remote, local } = establishedBench();
    send({ flags: 'A', sequenceNumber: remote, payload: [1], acknowledgmentNumber: local + 2 });
    expect(service?.received).toEqual([]);
  });

  it.each([
    ['before the window', -100_000],
    ['with a wrong acknowledgment', 0],
  ])('%s does not make the timestamps of the next ones look old (RFC 7323 5.3)', (_, offset) => {
    const { send, service, remote, local } = establishedBench({ synOptions: TIMESTAMPS });
    const acknowledgmentNumber = offset === 0 ? (local - 100_000) >>> 0 : local;
    send({
      flags: 'A',
      sequenceNumber: (remote + offset) >>> 0,
      acknowledgmentNumber,
      options: at(2 ** 31 - 1),
      payload: [9],
    });
    send({
      flags: 'A',
      sequenceNumber: remote,
      acknowledgmentNumber: local,
      options: at(1001),
      payload: [1],
    });
    expect(service?.received).toEqual([1]);
  });

  it('is answered with where we are, but not at any rate; what was sent again is answered each time', () => {
    const { send, receive, advance, remote, local } = establishedBench();
    const counted = (segment: Parameters<typeof send>[0]): number => {
      let answers = 0;
      for (let i = 0; i < 5000; i++) {
        send(segment);
        answers += receive().length;
      }
      return answers;
    };
    const beyond = { sequenceNumber: (remote + 1_000_000) >>> 0, acknowledgmentNumber: local };
    const blind = ['S', 'A'].map((flags) => counted({ ...beyond, flags }));
    const resets = counted({ flags: 'R', sequenceNumber: remote + 10 });
    // A connection has one in half a second, and the clock stands still.
    expect([...blind, resets]).toEqual([1, 0, 0]);
    advance(1);
    expect(counted({ ...beyond, flags: 'A' })).toBe(1);
    const repeated = { flags: 'A', sequenceNumber: remote - 1, acknowledgmentNumber: local, payload: [1] };
    expect(counted(repeated)).toBe(5000);
  });
});

describe('what headers tell', () => {
  const echo = new Uint8Array(16);
  icmpv4.emit(
    { kind: 'echoRequest', code: 0, identifier: 1, sequenceNumber: 1, payload: new Uint8Array(8) },
    echo,
  );

  it.skipIf(speaksIpv6())(
    'identifications that one host gets say nothing about packets to others (RFC 7739)',
    () => {
      const { sendPacket, receivePackets } = bench();
      const ask = (source: number): number => {
        sendPacket(ipPacket(ipProtocol.icmpv4, echo, source));
        return receivePackets()[0]!.identification;
      };
      const first = ask(REMOTE);
      const others = Array.from({ length: 50 }, (_, i) => ask(REMOTE + 1 + i));
      expect(ask(REMOTE)).toBe((first + 1) & 0xffff);
      // Each begins anywhere: fifty numbers next to the first would be those of one counter.
      expect(others.filter((id) => Math.abs(id - first) < 100).length).toBeLessThan(5);
    },
  );

  it('timestamps of one pair of hosts say nothing about the clock that another pair sees', () => {
    const behavior = plainBehavior(TEST_SECRET);
    const seen = (local: number, remote: number, now: number): number =>
      behavior.timestampValue(behavior.timestampOffset(local, remote), now);
    const pairs = [
      [LOCAL, REMOTE],
      [LOCAL + 1, REMOTE],
      [LOCAL, REMOTE + 1],
    ] as const;
    const now = pairs.map(([local, remote]) => seen(local, remote, 50));
    expect(Math.abs(now[0]! - now[1]!)).toBeGreaterThan(100_000);
    expect(Math.abs(now[0]! - now[2]!)).toBeGreaterThan(100_000);
    // Each ticks at the same pace, through all connections of the pair.
    const later = pairs.map(([local, remote]) => seen(local, remote, 51));
    expect(later.map((value, i) => (value - now[i]!) >>> 0)).toEqual([1000, 1000, 1000]);
  });

  it('a connection keeps the timestamps of its pair from SYN/ACK on', () => {
    const { send, receive, synAck, remote, local, advance } = establishedBench({ synOptions: TIMESTAMPS });
    const value = (segment: tcp.Repr | undefined): number =>
      segment!.options.flatMap((option) => (option.kind === 'timestamps' ? [option.value] : []))[0]!;
    advance(1);
    send({
      flags: 'A',
      sequenceNumber: remote,
      acknowledgmentNumber: local,
      options: at(1001),
      payload: [1],
    });
    expect((value(receive()[0]) - value(synAck)) >>> 0).toBe(1000);
  });
});
