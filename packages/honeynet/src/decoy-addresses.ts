/**
 * Addresses for decoys in an IPv6 prefix: those that scanners try, since nobody can try all of them. A scanner guesses how
 * people and machines choose the last 64 bits of an address (RFC 7707 4.1): small numbers, the port of the service, words,
 * the host's IPv4 address, or the Ethernet address of a network card.
 */
import { type Cidr, type RandomStream } from '@wormwood/base';
import { type Ipv6Prefix, isInIpv6Prefix } from '@wormwood/wire';
import type { EthernetVendor } from './config/ethernet-address.ts';

export const DECOY_PATTERNS = ['low-byte', 'service-port', 'word', 'embedded-ipv4', 'eui-64'] as const;

/** How an address was chosen; RFC 7707 has the names. */
export type DecoyPattern = (typeof DECOY_PATTERNS)[number];

interface Decoy {
  readonly address: bigint;
  readonly pattern: DecoyPattern;
}

/** What `decoyAddresses` needs. */
export interface DecoyOptions {
  readonly prefix: Ipv6Prefix;
  /** How many addresses are wanted, at least 1. */
  readonly count: number;
  /** IPv4 networks whose hosts may have their IPv4 address in the IPv6 one; of each the first 1,024 are tried. */
  readonly ipv4: readonly Cidr[];
  /** Makers of network cards whose prefixes appear in EUI-64 addresses. */
  readonly vendors: readonly EthernetVendor[];
  /** Chooses the network cards. */
  readonly stream: RandomStream;
}

/** How much of a pattern is covered: `proposed` of its `candidates` in the subnets at hand. An address may fit several. */
export interface PatternCover {
  readonly pattern: DecoyPattern;
  readonly proposed: number;
  readonly candidates: number;
}

const SUBNET_BITS = 64;
/** Subnets of a shorter prefix: those with the lowest numbers, which are tried first (RFC 7707 4.1). */
const SUBNETS_MAX = 16;
const LOW_BYTES = 255;
const HOSTS_OF_A_NETWORK = 1024;
const CARD_BITS = 24;
/** Ports whose number is written into addresses: in hexadecimal, or with its decimal digits as they stand. */
const PORTS = [
  80, 443, 22, 53, 25, 21, 3389, 445, 8080, 23, 3306, 110, 123, 143, 161, 389, 465, 587, 636, 993, 995, 1433,
  1521, 5060, 5432, 5900, 6379, 8000, 8443,
];
/** Words of hexadecimal digits. */
const WORDS = [
  'cafe',
  'beef',
  'dead',
  'face',
  'babe',
  'f00d',
  'c0de',
  'feed',
  'fade',
  'deaf',
  'bad',
  'ace',
  'abba',
  'dead:beef',
  'cafe:babe',
  'face:b00c',
  'feed:face',
  'bad:cafe',
  'dead:cafe',
  'c0de:cafe',
  'fee:dead',
  'babe:face',
];
/** How often each pattern has its turn: small numbers lead in every survey of servers. */
const TURNS: Readonly<Record<DecoyPattern, number>> = {
  'low-byte': 8,
  'service-port': 3,
  word: 2,
  'embedded-ipv4': 3,
  'eui-64': 1,
};

/**
 * Returns up to `count` addresses of the prefix, no two alike, in the order in which they are worth having, and how much of each
 * pattern they cover. There are fewer where the prefix has no more that anybody would guess. The first address of a subnet is its
 * routers' (RFC 4291 2.6.1), so it is never among them.
 */
