/**
 * Two-phase scanning: a tool sends SYNs and keeps no state of them; where something answers, a system connects within ten
 * minutes, from the same address or from another one: a bot finds, and its loader delivers. It is named and counts for nothing,
 * for whoever forges a SYN can put its source into the first role. Chance brings a stranger to an address that a tool has just
 * tried; the same tool before it at three addresses is not chance.
 *
 * Source: Hiesgen, Nawrocki, King, Dainotti, Schmidt, Wählisch, "Spoki: unveiling a new wave of scanners through a reactive
 * network telescope", USENIX Security 2022.
 */
import { formatDuration, formatIpv4, type RandomStreams } from '@wormwood/base';
import type { WordObservation } from '../observation.ts';
import type { Evidence } from '../verdict.ts';
import { type EvidenceDetector, formatPort, portKey } from './evidence-detector.ts';
import { KeyedHash } from './keyed-hash.ts';

/** SYNs of tools that are remembered, a power of two, in groups. */
const REMEMBERED = 2 ** 16;
const GROUP = 4;
const REMEMBERED_BYTES = 24;
const BETWEEN_SECONDS = 600;
/** Addresses at which the same tool was before, where that is of another source. */
const ADDRESSES_MIN = 3;
const VOTES_MAX = 0xff;
const NONE = -1;

export interface TwoPhaseOptions {
  readonly capacity: number;
  readonly streams: RandomStreams;
  /** The slot of a source, −1 for one that has none. */
  readonly slotOf: (source: number) => number;
}

export class TwoPhase implements EvidenceDetector {
  readonly bytesPerSource: number = 26;
  /** Of the SYNs remembered, in total. */
  readonly bytes: number = REMEMBERED * REMEMBERED_BYTES;
  readonly #slotOf: (source: number) => number;
  readonly #hash: KeyedHash;
  readonly #source: Uint32Array = new Uint32Array(REMEMBERED);
  readonly #destination: Uint32Array = new Uint32Array(REMEMBERED);
  /** The source port above the destination port. */
  readonly #ports: Float64Array = new Float64Array(REMEMBERED);
  readonly #seconds: Float64Array = new Float64Array(REMEMBERED).fill(-Infinity);
  /** Of each source that connects: who was there before it, at how many addresses more than others, and the latest of them. */
  readonly #finder: Uint32Array;
  readonly #votes: Uint8Array;
  readonly #latest: Uint32Array;
  readonly #port: Uint32Array;
  readonly #waited: Float64Array;
  /** Of each source whose targets another source connects to: that it is one, and the other source. */
  readonly #isFinder: Uint8Array;
  readonly #loader: Uint32Array;

  constructor({ capacity, streams, slotOf }: TwoPhaseOptions) {
    this.#slotOf = slotOf;
    this.#hash = new KeyedHash(streams.stream('detect/two-phase'));
    this.#finder = new Uint32Array(capacity);
    this.#votes = new Uint8Array(capacity);
    this.#latest = new Uint32Array(capacity);
    this.#port = new Uint32Array(capacity);
    this.#waited = new Float64Array(capacity);
    this.#isFinder = new Uint8Array(capacity);
    this.#loader = new Uint32Array(capacity);
  }

  reset(slot: number): void {
    this.#votes[slot] = 0;
    this.#isFinder[slot] = 0;
  }

  observe(slot: number, observation: WordObservation): void {
    const { dark, protocol, kind, marks = 0 } = observation;
    if (!dark || protocol !== 'tcp') return;
    if (kind === 'contact' && marks !== 0) this.#remember(observation);
    else if (kind === 'handshake') this.#trace(slot, observation);
  }

  logLikelihoodRatio(): number {
    return 0;
  }

  unforgeableLogLikelihoodRatio(): number {
    return 0;
  }

