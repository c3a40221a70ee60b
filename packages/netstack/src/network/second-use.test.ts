/**
 * What the network layer remembers of strangers is bounded, so each place is used again: by another source, in another second,
 * after an eviction. Whatever was there before, the newcomer finds what it would find in an object that is new.
 */
import { RandomStream } from '@wormwood/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ipPacket, LOCAL } from '../stack-test-support.ts';
import { HandshakeGuesses } from '../transport/tcp/handshake-guesses.ts';
import { AddressClaims } from './address-claims.ts';
import { IdentificationCounters } from './identification.ts';
import { QuestionBudget } from './question-budget.ts';
import { PacketContext } from './packet-context.ts';
import { pieceOfIpv4, wholeIpv4 } from './fragments.ts';
import { Reassembly } from './reassembly.ts';
import { ReplyLimiter } from './reply-limiter.ts';
import { RUNS, SEED, START } from './second-use-test-support.ts';

const stream = (): RandomStream => new RandomStream([SEED, 1, 2, 3]);

interface Fragment {
  readonly source: number;
  readonly identification: number;
  readonly block: number;
  readonly blocks: number;
  readonly isLast: boolean;
  readonly policy: 'old' | 'new';
  readonly filling: number;
  readonly seconds: number;
}

const fragment: fc.Arbitrary<Fragment> = fc.record({
  source: fc.constantFrom(0x0b00_0001, 0x0b00_0002, 0x0b00_0003),
  identification: fc.constantFrom(1, 2),
  block: fc.constantFrom(0, 0, 1, 2, 700),
  blocks: fc.constantFrom(1, 1, 2),
  isLast: fc.boolean(),
  policy: fc.constantFrom('old', 'new'),
  filling: fc.nat(255),
  seconds: fc.constantFrom(0, 0, 0, 1, 16),
});

/** What was given up for its age is reported; here nobody listens. */
function add(
  table: Reassembly,
  packet: Uint8Array,
  now: number = START,
  policy: 'old' | 'new' = 'old',
): Uint8Array | null {
  const context = new PacketContext();
  context.bytes = packet;
  context.end = packet.length;
  context.nowSeconds = now;
  table.expire(now, () => undefined);
  const made = table.add(context, pieceOfIpv4(context), policy);
  return made && wholeIpv4(made.first, made.payload);
}

