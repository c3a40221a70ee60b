/** What dark space receives from hosts that are not infected, each kind innocent in its own way. */
import { type AddressSet, exponential, type RandomStream, unreachable } from '@wormwood/base';
import type { Observation } from '../observation.ts';
import { scanHits } from './scan-pattern-test-support.ts';
import { flowObservations, madeUpHash } from './traffic-flow-test-support.ts';

export type InnocentBehavior =
  /** One packet to one dark address, and nothing more. */
  | { readonly kind: 'background' }
  /** Probes at random now and then, as if by mistake. */
  | { readonly kind: 'stray'; readonly strayRatePerSecond: number }
  /** Answers to packets that carried forged addresses of the dark space. */
  | { readonly kind: 'backscatter'; readonly answersPerSecond: number }
  /** Calls one dark address again and again. */
  | { readonly kind: 'misconfigured'; readonly callsPerSecond: number }
  /** Connects to live addresses; this share of the connections succeeds. */
  | { readonly kind: 'client'; readonly connectionsPerSecond: number; readonly successShare: number };

export interface InnocentHost {
  readonly behavior: InnocentBehavior;
  readonly source: number;
  readonly dark: AddressSet;
  readonly live: AddressSet;
  readonly durationSeconds: number;
}

/** Ports that everybody probes at any time. */
const COMMON_PORTS = [22, 23, 80, 443, 445, 1433, 2323, 3389, 5060, 8080] as const;

/** The observations that one host leaves on a sensor. */
export function innocentObservations(host: InnocentHost, stream: RandomStream): readonly Observation[] {
  const { behavior, durationSeconds } = host;
  switch (behavior.kind) {
    case 'background':
      return contactAt(
        host,
        {
          timeSeconds: durationSeconds * stream.nextDouble(),
          destination: anyOf(host.dark, stream),
        },
        stream,
      );
    case 'stray':
      return scanHits(
        {
          source: host.source,
          pattern: { kind: 'uniform' },
          scanRatePerSecond: behavior.strayRatePerSecond,
          watched: host.dark,
          fromSeconds: 0,
          untilSeconds: durationSeconds,
        },
        stream,
      ).flatMap((hit) => contactAt(host, hit, stream));
    case 'backscatter':
      return arrivals(behavior.answersPerSecond, durationSeconds, stream).flatMap((timeSeconds) => {
        const answered = { timeSeconds, destination: anyOf(host.dark, stream) };
        return contactAt(host, { ...answered, kind: 'backscatter' }, stream);
      });
    case 'misconfigured': {
      const destination = anyOf(host.dark, stream);
      return arrivals(behavior.callsPerSecond, durationSeconds, stream).flatMap((timeSeconds) =>
        contactAt(host, { timeSeconds, destination }, stream),
      );
    }
    case 'client':
      return clientObservations(host, behavior, stream);
    default:
      return unreachable(behavior);
  }
}

function clientObservations(
  { source, live, durationSeconds }: InnocentHost,
  { connectionsPerSecond, successShare }: Extract<InnocentBehavior, { kind: 'client' }>,
  stream: RandomStream,
): readonly Observation[] {
  return arrivals(connectionsPerSecond, durationSeconds, stream).flatMap((timeSeconds) =>
    flowObservations(
      {
        timeSeconds,
        protocol: 'tcp',
        source,
        destination: anyOf(live, stream),
        destinationPort: 443,
        dark: false,
        isAnswered: stream.nextDouble() < successShare,
        payloadHash: madeUpHash(stream),
      },
      stream,
    ),
  );
}

/** One unanswered packet, to a common port. */
function contactAt(
  { source }: InnocentHost,
  at: {
    readonly timeSeconds: number;
    readonly destination: number;
    /** @default 'contact' */
    readonly kind?: 'contact' | 'backscatter';
  },
  stream: RandomStream,
): readonly Observation[] {
  const { timeSeconds, destination, kind = 'contact' } = at;
  const flow = { timeSeconds, destination, protocol: 'tcp', source, dark: true } as const;
  const destinationPort = COMMON_PORTS[stream.nextBelow(COMMON_PORTS.length)] ?? 0;
  const silent = { isAnswered: false, payloadHash: null };
  return flowObservations({ ...flow, kind, destinationPort, ...silent }, stream);
}

/** Times of a Poisson process. */
function arrivals(ratePerSecond: number, durationSeconds: number, stream: RandomStream): readonly number[] {
  const times: number[] = [];
  if (ratePerSecond <= 0) return times;
  for (let seconds = exponential(stream) / ratePerSecond; seconds < durationSeconds;) {
    times.push(seconds);
    seconds += exponential(stream) / ratePerSecond;
  }
  return times;
}

function anyOf(addresses: AddressSet, stream: RandomStream): number {
  return addresses.at(stream.nextBelow(addresses.size));
}
