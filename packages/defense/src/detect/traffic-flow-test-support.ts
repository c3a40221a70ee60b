/** One flow of synthetic traffic as the observations that a sensor makes of it. */
import type { RandomStream } from '@wormwood/base';
import type { Observation } from '../observation.ts';

export interface Flow {
  readonly timeSeconds: number;
  /** What the first packet is. @default 'contact' */
  readonly kind?: 'contact' | 'backscatter';
  readonly protocol: Observation['protocol'];
  readonly source: number;
  readonly destination: number;
  readonly destinationPort: number;
  readonly dark: boolean;
  /** Whether the destination answers, so that a TCP handshake completes and the payload is sent. */
  readonly isAnswered: boolean;
  /** Null for a source that says nothing. */
  readonly payloadHash: string | null;
}

const ROUND_TRIP_SECONDS_MIN = 0.02;
const ROUND_TRIP_SECONDS_MAX = 0.3;
const PAYLOAD_LENGTH = 376;
const EPHEMERAL_PORT = 49_152;

/** The contact; over TCP, if answered, the handshake a round trip later; then the payload. */
export function flowObservations(flow: Flow, stream: RandomStream): readonly Observation[] {
  const { timeSeconds, protocol, source, destination, destinationPort, dark, isAnswered, payloadHash } = flow;
  const contact: Observation = {
    timeSeconds,
    kind: flow.kind ?? 'contact',
    protocol,
    source,
    destination,
    sourcePort: EPHEMERAL_PORT + stream.nextBelow(0x10000 - EPHEMERAL_PORT),
    destinationPort,
    payloadHash: null,
    payloadLength: 0,
    dark,
    linkAddress: null,
    forgeable: null,
  };
  const content = { kind: 'payload', payloadHash, payloadLength: PAYLOAD_LENGTH } as const;
  if (protocol !== 'tcp') return payloadHash === null ? [contact] : [contact, { ...contact, ...content }];
  if (!isAnswered) return [contact];
  const completedSeconds = timeSeconds + roundTripSeconds(stream);
  const handshake: Observation = { ...contact, kind: 'handshake', timeSeconds: completedSeconds };
  if (payloadHash === null) return [contact, handshake];
  const sentSeconds = completedSeconds + roundTripSeconds(stream) / 2;
  return [contact, handshake, { ...contact, ...content, timeSeconds: sentSeconds }];
}

function roundTripSeconds(stream: RandomStream): number {
  return ROUND_TRIP_SECONDS_MIN + (ROUND_TRIP_SECONDS_MAX - ROUND_TRIP_SECONDS_MIN) * stream.nextDouble();
}

/** A made-up hash of no payload at all: 64 hexadecimal digits. */
export function madeUpHash(stream: RandomStream): string {
  return Array.from({ length: 8 }, () => stream.nextUint32().toString(16).padStart(8, '0')).join('');
}
