/** VLANs as numbers: two frames are of one VLAN exactly when their numbers are equal (IEEE 802.1Q). */
import { expect, it } from 'vitest';
import { copyTags, tagsOf, vlanOf } from './vlan.ts';

const START = 2;

/** An Ethernet header with these tags, in the middle of other octets: its octets and its end. */
function header(tags: readonly (readonly [type: number, tci: number])[]): [Uint8Array, number] {
  const words = [...tags.flat(), 0x0800];
  const macs = Array.from({ length: 12 }, () => 0xaa);
  const octets = [0xff, 0xff, ...macs, ...words.flatMap((word) => [word >> 8, word & 0xff]), 0xff, 0xff];
  return [Uint8Array.from(octets), START + 14 + 4 * tags.length];
}
const vlan = (...tags: (readonly [number, number])[]): number => {
  const [octets, end] = header(tags);
  return vlanOf(octets, START, end);
};
const C = 0x8100;
const S = 0x88a8;

it('a tag is its VID, whatever its priority; one of priority alone is none', () => {
  expect([vlan(), vlan([C, 0]), vlan([C, 0xe000]), vlan([C, 5]), vlan([C, 0xf005]), vlan([C, 4095])]).toEqual(
    [0, 0, 0, 5, 5, 4095],
  );
});

it('service tags and several tags are VLANs of their own', () => {
  const all = [
    vlan([C, 1]),
    vlan([C, 4095]),
    vlan([S, 1]),
    vlan([S, 4095]),
    vlan([C, 1], [C, 1]),
    vlan([C, 1], [C, 2]),
    vlan([C, 2], [C, 1]),
    vlan([S, 1], [C, 2]),
    vlan([C, 1], [S, 2]),
    vlan([S, 1], [S, 2]),
    vlan([C, 1], [C, 1], [C, 1]),
    vlan([S, 4095], [S, 4095], [S, 4095]),
    vlan([S, 4095], [S, 4095], [S, 4094]),
  ];
  expect(new Set(all).size).toBe(all.length);
  expect(Math.min(...all.slice(2))).toBeGreaterThan(4095);
  expect(Math.max(...all)).toBeLessThanOrEqual(Number.MAX_SAFE_INTEGER);
  expect(vlan([C, 0], [C, 7])).toBe(7);
});

it('tags are copied as they stand, and made of a VID', () => {
  const [octets, end] = header([
    [S, 0x2001],
    [C, 0xe002],
  ]);
  expect([...copyTags(octets, START, end)]).toEqual([0x88, 0xa8, 0x20, 1, 0x81, 0, 0xe0, 2]);
  expect(copyTags(header([])[0], START, START + 14)).toHaveLength(0);
  expect([...tagsOf(0)]).toEqual([]);
  expect([...tagsOf(0x0123)]).toEqual([0x81, 0, 1, 0x23]);
});
