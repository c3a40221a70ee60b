// Addresses for decoys: what scanners of IPv6 try, and nothing that a host could not have.
import { parseCidr, randomStreams } from '@wormwood/base';
import { formatIpv6, isInIpv6Prefix, isIpv6Martian, parseIpv6Prefix } from '@wormwood/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COMMON_VENDORS, ethernetAddresses } from './config/ethernet-address.ts';
import { type DecoyOptions, decoyAddresses } from './decoy-addresses.ts';

const seed = Number(process.env['WORMWOOD_SEED'] ?? 7707);

function prefixOf(text: string): DecoyOptions['prefix'] {
  const parsed = parseIpv6Prefix(text);
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.value;
}

function decoysOf(
  prefix: DecoyOptions['prefix'],
  count: number,
  change: Partial<DecoyOptions> = {},
): ReturnType<typeof decoyAddresses> {
  const stream = randomStreams(String(seed)).stream('test/decoys');
  return decoyAddresses({ prefix, count, ipv4: [], vendors: COMMON_VENDORS, stream, ...change });
}

const texts = ({ decoys }: ReturnType<typeof decoyAddresses>): readonly string[] =>
  decoys.map(({ address }) => formatIpv6(address));

describe('decoys of a subnet', () => {
  it('begin with small numbers, ports and words', () => {
    const found = texts(decoysOf(prefixOf('2001:db8:1::/64'), 40));
    for (const expected of ['::1', '::2', '::10', '::443', '::1bb', '::cafe'])
      expect(found).toContain(`2001:db8:1${expected}`);
  });

  it('contain every pattern once they are many, and say how much of each', () => {
    const network = parseCidr('192.0.2.0/28');
    if (!network.ok) throw new Error(network.reason);
    const { decoys, cover } = decoysOf(prefixOf('2001:db8::/64'), 400, { ipv4: [network.value] });
    const found = decoys.map(({ address }) => formatIpv6(address));
    // 192.0.2.1 as the last 32 bits, and digit by digit (RFC 7707 4.1.2.1).
    expect(found).toContain('2001:db8::c000:201');
    expect(found).toContain('2001:db8::192:0:2:1');
    const covered = new Map(
      cover.map(({ pattern, proposed, candidates }) => [pattern, { proposed, candidates }]),
    );
    expect(covered.get('low-byte')).toEqual({ proposed: 255, candidates: 255 });
    expect(covered.get('embedded-ipv4')).toEqual({ proposed: 28, candidates: 28 });
    expect(covered.get('eui-64')?.candidates).toBe(COMMON_VENDORS.length * 2 ** 24);
    expect(decoys).toHaveLength(400);
    expect(new Set(decoys.map(({ pattern }) => pattern)).size).toBe(5);
  });

  it('made of an Ethernet address answer with that one', () => {
    const { decoys } = decoysOf(prefixOf('2001:db8::/64'), 600);
    const macOf = ethernetAddresses('no such vendor', COMMON_VENDORS, [1, 2]);
    const makers = new Set(COMMON_VENDORS.map(({ prefix }) => prefix));
    const cards = decoys.filter(({ pattern }) => pattern === 'eui-64');
    expect(cards.length).toBeGreaterThan(0);
    for (const { address } of cards) expect(makers).toContain(Math.floor(macOf(address) / 2 ** 24));
  });

  it('are fewer than asked for where there are no more', () => {
    const { decoys } = decoysOf(prefixOf('2001:db8::/126'), 10);
    expect(decoys.map(({ address }) => formatIpv6(address))).toEqual([
      '2001:db8::1',
      '2001:db8::2',
      '2001:db8::3',
    ]);
  });

  it('of a longer list begin with those of a shorter one', () => {
    const prefix = prefixOf('2001:db8::/48');
    expect(texts(decoysOf(prefix, 300)).slice(0, 100)).toEqual(texts(decoysOf(prefix, 100)));
  });
});

it(`decoys are different, inside of their prefix, and no router's (WORMWOOD_SEED=${seed})`, () => {
  const prefixes = fc
    .record({
      high: fc.bigInt({ min: 0n, max: 2n ** 61n - 1n }),
      low: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      length: fc.integer({ min: 3, max: 127 }),
    })
    .map(({ high, low, length }) => {
      const shift = BigInt(128 - length);
      const address = (1n << 125n) | (high << 64n) | low;
      return { first: (address >> shift) << shift, length };
    });
  fc.assert(
    fc.property(prefixes, fc.integer({ min: 1, max: 3000 }), (prefix, count) => {
      const { decoys } = decoysOf(prefix, count);
      expect(new Set(decoys.map(({ address }) => address)).size).toBe(decoys.length);
      if (prefix.length <= 64) expect(decoys).toHaveLength(count);
      for (const { address } of decoys) {
        expect(isInIpv6Prefix(prefix, address) && !isIpv6Martian(address)).toBe(true);
        expect(address).not.toBe(prefix.first);
      }
    }),
    { seed, numRuns: 60 },
  );
});
