/** Whether an observation can be judged at all: sensors read what strangers send, and files may be damaged. */
import type { IpAddress } from '@wormwood/wire';
import type { Observation, ObservationKind, WordObservation } from '../observation.ts';

const KINDS: ReadonlySet<ObservationKind> = new Set([
  'contact',
  'handshake',
  'payload',
  'backscatter',
  'remainder',
]);
const PROTOCOLS: ReadonlySet<Observation['protocol']> = new Set(['tcp', 'udp', 'icmp']);
/** Some 30,000 years, before or after the origin of the clock. */
const SECONDS_MAX = 1e12;
const PACKETS_END = 2 ** 32;

/** Returns whether time, addresses, ports, kind and protocol are what they must be, with addresses of 32 bits. */
export function isUsable(observation: Observation): observation is WordObservation {
  const { timeSeconds, kind, protocol, source, destination, sourcePort, destinationPort } = observation;
  const { packets = 1 } = observation;
  return (
    Math.abs(timeSeconds) <= SECONDS_MAX &&
    // Most are contacts over TCP.
    (kind === 'contact' || KINDS.has(kind)) &&
    (protocol === 'tcp' || PROTOCOLS.has(protocol)) &&
    isIntegerBelow(source, 2 ** 32) &&
    isIntegerBelow(destination, 2 ** 32) &&
    isIntegerBelow(sourcePort, 0x10000) &&
    isIntegerBelow(destinationPort, 0x10000) &&
    isIntegerBelow(packets, PACKETS_END)
  );
}

function isIntegerBelow(value: IpAddress, bound: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < bound;
}
