// IPv6 sources are judged by the tests of IPv4, each network of 64 bits as one, whatever door the observations come through.
import { AddressSet, randomStreams } from '@wormwood/base';
import { formatIpv6, type IpPrefix, IpSet, parseIpPrefix, parseIpv6 } from '@wormwood/wire';
import { describe, expect, it } from 'vitest';
import type { Observation } from '../observation.ts';
import { refuseVerdict } from '../respond/guard.ts';
import type { Verdict } from '../verdict.ts';
import { createDetector } from './detector.ts';
import type { Detector, DetectorOptions } from './detector-contract.ts';
import { KnownSources } from './known-sources.ts';

const ip = (text: string): bigint => {
  const parsed = parseIpv6(text);
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.value;
};
const prefixes = (...texts: readonly string[]): readonly IpPrefix[] =>
  texts.map((text) => {
    const parsed = parseIpPrefix(text);
    if (!parsed.ok) throw new Error(parsed.reason);
    return parsed.value;
  });
const setOf = (...texts: readonly string[]): IpSet => IpSet.of(prefixes(...texts));

const DARK = ip('2001:db8:1::');
const DARK_IPV4 = 0x0a01_0000;
const streams = randomStreams('1');

function detectorOf(options: Partial<DetectorOptions> = {}): Detector {
  const monitored = setOf('2001:db8:1::/64', '10.1.0.0/16');
  return createDetector({ streams, monitored, sourcesMax: 64, ...options });
}

/** The contact number `i` of a scanner that calls one address a second. */
function contact(source: bigint, i: number, given: Partial<Observation> = {}): Observation {
  return {
    timeSeconds: 1000 + i,
    kind: 'contact',
    protocol: 'tcp',
    source,
    destination: DARK + BigInt(i + 1),
    sourcePort: 50_000,
    destinationPort: 2323,
    payloadHash: null,
    payloadLength: 0,
    dark: true,
    linkAddress: null,
    forgeable: null,
    ...given,
  };
}

/** The verdicts on so many contacts, each followed by a handshake where `isAnswered`. */
function judge(
  detector: Detector,
  sourceAt: (i: number) => bigint,
  { count = 20, isAnswered = false, first = 0 } = {},
): readonly Verdict[] {
  const verdicts: Verdict[] = [];
  for (let i = first; i < first + count; i++) {
    for (const kind of isAnswered ? (['contact', 'handshake'] as const) : (['contact'] as const)) {
      const verdict = detector.observe(contact(sourceAt(i), i, { kind }));
      if (verdict !== null) verdicts.push(verdict);
    }
  }
  return verdicts;
}

