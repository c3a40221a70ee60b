/**
 * Judges the sources of one protocol, whose addresses are words of 32 bits here. Every source has a slot of fixed size; each kind
 * of evidence has its file and its columns. A test decides whether the source scans (`innocent-classes.ts`, or Wald's tests of
 * `contact-model.ts` and `threshold-random-walk.ts` for comparison); a proof makes a scanner an infected host
 * (`infection-proof.ts`). Nothing here reads a clock: time is that of the observations.
 */
import { type AddressSet, assert, log } from '@wormwood/base';
import type { Observation, WordObservation } from '../observation.ts';
import { type Evidence, isAtLeast, type Verdict, type VerdictKind } from '../verdict.ts';
import { type ContactModel, contactModel } from '../statistics/contact-model.ts';
import { ContentPrevalence } from '../evidence/content-prevalence.ts';
import { DarkContacts } from '../evidence/dark-contacts.ts';
import { BriefSources } from './brief-sources.ts';
import type { DetectorStatus, ScannerPromise } from './detector-contract.ts';
import { type EvidenceDetector, portKey, type Trail } from '../evidence/evidence-detector.ts';
import { InfectionChain } from '../evidence/infection-chain.ts';
import type { FoundProof, InfectionProofs } from '../evidence/infection-proof.ts';
import { InnocentClasses } from '../evidence/innocent-classes.ts';
import { KeyedHash } from '../evidence/keyed-hash.ts';
import { isUsable } from '../observe/observation-check.ts';
import { scanShapeOf } from './scan-shape.ts';
import { addressesOfModel, bytesOf, fractionOf, proofsOf, strayPriorOf } from './source-parts.ts';
import type { ErrorRates } from '../statistics/sequential-test.ts';
import {
  IPV4_NAMING,
  type KnownLookup,
  type SourceDetectorOptions,
  type SourceNaming,
  STRANGERS,
} from './source-options.ts';
import { ratioOf, type SourceTest, unforgeableRatioOf } from './source-test.ts';
import { SignatureTable } from '../evidence/signature-table.ts';
import { type Doubles, type Octets, SourceRows } from '../evidence/source-rows.ts';
import { SourceTable } from './source-table.ts';
import { SourceWalk } from '../evidence/source-walk.ts';
import type { StrayPrior } from '../statistics/stray-prior.ts';
import { thresholdRandomWalk } from '../statistics/threshold-random-walk.ts';
import { TwoPhase } from '../evidence/two-phase.ts';
import { type Explanation, explanationOf, verdictOf } from './verdict-words.ts';
import { INFECTED, INFECTED_UNFORGEABLY, newlySaid, SCANNING_UNFORGEABLY } from './verdict-flags.ts';
import type { WormTrend } from './worm-trend.ts';

const WINDOW_SECONDS = 90 * 86_400;
/** Innocent share of a port that few clients use. */
const RARE_PORT_SHARE = 0.002;
/** Sources whose first contact is all there is are worth less than any others. */
const BRIEF_WORTH = -1e12;
const UNDECIDED_MAX = 1000;
/** Three new addresses and no old one. */
const TREND_RATIO_MIN = 1.2;

export class SourceDetector {
  readonly #rates: ErrorRates;
  readonly #monitored: AddressSet | null;
  readonly #monitoredFraction: number;
  readonly #model: ContactModel;
  readonly #classes: InnocentClasses | null;
  readonly #stray: StrayPrior;
  readonly #table: SourceTable;
  readonly #dark: DarkContacts;
  readonly #content: ContentPrevalence;
  readonly #proofs: InfectionProofs;
  readonly #chain: InfectionChain | null = null;
  readonly #walk: SourceWalk | null = null;
  readonly #known: KnownLookup;
  readonly #naming: SourceNaming;
  readonly #isExtrapolated: boolean;
  readonly #tests: readonly SourceTest[];
  /** What takes note of observations and decides nothing. */
  readonly #noted: readonly EvidenceDetector[];
  readonly #trend: WormTrend;
  readonly #quietSecondsMax: number;
  /** The ratio at which the test of classes ends. */
  readonly #scanningFrom: number;
  readonly #judged: Octets;
  /** Null where no source gives its row up: words that stand for other addresses are given away again. */
  readonly #brief: BriefSources | null;
  /** Time of the latest observation of the slot's source, and of its latest contact to a dark address. */
  readonly #lastSeconds: Doubles;
  readonly #lastContactSeconds: Doubles;
  readonly #bytes: number;
  readonly #bytesPerSource: number;
  /** By how much the time of the latest observation is ahead of what the sensor wrote. */
  #aheadSeconds = 0;
  #observations = 0;
  #unusable = 0;
  #backscatter = 0;
  #remainders = 0;
  #verdicts = 0;
  #infectedVerdicts = 0;
  #unforgeableVerdicts = 0;
  #testsBegun = 0;
  #testsCleared = 0;

