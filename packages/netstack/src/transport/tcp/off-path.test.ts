/**
 * An attacker off the path: he sends from any address, and receives only what is sent to his own addresses. He tries to complete
 * handshakes in the names of others, from the sequence numbers of his own connections.
 */
import { type RandomStream, randomStreams, siphashKeyOf } from '@wormwood/base';
import { isMalformed, tcp } from '@wormwood/wire';
import { describe, expect, it } from 'vitest';
import type { ShortFlow, StackBehavior } from '../../behavior.ts';
import type { ForgeableReason } from '../../observer.ts';
import { plainBehavior } from '../../plain-behavior.ts';
import { bench, LOCAL, PORT, REMOTE_PORT, tcpPacket, TEST_SECRET } from '../../stack-test-support.ts';

const SEED = process.env['WORMWOOD_SEED'] ?? '20261130';
const ATTACKER = 0xc633_6401;
const FIRST_INNOCENT = 0xcb00_7100;
const TICKS_PER_SECOND = 250_000;
/** The error of the attacker's estimate of the sensor's clock. */
const CLOCK_ERROR_SECONDS = 0.02;

/** A handshake that is attempted in somebody's name, and the sequence number that the attacker believes in. */
type Guess = (flow: ShortFlow, nowSeconds: number) => number;

interface Sample {
  readonly flow: ShortFlow;
  readonly sequence: number;
}

function network(behavior: Partial<StackBehavior>) {
  const opened: { source: number; forgeable: ForgeableReason | null }[] = [];
  const made = bench({
    behavior,
    observer: {
      flowOpen: ({ remoteAddress }, { forgeable }) =>
        opened.push({ source: Number(remoteAddress), forgeable }),
    },
  });
  /** What comes back to an address of the attacker's. */
  const collect = (): readonly number[] =>
    made.receivePackets().flatMap(({ destination, payload }) => {
      const segment = tcp.parse(payload);
      return destination !== ATTACKER || isMalformed(segment) ? [] : [segment.sequenceNumber];
    });
  const syn = (source: number, sourcePort: number): void =>
    made.sendPacket(tcpPacket({ flags: 'S', sequenceNumber: 1, sourcePort }, source));
  const ack = (source: number, sourcePort: number, acknowledgmentNumber: number): void =>
    made.sendPacket(
      tcpPacket(
        {
          flags: 'A',
          sequenceNumber: 2,
          sourcePort,
          acknowledgmentNumber: acknowledgmentNumber >>> 0,
        },
        source,
      ),
    );
  /** The attacker's own SYNs, one each 2 ms, and the sequence numbers that answer them. */
  const sample = (count: number): readonly Sample[] =>
    Array.from({ length: count }, (_, i) => {
      const remotePort = 1024 + i;
      syn(ATTACKER, remotePort);
      const [sequence] = collect();
      made.clock.advanceBy(0.002);
      return { flow: flowOf(ATTACKER, remotePort), sequence: sequence ?? 0 };
    });
  /** One blind handshake in the name of an innocent host. */
  const forge = (innocent: number, guess: Guess): void => {
    syn(innocent, REMOTE_PORT);
    ack(innocent, REMOTE_PORT, guess(flowOf(innocent, REMOTE_PORT), made.clock.nowSeconds()) + 1);
    collect();
  };
  return { ...made, opened, syn, ack, sample, forge, collect };
}

function flowOf(remoteAddress: number, remotePort: number): ShortFlow {
  return { localAddress: LOCAL, localPort: PORT, remoteAddress, remotePort };
}

