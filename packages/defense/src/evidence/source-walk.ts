/**
 * The threshold random walk of every source, where the sensor sees contacts to live addresses as well. A first contact
 * to a dark address fails; one to a live address over TCP succeeds when its handshake completes, and fails when it has
 * not within three seconds. One such attempt at a time is watched for each source; others begun meanwhile are left out,
 * which takes nothing from the promised error rates, for nobody knows yet how they end.
 */
import { formatCount, type RandomStreams } from '@wormwood/base';
import type { WordObservation } from '../observation.ts';
import type { Evidence } from '../verdict.ts';
import { DistinctCounts } from './distinct-counts.ts';
import { type EvidenceDetector, isProvenHandshake, portKey, type Trail } from './evidence-detector.ts';
import { FavouritePort } from './favourite-port.ts';
import { KeyedHash } from './keyed-hash.ts';
import type { SourceRows } from './source-rows.ts';
import { type ThresholdRandomWalk, walkPosition } from '../statistics/threshold-random-walk.ts';

const DESTINATION_BITS = 128;
const ANSWER_SECONDS_MAX = 3;
const STEPS_MAX = 0xffff;

export interface SourceWalkOptions {
  readonly rows: SourceRows;
  readonly walk: ThresholdRandomWalk;
  readonly streams: RandomStreams;
}

export class SourceWalk implements EvidenceDetector {
  readonly bytesPerSource: number = 30;
  readonly #walk: ThresholdRandomWalk;
  /** Destinations attempted, and those that completed a handshake while dark. */
  readonly #attempts: DistinctCounts;
  readonly #handshakes: DistinctCounts;
  readonly #port: FavouritePort;
  readonly #firstSeconds: Float64Array;
  readonly #failures: Uint16Array;
  readonly #successes: Uint16Array;
  /** Failures at dark addresses that completed a handshake, so that the failing source is not forged. */
  readonly #provenFailures: Uint16Array;
  readonly #awaited: Uint32Array;
  /** When the attempt that is watched began; −Infinity when none is. */
  readonly #awaitedSeconds: Float64Array;
  readonly #awaitedPort: Uint32Array;

  constructor({ rows, walk, streams }: SourceWalkOptions) {
    const { capacity } = rows;
    this.#walk = walk;
    const counts = { rows, bitsPerRow: DESTINATION_BITS, hash: new KeyedHash(streams.stream('detect/walk')) };
    this.#attempts = new DistinctCounts(counts);
    this.#handshakes = new DistinctCounts(counts);
    this.#port = new FavouritePort(rows);
    this.#firstSeconds = new Float64Array(capacity);
    this.#failures = new Uint16Array(capacity);
    this.#successes = new Uint16Array(capacity);
    this.#provenFailures = new Uint16Array(capacity);
    this.#awaited = new Uint32Array(capacity);
    this.#awaitedSeconds = new Float64Array(capacity).fill(-Infinity);
    this.#awaitedPort = new Uint32Array(capacity);
  }

  reset(slot: number): void {
    this.#attempts.clear(slot);
    this.#handshakes.clear(slot);
    this.#port.reset(slot);
    this.#failures[slot] = 0;
    this.#successes[slot] = 0;
    this.#provenFailures[slot] = 0;
    this.#awaitedSeconds[slot] = -Infinity;
  }

  observe(slot: number, observation: WordObservation): void {
    this.#expire(slot, observation.timeSeconds);
    if (observation.dark) this.#observeDark(slot, observation);
    else if (observation.protocol === 'tcp') this.#observeLive(slot, observation);
  }

  logLikelihoodRatio(slot: number): number {
    return walkPosition(this.#walk, {
      failures: this.#failures[slot] ?? 0,
      successes: this.#successes[slot] ?? 0,
    });
  }

  /** Every success was a handshake; of the failures only those count that were one too, at a honeypot. */
  unforgeableLogLikelihoodRatio(slot: number): number {
    return walkPosition(this.#walk, {
      failures: this.#provenFailures[slot] ?? 0,
      successes: this.#successes[slot] ?? 0,
    });
  }

  evidence(slot: number): readonly Evidence[] {
    const failures = this.#failures[slot] ?? 0;
    const successes = this.#successes[slot] ?? 0;
    if (failures + successes === 0) return [];
    return [
      {
        detector: 'threshold-random-walk',
        text:
          `Of its first contacts to ${formatCount(failures + successes)} addresses ${formatCount(failures)} failed;` +
          ` those of an innocent host mostly succeed.`,
        forgeable: this.unforgeableLogLikelihoodRatio(slot) < this.#walk.thresholds.upper,
        figures: {
          failures,
          successes,
          logLikelihoodRatio: this.logLikelihoodRatio(slot),
          threshold: this.#walk.thresholds.upper,
        },
      },
    ];
  }

  /** Since when and on which port the contacts of the source fail; null for one of which none failed. */
  trail(slot: number): Trail | null {
    if ((this.#failures[slot] ?? 0) === 0) return null;
    return {
      firstSeconds: this.#firstSeconds[slot] ?? 0,
      portKey: this.#port.of(slot),
      hasPort: this.#port.dominates(slot),
    };
  }

  #observeDark(slot: number, observation: WordObservation): void {
    if (this.#attempts.add(slot, observation.destination)) {
      this.#step(slot, { column: this.#failures, seconds: observation.timeSeconds });
      this.#port.add(slot, portKey(observation));
    }
    if (isProvenHandshake(observation) && this.#handshakes.add(slot, observation.destination)) {
      this.#provenFailures[slot] = Math.min((this.#provenFailures[slot] ?? 0) + 1, STEPS_MAX);
    }
  }

  #observeLive(slot: number, observation: WordObservation): void {
    const { kind, destination, timeSeconds } = observation;
    const isAwaited = this.#awaitedSeconds[slot] !== -Infinity;
    if (kind !== 'contact') {
      if (!isAwaited || this.#awaited[slot] !== destination) return;
      this.#awaitedSeconds[slot] = -Infinity;
      this.#step(slot, { column: this.#successes, seconds: timeSeconds });
      return;
    }
    if (isAwaited || !this.#attempts.add(slot, destination)) return;
    this.#awaited[slot] = destination;
    this.#awaitedPort[slot] = portKey(observation);
    this.#awaitedSeconds[slot] = timeSeconds;
  }

  /** Counts the attempt that is watched as failed when its time is over. */
  #expire(slot: number, nowSeconds: number): void {
    const began = this.#awaitedSeconds[slot] ?? -Infinity;
    if (began === -Infinity || nowSeconds - began <= ANSWER_SECONDS_MAX) return;
    this.#awaitedSeconds[slot] = -Infinity;
    this.#step(slot, { column: this.#failures, seconds: began });
    this.#port.add(slot, this.#awaitedPort[slot] ?? 0);
  }

  #step(slot: number, { column, seconds }: { readonly column: Uint16Array; readonly seconds: number }): void {
    if ((this.#failures[slot] ?? 0) + (this.#successes[slot] ?? 0) === 0) this.#firstSeconds[slot] = seconds;
    column[slot] = Math.min((column[slot] ?? 0) + 1, STEPS_MAX);
  }
}