  evidence(slot: number): readonly Evidence[] {
    const found: Evidence[] = [];
    if (this.#isSecondPhase(slot)) found.push(this.#secondPhase(slot));
    if (this.#isFinder[slot] === 1) found.push(this.#firstPhase(slot));
    return found;
  }

  #isSecondPhase(slot: number): boolean {
    const votes = this.#votes[slot] ?? 0;
    return votes >= ADDRESSES_MIN || (votes > 0 && this.#slotOf(this.#finder[slot] ?? 0) === slot);
  }

  #secondPhase(slot: number): Evidence {
    const finder = this.#finder[slot] ?? 0;
    const addresses = this.#votes[slot] ?? 0;
    const seconds = this.#waited[slot] ?? 0;
    const [port, later] = [formatPort(this.#port[slot] ?? 0), formatDuration(seconds)];
    const by = formatIpv4(finder);
    const text =
      this.#slotOf(finder) === slot
        ? `Two-phase scan: it sent a SYN of a tool on ${port}, and its system connected there ${later} later.`
        : `Two-phase scan: it connects on ${port} where ${by} sent a SYN of a tool before it, ${later} at the last.`;
    return evidenceOf(text, { phase: 2, finder, addresses, seconds });
  }

  #firstPhase(slot: number): Evidence {
    const loader = this.#loader[slot] ?? 0;
    const text = `Two-phase scan: where it sends SYNs of a tool, ${formatIpv4(loader)} connects after it.`;
    return evidenceOf(text, { phase: 1, loader });
  }

  /** In the place of an earlier SYN of the same source there, or of the oldest of the group. */
  #remember({ source, destination, sourcePort, destinationPort, timeSeconds }: WordObservation): void {
    const first = this.#groupOf(destination, destinationPort);
    let row = first;
    for (let other = first; other < first + GROUP; other++) {
      if (this.#isOf(other, destination, destinationPort) && this.#source[other] === source) {
        row = other;
        break;
      }
      if ((this.#seconds[other] ?? 0) < (this.#seconds[row] ?? 0)) row = other;
    }
    this.#source[row] = source;
    this.#destination[row] = destination;
    this.#ports[row] = sourcePort * 0x10000 + destinationPort;
    this.#seconds[row] = timeSeconds;
  }

  #trace(slot: number, observation: WordObservation): void {
    const { source, destination, sourcePort, destinationPort, timeSeconds } = observation;
    if ((this.#votes[slot] ?? 0) > 0 && this.#latest[slot] === destination) return;
    const first = this.#groupOf(destination, destinationPort);
    let before = NONE;
    for (let row = first; row < first + GROUP; row++) {
      const waited = timeSeconds - (this.#seconds[row] ?? 0);
      if (!this.#isOf(row, destination, destinationPort) || !(waited >= 0 && waited < BETWEEN_SECONDS))
        continue;
      if (this.#source[row] === source) {
        // The SYN of this very connection: a system whose SYNs look like those of a tool.
        if (this.#sourcePortAt(row) === sourcePort) return;
        before = row;
        break;
      }
      if (before === NONE || (this.#seconds[row] ?? 0) > (this.#seconds[before] ?? 0)) before = row;
    }
    if (before === NONE) return;
    this.#latest[slot] = destination;
    if (!this.#vote(slot, this.#source[before] ?? 0)) return;
    this.#port[slot] = portKey(observation);
    this.#waited[slot] = timeSeconds - (this.#seconds[before] ?? 0);
    this.#nameFinder(slot, source);
  }

  /** Boyer and Moore's majority vote, as in `favourite-port.ts`; returns whether it went to the candidate. */
  #vote(slot: number, finder: number): boolean {
    const votes = this.#votes[slot] ?? 0;
    const isCandidate = votes === 0 || this.#finder[slot] === finder;
    this.#votes[slot] = isCandidate ? Math.min(votes + 1, VOTES_MAX) : votes - 1;
    if (isCandidate) this.#finder[slot] = finder;
    return isCandidate;
  }

  #nameFinder(slot: number, loader: number): void {
    const finder = this.#slotOf(this.#finder[slot] ?? 0);
    if (finder === NONE || finder === slot || !this.#isSecondPhase(slot)) return;
    this.#isFinder[finder] = 1;
    this.#loader[finder] = loader;
  }

  #isOf(row: number, destination: number, port: number): boolean {
    return this.#destination[row] === destination && (this.#ports[row] ?? 0) % 0x10000 === port;
  }

  #sourcePortAt(row: number): number {
    return Math.floor((this.#ports[row] ?? 0) / 0x10000);
  }

  #groupOf(destination: number, port: number): number {
    return (this.#hash.ofPair(destination, port) & (REMEMBERED / GROUP - 1)) * GROUP;
  }
}

function evidenceOf(text: string, figures: Readonly<Record<string, number>>): Evidence {
  return { detector: 'two-phase-scan', text, forgeable: true, figures };
}
