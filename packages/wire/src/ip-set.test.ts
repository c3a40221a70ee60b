// Sets of addresses of both versions against a naive set of bigints.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatIpPrefix, type IpPrefix, parseIpPrefix } from './ip-prefix.ts';
import { IpSet, Ipv6Set } from './ip-set.ts';
import { parseIp } from './ipv6-address.ts';

const prefixOf = (text: string): IpPrefix => {
  const parsed = parseIpPrefix(text);
  if (!parsed.ok) expect.fail(parsed.reason);
  return parsed.value;
};
const setOf = (...texts: readonly string[]): IpSet => IpSet.of(texts.map(prefixOf));
const addressOf = (text: string) => {
  const parsed = parseIp(text);
  if (!parsed.ok) expect.fail(parsed.reason);
  return parsed.value;
};

/** Blocks within 64 addresses at a border that is awkward for numbers. */
const BITS = 6;
const origins = fc.constantFrom(0n, 2n ** 53n - 32n, (0x20010db8n << 96n) - 32n, 2n ** 128n - 64n);
const blocks = fc.array(
  fc.tuple(fc.integer({ min: 0, max: BITS - 1 }), fc.nat(63)).map(([bits, at]) => ({ bits, at })),
  { maxLength: 6 },
);

/** The blocks as the set takes them, aligned in the whole space, and all their members. */
function both(origin: bigint, all: readonly { readonly bits: number; readonly at: number }[]) {
  const members = new Set<bigint>();
  const prefixes = all.map(({ bits, at }) => {
    const first = ((origin + BigInt(at)) >> BigInt(bits)) << BigInt(bits);
    for (let i = 0n; i < 1n << BigInt(bits); i++) members.add(first + i);
    return { first, length: 128 - bits };
  });
  return { set: Ipv6Set.of(prefixes), members };
}

describe('a set of IPv6 addresses', () => {
  test('has the members, the size and the blocks that it was made of', () => {
    fc.assert(
      fc.property(origins, blocks, blocks, (origin, one, other) => {
        const [a, b] = [both(origin, one), both(origin, other)];
        const union = a.set.union(b.set);
        const all = new Set([...a.members, ...b.members]);
        expect(union.size).toBe(all.size);
        for (let at = origin < 32n ? 0n : origin - 32n; at < origin + 128n && at < 2n ** 128n; at++)
          expect(union.contains(at)).toBe(all.has(at));
        const again = union.prefixes();
        expect(again.reduce((sum, { length }) => sum + 2 ** (128 - length), 0)).toBe(all.size);
        expect(Ipv6Set.of(again).size).toBe(all.size);
        for (const { first, length } of again) {
          expect(union.covers({ first, length })).toBe(true);
          const isPart = again.every((block) => length === 0 || !isTwin(block, { first, length }));
          expect(isPart).toBe(true);
        }
        for (const { first, length } of b.set.prefixes()) {
          const inside = Array.from({ length: 2 ** (128 - length) }, (_, i) => first + BigInt(i));
          expect(a.set.meets({ first, length })).toBe(inside.some((each) => a.members.has(each)));
          expect(a.set.covers({ first, length })).toBe(inside.every((each) => a.members.has(each)));
        }
      }),
    );
  });

  test('counts the networks of 64 bits that it touches', () => {
    expect(setOf('2001:db8:20::/48').ipv6.networks).toBe(65_536);
    expect(setOf('2001:db8::1', '2001:db8::2', '2001:db8:0:1::/80').ipv6.networks).toBe(2);
    expect(Ipv6Set.empty.networks).toBe(0);
    expect(setOf('::/0').ipv6.networks).toBe(2 ** 64);
  });
});

/** Whether two blocks are the halves of a larger one. */
function isTwin(
  one: { readonly first: bigint; readonly length: number },
  other: { readonly first: bigint; readonly length: number },
): boolean {
  return one.length === other.length && (one.first ^ other.first) === 1n << BigInt(128 - one.length);
}

describe('a set of both versions', () => {
  const set = setOf('10.0.0.0/8', '2001:db8::/32', '10.255.0.0/16', '2001:db8:1::1');

  test('contains addresses of each, and none for a number that happens to be the same', () => {
    const asked = ['10.1.2.3', '11.0.0.0', '2001:db8:ffff::1', '2001:db9::', '::a01:203'];
    expect(asked.map((text) => set.contains(addressOf(text)))).toEqual([true, false, true, false, false]);
  });

  test('covers and meets blocks of each', () => {
    const asked = [
      '10.0.0.0/9',
      '8.0.0.0/6',
      '12.0.0.0/6',
      '2001:db8:5::/48',
      '2001:d00::/24',
      '2001:e00::/24',
    ];
    expect(asked.map((text) => set.covers(prefixOf(text)))).toEqual([true, false, false, true, false, false]);
    expect(asked.map((text) => set.meets(prefixOf(text)))).toEqual([true, true, false, true, true, false]);
  });

  test('is written as its blocks', () => {
    expect(set.prefixes().map(formatIpPrefix)).toEqual(['10.0.0.0/8', '2001:db8::/32']);
    expect(set.union(setOf('192.0.2.1')).prefixes().map(formatIpPrefix)).toEqual([
      '10.0.0.0/8',
      '192.0.2.1/32',
      '2001:db8::/32',
    ]);
    expect([IpSet.empty.isEmpty, set.isEmpty, setOf('::1').isEmpty]).toEqual([true, false, false]);
  });
});
