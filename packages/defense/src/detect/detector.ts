/**
 * From observations to verdicts: start here. Every source has a slot of fixed size; each kind of evidence has its file
 * and its columns; evidence that belongs to one sequential test is added up, and the test that first reaches its
 * threshold gives the verdict. Nothing here reads a clock: time is that of the observations.
 */
import { type AddressSet, assert, type RandomStreams } from '@wormwood/base';
import type { Observation } from '../observation.ts';
import type { Evidence, Verdict } from '../verdict.ts';
import { type ContactModel, contactModel } from './contact-model.ts';
import { ContentPrevalence } from './content-prevalence.ts';
import { DarkContacts } from './dark-contacts.ts';
import { type EvidenceDetector, portKey, type Trail } from './evidence-detector.ts';
import { InfectionChain } from './infection-chain.ts';
import { KeyedHash } from './keyed-hash.ts';
import { isUsable } from './observation-check.ts';
import type { ErrorRates, Thresholds } from './sequential-test.ts';
import { SignatureTable } from './signature-table.ts';
import { SourceTable } from './source-table.ts';
import { SourceWalk } from './source-walk.ts';
import { thresholdRandomWalk } from './threshold-random-walk.ts';
import { type Explanation, explanationOf, verdictOf } from './verdict-words.ts';
import { type WormAlarm, WormTrend } from './worm-trend.ts';

export interface DetectorOptions {
  /** Keys of the hashes; the seed must be a secret of the sensor, or sources can be chosen to displace each other. */
  readonly streams: RandomStreams;
  /** The dark addresses that are watched, or the fraction of the address space that they make up. */
  readonly monitored: AddressSet | number;
  /** Live addresses whose incoming and outgoing contacts are observed, too. @default none */
  readonly live?: AddressSet;
  /** Probability that the test of an innocent host ends with a verdict. @default 1e-4 */
  readonly falsePositiveRate?: number;
  /** Probability that the test of a scanner of the slowest rate ends without one. @default 0.01 */
  readonly missRate?: number;
  /** Probes per second over the whole address space, of the slowest scanner to find. @default 1 */
  readonly slowestScanRatePerSecond?: number;
  /** The same of an innocent host that strays onto dark addresses. @default a twentieth of the slowest scan rate */
  readonly strayRatePerSecond?: number;
  /** Sources that are remembered at a time, rounded up to a power of two. @default 131072 */
  readonly sourcesMax?: number;
}

/** What the detector has done so far and what it takes. */
export interface DetectorStatus {
  readonly observations: number;
  /** Observations whose time, address or port is impossible. */
  readonly unusable: number;
  /** Answers to what was never asked, left out. */
  readonly backscatter: number;
  /** Verdicts, and those of them, or after them, that rest on proven handshakes alone. */
  readonly verdicts: number;
  readonly unforgeableVerdicts: number;
  /** Tests begun, and those that ended with the source cleared. */
  readonly testsBegun: number;
  readonly testsCleared: number;
  readonly sources: number;
  readonly sourcesMax: number;
  /** Sources forgotten to make room, and those of them with more evidence for infection than against. */
  readonly evictions: number;
  readonly evictionsWithEvidence: number;
  /** Bytes of all tables, constant from the start, and the share of them that each source takes. */
  readonly bytes: number;
  readonly bytesPerSource: number;
}

export interface Detector {
  /** Takes in an observation; returns a verdict when this one decides a test. */
  observe(observation: Observation): Verdict | null;
  /** The growth of an outbreak on some port; null while there is none. */
  alarm(): WormAlarm | null;
  /** What is known of a source, in words. */
  explain(source: number): Explanation;
  status(): DetectorStatus;
}

/** Evidence whose logarithms are added up, and the thresholds of the sum. */
interface Test {
  readonly detectors: readonly EvidenceDetector[];
  readonly thresholds: Thresholds;
}

const JUDGED = 1;
const JUDGED_UNFORGEABLY = 2;
const BYTES_PER_SOURCE = 17;

/** Returns a detector; all its memory is taken at once. */
export function createDetector(options: DetectorOptions): Detector {
  return new SourceDetector(options);
}

class SourceDetector implements Detector {
  readonly #rates: ErrorRates;
  readonly #monitoredFraction: number;
  readonly #model: ContactModel;
  readonly #table: SourceTable;
  readonly #dark: DarkContacts;
  readonly #content: ContentPrevalence;
  readonly #walk: SourceWalk | null = null;
  readonly #tests: readonly Test[];
  readonly #trend: WormTrend = new WormTrend();
  readonly #judged: Uint8Array;
  /** Time of the latest observation of the slot's source, and of its latest contact to a dark address. */
  readonly #lastSeconds: Float64Array;
  readonly #lastContactSeconds: Float64Array;
  readonly #bytes: number;
  readonly #bytesPerSource: number;
  #observations = 0;
  #unusable = 0;
  #backscatter = 0;
  #verdicts = 0;
  #unforgeableVerdicts = 0;
  #testsBegun = 0;
  #testsCleared = 0;

