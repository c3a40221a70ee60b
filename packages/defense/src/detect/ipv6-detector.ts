/**
 * Judges IPv6 sources by the same tests as those of IPv4. Who is one source is for `ipv6-sources.ts` to say. Nobody probes a
 * space of 2^128 addresses, so a rate over the whole space says nothing: the dark addresses count as so many of the 2^32 of
 * IPv4, and as a /16 at most.
 */
import { formatCount, type RandomStreams } from '@wormwood/base';
import { formatIpPrefix, formatIpv6, type IpAddress, type IpSet, isIpv6Martian } from '@wormwood/wire';
import { isProvenHandshake } from '../evidence/evidence-detector.ts';
import { KeyedHash } from '../evidence/keyed-hash.ts';
import type { Observation } from '../observation.ts';
import type { Evidence, KnownSource, Verdict } from '../verdict.ts';
import type { DetectorOptions, DetectorStatus, Ipv6Promise } from './detector-contract.ts';
import { Ipv6Sources } from './ipv6-sources.ts';
import type { KnownSources } from './known-sources.ts';
import { SourceDetector } from './source-detector.ts';
import { type Explanation, explanationOf } from './verdict-words.ts';
import type { WormTrend } from './worm-trend.ts';

export interface Ipv6DetectorOptions extends Omit<DetectorOptions, 'monitored' | 'live' | 'own'> {
  readonly monitored: IpSet;
  readonly live: IpSet | null;
  readonly own: IpSet | null;
  readonly trend: WormTrend;
  readonly sourcesMax: number;
}

/** As many addresses as a /16 of IPv4 has. */
const NOMINAL_MAX = 2 ** 16;
const IPV4_SPACE = 2 ** 32;
const WORD_BITS = 32n;
const WORD_MASK = 0xffff_ffffn;
/** Of what is only counted. */
const NOBODY = { source: 0, destination: 0 };

export class Ipv6Detector {
  readonly #sources: Ipv6Sources;
  readonly #inner: SourceDetector;
  readonly #hash: KeyedHash;
  readonly #nominal: number;
  readonly #slowest: number;