describe('a scanner of IPv6', () => {
  const host = ip('2001:db8:5::9');

  it('is judged at the very contact at which one of IPv4 on a /16 is', () => {
    const detector = detectorOf();
    const contacts = (observe: (i: number) => Observation): number => {
      for (let i = 0; i < 100; i++) if (detector.observe(observe(i)) !== null) return i + 1;
      return Infinity;
    };
    const ofIpv6 = contacts((i) => contact(host, i));
    const ofIpv4 = contacts((i) => ({
      ...contact(host, i),
      source: 0xc633_6407,
      destination: DARK_IPV4 + 257 * i,
    }));
    expect(ofIpv6).toBe(15);
    expect(ofIpv4).toBe(ofIpv6);
    expect(detector.status()).toMatchObject({ verdicts: 2, sources: 2, observations: 30, unusable: 0 });
    expect(detector.ipv6Promise()).toEqual({ addresses: 15, secondsBetween: 65_536 });
  });

  it('is one source under the many addresses of its network, which are named', () => {
    // RFC 8981: a host takes new addresses of its network as it likes.
    const addresses = Array.from({ length: 5 }, (_, i) => ip(`2001:db8:5::${i + 1}:abcd`));
    const detector = detectorOf();
    const [verdict, ...more] = judge(detector, (i) => addresses[i % 5]!);
    expect(more).toEqual([]);
    expect(verdict).toMatchObject({
      source: addresses[4],
      prefix: '2001:db8:5::/64',
      addresses: addresses.map(formatIpv6),
      unforgeable: false,
      scanRatePerSecond: null,
    });
    expect(verdict?.evidence.map(({ text }) => text).join(' ')).toContain(
      `It was seen under 5 addresses of 2001:db8:5::/64: ${addresses.map(formatIpv6).join(', ')}.`,
    );
    expect(detector.explain(ip('2001:db8:5::77')).text).toMatch(/^2001:db8:5::\/64 scans;/);
    expect(detector.status().sources).toBe(1);
    // The control: as many addresses of as many networks are as many sources, and none of them is judged.
    const others = detectorOf();
    expect(judge(others, (i) => ip(`2001:db8:5:${i % 5}::1`))).toEqual([]);
    expect(others.status().sources).toBe(5);
  });

  it('keeps eight of the addresses, and says that there were others', () => {
    const [verdict] = judge(detectorOf(), (i) => host + BigInt(i));
    expect(verdict?.addresses).toHaveLength(8);
    expect(verdict?.evidence.at(-1)?.text).toMatch(/^It was seen under many addresses of .* and others\.$/);
  });

  it('is distinguished from its neighbours by its address where the dark addresses lie in its network', () => {
    const isBeside = detectorOf({ monitored: setOf('2001:db8:1::/72') });
    const neighbours = [ip('2001:db8:1:0:8000::1'), ip('2001:db8:1:0:8000::2')];
    expect(judge(isBeside, (i) => neighbours[i % 2]!)).toEqual([]);
    const [verdict] = judge(isBeside, () => neighbours[0]!, { first: 20 });
    expect(verdict).toMatchObject({ source: neighbours[0] });
    expect(verdict).not.toHaveProperty('prefix');
    // Link-local addresses are those of many hosts.
    const linkLocal = detectorOf();
    judge(linkLocal, (i) => ip('fe80::1') + BigInt(i % 4));
    expect(linkLocal.status().sources).toBe(4);
  });
});

describe('handshakes', () => {
  const addresses = [ip('2001:db8:5::1'), ip('2001:db8:5::2')] as const;

  it('prove the address that completed them, and no other of the network', () => {
    const detector = detectorOf();
    const verdicts = judge(detector, () => addresses[0], { isAnswered: true });
    expect(verdicts.at(-1)).toMatchObject({
      source: addresses[0],
      addresses: [formatIpv6(addresses[0])],
      unforgeable: true,
    });
    // Whoever forges the other address is not believed.
    expect(judge(detector, () => addresses[1], { first: 40 })).toEqual([]);
    // Whoever completes a handshake under it is named, once.
    const more = judge(detector, () => addresses[1], { first: 60, isAnswered: true });
    expect(more).toMatchObject([
      { source: addresses[1], addresses: addresses.map(formatIpv6), unforgeable: true, kind: 'scanning' },
    ]);
    expect(new Set([...verdicts, ...more].map(({ id }) => id)).size).toBe(verdicts.length + 1);
  });

  it('decide for the address that has them, though a forged contact comes last', () => {
    const detector = detectorOf();
    const found: Verdict[] = [];
    for (let i = 0; i < 40; i++) {
      for (const observation of [
        contact(addresses[0], i, { kind: 'handshake' }),
        contact(addresses[1], i, { timeSeconds: 1000.5 + i }),
      ]) {
        const verdict = detector.observe(observation);
        if (verdict?.unforgeable === true) found.push(verdict);
      }
    }
    expect(found.map(({ source }) => source)).toEqual([addresses[0]]);
  });

  it('without a proven address lead to nothing that acts', () => {
    const detector = detectorOf();
    for (let i = 0; i < 40; i++) {
      const forgeable = 'ndp-mismatch';
      const verdict = detector.observe(contact(addresses[0], i, { kind: 'handshake', forgeable }));
      if (verdict === null) continue;
      expect(verdict).toMatchObject({ unforgeable: false, forgeableReasons: [forgeable] });
      const scope = { ok: false, code: 'missing', reason: 'none' } as const;
      const standing = { nowSeconds: 0, permissionSeconds: 0, scope, ownAddresses: IpSet.empty };
      expect(refuseVerdict(verdict, standing)?.code).toBe('forgeable');
    }
    expect(detector.status()).toMatchObject({ verdicts: 1, unforgeableVerdicts: 0 });
  });
});

