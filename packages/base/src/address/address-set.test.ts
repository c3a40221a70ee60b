import { describe, expect, test } from 'vitest';
import { AddressSet } from './address-set.ts';
import { formatCidr, parseCidr } from './ipv4.ts';

const cidr = (text: string) => {
  const result = parseCidr(text);
  if (!result.ok) expect.fail(result.reason);
  return result.value;
};

describe('an address set', () => {
  test('joins ranges that overlap or touch, whatever their order', () => {
    const set = AddressSet.fromRanges([
      { first: 20, last: 30 },
      { first: 1, last: 3 },
      { first: 4, last: 5 },
      { first: 25, last: 26 },
    ]);
    expect([...set.ranges()]).toEqual([
      { first: 1, last: 5 },
      { first: 20, last: 30 },
    ]);
    expect(set.size).toBe(16);
    expect(set.rangeCount).toBe(2);
    expect([set.at(0), set.at(4), set.at(5), set.at(15)]).toEqual([1, 5, 20, 30]);
    expect([set.indexOf(5), set.indexOf(6), set.indexOf(20)]).toEqual([4, -1, 5]);
  });

  test('of nothing is empty', () => {
    expect(AddressSet.empty.size).toBe(0);
    expect(AddressSet.empty.contains(0)).toBe(false);
    expect(AddressSet.empty.toCidrs()).toEqual([]);
    expect(AddressSet.empty.complement().size).toBe(2 ** 32);
    expect(() => AddressSet.empty.at(0)).toThrow('index 0');
  });

  test('of IPv4 blocks gives them back', () => {
    const blocks = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'];
    const set = AddressSet.fromCidrs(blocks.map(cidr));
    expect(set.size).toBe(2 ** 24 + 2 ** 20 + 2 ** 16);
    expect(set.toCidrs().map(formatCidr)).toEqual(blocks);
  });

  // Computed by hand from RFC 4632: each block ends where alignment or the range demands.
  test('covers a crooked range with the fewest blocks', () => {
    const set = AddressSet.fromRanges([{ first: 0x0a000001, last: 0x0a00000a }]);
    expect(set.toCidrs().map(formatCidr)).toEqual([
      '10.0.0.1/32',
      '10.0.0.2/31',
      '10.0.0.4/30',
      '10.0.0.8/31',
      '10.0.0.10/32',
    ]);
  });

  test('holds the whole IPv4 space and the upper half of it', () => {
    const all = AddressSet.fromCidrs([cidr('0.0.0.0/0')]);
    expect(all.size).toBe(2 ** 32);
    expect(all.at(2 ** 32 - 1)).toBe(2 ** 32 - 1);
    expect(all.complement().size).toBe(0);
    expect(all.difference(AddressSet.fromCidrs([cidr('0.0.0.0/1')])).toCidrs()).toEqual([
      cidr('128.0.0.0/1'),
    ]);
  });

  test('works up to 2^53', () => {
    const last = 2 ** 53 - 1;
    const all = AddressSet.fromRanges([{ first: 0, last }]);
    expect(all.size).toBe(2 ** 53);
    expect(all.at(last)).toBe(last);
    const hole = { first: 2 ** 52 + 1, last: 2 ** 52 + 1 };
    const punched = all.difference(AddressSet.fromRanges([hole]));
    expect(punched.size).toBe(last);
    expect(punched.contains(hole.first)).toBe(false);
    expect(punched.at(hole.first)).toBe(hole.first + 1);
    expect(punched.indexOf(last)).toBe(last - 1);
    expect([...punched.complement({ first: 0, last }).ranges()]).toEqual([hole]);
  });

  test.each([Number.NaN, -1, 0.5, 1.5, Infinity, 2 ** 53])('does not contain %d', (address) => {
    const all = AddressSet.fromRanges([{ first: 0, last: 2 ** 53 - 1 }]);
    expect(all.contains(address)).toBe(false);
    expect(all.indexOf(address)).toBe(-1);
  });

  test.each([
    { first: 5, last: 4 },
    { first: -1, last: 4 },
    { first: 0.5, last: 4 },
    { first: 0, last: 2 ** 53 },
  ])('asserts against the range $first..$last', (range) => {
    expect(() => AddressSet.fromRanges([range])).toThrow('range');
  });

  test('asserts against blocks for what is not IPv4', () => {
    expect(() => AddressSet.fromRanges([{ first: 0, last: 2 ** 32 }]).toCidrs()).toThrow('IPv4');
  });
});