  constructor(options: Ipv6DetectorOptions) {
    const { monitored, live, own, known, trend, streams: given, ...same } = options;
    const streams: RandomStreams = {
      seed: given.seed,
      stream: (name, replicate) => given.stream(`ipv6/${name}`, replicate),
    };
    this.#hash = new KeyedHash(streams.stream('detect/addresses'));
    this.#nominal = Math.min(monitored.ipv6.size, NOMINAL_MAX);
    this.#slowest = same.slowestScanRatePerSecond ?? 1;
    const capacity = roundedCapacity(options.sourcesMax);
    const sources = new Ipv6Sources({ capacity, dark: monitored });
    this.#sources = sources;
    this.#inner = new SourceDetector({
      ...same,
      streams,
      trend,
      sourcesMax: capacity,
      monitored: this.#nominal / IPV4_SPACE,
      isExtrapolated: false,
      // The marks are in fields that IPv6 has not.
      hasToolMarks: false,
      naming: {
        nameOf: (word) => sources.nameOf(word),
        contactedAs: (word) => this.#hashOf(sources.sourceOf(word) ?? 0n),
        forgotten: (word) => sources.forget(word),
      },
      known: { of: (word) => (known === undefined ? null : this.#knownAs(known, word)) },
      ...(live === null ? {} : { live: { contains: (word) => this.#isOf(live, word) } }),
      ...(own === null ? {} : { own: { contains: (word) => this.#isOf(own, word) } }),
    });
  }

  observe(given: Observation): Verdict | null {
    const { source, destination } = given;
    const counted = { ...given, ...NOBODY };
    if (typeof source !== 'bigint' || typeof destination !== 'bigint' || isIpv6Martian(source))
      return this.#inner.observe({ ...counted, destination: -1 });
    if (!this.#inner.isJudged(counted)) return this.#inner.observe(counted);
    const word = this.#sources.wordOf(source);
    const isProven = given.dark && isProvenHandshake(given);
    this.#sources.see(word, source, isProven);
    // A live host is remembered as the source that it may become.
    const contacted = given.dark ? destination : this.#sources.keyOf(destination);
    const found = this.#inner.observe({ ...given, source: word, destination: this.#hashOf(contacted) });
    if (found !== null) {
      const verdict = this.#verdictOf(found, word, source);
      this.#sources.report(word, found.unforgeable ? (verdict.source as bigint) : null);
      return verdict;
    }
    // Another address of a network that is judged: whoever acts on addresses must know of each.
    if (!isProven || !this.#sources.isNetwork(word) || this.#sources.isReported(word, source)) return null;
    const again = this.#inner.again(word);
    if (again === null) return null;
    this.#sources.reportAlso(word, source);
    return this.#verdictOf(again, word, source);
  }

  explain(source: IpAddress): Explanation {
    const word = typeof source === 'bigint' ? this.#sources.find(source) : -1;
    if (word < 0 || typeof source !== 'bigint') {
      const name = typeof source === 'bigint' ? formatIpv6(source) : 'This source';
      return explanationOf({ source, name, state: 'unknown', evidence: [], sinceSeconds: null });
    }
    return this.#explanationOf(this.#inner.explain(word), word, source);
  }

  undecided(addressesMin: number): readonly Explanation[] {
    return this.#inner.undecided(addressesMin).map((found) => {
      const word = found.source as number;
      const [first = this.#sources.sourceOf(word) ?? 0n] = this.#sources.seenOf(word, 'all').addresses;
      return this.#explanationOf(found, word, first);
    });
  }

  promise(): Ipv6Promise | null {
    const promise = this.#inner.promise(this.#slowest);
    if (promise === null) return null;
    return { addresses: promise.addresses, secondsBetween: IPV4_SPACE / (this.#slowest * this.#nominal) };
  }

  status(): DetectorStatus {
    const status = this.#inner.status();
    return { ...status, bytes: status.bytes + this.#sources.bytes };
  }

  /** `at`: the address that the verdict came with. */
  #verdictOf(found: Verdict, word: number, at: bigint): Verdict {
    const { addresses } = this.#sources.seenOf(word, found.unforgeable ? 'proven' : 'all');
    const source = !found.unforgeable || addresses.includes(at) ? at : (addresses.at(-1) ?? at);
    const id = found.id.slice(this.#sources.nameOf(word).length);
    return {
      ...found,
      ...this.#network(word, found.unforgeable ? 'proven' : 'all'),
      id: `${formatIpv6(source)}${id}`,
      source,
      evidence: [...found.evidence.map(withoutWords), ...this.#evidenceOf(word, found.unforgeable)],
    };
  }

  #explanationOf(found: Explanation, word: number, source: bigint): Explanation {
    const evidence = [...found.evidence.map(withoutWords), ...this.#evidenceOf(word, false)];
    const { state, sinceSeconds } = found;
    const network = this.#network(word, 'all');
    return explanationOf({
      source,
      ...network,
      name: this.#sources.nameOf(word),
      state,
      sinceSeconds,
      evidence,
    });
  }

  #network(word: number, which: 'all' | 'proven'): Pick<Verdict, 'prefix' | 'addresses'> {
    const block = this.#sources.blockOf(word);
    if (block === null || !this.#sources.isNetwork(word)) return {};
    const addresses = this.#sources.seenOf(word, which).addresses.map(formatIpv6);
    return { prefix: formatIpPrefix(block), addresses };
  }

  /** The addresses under which a network was seen. */
  #evidenceOf(word: number, isUnforgeable: boolean): readonly Evidence[] {
    if (!this.#sources.isNetwork(word)) return [];
    const { addresses, hasMore } = this.#sources.seenOf(word, isUnforgeable ? 'proven' : 'all');
    if (addresses.length === 0) return [];
    const listed = `${addresses.map(formatIpv6).join(', ')}${hasMore ? ' and others' : ''}`;
    const count = addresses.length === 1 ? 'one address' : `${formatCount(addresses.length)} addresses`;
    const what = isUnforgeable ? 'Its handshakes came from' : 'It was seen under';
    return [
      {
        detector: 'seen-addresses',
        text: `${what} ${hasMore ? 'many addresses' : count} of ${this.#sources.nameOf(word)}: ${listed}.`,
        forgeable: !isUnforgeable,
        figures: { addresses: addresses.length },
      },
    ];
  }

  /** Whoever is known has the whole network, or every address of it that was seen. */
  #knownAs(known: KnownSources, word: number): KnownSource | null {
    const block = this.#sources.blockOf(word);
    if (block === null) return null;
    const whole = known.ofNetwork(block);
    if (whole !== null) return whole;
    const { addresses, hasMore } = this.#sources.seenOf(word, 'all');
    const found = addresses.map((address) => known.of(address));
    return hasMore || found.includes(null) ? null : (found[0] ?? null);
  }

  /** Whether the source is one of a set: as a whole, or by an address that was seen. */
  #isOf(set: IpSet, word: number): boolean {
    const block = this.#sources.blockOf(word);
    if (block === null) return false;
    if (set.covers(block)) return true;
    return this.#sources.seenOf(word, 'all').addresses.some((address) => set.contains(address));
  }

  #hashOf(address: bigint): number {
    let hash = 0;
    for (let shift = 0n; shift < 128n; shift += WORD_BITS)
      hash = this.#hash.ofPair(hash, Number((address >> shift) & WORD_MASK));
    return hash >>> 0;
  }
}

/** The table has a power of two of slots, 16 at least. */
function roundedCapacity(sources: number): number {
  let capacity = 16;
  while (capacity < sources) capacity *= 2;
  return capacity;
}

/** The word of another source says nothing to a reader. */
function withoutWords(evidence: Evidence): Evidence {
  if (!('infector' in evidence.figures)) return evidence;
  const { infector: _, ...figures } = evidence.figures;
  return { ...evidence, figures };
}
