/**
 * Which hosts send probes, how fast, and which fraction passes the blockers. A scanning hears only of hosts whose
 * probes can get out.
 */
import type { RandomStream } from '@wormwood/base';
import { type Blocker, passingOf } from '../../dynamics/host-measures.ts';
import { RankedSums } from './ranked-sums.ts';
import type { ScanWeights } from './scan-weights.ts';
import type { Scanning } from './scanning.ts';

const SILENT = 0;
const HELD = 1;
const REACHING = 2;

/** How fast a host sends from now on. */
export interface Sender {
  sends: boolean;
  /** Blockers that hold it, as bits. */
  blocked: number;
  /** Scan rate in quanta. */
  weight: number;
}

export class HostSenders {
  /** Quanta of all that send. */
  sentWeight = 0;
  readonly #scanning: Scanning;
  readonly #weights: ScanWeights;
  readonly #mode: Uint8Array;
  readonly #blocked: Uint8Array;
  /** For each set of blockers: fraction of probes that gets out, quanta, hosts. */
  readonly #passing: Float64Array;
  readonly #weightBy: Float64Array;
  readonly #hostsBy: Float64Array;
  /** Quanta by host, where one is drawn by them. */
  readonly #sums: RankedSums | undefined;

  constructor(
    scanning: Scanning,
    weights: ScanWeights,
    options: { readonly hosts: number; readonly blockers: readonly Blocker[]; readonly isDrawn: boolean },
  ) {
    const masks = 2 ** options.blockers.length;
    this.#scanning = scanning;
    this.#weights = weights;
    this.#mode = new Uint8Array(options.hosts);
    this.#blocked = new Uint8Array(options.hosts);
    this.#passing = Float64Array.from({ length: masks }, (_, mask) => passingOf(options.blockers, mask));
    this.#weightBy = new Float64Array(masks);
    this.#hostsBy = new Float64Array(masks);
    this.#sums = options.isDrawn ? new RankedSums(options.hosts) : undefined;
  }

  isSending(host: number): boolean {
    return this.#mode[host] !== SILENT;
  }

  /** Fraction of a sender's probes that gets out. */
  passingOf(host: number): number {
    return this.#passing[this.#blocked[host]!]!;
  }

  /** Quanta of the probes that get out. */
  loadWeight(): number {
    if (this.#passing.length === 1) return this.sentWeight;
    let sum = 0;
    for (let mask = 0; mask < this.#passing.length; mask++)
      sum += this.#weightBy[mask]! * this.#passing[mask]!;
    return sum;
  }

  /** Hosts that scan, one that is blocked for the part of its probes that gets out. */
  scanningHosts(): number {
    let sum = 0;
    for (let mask = 0; mask < this.#passing.length; mask++)
      sum += this.#hostsBy[mask]! * this.#passing[mask]!;
    return sum;
  }

  /** Draws a sender by its scan rate. */
  any(stream: RandomStream): number {
    const sums = this.#sums!;
    return sums.rankAt(stream.nextBelow(sums.total));
  }

  /** Lets a host send at its rate from `seconds` of the scanning clock on. */
  set(host: number, { sends, blocked, weight }: Sender, seconds: number, stream: RandomStream): void {
    const mode = sends ? (this.#passing[blocked]! > 0 ? REACHING : HELD) : SILENT;
    const before = this.#mode[host]!;
    const weightBefore = this.#weights.weightOf(host);
    if (before !== SILENT) this.#count(host, -1, weightBefore);
    if (before === REACHING && (mode !== REACHING || weight !== weightBefore)) {
      this.#scanning.stop(host, seconds, stream);
    }
    if (weight !== weightBefore) this.#weights.set(host, weight);
    this.#mode[host] = mode;
    this.#blocked[host] = blocked;
    if (mode !== SILENT) this.#count(host, 1, weight);
    if (mode === REACHING && (before !== REACHING || weight !== weightBefore)) {
      this.#scanning.start(host, seconds, stream);
    }
  }

  #count(host: number, sign: number, weight: number): void {
    const mask = this.#blocked[host]!;
    this.sentWeight += sign * weight;
    this.#weightBy[mask]! += sign * weight;
    this.#hostsBy[mask]! += sign;
    this.#sums?.add(host, sign * weight);
  }
}
