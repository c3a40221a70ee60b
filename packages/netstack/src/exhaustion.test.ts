/**
 * What strangers can make us hold: everything that they claim counts against one budget, and what makes no progress is evicted.
 * Counts of octets and pieces, and once the memory of the process, which is measured apart from these counts.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { icmpv4, ipProtocol, tcp } from '@wormwood/wire';
import { describe, expect, it } from 'vitest';
import type { TcpConnection, TcpService } from './host.ts';
import {
  bench,
  type BenchOptions,
  ipPacket,
  REMOTE,
  type SegmentWords,
  tcpPacket,
} from './stack-test-support.ts';

const MIB = 1 << 20;
const SEGMENT = new Uint8Array(1460).fill(7);
const FIRST_ATTACKER = 0x0b00_0000;
const HONEST = 0x0c00_0001;
/** Room for about a thousand connections. */
const SMALL: BenchOptions = { stack: { memoryBytes: MIB, tcp: { halfOpen: 10 } } };

/** A stack to which many sources may connect, each with any number of connections. */
function crowd(options: BenchOptions = {}) {
  const services = new Map<TcpConnection, { received: number[]; closed: string | null }>();
  const accept = (connection: TcpConnection): TcpService => {
    const seen: { received: number[]; closed: string | null } = { received: [], closed: null };
    services.set(connection, seen);
    return {
      data: (octets) => void seen.received.push(...octets),
      ended: () => undefined,
      writable: () => undefined,
      closed: (reason) => void (seen.closed = reason),
    };
  };
  const made = bench({ accept, ...options });
  /** Completes a handshake and returns what speaks on it, and what its service has seen. */
  const connect = (source: number, sourcePort = 1000) => {
    made.sendPacket(tcpPacket({ flags: 'S', sequenceNumber: 1000, sourcePort }, source));
    const synAck = made.receive().find(({ flags }) => (flags & tcp.flag.SYN) !== 0);
    const local = (synAck!.sequenceNumber + 1) >>> 0;
    const send = (words: Partial<SegmentWords> & { readonly at?: number }): void => {
      const { at = 0, ...others } = words;
      const fixed = { flags: 'A', sequenceNumber: 1001 + at, sourcePort, acknowledgmentNumber: local };
      made.sendPacket(tcpPacket({ ...fixed, ...others }, source));
    };
    send({});
    const connection = [...services.keys()].at(-1)!;
    return { send, local, connection, seen: services.get(connection)! };
  };
  return { ...made, services, connect };
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function memoryInUse(): number {
  // What the first round finds to be free is given back in the second.
  collect();
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

describe('segments beyond a hole', () => {
  it('of four hundred sources cost what the budget allows, and cost one who made progress nothing', () => {
    const { connect, stack, receive } = crowd({ stack: { memoryBytes: 8 * MIB, tcp: { halfOpen: 100 } } });
    const honest = connect(HONEST);
    honest.send({ payload: [1] });
    honest.send({ at: 3, payload: [4, 5, 6] });
    const before = memoryInUse();
    for (let i = 0; i < 400; i++) {
      const { send } = connect(FIRST_ATTACKER + i);
      for (let piece = 0; piece < 44; piece++) send({ at: 1 + 1460 * piece, payload: SEGMENT });
      receive();
      expect(stack.heldBytes).toBeLessThanOrEqual(8 * MIB);
    }
    // Unbounded, these would be 26 MB of octets alone.
    expect(memoryInUse() - before).toBeLessThan(12 * MIB);
    expect(stack.heldBytes).toBeGreaterThan(6 * MIB);
    honest.send({ at: 1, payload: [2, 3] });
    expect(honest.seen).toEqual({ received: [1, 2, 3, 4, 5, 6], closed: null });
  });

  it('of one octet each lie in a bounded number of pieces, and the stream is whole once the holes are filled', () => {
    const { connect, stack, receive } = crowd();
    const { send, seen } = connect(HONEST);
    const before = stack.heldBytes;
    const length = 2000;
    for (let at = 1; at < length; at += 2) send({ at, payload: [at & 255] });
    receive();
    // 128 pieces of an octet and their overhead.
    expect(stack.heldBytes - before).toBe(128 * 289);
    for (let at = 0; at < length; at++) send({ at, payload: [at & 255] });
    expect(seen.received).toEqual(Array.from({ length }, (_, at) => at & 255));
    expect(stack.heldBytes - before).toBe(0);
  });

  it('are forgotten before a connection is reset, and come again', () => {
    const { connect, stack } = crowd({ stack: { memoryBytes: MIB, tcp: { halfOpen: 10 } } });
    const one = connect(FIRST_ATTACKER);
    for (let i = 0; i < 40; i++) one.send({ at: 1 + 1460 * i, payload: SEGMENT });
    for (let port = 1; port < 30; port++) {
      const { send } = connect(FIRST_ATTACKER, port);
      for (let i = 0; i < 40; i++) send({ at: 1 + 1460 * i, payload: SEGMENT });
    }
    expect(stack.tcp.evictedCount).toBe(0);
    for (let at = 0; at <= 40 * 1460; at += 1460) one.send({ at, payload: SEGMENT });
    expect(one.seen.received.length).toBe(41 * 1460);
  });
});

describe('octets for a service that is paused', () => {
  it('cost the window, however they are cut', () => {
    const { connect, stack } = crowd();
    const { send, connection, seen } = connect(HONEST);
    connection.pause();
    const before = stack.heldBytes;
    for (let at = 0; at < 20_000; at++) send({ at, payload: [at & 255] });
    expect(stack.heldBytes - before).toBeLessThanOrEqual(65_536);
    connection.resume();
    expect(seen.received).toEqual(Array.from({ length: 20_000 }, (_, at) => at & 255));
    expect(stack.heldBytes).toBe(before);
  });
});

describe('answers to slow readers', () => {
  it('cost the budget: those who hold most are reset, and their services hear of it', () => {
    const { connect, stack } = crowd({ stack: { memoryBytes: 8 * MIB, tcp: { halfOpen: 10 } } });
    const honest = connect(HONEST);
    honest.connection.write(Uint8Array.of(1, 2, 3));
    const slow = Array.from({ length: 100 }, (_, i) => {
      const one = connect(FIRST_ATTACKER + (i % 10), 1000 + i);
      one.connection.write(new Uint8Array(200_000));
      expect(stack.heldBytes).toBeLessThanOrEqual(8 * MIB);
      return one;
    });
    const reset = slow.filter(({ seen }) => seen.closed === 'reset');
    expect(reset.length).toBe(stack.tcp.evictedCount);
    // Rings of 256 KiB, of which 7 MiB have room for 27.
    expect(slow.length - reset.length).toBeGreaterThanOrEqual(26);
    expect(slow.length - reset.length).toBeLessThanOrEqual(28);
    expect(honest.seen.closed).toBe(null);
    honest.send({ acknowledgmentNumber: (honest.local + 3) >>> 0, payload: [9] });
    expect(honest.seen.received).toEqual([9]);
  });
});

describe('connections', () => {
  it('beyond the limit: the oldest that never made progress is reset', () => {
    const { connect, stack } = crowd({ stack: { tcp: { connections: 20, halfOpen: 10 } } });
    const honest = connect(HONEST);
    honest.send({ payload: [1] });
    const many = Array.from({ length: 19 }, (_, i) => connect(FIRST_ATTACKER, 1000 + i));
    expect(many.filter(({ seen }) => seen.closed !== null)).toEqual([]);
    const others = Array.from({ length: 5 }, (_, i) => connect(FIRST_ATTACKER + 1 + i));
    expect(many.map(({ seen }) => seen.closed !== null)).toEqual(many.map((_, i) => i < 5));
    expect([honest, ...others].map(({ seen }) => seen.closed)).toEqual([null, null, null, null, null, null]);
    expect(stack.tcp.connectionCount).toBe(20);
  });

  it('of one source beyond the budget: it loses its own, and nobody an older one', () => {
    const { connect, stack } = crowd(SMALL);
    const honest = connect(HONEST);
    const many = Array.from({ length: 5000 }, (_, i) => connect(FIRST_ATTACKER, 1000 + i));
    const isReset = many.map(({ seen }) => seen.closed !== null);
    const left = isReset.indexOf(false);
    expect(isReset).toEqual(many.map((_, i) => i < left));
    expect([left > 2000, honest.seen.closed]).toEqual([true, null]);
    expect(stack.heldBytes).toBeLessThanOrEqual(MIB);
  });

  it('of many sources do not displace one that makes progress, whatever it holds', () => {
    const { connect, receive, stack } = crowd(SMALL);
    const download = connect(HONEST);
    download.connection.write(new Uint8Array(200_000));
    const upload = connect(HONEST, 2000);
    const idle = connect(HONEST + 1);
    idle.send({ payload: [1] });
    let acknowledged = 0;
    for (let i = 0; i < 5000; i++) {
      const { send } = connect(FIRST_ATTACKER + i);
      // Half of them leave a hole.
      if (i % 2 === 0) send({ at: 1, payload: SEGMENT });
      if (i % 100 > 0) continue;
      acknowledged += 4000;
      download.send({ acknowledgmentNumber: (download.local + acknowledged) >>> 0 });
      upload.send({ at: i / 100, payload: [i / 100] });
      receive();
    }
    expect([download, upload, idle].map(({ seen }) => seen.closed)).toEqual([null, null, null]);
    expect(upload.seen.received).toEqual(Array.from({ length: 50 }, (_, i) => i));
    expect(stack.tcp.evictedCount).toBeGreaterThan(3000);
  });

  it('that made progress once and are stuck are evicted before those that still do', () => {
    const { connect, receive, stack } = crowd(SMALL);
    const download = connect(HONEST);
    download.connection.write(new Uint8Array(200_000));
    const stuck = Array.from({ length: 100 }, (_, i) => {
      const one = connect(FIRST_ATTACKER + i);
      one.connection.write(new Uint8Array(60_000));
      one.send({ acknowledgmentNumber: (one.local + 100) >>> 0, window: 0 });
      download.send({ acknowledgmentNumber: (download.local + 2000 * (i + 1)) >>> 0 });
      receive();
      return one;
    });
    expect(download.seen.closed).toBe(null);
    const isReset = stuck.map(({ seen }) => seen.closed === 'reset');
    expect(isReset).toEqual(stuck.map((_, i) => i < isReset.indexOf(false)));
    expect(stack.tcp.evictedCount).toBeGreaterThan(50);
  });

  it('that begin have room, however many exchange an octet again and again', () => {
    const { connect, stack } = crowd(SMALL);
    const busy = Array.from({ length: 3000 }, (_, i) => {
      const one = connect(FIRST_ATTACKER + i);
      one.send({ payload: [1] });
      return one;
    });
    for (const one of busy.slice(-1000)) one.send({ at: 1, payload: [1] });
    const fresh = Array.from({ length: 200 }, (_, i) => connect(HONEST + i));
    for (const one of busy.slice(-500)) one.send({ at: 2, payload: [1] });
    expect(fresh.filter(({ seen }) => seen.closed !== null)).toEqual([]);
    expect(stack.tcp.evictedCount).toBeGreaterThan(1000);
  });

  it('are not displaced by SYNs, which can be forged', () => {
    const { connect, sendPacket, stack } = crowd({ stack: { tcp: { connections: 20, halfOpen: 10 } } });
    const open = Array.from({ length: 20 }, (_, i) => connect(HONEST + i));
    for (let i = 0; i < 500; i++) sendPacket(tcpPacket({ flags: 'S' }, FIRST_ATTACKER + i));
    expect(open.filter(({ seen }) => seen.closed !== null)).toEqual([]);
    expect([stack.tcp.halfOpenCount, stack.tcp.connectionCount]).toEqual([10, 30]);
  });
});

describe('fragments', () => {
  const echo = new Uint8Array(48);
  icmpv4.emit(
    { kind: 'echoRequest', code: 0, identifier: 1, sequenceNumber: 1, payload: new Uint8Array(40) },
    echo,
  );
  const first = (source: number, identification: number, length = 24): Uint8Array =>
    ipPacket(ipProtocol.icmpv4, echo.subarray(0, length), source, { identification, moreFragments: true });
  const second = (source: number, identification: number): Uint8Array =>
    ipPacket(ipProtocol.icmpv4, echo.subarray(24), source, { identification, fragmentOffset: 24 });

  it('cost an eighth of the budget, and nothing of what belongs to connections', () => {
    const { connect, sendPacket, stack } = crowd({ stack: { memoryBytes: 2 * MIB, tcp: { halfOpen: 10 } } });
    const { send, seen } = connect(HONEST);
    send({ at: 1, payload: SEGMENT });
    const before = stack.heldBytes;
    for (let i = 0; i < 3000; i++) {
      const far = { identification: i & 0xffff, fragmentOffset: 60_000, moreFragments: true };
      sendPacket(ipPacket(ipProtocol.icmpv4, echo.subarray(0, 8), FIRST_ATTACKER + i, far));
      expect(stack.heldBytes - before).toBeLessThanOrEqual(MIB / 4);
    }
    send({ payload: [1] });
    expect([seen.received.length, seen.closed]).toEqual([1461, null]);
  });

  it('of a source that floods us are evicted before those of others', () => {
    const { sendPacket, receivePackets } = bench();
    sendPacket(first(REMOTE, 1));
    for (let i = 0; i < 5000; i++) sendPacket(first(FIRST_ATTACKER, i));
    sendPacket(second(REMOTE, 1));
    expect(receivePackets()).toHaveLength(1);
  });

  it('of many sources: the latest are put together, however many began before', () => {
    const { sendPacket, receivePackets } = bench();
    for (let i = 0; i < 5000; i++) sendPacket(first(FIRST_ATTACKER + i, i));
    sendPacket(first(REMOTE, 1));
    for (let i = 0; i < 500; i++) sendPacket(first(FIRST_ATTACKER + 10_000 + i, i));
    sendPacket(second(REMOTE, 1));
    expect(receivePackets()).toHaveLength(1);
  });
});