export function decoyAddresses(options: DecoyOptions): {
  readonly decoys: readonly Decoy[];
  readonly cover: readonly PatternCover[];
} {
  const { prefix, count } = options;
  const finite = new Map<DecoyPattern, readonly bigint[]>([
    [
      'low-byte',
      spread(
        Array.from({ length: LOW_BYTES }, (_, i) => BigInt(i + 1)),
        prefix,
      ),
    ],
    [
      'service-port',
      spread(
        PORTS.flatMap((port) => [BigInt(`0x${port}`), BigInt(port)]),
        prefix,
      ),
    ],
    ['word', spread(WORDS.map(groupsOf), prefix)],
    ['embedded-ipv4', spread(options.ipv4.flatMap(ipv4Forms), prefix)],
  ]);
  const cards = cardAddresses(options);
  const taken = new Set<bigint>();
  const decoys: Decoy[] = [];
  const sources = DECOY_PATTERNS.map((pattern) => ({
    pattern,
    credit: 0,
    next: (finite.get(pattern) ?? cards)[Symbol.iterator](),
  }));
  // Each turn goes to the pattern that has waited longest for its share.
  while (decoys.length < count && sources.length > 0) {
    for (const source of sources) source.credit += TURNS[source.pattern];
    const source = sources.reduce((best, each) => (each.credit > best.credit ? each : best));
    source.credit -= sources.reduce((sum, { pattern }) => sum + TURNS[pattern], 0);
    const address = firstNew(source.next, taken);
    if (address === undefined) {
      sources.splice(sources.indexOf(source), 1);
      continue;
    }
    taken.add(address);
    decoys.push({ address, pattern: source.pattern });
  }
  const cover = DECOY_PATTERNS.map((pattern): PatternCover => {
    const known = finite.get(pattern);
    if (known !== undefined)
      return {
        pattern,
        proposed: known.filter((address) => taken.has(address)).length,
        candidates: known.length,
      };
    const hasRoom = prefix.length <= SUBNET_BITS;
    return {
      pattern,
      proposed: decoys.filter((decoy) => decoy.pattern === pattern).length,
      candidates: hasRoom ? options.vendors.length * 2 ** CARD_BITS * subnetsOf(prefix).length : 0,
    };
  });
  return { decoys, cover };
}

function firstNew(addresses: Iterator<bigint>, taken: ReadonlySet<bigint>): bigint | undefined {
  for (;;) {
    const { done, value } = addresses.next();
    if (done === true) return undefined;
    if (!taken.has(value)) return value;
  }
}

/** The first addresses of the subnets of 64 bits with the lowest numbers; a prefix of 64 bits or more is one. */
function subnetsOf({ first, length }: Ipv6Prefix): readonly bigint[] {
  const bits = Math.max(0, SUBNET_BITS - length);
  const count = bits >= 5 ? SUBNETS_MAX : Math.min(SUBNETS_MAX, 2 ** bits);
  return Array.from({ length: count }, (_, i) => first + (BigInt(i) << BigInt(SUBNET_BITS)));
}

/** Every identifier in every subnet, the first identifier in all of them first; without what lies outside of the prefix. */
function spread(identifiers: readonly bigint[], prefix: Ipv6Prefix): readonly bigint[] {
  const subnets = subnetsOf(prefix);
  const addresses = identifiers.flatMap((identifier) => subnets.map((subnet) => subnet + identifier));
  return [...new Set(addresses)].filter((address) => isInIpv6Prefix(prefix, address));
}

/** The groups of a word as the last ones of an address. */
function groupsOf(word: string): bigint {
  return word.split(':').reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n);
}

/** Addresses of a network in the last 32 bits, and digit by digit in four groups: 192.0.2.1 as ::c000:201 and ::192:0:2:1. */
function ipv4Forms({ address, prefixLength }: Cidr): readonly bigint[] {
  const size = 2 ** (32 - prefixLength);
  const isLone = size <= 2;
  const hosts = Math.min(HOSTS_OF_A_NETWORK, isLone ? size : size - 2);
  return Array.from({ length: hosts }, (_, i) => address + i + (isLone ? 0 : 1)).flatMap((host) => {
    const octets = [host >>> 24, (host >>> 16) & 0xff, (host >>> 8) & 0xff, host & 0xff];
    return [BigInt(host), groupsOf(octets.join(':'))];
  });
}

/** Network cards drawn at random (RFC 4291, appendix A), without end unless no maker or no room for such an address is there. */
function* cardAddresses({ prefix, vendors, stream }: DecoyOptions): Generator<bigint> {
  if (vendors.length === 0 || prefix.length > SUBNET_BITS) return;
  const subnets = subnetsOf(prefix);
  for (;;) {
    const vendor = vendors[stream.nextBelow(vendors.length)]!;
    const subnet = subnets[stream.nextBelow(subnets.length)]!;
    const card = BigInt(stream.nextBelow(2 ** CARD_BITS));
    // The bit that says whose the address is, is turned.
    const maker = BigInt(vendor.prefix ^ 0x02_0000);
    yield subnet | (maker << 40n) | (0xfffen << 24n) | card;
  }
}