  constructor(options: SourceDetectorOptions) {
    const { streams, live, falsePositiveRate = 1e-4, missRate = 0.01, test = 'classes' } = options;
    const { slowestScanRatePerSecond = 1, sourcesMax = 131_072 } = options;
    const { strayRatePerSecond = slowestScanRatePerSecond / (test === 'trw' ? 20 : 50) } = options;
    this.#rates = { falsePositiveRate, missRate };
    this.#monitored = typeof options.monitored === 'number' ? null : options.monitored;
    this.#monitoredFraction = fractionOf(options.monitored);
    this.#known = options.known ?? STRANGERS;
    this.#naming = options.naming ?? IPV4_NAMING;
    this.#isExtrapolated = options.isExtrapolated ?? true;
    // Two tests of one host share the false verdicts that are promised for it.
    const isWalking = test === 'trw' && live !== undefined;
    const testRates = { missRate, falsePositiveRate: falsePositiveRate / (isWalking ? 2 : 1) };
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
      forgotten: (source, row) => this.#forget(source, row),
    });
    const { capacity } = this.#table;
    const rows = new SourceRows(capacity);
    this.#lastSeconds = rows.doubles();
    this.#lastContactSeconds = rows.doubles();
    this.#judged = rows.octets();
    const brief = rows.octets();
    this.#stray = strayPriorOf(this.#model);
    const slowestPerSecond = this.#model.scannerContactsPerSecond;
    const monitored = this.#monitoredFraction * 2 ** 32;
    const { listContinues } = options;
    const classes = { rows, monitored, slowestPerSecond, stray: this.#stray, listContinues };
    this.#classes = test === 'trw' ? null : new InnocentClasses(classes);
    const signatures = new SignatureTable(streams);
    const slotOf = (source: number): number => this.#table.find(source);
    this.#dark = new DarkContacts({ rows, model: this.#model, classes: this.#classes, streams });
    this.#content = new ContentPrevalence(capacity, signatures);
    this.#proofs = proofsOf(options, rows);
    const isInfected = (source: number): boolean => this.#isJudged(slotOf(source));
    const naming = this.#naming;
    if (live !== undefined) this.#chain = new InfectionChain({ capacity, live, streams, isInfected, naming });
    const chain = this.#chain === null ? [] : [this.#chain];
    const noted = [this.#content, ...chain];
    const { hasToolMarks = true } = options;
    const twoPhase = test === 'trw' || !hasToolMarks ? null : new TwoPhase({ capacity, streams, slotOf });
    this.#noted = test === 'trw' ? [] : [...noted, twoPhase].filter((each) => each !== null);
    const tests: SourceTest[] = [
      { detectors: [this.#dark, ...(test === 'trw' ? noted : [])], thresholds: this.#model.thresholds },
    ];
    if (isWalking) {
      const walk = thresholdRandomWalk(testRates);
      this.#walk = new SourceWalk({ rows, walk, streams });
      tests.push({ detectors: [this.#walk], thresholds: walk.thresholds });
    }
    this.#tests = tests;
    this.#scanningFrom = -log(falsePositiveRate);
    this.#quietSecondsMax = this.#quietSeconds(options.windowSeconds ?? WINDOW_SECONDS);
    const isBriefKept = this.#classes !== null && this.#naming === IPV4_NAMING;
    const briefly = { brief, capacity, dark: this.#dark, chain: this.#chain, streams };
    this.#brief = isBriefKept ? new BriefSources(briefly) : null;
    this.#trend = options.trend;
    rows.take();
    this.#bytesPerSource = rows.bytesPerRow + this.#sumBytesPerSource();
    const others = [signatures, this.#dark, this.#chain, twoPhase, this.#brief];
    this.#bytes = this.#bytesPerSource * capacity + bytesOf(others);
  }

  observe(given: Observation): Verdict | null {
    if (!isUsable(given)) {
      this.#observations++;
      this.#unusable++;
      return null;
    }
    const { packets = 1 } = given;
    this.#observations += packets;
    if (given.kind === 'backscatter') this.#backscatter += packets;
    else if (given.kind === 'remainder') this.#remainders += packets;
    else if (given.dark || this.#chain !== null) return this.#judge(given);
    return null;
  }

  /** Whether the observation is looked at, and not only counted. */
  isJudged(given: Observation): given is WordObservation {
    if (!isUsable(given) || given.kind === 'backscatter' || given.kind === 'remainder') return false;
    return given.dark || this.#chain !== null;
  }

  /** The verdict on handshakes that stands about a source, once more; null where none does. */
  again(source: number): Verdict | null {
    const slot = this.#table.find(source);
    const flags = slot < 0 ? 0 : this.#judged.get(slot);
    if ((flags & SCANNING_UNFORGEABLY) === 0) return null;
    const proof = (flags & INFECTED_UNFORGEABLY) === 0 ? null : this.#proofOf(slot);
    const kind = proof === null ? 'scanning' : 'infected';
    return this.#verdict(slot, this.#lastSeconds.get(slot), { kind, proof, isUnforgeable: true });
  }

  explain(source: number): Explanation {
    const found = this.#table.find(source);
    const slot = found < 0 ? this.#restore(source, null) : found;
    const name = this.#naming.nameOf(source);
    if (slot < 0) return explanationOf({ source, name, state: 'unknown', evidence: [], sinceSeconds: null });
    const now = this.#lastSeconds.get(slot);
    const isMisconfigured = this.#dark.isMisconfigured(slot);
    return explanationOf({
      source,
      name,
      state: this.#stateOf(slot, isMisconfigured),
      evidence: this.#evidence(slot, now),
      sinceSeconds: this.#trail(slot, false)?.firstSeconds ?? null,
    });
  }

  undecided(addressesMin: number): readonly Explanation[] {
    const found: { readonly slot: number; readonly ratio: number }[] = [];
    for (let slot = 0; slot < this.#table.size; slot++) {
      if (this.#isJudged(slot)) continue;
      const now = this.#lastSeconds.get(slot);
      if (this.#dark.reached(slot, now).addresses < addressesMin) continue;
      found.push({ slot, ratio: this.#ratio(slot, now) });
    }
    found.sort((a, b) => b.ratio - a.ratio);
    return found.slice(0, UNDECIDED_MAX).map(({ slot }) => this.explain(this.#table.sourceOf(slot)));
  }

  promise(scanRatePerSecond: number): ScannerPromise | null {
    const contactsPerSecond = scanRatePerSecond * this.#monitoredFraction;
    const [test] = this.#tests;
    const upper = test?.thresholds.upper ?? Infinity;
    const addresses =
      this.#classes === null
        ? addressesOfModel(this.#model, contactsPerSecond)
        : this.#classes.addressesNeeded(upper, { contactsPerSecond, portShare: RARE_PORT_SHARE });
    if (addresses === null) return null;
    return { addresses, seconds: (addresses - 1) / contactsPerSecond };
  }

  status(): DetectorStatus {
    return {
      observations: this.#observations,
      unusable: this.#unusable,
      backscatter: this.#backscatter,
      remainders: this.#remainders,
      verdicts: this.#verdicts,
      infectedVerdicts: this.#infectedVerdicts,
      unforgeableVerdicts: this.#unforgeableVerdicts,
      testsBegun: this.#testsBegun,
      testsCleared: this.#testsCleared,
      falseVerdictsExpected: this.#testsBegun * this.#rates.falsePositiveRate,
      strayRatePerSecond: this.#stray.meanPerSecond / this.#monitoredFraction,
      sources: this.#table.size,
      sourcesMax: this.#table.capacity,
      firstContacts: this.#brief?.size ?? 0,
      firstContactsMax: this.#brief?.capacity ?? 0,
      evictions: this.#table.evictions + (this.#brief?.evictions ?? 0),
      evictionsWithEvidence: this.#table.evictionsWithEvidence,
      bytes: this.#bytes,
      bytesPerSource: this.#bytesPerSource,
    };
  }

  #judge(given: WordObservation): Verdict | null {
    this.#aheadSeconds = given.timeSeconds - (given.sensorSeconds ?? given.timeSeconds);
    const slot = this.#slotFor(given);
    // Sensors may hand over observations slightly out of order; the time of one source does not run backwards.
    const now = Math.max(given.timeSeconds, this.#lastSeconds.get(slot));
    const observation = now === given.timeSeconds ? given : { ...given, timeSeconds: now };
    this.#lastSeconds.set(slot, now);
    for (const { detectors } of this.#tests)
      for (const detector of detectors) detector.observe(slot, observation);
    for (const detector of this.#noted) detector.observe(slot, observation);
    this.#proofs.observe(slot, observation);
    this.#brief?.observe(slot, observation);
    if (observation.dark && observation.kind !== 'handshake' && this.#looksLikeScanner(slot)) {
      this.#trend.observe(portKey(observation), now, this.#lastContactSeconds.get(slot));
      this.#lastContactSeconds.set(slot, now);
    }
    const isSettled = this.#judged.get(slot) !== 0 && this.#chain === null;
    if (isSettled && !this.#dark.addsToProof(slot, observation)) return null;
    return this.#decide(slot, now);
  }

  /** The trend counts no source that has reached one address, or calls the same few: others can forge or cause that. */
  #looksLikeScanner(slot: number): boolean {
    if (this.#isJudged(slot)) return this.#known.of(this.#table.sourceOf(slot)) === null;
    return this.#classes === null || this.#dark.roughRatio(slot) >= TREND_RATIO_MIN;
  }

  /** The slot of the observation's source, its tests begun anew where they had ended. */
  #slotFor({ source, timeSeconds }: WordObservation): number {
    const known = this.#table.find(source);
    if (known >= 0) {
      this.#renew(known, timeSeconds);
      return known;
    }
    const restored = this.#restore(source, timeSeconds);
    if (restored >= 0) {
      this.#renew(restored, timeSeconds);
      return restored;
    }
    return this.#claim(source, timeSeconds);
  }

  #claim(source: number, timeSeconds: number): number {
    const slot = this.#table.claim(source, timeSeconds);
    this.#beginAll(slot);
    this.#lastSeconds.set(slot, timeSeconds);
    this.#lastContactSeconds.set(slot, -Infinity);
    return slot;
  }

  /** Gives a source its row again, as it was; returns −1 for one that gave up none. */
  #restore(source: number, nowSeconds: number | null): number {
    const kept = this.#brief?.take(source) ?? null;
    if (kept === null) return -1;
    const slot = this.#claim(source, nowSeconds ?? kept.lastSeconds);
    this.#testsBegun -= this.#tests.length;
    this.#dark.restore(slot, kept);
    this.#lastSeconds.set(slot, kept.lastSeconds);
    return slot;
  }

  /** Called with a source that loses its row; returns whether all that is known of it is kept. */
  #forget(source: number, slot: number): boolean {
    this.#naming.forgotten(source);
    return this.#brief?.keep(source, slot, this.#lastSeconds.get(slot)) ?? false;
  }

  /** Ends tests that quiet or success has decided for the host; a verdict, too, is over after a long quiet. */
  #renew(slot: number, nowSeconds: number): void {
    const quietSeconds = nowSeconds - this.#lastSeconds.get(slot);
    if (this.#isJudged(slot) || this.#classes !== null) {
      if (quietSeconds < this.#quietSecondsMax) return;
      if (!this.#isJudged(slot)) {
        this.#testsCleared++;
        this.#learn(slot, nowSeconds);
      }
      this.#beginAll(slot);
      return;
    }
    for (const test of this.#tests) {
      if (ratioOf(test, slot, nowSeconds) > test.thresholds.lower) continue;
      this.#testsCleared++;
      this.#begin(slot, test);
    }
  }

  /** Of sources that come back after a long quiet, those that strayed teach how often hosts do: no bursts, no scanners. */
  #learn(slot: number, nowSeconds: number): void {
    const active = { ...this.#dark.reached(slot, nowSeconds), seconds: this.#dark.spanSeconds(slot) };
    if (active.addresses === 0 || (this.#classes?.ratioTo('stray', slot, active) ?? 1) > 0) return;
    this.#stray.learn(active.addresses - 1, this.#dark.reached(slot, nowSeconds).seconds);
  }

  #beginAll(slot: number): void {
    this.#judged.set(slot, 0);
    this.#brief?.begin(slot);
    for (const test of this.#tests) this.#begin(slot, test);
    for (const detector of this.#noted) detector.reset(slot);
    this.#proofs.reset(slot);
  }

  #begin(slot: number, { detectors }: SourceTest): void {
    this.#testsBegun++;
    for (const detector of detectors) detector.reset(slot);
  }

  #decide(slot: number, nowSeconds: number): Verdict | null {
    const flags = this.#judged.get(slot);
    if ((flags & INFECTED_UNFORGEABLY) !== 0) return null;
    // Most sources are far from a verdict; only the time can add to this, against them.
    if (flags === 0 && this.#classes !== null && this.#dark.roughRatio(slot) < this.#scanningFrom)
      return null;
    const isScanning =
      flags !== 0 || this.#tests.some((test) => ratioOf(test, slot, nowSeconds) >= test.thresholds.upper);
    if (!isScanning) return null;
    const isUnforgeable =
      (flags & SCANNING_UNFORGEABLY) !== 0 ||
      (this.#dark.handshakeTrail(slot) !== null &&
        this.#tests.some((test) => unforgeableRatioOf(test, slot, nowSeconds) >= test.thresholds.upper));
    const proof = this.#proofOf(slot);
    const said = newlySaid(flags, isUnforgeable, proof);
    if (said === null) return null;
    this.#judged.set(slot, flags | said.added);
    if (flags === 0) this.#verdicts++;
    if ((said.added & INFECTED) !== 0) this.#infectedVerdicts++;
    if ((said.added & SCANNING_UNFORGEABLY) !== 0) this.#unforgeableVerdicts++;
    return this.#verdict(slot, nowSeconds, { kind: said.kind, proof, isUnforgeable: said.isUnforgeable });
  }

  /** The proof of the infection of a scanning source; null for one that is known to scan. */
  #proofOf(slot: number): FoundProof | null {
    const source = this.#table.sourceOf(slot);
    if (this.#known.of(source) !== null) return null;
    const [chained] = this.#chain?.evidence(slot) ?? [];
    return (
      this.#proofs.proofOf(slot, source, this.#dark.marks(slot)) ??
      (chained === undefined ? null : { proof: 'chain', evidence: chained })
    );
  }

  #verdict(
    slot: number,
    nowSeconds: number,
    found: {
      readonly kind: VerdictKind;
      readonly proof: FoundProof | null;
      readonly isUnforgeable: boolean;
    },
  ): Verdict {
    const { kind, proof, isUnforgeable } = found;
    const trail = this.#trail(slot, isUnforgeable);
    assert(trail !== null, 'a verdict rests on contacts');
    const source = this.#table.sourceOf(slot);
    const evidence = [
      ...this.#evidence(slot, nowSeconds),
      ...(isAtLeast(kind, 'infected') && proof !== null && proof.proof !== 'chain' ? [proof.evidence] : []),
    ];
    return verdictOf({
      source,
      name: this.#naming.nameOf(source),
      kind,
      proof,
      known: this.#known.of(source),
      nowSeconds: nowSeconds - this.#aheadSeconds,
      quietSecondsMax: this.#quietSecondsMax,
      trail: { ...trail, firstSeconds: trail.firstSeconds - this.#aheadSeconds },
      signature: this.#content.signature(slot),
      arrivals: Math.max(this.#dark.reached(slot, nowSeconds).addresses - 1, 0),
      spanSeconds: this.#dark.spanSeconds(slot),
      uniformFraction: this.#uniformFraction(slot),
      rates: this.#rates,
      isUnforgeable,
      linkAddress: this.#dark.proof.linkAddress(slot),
      forgeableReasons: this.#dark.proof.reasons(slot),
      evidence: evidence.filter(({ forgeable }) => !isUnforgeable || !forgeable),
    });
  }

  #uniformFraction(slot: number): number | null {
    if (!this.#isExtrapolated) return null;
    if (this.#monitored === null) return this.#monitoredFraction;
    const shape = scanShapeOf(this.#dark.firstAddresses(slot), this.#monitored);
    return shape === 'uniform' ? this.#monitoredFraction : null;
  }

  #trail(slot: number, isUnforgeable: boolean): Trail | null {
    const proven = isUnforgeable ? this.#dark.handshakeTrail(slot) : null;
    return proven ?? this.#dark.trail(slot) ?? this.#walk?.trail(slot) ?? null;
  }

  #sumBytesPerSource(): number {
    const own = this.#table.bytesPerSource + this.#proofs.bytesPerSource;
    return this.#detectors().reduce((sum, { bytesPerSource }) => sum + bytesPerSource, own);
  }

  #detectors(): readonly EvidenceDetector[] {
    return [...this.#tests.flatMap(({ detectors }) => detectors), ...this.#noted];
  }

  #evidence(slot: number, nowSeconds: number): readonly Evidence[] {
    return this.#detectors().flatMap((detector) => detector.evidence(slot, nowSeconds));
  }

  #isJudged(slot: number): boolean {
    return slot >= 0 && this.#judged.get(slot) !== 0;
  }

  #stateOf(slot: number, isMisconfigured: boolean): Explanation['state'] {
    const flags = this.#judged.get(slot);
    if ((flags & INFECTED) !== 0) return 'infected';
    if (flags !== 0) return 'scanning';
    return isMisconfigured ? 'misconfigured' : 'watched';
  }

  #ratio(slot: number, nowSeconds: number): number {
    return this.#tests.reduce((sum, test) => Math.max(sum, ratioOf(test, slot, nowSeconds)), -Infinity);
  }

  /** A scanner of the slowest rate is not forgotten between two contacts, but for the promised misses and the window. */
  #quietSeconds(windowSeconds: number): number {
    const { upper, lower } = this.#model.thresholds;
    if (this.#classes === null) return (upper - lower) / this.#model.lossPerSecond;
    const { scannerContactsPerSecond: slowest } = this.#model;
    const gaps = this.promise(slowest / this.#monitoredFraction)?.addresses ?? 1;
    return Math.min(windowSeconds, log(gaps / this.#rates.missRate) / slowest);
  }

  /** The evidence for infection, fading while the source is quiet. */
  #worth(slot: number, nowSeconds: number): number {
    const quietSeconds = nowSeconds - this.#lastSeconds.get(slot);
    if (this.#brief?.isBrief(slot) === true) return BRIEF_WORTH - quietSeconds;
    let worth = -quietSeconds * this.#model.lossPerSecond;
    if (this.#isJudged(slot)) return worth + this.#model.thresholds.upper;
    if (this.#classes !== null) return worth + this.#dark.roughRatio(slot);
    for (const test of this.#tests) worth += ratioOf(test, slot, nowSeconds);
    return worth;
  }
}
