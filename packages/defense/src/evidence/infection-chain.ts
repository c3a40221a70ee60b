/**
 * Evidence from the chain of infection: a host of ours was contacted on a port by a host that is itself judged infected,
 * and then contacts dark addresses on that same port. Needs a sensor that sees contacts to live addresses.
 */
import { formatDuration, formatIpv4, type RandomStreams } from '@wormwood/base';
import type { WordObservation } from '../observation.ts';
import type { Evidence } from '../verdict.ts';
import { type EvidenceDetector, formatPort, portKey } from './evidence-detector.ts';
import { KeyedHash } from './keyed-hash.ts';
import { findingWeight } from '../statistics/sequential-test.ts';

/** Contacts to live addresses that are remembered, the last ones; a power of two. */
const REMEMBERED = 2 ** 16;
const REMEMBERED_BYTES = 20;
const REMEMBERED_SECONDS = 3600;
/**
 * How often the host that infected another is known and was seen to contact it; and how often an innocent host that
 * strays onto dark space happens to have been contacted by an infected one, on just that port, within the hour.
 */
const WEIGHT = findingWeight({ infected: 0.5, innocent: 0.1 });

const OURS = 1;
const CHAINED = 2;

export interface InfectionChainOptions {
  readonly capacity: number;
  /** Live hosts, as sources. */
  readonly live: { contains(source: number): boolean };
  readonly streams: RandomStreams;
  /** Whether a source stands judged as infected now. */
  readonly isInfected: (source: number) => boolean;
  /** @default IPv4 addresses */
  readonly naming?: {
    nameOf(source: number): string;
    /** The word by which contacts to that host are remembered. */
    contactedAs(source: number): number;
  };
}

export class InfectionChain implements EvidenceDetector {
  readonly bytesPerSource: number = 17;
  /** Of the contacts remembered, in total. */
  readonly bytes: number = REMEMBERED * REMEMBERED_BYTES;
  readonly #options: InfectionChainOptions;
  readonly #naming: NonNullable<InfectionChainOptions['naming']>;
  readonly #hash: KeyedHash;
  readonly #contacted: Uint32Array = new Uint32Array(REMEMBERED);
  readonly #contactor: Uint32Array = new Uint32Array(REMEMBERED);
  readonly #port: Uint32Array = new Uint32Array(REMEMBERED);
  readonly #seconds: Float64Array = new Float64Array(REMEMBERED).fill(-Infinity);
  readonly #flags: Uint8Array;
  readonly #infector: Uint32Array;
  readonly #chainPort: Uint32Array;
  readonly #chainSeconds: Float64Array;

  constructor(options: InfectionChainOptions) {
    this.#options = options;
    this.#naming = options.naming ?? { nameOf: formatIpv4, contactedAs: (source) => source };
    this.#hash = new KeyedHash(options.streams.stream('detect/infection-chain'));
    this.#flags = new Uint8Array(options.capacity);
    this.#infector = new Uint32Array(options.capacity);
    this.#chainPort = new Uint32Array(options.capacity);
    this.#chainSeconds = new Float64Array(options.capacity);
  }

  reset(slot: number): void {
    this.#flags[slot] = 0;
  }

  observe(slot: number, observation: WordObservation): void {
    if (!observation.dark) this.#remember(observation);
    else if (this.#options.live.contains(observation.source)) this.#trace(slot, observation);
  }

  logLikelihoodRatio(slot: number): number {
    const flags = this.#flags[slot] ?? 0;
    if ((flags & OURS) === 0) return 0;
    return (flags & CHAINED) === 0 ? WEIGHT.absent : WEIGHT.present;
  }

  /** Nobody proves who contacted a live address, nor that the one that did is infected: only the absence counts. */
  unforgeableLogLikelihoodRatio(slot: number): number {
    return Math.min(this.logLikelihoodRatio(slot), 0);
  }

  evidence(slot: number): readonly Evidence[] {
    const flags = this.#flags[slot] ?? 0;
    if ((flags & CHAINED) === 0) return [];
    const seconds = this.#chainSeconds[slot] ?? 0;
    return [
      {
        detector: 'infection-chain',
        text:
          `${this.#naming.nameOf(this.#infector[slot] ?? 0)}, itself judged infected, contacted it on` +
          ` ${formatPort(this.#chainPort[slot] ?? 0)}, the port it scans, ${formatDuration(seconds)} earlier.`,
        forgeable: true,
        figures: {
          infector: this.#infector[slot] ?? 0,
          seconds,
          logLikelihoodRatio: this.logLikelihoodRatio(slot),
        },
      },
    ];
  }

  /** A packet that anybody can forge infects nobody: over TCP only a completed handshake can. */
  #remember(observation: WordObservation): void {
    const { protocol, kind, source, destination, timeSeconds } = observation;
    if (protocol === 'icmp' || (protocol === 'tcp' && kind === 'contact') || source === destination) return;
    const key = portKey(observation);
    const row = this.#rowOf(destination, key);
    const isSame = this.#contacted[row] === destination && this.#port[row] === key;
    const isRecent = timeSeconds - (this.#seconds[row] ?? 0) < REMEMBERED_SECONDS;
    // The infector is not forgotten for the sake of harmless contacts after it.
    if (isSame && isRecent && this.#options.isInfected(this.#contactor[row] ?? 0)) return;
    this.#contacted[row] = destination;
    this.#port[row] = key;
    this.#contactor[row] = source;
    this.#seconds[row] = timeSeconds;
  }

  #trace(slot: number, observation: WordObservation): void {
    const flags = (this.#flags[slot] ?? 0) | OURS;
    this.#flags[slot] = flags;
    if ((flags & CHAINED) !== 0) return;
    const key = portKey(observation);
    const contacted = this.#naming.contactedAs(observation.source);
    const row = this.#rowOf(contacted, key);
    if (this.#contacted[row] !== contacted || this.#port[row] !== key) return;
    const seconds = observation.timeSeconds - (this.#seconds[row] ?? 0);
    const contactor = this.#contactor[row] ?? 0;
    if (!(seconds >= 0 && seconds < REMEMBERED_SECONDS) || !this.#options.isInfected(contactor)) return;
    this.#flags[slot] = flags | CHAINED;
    this.#infector[slot] = contactor;
    this.#chainPort[slot] = key;
    this.#chainSeconds[slot] = seconds;
  }

  #rowOf(address: number, key: number): number {
    return this.#hash.ofPair(address, key) & (REMEMBERED - 1);
  }
}
