/** What a detector receives and what it returns; `detector.ts` has the one there is. */
import type { AddressSet, RandomStreams } from '@wormwood/base';
import type { IpAddress, IpSet } from '@wormwood/wire';
import type { Observation } from '../observation.ts';
import type { Verdict } from '../verdict.ts';
import type { KnownSources } from './known-sources.ts';
import type { Explanation } from './verdict-words.ts';
import type { WormAlarm } from './worm-trend.ts';

/** What a detector watches, what it promises, and what it receives. */
export interface DetectorOptions {
  /** Keys of the hashes; the seed must be a secret of the sensor, or sources can be chosen to displace each other. */
  readonly streams: RandomStreams;
  /**
   * The dark addresses that are watched, or the fraction of the address space of IPv4 that they make up. Without addresses of
   * IPv6 nothing of it is judged.
   */
  readonly monitored: AddressSet | IpSet | number;
  /** Live addresses whose incoming and outgoing contacts are observed, too. @default none */
  readonly live?: AddressSet | IpSet;
  /**
   * `classes`: a source scans when each kind of innocent host explains it worse. `trw`: Wald's test on the times of
   * contacts, and the threshold random walk where `live` is given, for comparison. @default classes
   */
  readonly test?: 'classes' | 'trw';
  /** Probability that the test of an innocent host ends with a verdict. @default 1e-4 */
  readonly falsePositiveRate?: number;
  /** Probability that the test of a scanner of the slowest rate ends without one. @default 0.01 */
  readonly missRate?: number;
  /** Probes per second over the whole address space, of the slowest scanner to find. @default 1 */
  readonly slowestScanRatePerSecond?: number;
  /**
   * The same of an innocent host that strays onto dark addresses, on average, before the observations say better.
   * @default a fiftieth of the slowest scan rate; with `trw` a twentieth
   */
  readonly strayRatePerSecond?: number;
  /** The probability that an innocent host that knows so many dark addresses knows one more. @default 1/2 */
  readonly listContinues?: number;
  /** Sources quiet for so long are forgotten. @default 90 days */
  readonly windowSeconds?: number;
  /** Hosts of the owner, none of which scans unless it is known to. @default none */
  readonly own?: AddressSet | IpSet;
  /** Sources that are known to contact unused addresses. @default none */
  readonly known?: KnownSources;
  /** Names of payloads that prove an infection, by SHA-256 in hexadecimal. @default none */
  readonly signatures?: ReadonlyMap<string, string>;
  /** Sources of each protocol that are remembered at a time, rounded up to a power of two. @default 131072 */
  readonly sourcesMax?: number;
}

/** What the detector has done so far and what it takes. */
export interface DetectorStatus {
  readonly observations: number;
  /** Observations whose time, address or port is impossible. */
  readonly unusable: number;
  /** Answers to what was never asked, left out. */
  readonly backscatter: number;
  /** Middles of flows that began elsewhere, left out. */
  readonly remainders: number;
  /** Sources judged to scan or more, those of them judged infected, and those whose verdict rests on proven handshakes alone. */
  readonly verdicts: number;
  readonly infectedVerdicts: number;
  readonly unforgeableVerdicts: number;
  /** Tests begun, and those that ended with the source cleared. */
  readonly testsBegun: number;
  readonly testsCleared: number;
  /** Bound of the expected number of verdicts on innocent hosts so far: tests begun times the rate promised for each. */
  readonly falseVerdictsExpected: number;
  /** How often innocent hosts stray, in probes per second over the whole space, as learnt so far. */
  readonly strayRatePerSecond: number;
  readonly sources: number;
  readonly sourcesMax: number;
  /** Sources beside them of which the first contact, which is all there is, is remembered; and the most of them. */
  readonly firstContacts: number;
  readonly firstContactsMax: number;
  /** Sources forgotten to make room, and those of them with more evidence for infection than against. */
  readonly evictions: number;
  readonly evictionsWithEvidence: number;
  /** Bytes of all tables, constant from the start, and the share of them that each source takes. */
  readonly bytes: number;
  readonly bytesPerSource: number;
}

/** Judges sources by what is observed of them. */
export interface Detector {
  /** Takes in an observation; returns a verdict when this one decides a test, or adds to what was decided. */
  observe(observation: Observation): Verdict | null;
  /** The growth of an outbreak on some port; null while there is none. */
  alarm(): WormAlarm | null;
  /** What is known of a source, in words. */
  explain(source: IpAddress): Explanation;
  /** Sources that reached at least so many dark addresses without a verdict, the most suspect first. */
  undecided(addressesMin: number): readonly Explanation[];
  /** How a scanner of one rare port fares that probes uniformly at that rate; null for one that is never found. */
  promise(scanRatePerSecond: number): ScannerPromise | null;
  /** The same of an IPv6 source, and how often it comes at least; null where no address of IPv6 is watched. */
  ipv6Promise(): Ipv6Promise | null;
  status(): DetectorStatus;
}

/** The course of the test of a scanner, if it comes as regularly as its rate says. */
export interface ScannerPromise {
  /** Dark addresses that it reaches until the verdict. */
  readonly addresses: number;
  /** From the first of them on. */
  readonly seconds: number;
}

/** The course of the test of an IPv6 source. */
export interface Ipv6Promise {
  readonly addresses: number;
  /** The slowest that is found meets a dark address so often. */
  readonly secondsBetween: number;
}
