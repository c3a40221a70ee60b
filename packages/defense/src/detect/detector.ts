/**
 * From observations to verdicts: start here. Each protocol has its sources and its tables (`source-detector.ts`,
 * `ipv6-detector.ts`); the trend that tells a worm counts the sources of both.
 */
import { assert } from '@wormwood/base';
import { formatIp, type IpAddress } from '@wormwood/wire';
import { ipSetOf } from '../observe/watched-addresses.ts';
import type { Observation } from '../observation.ts';
import type { Verdict } from '../verdict.ts';
import type {
  Detector,
  DetectorOptions,
  DetectorStatus,
  Ipv6Promise,
  ScannerPromise,
} from './detector-contract.ts';
import { Ipv6Detector } from './ipv6-detector.ts';
import { KnownSources } from './known-sources.ts';
import { SourceDetector } from './source-detector.ts';
import { type Explanation, explanationOf } from './verdict-words.ts';
import { type WormAlarm, WormTrend } from './worm-trend.ts';

const SOURCES_MAX = 131_072;

/** Returns a detector; its tables are taken at once, those of IPv6 where addresses of it are watched. */
export function createDetector(options: DetectorOptions): Detector {
  const { monitored, live, own, known = new KnownSources([]), ...same } = options;
  const [liveSet = null, ownSet = null] = [live, own].map((set) => set && ipSetOf(set));
  const dark = typeof monitored === 'number' ? null : ipSetOf(monitored);
  const trend = new WormTrend();
  const isOfIpv4 = dark === null || dark.ipv4.size > 0 || dark.ipv6.isEmpty;
  const ipv4 = isOfIpv4
    ? new SourceDetector({
        ...same,
        known,
        trend,
        monitored: typeof monitored === 'number' ? monitored : ipSetOf(monitored).ipv4,
        ...(liveSet === null ? {} : { live: liveSet.ipv4 }),
        ...(ownSet === null ? {} : { own: ownSet.ipv4 }),
      })
    : null;
  const ipv6 =
    dark === null || dark.ipv6.isEmpty
      ? null
      : new Ipv6Detector({
          ...same,
          known,
          trend,
          monitored: dark,
          live: liveSet,
          own: ownSet,
          sourcesMax: options.sourcesMax ?? SOURCES_MAX,
        });
  return new DetectorOfBoth(ipv4, ipv6, trend);
}

class DetectorOfBoth implements Detector {
  readonly #ipv4: SourceDetector | null;
  readonly #ipv6: Ipv6Detector | null;
  readonly #trend: WormTrend;

  /** One of them is there. */
  constructor(ipv4: SourceDetector | null, ipv6: Ipv6Detector | null, trend: WormTrend) {
    this.#ipv4 = ipv4;
    this.#ipv6 = ipv6;
    this.#trend = trend;
  }

  observe(observation: Observation): Verdict | null {
    const isOfIpv6 = this.#ipv4 === null || (typeof observation.source === 'bigint' && this.#ipv6 !== null);
    return (isOfIpv6 ? this.#ipv6 : this.#ipv4)?.observe(observation) ?? null;
  }

  alarm(): WormAlarm | null {
    return this.#trend.alarm();
  }

  explain(source: IpAddress): Explanation {
    if (typeof source === 'number' && this.#ipv4 !== null) return this.#ipv4.explain(source);
    if (this.#ipv6 !== null) return this.#ipv6.explain(source);
    return explanationOf({
      source,
      name: formatIp(source),
      state: 'unknown',
      evidence: [],
      sinceSeconds: null,
    });
  }

  undecided(addressesMin: number): readonly Explanation[] {
    return [this.#ipv4, this.#ipv6].flatMap((each) => each?.undecided(addressesMin) ?? []);
  }

  promise(scanRatePerSecond: number): ScannerPromise | null {
    return this.#ipv4?.promise(scanRatePerSecond) ?? null;
  }

  ipv6Promise(): Ipv6Promise | null {
    return this.#ipv6?.promise() ?? null;
  }

  status(): DetectorStatus {
    const both = [this.#ipv4, this.#ipv6].flatMap((each) => (each === null ? [] : [each.status()]));
    const [first, second] = both;
    assert(first !== undefined, 'a detector judges some protocol');
    const bytes = first.bytes + this.#trend.bytes;
    if (second === undefined) return { ...first, bytes };
    const sum = (field: CountOf): number => first[field] + second[field];
    return {
      observations: sum('observations'),
      unusable: sum('unusable'),
      backscatter: sum('backscatter'),
      remainders: sum('remainders'),
      verdicts: sum('verdicts'),
      infectedVerdicts: sum('infectedVerdicts'),
      unforgeableVerdicts: sum('unforgeableVerdicts'),
      testsBegun: sum('testsBegun'),
      testsCleared: sum('testsCleared'),
      falseVerdictsExpected: sum('falseVerdictsExpected'),
      strayRatePerSecond: first.strayRatePerSecond,
      sources: sum('sources'),
      sourcesMax: sum('sourcesMax'),
      firstContacts: sum('firstContacts'),
      firstContactsMax: sum('firstContactsMax'),
      evictions: sum('evictions'),
      evictionsWithEvidence: sum('evictionsWithEvidence'),
      bytes: bytes + second.bytes,
      bytesPerSource: first.bytesPerSource,
    };
  }
}

/** What is counted of each protocol. */
type CountOf = Exclude<keyof DetectorStatus, 'strayRatePerSecond' | 'bytesPerSource'>;
