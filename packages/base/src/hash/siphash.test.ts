/**
 * SipHash-2-4 against the published vectors: octets 0, 1, 2 … under the key 00 01 … 0f, for lengths from 0 to 63 (Aumasson and
 * Bernstein, reference implementation; the one of length 15 is worked out in appendix A of the paper). OpenSSL's
 * `mac SIPHASH` gives the same.
 */
import { expect, it } from 'vitest';
import { randomStreams } from '../random/random-streams.ts';
import { SipHash, SIPHASH_KEY_LENGTH, siphashKeyOf } from './siphash.ts';

const VECTORS = `
  310e0edd47db6f72 fd67dc93c539f874 5a4fa9d909806c0d 2d7efbd796666785
  b7877127e09427cf 8da699cd64557618 cee3fe586e46c9cb 37d1018bf50002ab
  6224939a79f5f593 b0e4a90bdf82009e f3b9dd94c5bb5d7a a7ad6b22462fb3f4
  fbe50e86bc8f1e75 903d84c02756ea14 eef27a8e90ca23f7 e545be4961ca29a1
  db9bc2577fcc2a3f 9447be2cf5e99a69 9cd38d96f0b3c14b bd6179a71dc96dbb
  98eea21af25cd6be c7673b2eb0cbf2d0 883ea3e395675393 c8ce5ccd8c030ca8
  94af49f6c650adb8 eab8858ade92e1bc f315bb5bb835d817 adcf6b0763612e2f
  a5c91da7acaa4dde 716595876650a2a6 28ef495c53a387ad 42c341d8fa92d832
  ce7cf2722f512771 e37859f94623f3a7 381205bb1ab0e012 ae97a10fd434e015
  b4a31508beff4d31 81396229f0907902 4d0cf49ee5d4dcca 5c73336a76d8bf9a
  d0a704536ba93e0e 925958fcd6420cad a915c29bc8067318 952b79f3bc0aa6d4
  f21df2e41d4535f9 87577519048f53a9 10a56cf5dfcd9adb eb75095ccd986cd0
  51a9cb9ecba312e6 96afadfc2ce666c7 72fe52975a4364ee 5a1645b276d592a1
  b274cb8ebf87870a 6f9bb4203de7b381 eaecb2a30b22a87f 9924a43cc1315724
  bd838d3aafbf8db7 0b1a2a3265d51aea 135079a3231ce660 932b2846e4d70666
  e1915f5cb1eca46c f325965ca16d629f 575ff28e60381be5 724506eb4c328a95
`
  .trim()
  .split(/\s+/);

/** The hash of octets as the vectors write it: eight octets in little-endian order. */
function hexOf(hash: SipHash, octets: Uint8Array): string {
  const words = new Uint32Array(Math.ceil(octets.length / 4) + 1);
  octets.forEach((octet, i) => (words[i >> 2]! |= octet << (8 * (i & 3))));
  // What lies behind the message must not count.
  for (let i = octets.length; i < 4 * words.length; i++) words[i >> 2]! |= 0xa5 << (8 * (i & 3));
  hash.digest(words, octets.length);
  const view = new DataView(new ArrayBuffer(8));
  view.setUint32(0, hash.lower, true);
  view.setUint32(4, hash.upper, true);
  return Array.from(new Uint8Array(view.buffer), (octet) => octet.toString(16).padStart(2, '0')).join('');
}

const key = Uint8Array.from({ length: SIPHASH_KEY_LENGTH }, (_, i) => i);

it('gives the published hashes', () => {
  const hash = new SipHash(key);
  const hashes = VECTORS.map((_, length) =>
    hexOf(
      hash,
      Uint8Array.from({ length }, (__, i) => i),
    ),
  );
  expect(hashes).toEqual(VECTORS);
});

it('hashes four words as the 16 octets that they are', () => {
  // The vector of length 16, whose lower half is its first four octets.
  const lower = Number.parseInt(VECTORS[16]!.slice(0, 8).match(/../g)!.toReversed().join(''), 16);
  expect(new SipHash(key).ofWords(0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c)).toBe(lower);
});

it('refuses a key of another length', () => {
  expect(() => new SipHash(new Uint8Array(15))).toThrow('16 octets');
});

it('draws the same key from the same stream, and another from another', () => {
  const drawn = (name: string): Uint8Array => siphashKeyOf(randomStreams('1').stream(name));
  expect(drawn('a')).toEqual(drawn('a'));
  expect(drawn('a')).not.toEqual(drawn('b'));
});