  constructor(options: DetectorOptions) {
    const { streams, live, falsePositiveRate = 1e-4, missRate = 0.01 } = options;
    this.#rates = { falsePositiveRate, missRate };
    this.#monitoredFraction = fractionOf(options.monitored);
    // Two tests of one host share the false verdicts that are promised for it.
    const testRates = { missRate, falsePositiveRate: falsePositiveRate / (live === undefined ? 1 : 2) };
    const { slowestScanRatePerSecond = 1 } = options;
    const { strayRatePerSecond = slowestScanRatePerSecond / 20, sourcesMax = 131_072 } = options;
    this.#model = contactModel({
      monitoredFraction: this.#monitoredFraction,
      slowestScanRatePerSecond,
      strayRatePerSecond,
      rates: testRates,
    });
    this.#table = new SourceTable({
      capacity: sourcesMax,
      hash: new KeyedHash(streams.stream('detect/source-table')),
      worth: (slot, nowSeconds) => this.#worth(slot, nowSeconds),
    });
    const { capacity } = this.#table;
    const signatures = new SignatureTable(streams);
    this.#dark = new DarkContacts({ capacity, model: this.#model, streams });
    this.#content = new ContentPrevalence(capacity, signatures);
    const detectors: EvidenceDetector[] = [this.#dark, this.#content];
    const tests: Test[] = [{ detectors, thresholds: this.#model.thresholds }];
    let chainBytes = 0;
    if (live !== undefined) {
      const chain = new InfectionChain({
        capacity,
        live,
        streams,
        isInfected: (source) => this.#isJudged(this.#table.find(source)),
      });
      const walk = thresholdRandomWalk(testRates);
      this.#walk = new SourceWalk({ capacity, walk, streams });
      detectors.push(chain);
      tests.push({ detectors: [this.#walk], thresholds: walk.thresholds });
      chainBytes = chain.bytes;
    }
    this.#tests = tests;
    this.#judged = new Uint8Array(capacity);
    this.#lastSeconds = new Float64Array(capacity);
    this.#lastContactSeconds = new Float64Array(capacity);
    this.#bytesPerSource =
      this.#table.bytesPerSource +
      BYTES_PER_SOURCE +
      tests.flatMap((test) => test.detectors).reduce((sum, { bytesPerSource }) => sum + bytesPerSource, 0);
    this.#bytes = this.#bytesPerSource * capacity + signatures.bytes + chainBytes + this.#trend.bytes;
  }

  observe(observation: Observation): Verdict | null {
    this.#observations++;
    if (!isUsable(observation)) this.#unusable++;
    else if (observation.kind === 'backscatter') this.#backscatter++;
    else if (observation.dark || this.#walk !== null) return this.#judge(observation);
    return null;
  }

  alarm(): WormAlarm | null {
    return this.#trend.alarm();
  }

  explain(source: number): Explanation {
    const slot = this.#table.find(source);
    if (slot < 0) return explanationOf({ source, state: 'unknown', evidence: [], sinceSeconds: null });
    const now = this.#lastSeconds[slot] ?? 0;
    const isMisconfigured = this.#dark.isMisconfigured(slot);
    return explanationOf({
      source,
      state: this.#isJudged(slot) ? 'infected' : isMisconfigured ? 'misconfigured' : 'watched',
      evidence: this.#evidence(slot, now),
      sinceSeconds: this.#trail(slot, false)?.firstSeconds ?? null,
    });
  }

  status(): DetectorStatus {
    return {
      observations: this.#observations,
      unusable: this.#unusable,
      backscatter: this.#backscatter,
      verdicts: this.#verdicts,
      unforgeableVerdicts: this.#unforgeableVerdicts,
      testsBegun: this.#testsBegun,
      testsCleared: this.#testsCleared,
      sources: this.#table.size,
      sourcesMax: this.#table.capacity,
      evictions: this.#table.evictions,
      evictionsWithEvidence: this.#table.evictionsWithEvidence,
      bytes: this.#bytes,
      bytesPerSource: this.#bytesPerSource,
    };
  }

  #judge(given: Observation): Verdict | null {
    const slot = this.#slotFor(given);
    // Sensors may hand over observations slightly out of order; the time of one source does not run backwards.
    const now = Math.max(given.timeSeconds, this.#lastSeconds[slot] ?? 0);
    const observation = now === given.timeSeconds ? given : { ...given, timeSeconds: now };
    this.#lastSeconds[slot] = now;
    if (observation.dark && observation.kind !== 'handshake') {
      this.#trend.observe(portKey(observation), now, this.#lastContactSeconds[slot] ?? -Infinity);
      this.#lastContactSeconds[slot] = now;
    }
    for (const { detectors } of this.#tests)
      for (const detector of detectors) detector.observe(slot, observation);
    return this.#decide(slot, now);
  }

  /** The slot of the observation's source, its tests begun anew where they had ended. */
  #slotFor({ source, timeSeconds }: Observation): number {
    const known = this.#table.find(source);
    if (known >= 0) {
      this.#renew(known, timeSeconds);
      return known;
    }
    const slot = this.#table.claim(source, timeSeconds);
    for (const test of this.#tests) this.#begin(slot, test);
    this.#judged[slot] = 0;
    this.#lastSeconds[slot] = timeSeconds;
    this.#lastContactSeconds[slot] = -Infinity;
    return slot;
  }

  /** Ends tests that quiet or success has decided for the host; a verdict, too, is over after a long quiet. */
  #renew(slot: number, nowSeconds: number): void {
    if (this.#isJudged(slot)) {
      const { upper, lower } = this.#model.thresholds;
      const quietSeconds = nowSeconds - (this.#lastSeconds[slot] ?? 0);
      if (quietSeconds * this.#model.lossPerSecond < upper - lower) return;
      this.#judged[slot] = 0;
      for (const test of this.#tests) this.#begin(slot, test);
      return;
    }
    for (const test of this.#tests) {
      if (ratioOf(test, slot, nowSeconds) > test.thresholds.lower) continue;
      this.#testsCleared++;
      this.#begin(slot, test);
    }
  }

  #begin(slot: number, { detectors }: Test): void {
    this.#testsBegun++;
    for (const detector of detectors) detector.reset(slot);
  }

  #decide(slot: number, nowSeconds: number): Verdict | null {
    const flags = this.#judged[slot] ?? 0;
    if ((flags & JUDGED_UNFORGEABLY) !== 0) return null;
    const isInfected =
      flags !== 0 || this.#tests.some((test) => ratioOf(test, slot, nowSeconds) >= test.thresholds.upper);
    if (!isInfected) return null;
    const isUnforgeable =
      this.#dark.handshakeTrail(slot) !== null &&
      this.#tests.some((test) => unforgeableRatioOf(test, slot, nowSeconds) >= test.thresholds.upper);
    if (flags !== 0 && !isUnforgeable) return null;
    this.#judged[slot] = isUnforgeable ? JUDGED | JUDGED_UNFORGEABLY : JUDGED;
    if (flags === 0) this.#verdicts++;
    if (isUnforgeable) this.#unforgeableVerdicts++;
    return this.#verdict(slot, nowSeconds, isUnforgeable);
  }

  #verdict(slot: number, nowSeconds: number, isUnforgeable: boolean): Verdict {
    const trail = this.#trail(slot, isUnforgeable);
    assert(trail !== null, 'a verdict rests on contacts');
    return verdictOf({
      source: this.#table.sourceOf(slot),
      nowSeconds,
      trail,
      signature: this.#content.signature(slot),
      exposure: {
        contacts: Math.max(this.#dark.contacts(slot) - 1, 0),
        seconds: nowSeconds - (this.#dark.trail(slot)?.firstSeconds ?? trail.firstSeconds),
        monitoredFraction: this.#monitoredFraction,
      },
      rates: this.#rates,
      isUnforgeable,
      linkAddress: this.#dark.proof.linkAddress(slot),
      forgeableReasons: this.#dark.proof.reasons(slot),
      evidence: this.#evidence(slot, nowSeconds).filter(({ forgeable }) => !isUnforgeable || !forgeable),
    });
  }

  #trail(slot: number, isUnforgeable: boolean): Trail | null {
    const proven = isUnforgeable ? this.#dark.handshakeTrail(slot) : null;
    return proven ?? this.#dark.trail(slot) ?? this.#walk?.trail(slot) ?? null;
  }

  #evidence(slot: number, nowSeconds: number): readonly Evidence[] {
    return this.#tests.flatMap(({ detectors }) =>
      detectors.flatMap((detector) => detector.evidence(slot, nowSeconds)),
    );
  }

  #isJudged(slot: number): boolean {
    return slot >= 0 && this.#judged[slot] !== 0;
  }

  /** The evidence for infection, fading while the source is quiet. */
  #worth(slot: number, nowSeconds: number): number {
    let worth = ((this.#lastSeconds[slot] ?? 0) - nowSeconds) * this.#model.lossPerSecond;
    if (this.#isJudged(slot)) return worth + this.#model.thresholds.upper;
    for (const test of this.#tests) worth += ratioOf(test, slot, nowSeconds);
    return worth;
  }
}

function ratioOf({ detectors }: Test, slot: number, nowSeconds: number): number {
  let sum = 0;
  for (const detector of detectors) sum += detector.logLikelihoodRatio(slot, nowSeconds);
  return sum;
}

function unforgeableRatioOf({ detectors }: Test, slot: number, nowSeconds: number): number {
  let sum = 0;
  for (const detector of detectors) sum += detector.unforgeableLogLikelihoodRatio(slot, nowSeconds);
  return sum;
}

function fractionOf(monitored: AddressSet | number): number {
  return typeof monitored === 'number' ? monitored : monitored.size / 2 ** 32;
}