/** The finalizer of MurmurHash3, and its inverse: nothing in it is hard to turn round. */
function mix(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function unmix(value: number): number {
  let hash = value ^ (value >>> 16);
  hash = Math.imul(hash, 0x7ed1b41d);
  hash ^= (hash >>> 13) ^ (hash >>> 26);
  hash = Math.imul(hash, 0xa5cb9243);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** A generator in the form of RFC 6528 whose hash is a mix under a 32-bit secret. */
function mixedSequence(
  { localAddress, localPort, remoteAddress, remotePort }: ShortFlow,
  secret: number,
): number {
  return mix(mix(mix(remoteAddress ^ secret) ^ localAddress) ^ ((remotePort << 16) | localPort));
}

const weakBehavior = (secret: number): Partial<StackBehavior> => ({
  sequenceNumbers: 'weak',
  initialSequenceNumber: (flow, nowSeconds) =>
    (Math.floor(nowSeconds * TICKS_PER_SECOND) + mixedSequence(flow, secret)) >>> 0,
});

/**
 * Turns the mix round for each clock that the sensor may have, and keeps the secret that explains all samples; the clock is
 * that of the first sample. Returns null when none does.
 */
function crack(samples: readonly Sample[], aboutSeconds: number): { secret: number; ticks: number } | null {
  const [first, ...others] = samples;
  const about = Math.floor(aboutSeconds * TICKS_PER_SECOND);
  const error = Math.ceil(CLOCK_ERROR_SECONDS * TICKS_PER_SECOND);
  for (let ticks = about - error; ticks <= about + error; ticks++) {
    const { flow, sequence } = first!;
    const ports = (flow.remotePort << 16) | flow.localPort;
    const inner = unmix(unmix((sequence - ticks) >>> 0) ^ ports);
    const secret = (unmix(inner ^ flow.localAddress) ^ flow.remoteAddress) >>> 0;
    const isRight = others.every((other, i) => {
      const passed = (other.sequence - mixedSequence(other.flow, secret) - ticks) | 0;
      return Math.abs(passed - (i + 1) * 0.002 * TICKS_PER_SECOND) <= 1;
    });
    if (isRight) return { secret, ticks };
  }
  return null;
}

function attack(behavior: Partial<StackBehavior>, handshakes: number) {
  const stage = network(behavior);
  const began = stage.clock.nowSeconds();
  const samples = stage.sample(5);
  const cracked = crack(samples, began + CLOCK_ERROR_SECONDS / 3);
  if (cracked !== null) {
    const { secret, ticks } = cracked;
    const guess: Guess = (flow, now) =>
      ticks + Math.round((now - began) * TICKS_PER_SECOND) + mixedSequence(flow, secret);
    for (let i = 0; i < handshakes; i++) stage.forge(FIRST_INNOCENT + i, guess);
  } else {
    const stream = randomStreams(SEED).stream('off-path/guesses');
    for (let i = 0; i < handshakes; i++) stage.forge(FIRST_INNOCENT + i, anyGuess(samples, stream));
  }
  const forged = stage.opened.filter(({ source }) => source !== ATTACKER);
  return { cracked, forged: forged.length };
}

/** What can be tried against a generator that is not understood: the last number seen, a common step from it, or any number. */
function anyGuess(samples: readonly Sample[], stream: RandomStream): Guess {
  const last = samples.at(-1)!.sequence;
  const step = last - samples.at(-2)!.sequence;
  return [() => last, () => last + step, () => last + 64_000, () => stream.nextUint32()][
    stream.nextBelow(4)
  ]!;
}

describe('an attacker off the path', () => {
  it('reads the secret of a 32-bit mix from five SYNs, and every blind handshake succeeds', () => {
    const secret = randomStreams(SEED).stream('off-path/secret').nextUint32();
    const { cracked, forged } = attack(weakBehavior(secret), 12);
    expect(cracked?.secret).toBe(secret);
    expect(forged).toBe(12);
  });

  it('forges with the numbers of an old system, which grow by 64,000 with each connection', () => {
    let sequence = 77;
    const counting = { initialSequenceNumber: () => (sequence = (sequence + 64_000) >>> 0) };
    const { forged } = attack(counting, 100);
    expect(forged).toBeGreaterThan(0);
  });

  it(`completes no handshake of 20,000 with keyed numbers; seed ${SEED}`, () => {
    const key = siphashKeyOf(randomStreams(SEED).stream('off-path/key'));
    expect(attack(plainBehavior(key), 20_000)).toEqual({ cracked: null, forged: 0 });
  });

  it('keeps nobody from a handshake in his own name', () => {
    const stage = network({});
    stage.sample(5);
    stage.forge(FIRST_INNOCENT, () => 1);
    stage.syn(ATTACKER, REMOTE_PORT);
    const [sequence] = stage.collect();
    stage.ack(ATTACKER, REMOTE_PORT, sequence! + 1);
    expect(stage.opened.map(({ source }) => source)).toEqual([ATTACKER]);
  });
});

describe('keyed sequence numbers', () => {
  it('depend on the key, on each part of the flow and on the time', () => {
    const keys = ['a', 'b'].map((name) => siphashKeyOf(randomStreams(SEED).stream(name)));
    const numberOf = (key: Uint8Array, flow: Partial<ShortFlow>, now = 0): number =>
      plainBehavior(key).initialSequenceNumber({ ...flowOf(ATTACKER, 1024), ...flow }, now);
    const numbers = [
      numberOf(keys[0]!, {}),
      numberOf(keys[1]!, {}),
      numberOf(keys[0]!, { localAddress: LOCAL + 1 }),
      numberOf(keys[0]!, { localPort: PORT + 1 }),
      numberOf(keys[0]!, { remoteAddress: ATTACKER + 1 }),
      numberOf(keys[0]!, { remotePort: 1025 }),
    ];
    expect(new Set(numbers).size).toBe(numbers.length);
    expect((numberOf(keys[0]!, {}, 2) - numberOf(keys[0]!, {}, 0)) >>> 0).toBe(2 * TICKS_PER_SECOND);
  });
});

describe('wrong acknowledgments in a handshake', () => {
  /** A half-open connection of a source, and the sequence number that it waits for. */
  function halfOpen(source: number = ATTACKER) {
    const stage = network({});
    stage.syn(source, REMOTE_PORT);
    const right = stage.collect()[0]! + 1;
    const try_ = (acknowledgment: number): void => stage.ack(source, REMOTE_PORT, acknowledgment);
    return { ...stage, right, try: try_ };
  }

  it('are refused twice, and the right one still counts', () => {
    const { try: attempt, right, opened, receive } = halfOpen();
    attempt(right + 1);
    attempt(right - 1);
    expect(receive().map(({ flags }) => flags)).toEqual([tcp.flag.RST, tcp.flag.RST]);
    attempt(right);
    expect(opened).toHaveLength(1);
  });

  it('end it with the third: only another SYN begins anew', () => {
    const { try: attempt, right, opened, receive, syn, ack, stack, collect } = halfOpen();
    for (const off of [1, 2, 3]) attempt(right + off);
    expect(stack.tcp.halfOpenCount).toBe(0);
    attempt(right);
    expect(receive().map(({ flags }) => flags)).toEqual(Array.from({ length: 4 }, () => tcp.flag.RST));
    expect(opened).toEqual([]);
    syn(ATTACKER, REMOTE_PORT);
    ack(ATTACKER, REMOTE_PORT, collect()[0]! + 1);
    expect(opened).toHaveLength(1);
  });

  it('in the name of one source make its handshakes forgeable for an hour, and those of others not', () => {
    const { opened, syn, ack, collect, clock } = network({});
    const handshake = (source: number): void => {
      syn(source, 3000 + opened.length);
      // As if the test stood on the path.
      const behavior = plainBehavior(TEST_SECRET);
      ack(
        source,
        3000 + opened.length,
        behavior.initialSequenceNumber(flowOf(source, 3000 + opened.length), clock.nowSeconds()) + 1,
      );
      collect();
    };
    for (let i = 0; i < 8; i++) {
      syn(FIRST_INNOCENT, 2000 + i);
      ack(FIRST_INNOCENT, 2000 + i, 1);
    }
    collect();
    handshake(FIRST_INNOCENT);
    handshake(FIRST_INNOCENT + 1);
    clock.advanceBy(3601);
    handshake(FIRST_INNOCENT);
    expect(opened.map(({ forgeable }) => forgeable)).toEqual([
      'weak-sequence-numbers',
      'no-link-address',
      'no-link-address',
    ]);
  });

  it('provoke a bounded number of resets, another one each second', () => {
    const { syn, ack, receivePackets, clock } = network({});
    const counts: number[] = [];
    for (let second = 0; second < 10; second++) {
      let resets = 0;
      for (let i = 0; i < 2000; i++) {
        const source = 0x0b00_0000 + second * 65_536 + i;
        syn(source, REMOTE_PORT);
        receivePackets();
        ack(source, REMOTE_PORT, 1);
        resets += receivePackets().length;
      }
      counts.push(resets);
      clock.advanceBy(1);
    }
    // Between half of a thousand and one and a half.
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(500);
    expect(Math.max(...counts)).toBeLessThanOrEqual(1500);
    expect(new Set(counts).size).toBeGreaterThan(5);
  });
});
