/**
 * Contacts with honeypots: what groups count, when they start, and which hosts wait for which detector. The k-th
 * effective contact with any group of a detector starts its clock for that host (dynamics/detectors.ts).
 */
import type { RandomStream } from '@wormwood/base';
import { type Detector, detectorsOf } from '../../dynamics/detectors.ts';
import type { Outbreak } from '../../outbreak/outbreak.ts';
import { HoneypotStarts } from '../honeypot-starts.ts';
import { drawDelay } from './draw-delay.ts';
import type { HostClocks } from './host-clocks.ts';

/** The most detectors: a host keeps those that have caught it as bits of a word. */
const DETECTORS_MAX = 31;

export class HoneypotContacts {
  readonly starts: HoneypotStarts;
  readonly #clocks: HostClocks;
  readonly #detectors: readonly Detector[];
  readonly #detectorOf: readonly number[];
  /** By group. */
  readonly #contacts: Float64Array;
  /** Detectors that have caught a host, as bits; empty without delays. */
  readonly #caught: Int32Array;
  /** Effective contacts of each host with each detector; empty where the first is enough. */
  readonly #met: Uint8Array;

  constructor({ honeypots, population }: Outbreak, clocks: HostClocks) {
    const { detectors, detectorOf } = detectorsOf(honeypots);
    this.starts = new HoneypotStarts(honeypots);
    this.#clocks = clocks;
    this.#detectors = detectors;
    this.#detectorOf = detectorOf;
    this.#contacts = new Float64Array(honeypots.length);
    const isDelayed = detectors.some(({ delaySeconds }) => delaySeconds > 0);
    this.#caught = new Int32Array(isDelayed ? population.vulnerable : 0);
    const isCounting = detectors.some(({ contacts }) => contacts > 1);
    this.#met = new Uint8Array(isCounting ? population.vulnerable * detectors.length : 0);
  }

  total(): number {
    return this.#contacts.reduce((sum, contacts) => sum + contacts, 0);
  }

  /** A probe has arrived at a honeypot of a group; returns whether its sender is immunized at once. */
  receive(index: number, sender: number, nowSeconds: number, stream: RandomStream): boolean {
    const group = this.starts.groups[index]!;
    const { start, success } = group.honeypots;
    const contacts = ++this.#contacts[index]!;
    if (!group.isStarted) {
      if (start.kind === 'contacts' && contacts === start.contacts) {
        group.startSeconds = nowSeconds + start.prepareSeconds;
      }
      return false;
    }
    const detector = this.#detectorOf[index]!;
    const { delaySeconds, delayLaw, contacts: needed } = this.#detectors[detector]!;
    if (delaySeconds > 0 && (this.#caught[sender]! >>> detector) & 1) return false;
    if (success < 1 && stream.nextDouble() >= success) return false;
    if (needed > 1 && ++this.#met[sender * this.#detectors.length + detector]! < needed) return false;
    if (delaySeconds === 0) return true;
    this.#caught[sender]! |= 1 << detector;
    this.#clocks.immunizeBy(sender, nowSeconds + drawDelay(delaySeconds, delayLaw, stream));
    return false;
  }

  /** The infection of a host has ended. */
  forget(host: number): void {
    if (this.#caught.length > 0) this.#caught[host] = 0;
    if (this.#met.length === 0) return;
    this.#met.fill(0, host * this.#detectors.length, (host + 1) * this.#detectors.length);
  }
}

/** Returns one sentence on why groups of honeypots have too many delays; empty when they do not. */
export function detectorObstacles({ honeypots }: Outbreak): readonly string[] {
  const { length } = detectorsOf(honeypots).detectors;
  if (length <= DETECTORS_MAX) return [];
  return [`Honeypots of up to ${DETECTORS_MAX} different delays can be followed together, not of ${length}.`];
}