describe('packets in the making', () => {
  /** Three packets at most, and at most two of the short ones beside a long one. */
  const make = (): Reassembly => new Reassembly(7, { packets: 3, bytes: 16_000 });
  const play = (tables: readonly Reassembly[], start: number, fragments: readonly Fragment[]) => {
    let now = start;
    const seen = tables.map((): unknown[] => []);
    for (const { source, identification, block, blocks, isLast, policy, filling, seconds } of fragments) {
      now += seconds;
      const words = { identification, fragmentOffset: 8 * block, moreFragments: !isLast };
      const packet = ipPacket(17, new Uint8Array(8 * blocks).fill(filling), source, words);
      tables.forEach((table, i) =>
        seen[i]!.push([add(table, packet, now, policy), table.size, table.heldBytes]),
      );
    }
    return { now, seen };
  };

  it(`are put together in a used table as in a new one; seed ${SEED}`, () => {
    const happened = { whole: 0, crowded: 0 };
    fc.assert(
      fc.property(
        fc.array(fragment, { maxLength: 25 }),
        fc.array(fragment, { maxLength: 12 }),
        (before, last) => {
          const [used, fresh] = [make(), make()];
          const { now, seen } = play([used], START, before);
          for (const [whole, size] of seen[0] as [Uint8Array | null, number][]) {
            if (whole !== null) happened.whole++;
            if (size === 3) happened.crowded++;
          }
          // Nobody comes for half a minute: what was begun is given up when the next fragment comes.
          const traces = play([used, fresh], now + 31, last).seen;
          expect(traces[0]).toEqual(traces[1]);
        },
      ),
      RUNS,
    );
    expect(Math.min(happened.whole, happened.crowded)).toBeGreaterThan(50);
  });

  it('that were evicted leave nothing: the same packet, sent again, is made of its new pieces alone', () => {
    const table = make();
    const piece = (
      source: number,
      identification: number,
      offset: number,
      isLast: boolean,
      filling: number,
    ) =>
      add(
        table,
        ipPacket(17, new Uint8Array(8).fill(filling), source, {
          identification,
          fragmentOffset: offset,
          moreFragments: !isLast,
        }),
      );
    for (let round = 0; round < 1000; round++) {
      expect(piece(1, round, 0, false, 1)).toBeNull();
      // Three more of the same source: the first is gone.
      for (let i = 1; i <= 3; i++) piece(1, round + 1000 * i, 0, false, 1);
      expect(table.size).toBe(3);
      expect(piece(1, round, 8, true, 2)).toBeNull();
      expect(piece(1, round, 0, false, 3)?.subarray(20)).toEqual(
        Uint8Array.of(...Array(8).fill(3), ...Array(8).fill(2)),
      );
    }
  });

  it('hold as much as they may, and not an octet more', () => {
    // A buffer of 4 KiB, a bit for each of its octets, and what a packet costs besides.
    const each = 4096 + 4096 / 8 + 512;
    for (const missing of [0, 1]) {
      const bytes = 3 * each - missing;
      const table = new Reassembly(5, { bytes, seconds: 30 });
      for (let identification = 1; identification <= 10; identification++) {
        const words = { identification, fragmentOffset: 8, moreFragments: true };
        add(table, ipPacket(17, new Uint8Array(8), identification, words));
        const count = Math.min(identification, 3 - missing);
        expect([table.size, table.heldBytes]).toEqual([count, count * each]);
      }
    }
  });

  it('that are whole, or can never be, are forgotten at once', () => {
    const table = make();
    const piece = (offset: number, isLast: boolean): Uint8Array | null => {
      const words = { identification: 5, fragmentOffset: offset, moreFragments: !isLast };
      return add(table, ipPacket(17, new Uint8Array(8), 1, words));
    };
    for (let round = 0; round < 4; round++) {
      expect([piece(0, false), piece(8, true)?.length, table.size, table.heldBytes]).toEqual([
        null,
        36,
        0,
        0,
      ]);
      // A piece beyond the end: nothing of the packet remains, so its end alone makes nothing whole.
      expect([piece(0, false), piece(16, true), piece(24, false), table.size, table.heldBytes]).toEqual([
        null,
        null,
        null,
        0,
        0,
      ]);
    }
  });
});

const untagged = (address: number) => ({ address, vlan: 0, tags: new Uint8Array(0) });

describe('addresses that are asked for', () => {
  const step = fc.record({ isNoted: fc.boolean(), seconds: fc.constantFrom(0, 0.2, 0.5, 1, 700) });

  it(`are claimed anew when another machine has left them; seed ${SEED}`, () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), fc.array(step, { maxLength: 8 }), (before, last) => {
        const asked = [0, 0];
        const used = new AddressClaims<number>({ askFirst: true, ask: () => asked[0]!++ });
        const fresh = new AddressClaims<number>({ askFirst: true, ask: () => asked[1]!++ });
        let now = START;
        used.isOurs(untagged(LOCAL), now);
        for (const { isNoted, seconds } of before) {
          now += seconds;
          if (isNoted) used.note(untagged(LOCAL), now);
          used.isOurs(untagged(LOCAL), now);
        }
        used.note(untagged(LOCAL), now);
        expect(used.isOurs(untagged(LOCAL), now + 599)).toBe(false);
        now += 600;
        asked[0] = 0;
        for (const { isNoted, seconds } of [{ isNoted: false, seconds: 0 }, ...last]) {
          now += seconds;
          for (const claims of [used, fresh]) if (isNoted) claims.note(untagged(LOCAL), now);
          expect(used.isOurs(untagged(LOCAL), now)).toBe(fresh.isOurs(untagged(LOCAL), now));
          expect(asked[0]).toBe(asked[1]);
        }
      }),
      RUNS,
    );
  });

  it('are asked for twice again once 65,536 others have come', () => {
    const asked: number[] = [];
    const claims = new AddressClaims<number>({ askFirst: true, ask: ({ address }) => asked.push(address) });
    const claimed = (address: number, now: number): boolean[] =>
      [0, 0.5, 1].map((after) => claims.isOurs(untagged(address), now + after));
    expect(claimed(LOCAL, START)).toEqual([false, false, true]);
    for (let i = 1; i < 65_536; i++) claims.isOurs(untagged(LOCAL + i), START + 2);
    expect(claims.isOurs(untagged(LOCAL), START + 3)).toBe(true);
    claims.isOurs(untagged(LOCAL - 1), START + 3);
    asked.length = 0;
    expect(claimed(LOCAL, START + 4)).toEqual([false, false, true]);
    expect(asked).toEqual([LOCAL, LOCAL]);
  });
});

