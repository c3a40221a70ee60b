import { expect, test } from 'vitest';
import { philox4x32 } from './philox.ts';

// The rows `philox4x32 10` of kat_vectors in the Random123 distribution, as hexadecimal words.
const KNOWN_ANSWERS = [
  {
    name: 'all zero',
    counter: '00000000 00000000 00000000 00000000',
    key: '00000000 00000000',
    block: '6627e8d5 e169c58d bc57ac4c 9b00dbd8',
  },
  {
    name: 'all ones',
    counter: 'ffffffff ffffffff ffffffff ffffffff',
    key: 'ffffffff ffffffff',
    block: '408f276d 41c83b0e a20bc7c6 6d5451fd',
  },
  {
    name: 'digits of pi',
    counter: '243f6a88 85a308d3 13198a2e 03707344',
    key: 'a4093822 299f31d0',
    block: 'd16cfe09 94fdcceb 5001e420 24126ea1',
  },
];

test.each(KNOWN_ANSWERS)('the published block of $name', ({ counter, key, block }) => {
  const [c0 = 0, c1 = 0, c2 = 0, c3 = 0] = words(counter);
  const [k0 = 0, k1 = 0] = words(key);
  const out = new Uint32Array(4);
  philox4x32([c0, c1, c2, c3], [k0, k1], out);
  expect([...out]).toEqual(words(block));
});

function words(text: string): number[] {
  return text.split(' ').map((word) => Number.parseInt(word, 16));
}
