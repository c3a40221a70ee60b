import type { IpAddress } from '@wormwood/wire';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { AddressNames } from './address-names.ts';

/** Addresses of both protocols, among them those that are written alike. */
const addresses: readonly IpAddress[] = [
  0,
  0x0a00_0001,
  0xefff_ffff,
  0xf000_0000,
  0xf000_0001,
  0xffff_ffff,
  0n,
  0xf000_0001n,
  0xffff_0a00_0001n,
  ...Array.from({ length: 100 }, (_, i) => (0x2001_0db8n << 96n) | (BigInt(i % 10) << 64n) | BigInt(i)),
];

it('names are those of their addresses for as long as somebody holds them, and no more than are held', () => {
  const action = fc.record({ kind: fc.constantFrom('hold', 'again', 'release'), pick: fc.nat() });
  fc.assert(
    fc.property(fc.array(action, { maxLength: 400 }), fc.integer(), (actions, seed) => {
      const names = AddressNames.seeded(seed);
      const held: { readonly word: number; readonly address: IpAddress }[] = [];
      const kept = new Map<IpAddress, readonly number[]>();
      for (const { kind, pick } of actions) {
        const address = addresses[pick % addresses.length]!;
        const other = held[pick % Math.max(1, held.length)];
        if (kind === 'hold') held.push({ word: names.hold(address), address });
        if (kind === 'again' && other !== undefined) {
          names.holdAgain(other.word);
          held.push(other);
        }
        if (kind === 'release' && other !== undefined) {
          names.release(other.word);
          held.splice(held.indexOf(other), 1);
        }
        expect(new Set(held.map((each) => each.word)).size).toBe(
          new Set(held.map((each) => each.address)).size,
        );
        for (const each of held) {
          expect(names.addressOf(each.word)).toBe(each.address);
          expect(names.find(each.address)).toBe(each.word);
          const short = [names.digestOf(each.word), names.shareOf(each.word)];
          // What stands for an address stays the same, though its name may change.
          expect(kept.get(each.address) ?? short).toEqual(short);
          kept.set(each.address, short);
        }
        const named = held.filter((each) => typeof each.address === 'bigint' || each.address >= 0xf000_0000);
        expect(names.size).toBe(new Set(named.map((each) => each.address)).size);
      }
    }),
    { numRuns: 150 },
  );
});

it('one network of 64 bits has one share', () => {
  const names = AddressNames.seeded(1);
  const shareOf = (address: bigint): number => names.shareOf(names.hold(address));
  const first = 0x2001_0db8_0000_0001n << 64n;
  expect(shareOf(first + 1n)).toBe(shareOf(first + (1n << 63n)));
  expect(shareOf(first + 1n)).not.toBe(shareOf(first + (1n << 64n)));
});