describe('answers that are limited', () => {
  it(`to a source that was quiet for a second are as many as to a new one; seed ${SEED}`, () => {
    const gaps = fc.array(fc.constantFrom(0, 0, 0, 0.01, 0.1, 0.3), { maxLength: 40 });
    fc.assert(
      fc.property(gaps, gaps, (before, last) => {
        // In all there is no limit that a source could reach.
        const rates = { perSource: 4, inAll: 10_000 };
        const [used, fresh] = [new ReplyLimiter(rates, stream()), new ReplyLimiter(rates, stream())];
        let now = START;
        for (const gap of before) used.allows(LOCAL, (now += gap));
        now += 1;
        for (const gap of last) {
          now += gap;
          expect(used.allows(LOCAL, now)).toBe(fresh.allows(LOCAL, now));
        }
      }),
      RUNS,
    );
  });

  it('of a used bucket are four a second, however they are asked for', () => {
    const limiter = new ReplyLimiter({ perSource: 4, inAll: 10_000 }, stream());
    const sent = (now: number, gap: number): number => {
      let count = 0;
      for (let i = 0; i < 1 / gap; i++) if (limiter.allows(LOCAL, now + i * gap)) count++;
      return count;
    };
    // Powers of two, so that nothing is rounded: four at once, then one each quarter of a second.
    expect([0, 1, 2, 3].map((second) => sent(START + second, 1 / 64))).toEqual([7, 4, 4, 4]);
  });

  it('in all begin anew with each second, and the second before leaves nothing', () => {
    const limiter = new ReplyLimiter({ perSource: 1, inAll: 50 }, stream());
    let source = 0;
    const sent = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((second) => {
      let count = 0;
      for (let i = 0; i < 400; i++) if (limiter.allows(++source * 97, START + second)) count++;
      return count;
    });
    for (const count of sent) {
      expect(count).toBeGreaterThanOrEqual(25);
      expect(count).toBeLessThanOrEqual(75);
    }
    expect(new Set(sent).size).toBeGreaterThan(3);
  });
});

