import { writeIpv6Address } from '@wormwood/wire';
import { expect, it } from 'vitest';
import { AddressNames } from './address-names.ts';

const IPV6_ADDRESS_LENGTH = 16;
/** More than are remembered with their hashes, so that they displace each other. */
const ADDRESSES = 5000;
const octets = new Uint8Array(ADDRESSES * IPV6_ADDRESS_LENGTH);
const addresses = Array.from({ length: ADDRESSES }, (_, i) => {
  const address = (0x2001_0db8n << 96n) | (BigInt(i % 7) << 64n) | (BigInt(i * 0x9e37) << 16n) | BigInt(i);
  writeIpv6Address(octets, i * IPV6_ADDRESS_LENGTH, address);
  return address;
});

it('an address that comes again is itself, whatever addresses came between', () => {
  const names = AddressNames.seeded(1);
  for (let round = 0; round < 3; round++)
    for (let i = 0; i < ADDRESSES; i++) {
      const word = names.holdOctets(octets, i * IPV6_ADDRESS_LENGTH);
      expect(names.addressOf(word)).toBe(addresses[i]);
      names.release(word);
    }
  expect(names.size).toBe(0);
});

it('an address whose place was taken while it was held leaves the memory of the other alone', () => {
  const names = AddressNames.seeded(1);
  const words = addresses.map((_, i) => names.holdOctets(octets, i * IPV6_ADDRESS_LENGTH));
  // The last one of a place is remembered: those before it are asked for after it.
  for (let i = ADDRESSES - 1; i >= 0; i--) expect(names.addressOf(words[i]!)).toBe(addresses[i]);
  words.forEach((word) => names.release(word));
  for (let i = ADDRESSES - 1; i >= 0; i--)
    expect(names.addressOf(names.holdOctets(octets, i * IPV6_ADDRESS_LENGTH))).toBe(addresses[i]);
});
