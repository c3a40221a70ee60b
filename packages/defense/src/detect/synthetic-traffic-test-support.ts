/**
 * Labelled traffic as a sensor would report it, to measure detectors and to demonstrate them: what dark space receives
 * anyway, hosts that are innocent in different ways, and scanners of every pattern. It is a list of records; nothing is
 * sent, and a payload is no more than a made-up hash.
 */
import { AddressSet, assert, exponential, type RandomStream, type RandomStreams } from '@wormwood/base';
import type { Observation } from '../observation.ts';
import { type InnocentBehavior, innocentObservations } from './innocent-traffic-test-support.ts';
import { type Hit, scanHits, type ScanPattern } from './scan-pattern-test-support.ts';
import { flowObservations, madeUpHash } from './traffic-flow-test-support.ts';

/** Infected hosts. */
export interface ScannerBehavior {
  readonly kind: 'scanner';
  readonly pattern: ScanPattern;
  readonly scanRatePerSecond: number;
  readonly protocol: 'tcp' | 'udp';
  readonly port: number;
  /** Whether dark addresses answer, so that TCP handshakes complete and payloads arrive. */
  readonly isAnswered: boolean;
  /** Where the sources lie. @default anywhere but on watched addresses */
  readonly from?: AddressSet;
  /** How their number grows, from so many on; without it all scan from the start. */
  readonly growth?: { readonly initially: number; readonly doublingSeconds: number };
}

/** Sources of one kind. */
export interface TrafficGroup {
  readonly label: string;
  readonly sources: number;
  readonly behavior: InnocentBehavior | ScannerBehavior;
}

export interface TrafficOptions {
  readonly streams: RandomStreams;
  readonly dark: AddressSet;
  /** @default none */
  readonly live?: AddressSet;
  readonly durationSeconds: number;
  readonly groups: readonly TrafficGroup[];
}

/** What a source is in truth. */
export interface TrafficSource {
  readonly label: string;
  readonly isInfected: boolean;
  /** When it began to scan; 0 for innocent hosts. */
  readonly sinceSeconds: number;
}

export interface SyntheticTraffic {
  /** In order of time. */
  readonly observations: readonly Observation[];
  /** Every source, also one that reached nothing watched. */
  readonly sources: ReadonlyMap<number, TrafficSource>;
}

/** Share of live addresses on which a scanner finds its service, as the threshold random walk supposes. */
const SERVICE_SHARE = 0.2;

/** Returns the traffic of all groups; a group draws from streams of its own. */
export function syntheticTraffic(options: TrafficOptions): SyntheticTraffic {
  const { streams, dark, live = AddressSet.empty, durationSeconds, groups } = options;
  assert(durationSeconds > 0, 'traffic takes time');
  const watched = dark.union(live);
  const elsewhere = watched.complement();
  const observations: Observation[] = [];
  const sources = new Map<number, TrafficSource>();
  groups.forEach(({ label, sources: count, behavior }, index) => {
    const stream = streams.stream(`synthetic-traffic/${behavior.kind}`, index);
    const isInfected = behavior.kind === 'scanner';
    const from = isInfected ? (behavior.from ?? elsewhere) : elsewhere;
    const payloadHash = madeUpHash(stream);
    const starts = isInfected ? startsOf(behavior, count, stream) : [];
    for (let i = 0; i < count; i++) {
      const source = newAddress(from, sources, stream);
      const sinceSeconds = starts[i] ?? 0;
      sources.set(source, { label, isInfected, sinceSeconds });
      const host = { source, sinceSeconds, payloadHash, dark, live, watched, durationSeconds };
      const seen = isInfected
        ? scannerObservations(host, behavior, stream)
        : innocentObservations({ ...host, behavior }, stream);
      for (const each of seen) observations.push(each);
    }
  });
  observations.sort((a, b) => a.timeSeconds - b.timeSeconds);
  return { observations, sources };
}

interface ScanningHost {
  readonly source: number;
  readonly sinceSeconds: number;
  readonly payloadHash: string;
  readonly dark: AddressSet;
  readonly watched: AddressSet;
  readonly durationSeconds: number;
}

function scannerObservations(
  host: ScanningHost,
  behavior: ScannerBehavior,
  stream: RandomStream,
): readonly Observation[] {
  const { source, payloadHash, watched } = host;
  const { pattern, scanRatePerSecond, protocol, port: destinationPort } = behavior;
  const hits = scanHits(
    {
      source,
      pattern,
      scanRatePerSecond,
      watched,
      fromSeconds: host.sinceSeconds,
      untilSeconds: host.durationSeconds,
    },
    stream,
  );
  return hits.flatMap(({ timeSeconds, destination }: Hit) => {
    const dark = host.dark.contains(destination);
    const isAnswered = dark ? behavior.isAnswered : stream.nextDouble() < SERVICE_SHARE;
    const flow = {
      timeSeconds,
      protocol,
      source,
      destination,
      destinationPort,
      dark,
      isAnswered,
      payloadHash,
    };
    return flowObservations(flow, stream);
  });
}

/** A pure birth process: while I hosts are infected, the next follows after a gap of mean 1/(κI), κ = ln 2 / doubling. */
function startsOf({ growth }: ScannerBehavior, count: number, stream: RandomStream): readonly number[] {
  const starts: number[] = [];
  let seconds = 0;
  for (let infected = 0; infected < count; infected++) {
    if (growth !== undefined && infected >= growth.initially) {
      seconds += (exponential(stream) * growth.doublingSeconds) / (Math.LN2 * infected);
    }
    starts.push(seconds);
  }
  return starts;
}

function newAddress(
  from: AddressSet,
  taken: ReadonlyMap<number, TrafficSource>,
  stream: RandomStream,
): number {
  assert(from.size > 2 * taken.size, 'there is room for the sources');
  for (;;) {
    const address = from.at(stream.nextBelow(from.size));
    if (!taken.has(address)) return address;
  }
}