describe('guesses at handshakes', () => {
  it(`are forgotten an hour after the first; seed ${SEED}`, () => {
    const note = fc.record({
      source: fc.constantFrom(1, 2),
      at: fc.nat(3599),
      count: fc.constantFrom(1, 4, 8, 300),
    });
    fc.assert(
      fc.property(
        fc.array(note, { minLength: 1, maxLength: 6 }),
        fc.array(note, { maxLength: 4 }),
        (before, last) => {
          const [used, fresh] = [new HandshakeGuesses(5), new HandshakeGuesses(5)];
          const times = before.toSorted((a, b) => a.at - b.at);
          const sums = new Map<number, number>();
          for (const { source, at, count } of times) {
            for (let i = 0; i < count; i++) used.note(source, START + at);
            sums.set(source, (sums.get(source) ?? 0) + count);
            expect(used.areMany(source, START + at)).toBe(sums.get(source)! >= 8);
          }
          const now = START + times[0]!.at + 3600;
          for (const { source, count, at } of last) {
            for (const guesses of [used, fresh]) {
              for (let i = 0; i < count; i++) guesses.note(source, now + at / 100);
            }
            for (const each of [1, 2])
              expect(used.areMany(each, now + 36)).toBe(fresh.areMany(each, now + 36));
          }
          expect([1, 2].map((each) => used.areMany(each, now))).toEqual(
            [1, 2].map((each) => fresh.areMany(each, now)),
          );
        },
      ),
      RUNS,
    );
  });

  it('of one source are counted up to 255, and one more is not a new beginning', () => {
    const guesses = new HandshakeGuesses(5);
    for (let count = 1; count <= 600; count++) {
      guesses.note(1, START);
      expect(guesses.areMany(1, START)).toBe(count >= 8);
    }
  });

  it('of all sources raise doubt about everybody for the hour, and about nobody after it', () => {
    const guesses = new HandshakeGuesses(5);
    for (let hour = 0; hour < 3; hour++) {
      const now = START + 3600 * hour;
      for (let i = 0; i < 65_535; i++) guesses.note(i * 65_537, now);
      expect(guesses.areMany(1, now)).toBe(false);
      guesses.note(2, now);
      expect([guesses.areMany(1, now), guesses.areMany(1, now + 3599)]).toEqual([true, true]);
    }
    expect(guesses.areMany(1, START + 3 * 3600)).toBe(false);
  });
});

it(`identifications of a pair begin at a number drawn anew, and go on until another pair takes the place; seed ${SEED}`, () => {
  const counters = new IdentificationCounters(stream());
  const [draws, order] = [stream(), new RandomStream([SEED, 9, 9, 9])];
  // The draw of the places.
  draws.nextUint32();
  const last = new Map<number, number>();
  const happened = { continued: 0, displaced: 0, foreign: 0 };
  for (let i = 0; i < 60_000; i++) {
    const pair = order.nextBelow(6000);
    const identify = (): number =>
      counters.next(0x0a00_0000 + (pair >> 6), 0xc000_0000 + (pair & 31), (pair >> 5) & 1);
    const [before, value] = [last.get(pair), identify()];
    // By chance, one of 65,536 new numbers is the next one: then no draw is missed by looking at it first.
    if (before !== undefined && value === ((before + 1) & 0xffff)) happened.continued++;
    else {
      if (value !== draws.nextUint32() >>> 16) happened.foreign++;
      if (before !== undefined) happened.displaced++;
    }
    const next = identify();
    if (next !== ((value + 1) & 0xffff)) happened.foreign++;
    last.set(pair, next);
  }
  expect(happened.foreign).toBe(0);
  expect(Math.min(happened.continued, happened.displaced)).toBeGreaterThan(5000);
});

it(`questions of a second are as many as in the first one, whoever asked before; seed ${SEED}`, () => {
  const step = fc.record({ linkAddress: fc.nat(30), count: fc.constantFrom(1, 5, 9) });
  const steps = fc.array(step, { maxLength: 40 });
  fc.assert(
    fc.property(steps, steps, fc.constantFrom(1, 2, 3600), (before, last, seconds) => {
      const [used, fresh] = [new QuestionBudget(stream()), new QuestionBudget(stream())];
      const take = (budget: QuestionBudget, list: typeof last, now: number): boolean[] =>
        list.flatMap(({ linkAddress, count }) =>
          Array.from({ length: count }, () => budget.take(linkAddress * 2 ** 32 + linkAddress, now)),
        );
      const taken = take(used, before, START).filter(Boolean).length;
      expect(taken).toBeLessThanOrEqual(100);
      expect(take(used, last, START + seconds + 0.5)).toEqual(take(fresh, last, START + seconds + 0.5));
    }),
    RUNS,
  );
});
