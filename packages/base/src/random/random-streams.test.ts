import { describe, expect, test } from 'vitest';
import { philox4x32 } from './philox.ts';
import { hashName, parseSeed, randomStreams } from './random-streams.ts';

const words = (stream: { nextUint32(): number }, count: number) =>
  Array.from({ length: count }, () => stream.nextUint32());

describe('randomStreams', () => {
  // Computed by an independent implementation of the three algorithms in arbitrary-precision integers.
  // A change here changes every published result: it must be meant, and said in the changelog.
  test('pins the first words of a stream', () => {
    expect(words(randomStreams('0').stream(''), 4)).toEqual([3012698895, 497864095, 1480622538, 3311345747]);
    expect(words(randomStreams('42').stream('scan/targets'), 4)).toEqual([
      734658494, 1892370498, 844227525, 2594289452,
    ]);
    expect(words(randomStreams('18446744073709551615').stream('härmless ✓', 2 ** 53 - 1), 4)).toEqual([
      4246734873, 222294526, 1284405044, 1561228467,
    ]);
  });

  test('derives the state as one Philox block: seed for key, hash and replicate for counter', () => {
    const replicate = 5 * 2 ** 32 + 7;
    const [hashLow, hashHigh] = hashName('scan/targets');
    const block = new Uint32Array(4);
    philox4x32([hashLow, hashHigh, 7, 5], [0x89abcdef, 0x01234567], block);
    const streams = randomStreams(String(0x0123456789abcdefn));
    expect(streams.stream('scan/targets', replicate).state).toEqual(block);
  });

  test('gives the same stream again, whatever was drawn in between', () => {
    const streams = randomStreams('7');
    const first = words(streams.stream('a', 3), 10);
    words(streams.stream('b'), 100);
    expect(words(streams.stream('a', 3), 10)).toEqual(first);
    expect(words(randomStreams('007').stream('a', 3), 10)).toEqual(first);
  });

  test('leaves out replicate for 0', () => {
    const streams = randomStreams('7');
    expect(streams.stream('a').state).toEqual(streams.stream('a', 0).state);
  });

  test('gives each seed, name and replicate a state of its own', () => {
    const states = new Set<string>();
    for (const seed of ['0', '1', '2', String(2n ** 32n), String(2n ** 64n - 1n)]) {
      for (const name of ['', 'a', 'b', 'ab', 'ba', 'aa', 'scan', 'scan/']) {
        for (const replicate of [0, 1, 2, 999, 2 ** 32, 2 ** 32 + 1, 2 ** 53 - 1]) {
          states.add(randomStreams(seed).stream(name, replicate).state.join());
        }
      }
    }
    expect(states.size).toBe(5 * 8 * 7);
  });

  // Neighbouring replicates share no bits beyond chance: 128,000 fair bits lie within 4.75 standard errors of half.
  test('differs in half of all bits between neighbouring replicates', () => {
    const streams = randomStreams('1');
    let differing = 0;
    for (let replicate = 0; replicate < 1000; replicate++) {
      const a = streams.stream('x', replicate).state;
      const b = streams.stream('x', replicate + 1).state;
      a.forEach((word, i) => {
        for (let bits = (word ^ b[i]!) >>> 0; bits > 0; bits >>>= 1) differing += bits & 1;
      });
    }
    expect(Math.abs(differing - 64_000)).toBeLessThan(4.75 * Math.sqrt(128_000 / 4));
  });

  test.each([-1, 0.5, 2 ** 53, Number.NaN])('asserts against replicate %d', (replicate) => {
    expect(() => randomStreams('1').stream('x', replicate)).toThrow('replicate');
  });

  test('asserts against a seed that nobody parsed', () => {
    expect(() => randomStreams('x')).toThrow('seed');
    expect(() => randomStreams('-1')).toThrow('seed');
  });
});

describe('hashName', () => {
  // The FNV-1a 64-bit results that its authors publish.
  test.each([
    ['', 0xcbf29ce484222325n],
    ['a', 0xaf63dc4c8601ec8cn],
    ['foobar', 0x85944171f73967e8n],
  ])('of %j is the published one', (name, expected) => {
    expect(asBigInt(hashName(name))).toBe(expected);
  });

  test.each(['é', '✓', '🐛', 'wörm ✓ 🐛', 'x'.repeat(1000)])(
    'of %j agrees with 64-bit integers over UTF-8',
    (name) => {
      let hash = 0xcbf29ce484222325n;
      for (const octet of new TextEncoder().encode(name)) {
        hash = ((hash ^ BigInt(octet)) * 0x100000001b3n) & 0xffff_ffff_ffff_ffffn;
      }
      expect(asBigInt(hashName(name))).toBe(hash);
    },
  );

  test('distinguishes lone surrogates', () => {
    expect(hashName('\ud800')).not.toEqual(hashName('\ud801'));
  });

  const asBigInt = ([low, high]: readonly [number, number]) => (BigInt(high) << 32n) | BigInt(low);
});

describe('parseSeed', () => {
  test.each([
    ['0', '0'],
    ['007', '7'],
    [' 42 ', '42'],
    ['18446744073709551615', '18446744073709551615'],
  ])('reads %j as %s', (text, seed) => {
    expect(parseSeed(text)).toEqual({ ok: true, value: seed });
  });

  test.each(['', '-1', '1.5', '1e3', '0x10', 'seed', '18446744073709551616', '1_000'])(
    'refuses %j',
    (text) => {
      const result = parseSeed(text);
      expect(result.ok).toBe(false);
      if (!result.ok) expect(result.reason).toMatch(/^A seed is .*\.$/);
    },
  );
});