describe('what is known of IPv6 sources', () => {
  const known = new KnownSources(
    ['2001:db8:6::/48', '2001:db8:7::5'].map((text) => ({
      prefix: prefixes(text)[0]!,
      role: 'scanner' as const,
      name: text,
      reason: 'research',
    })),
  );
  const knownAs = (addresses: readonly string[]): string | null => {
    const all = addresses.map(ip);
    return judge(detectorOf({ known }), (i) => all[i % all.length]!)[0]?.known?.name ?? null;
  };

  it('holds for a network of which the whole, or all that was seen, is known', () => {
    expect(knownAs(['2001:db8:6:1::1', '2001:db8:6:1::2'])).toBe('2001:db8:6::/48');
    expect(knownAs(['2001:db8:7::5'])).toBe('2001:db8:7::5');
    expect(knownAs(['2001:db8:7::5', '2001:db8:7::6'])).toBeNull();
    expect(knownAs(['2001:db8:8::5'])).toBeNull();
  });

  it('makes a host of the owner that scans an infected one', () => {
    const [verdict] = judge(detectorOf({ own: setOf('2001:db8:9::/48') }), () => ip('2001:db8:9:1::2'));
    expect(verdict).toMatchObject({ kind: 'infected', proof: 'role' });
  });
});

it('traces an infection from one network to another', () => {
  const live = setOf('2001:db8:20::/48');
  const detector = detectorOf({ live });
  const [infector, target] = [ip('2001:db8:5::9'), ip('2001:db8:20:1::9')];
  judge(detector, () => infector, { isAnswered: true });
  detector.observe(contact(infector, 50, { kind: 'handshake', destination: target, dark: false }));
  // It scans under another address of its network than the one that was infected.
  const [verdict] = judge(detector, () => target + 1n, { first: 100 });
  expect(verdict).toMatchObject({ kind: 'infected', proof: 'chain', prefix: '2001:db8:20:1::/64' });
  expect(verdict?.evidence.map(({ text }) => text).join(' ')).toContain(
    '2001:db8:5::/64, itself judged infected, contacted it on tcp/2323',
  );
});

it('forgets in bounded memory, and never takes one source for another', () => {
  const detector = detectorOf({ sourcesMax: 16 });
  const { bytes } = detector.status();
  for (let i = 0; i < 5000; i++) {
    const source = ip('2001:db8:4000::1') + (BigInt(i) << 64n);
    for (const place of [0, 1]) {
      const found = detector.observe(contact(source, i, { destination: DARK + BigInt(2 * i + place + 1) }));
      expect(found).toBeNull();
    }
  }
  expect(detector.status()).toMatchObject({ verdicts: 0, sources: 16, evictions: 4984, bytes });
  expect(detector.explain(ip('2001:db8:4000::1')).state).toBe('unknown');
  const [verdict] = judge(detector, () => ip('2001:db8:5::9'), { first: 20_000 });
  expect(verdict).toMatchObject({ prefix: '2001:db8:5::/64', addresses: ['2001:db8:5::9'] });
});

it('leaves IPv4 as it is, whether addresses of IPv6 are watched or not', () => {
  const both = detectorOf({ sourcesMax: 1024 });
  const alone = createDetector({
    streams,
    monitored: AddressSet.fromCidrs([{ address: DARK_IPV4, prefixLength: 16 }]),
    sourcesMax: 1024,
  });
  for (let i = 0; i < 3000; i++) {
    const given = { source: 0xc633_6400 + (i % 40), destination: DARK_IPV4 + ((i * 7919) % 65_536) };
    const ofIpv4 = { ...contact(0n, i), ...given };
    expect(both.observe(ofIpv4)).toEqual(alone.observe(ofIpv4));
    both.observe(contact(ip('2001:db8:5::9') + BigInt(i % 3), i));
  }
  expect(alone.status().verdicts).toBe(40);
});
