/**
 * A pseudo-random permutation of the addresses: a Feistel network over the least even number of bits that holds the
 * space, walked on until it falls into the space again (Black, Rogaway, "Ciphers with arbitrary finite domains",
 * CT-RSA 2002). Its rounds mix by two multiplications, which is random enough for an outbreak but not
 * cryptographically secure.
 */
import { mixWord } from '@wormwood/base';
import type { ScanSpace } from './scan-space.ts';
import type { Track } from './scan.ts';

/** Places of an even number of bits stay exact up to here. */
export const PERMUTED_ADDRESSES_MAX: number = 2 ** 52;
const ROUNDS = 4;
const GOLDEN = 0x9e3779b9;

/** Returns the track of all addresses in pseudo-random order. */
export function permutation({ firstAddress, addressSpaceSize: size, key }: ScanSpace): Track {
  const halfBits = Math.max(1, Math.ceil(Math.log2(size) / 2));
  const half = 2 ** halfBits;
  const mask = half - 1;
  const keys = Array.from({ length: ROUNDS }, (_, round) => mixWord(key ^ Math.imul(round + 1, GOLDEN)));
  const forth = (value: number): number => {
    let left = Math.floor(value / half);
    let right = value % half;
    for (let round = 0; round < ROUNDS; round++) {
      const next = left ^ (mixWord(right ^ keys[round]!) & mask);
      left = right;
      right = next;
    }
    return left * half + right;
  };
  const back = (value: number): number => {
    let left = Math.floor(value / half);
    let right = value % half;
    for (let round = ROUNDS - 1; round >= 0; round--) {
      const before = right ^ (mixWord(left ^ keys[round]!) & mask);
      right = left;
      left = before;
    }
    return left * half + right;
  };
  return {
    size,
    placeOf: (address) => {
      if (address < firstAddress || address >= firstAddress + size) return -1;
      let place = forth(address - firstAddress);
      while (place >= size) place = forth(place);
      return place;
    },
    addressAt: (place) => {
      let offset = back(place);
      while (offset >= size) offset = back(offset);
      return firstAddress + offset;
    },
  };
}
