/**
 * How likely a contact that an innocent host makes by mistake goes to a port: an upper bound for each port, so that the
 * bounds add up to more than 1. Clients speak to few services, and most of what goes astray is theirs.
 */
import { portKey } from './evidence-detector.ts';

type Protocol = 'tcp' | 'udp';

/** Of any other port, however popular one application is behind one gateway. */
const OTHER = 0.002;
const ICMP = 0.1;

const POPULAR: readonly (readonly [Protocol, number, number])[] = [
  ['tcp', 443, 0.3],
  ['tcp', 80, 0.2],
  ['udp', 443, 0.2],
  ['udp', 53, 0.2],
  ['udp', 123, 0.1],
  ['tcp', 53, 0.02],
  ['tcp', 22, 0.02],
  ['tcp', 25, 0.05],
  ['tcp', 465, 0.02],
  ['tcp', 587, 0.02],
  ['tcp', 993, 0.03],
  ['tcp', 995, 0.02],
  ['tcp', 5222, 0.02],
  ['tcp', 5223, 0.02],
  ['tcp', 8080, 0.03],
  ['tcp', 8443, 0.02],
  ['udp', 500, 0.02],
  ['udp', 4500, 0.02],
  ['udp', 3478, 0.02],
  ['udp', 6881, 0.05],
  ['udp', 51_413, 0.02],
  ['tcp', 6881, 0.05],
];

const SHARES: ReadonlyMap<number, number> = new Map(
  POPULAR.map(([protocol, destinationPort, share]) => [portKey({ protocol, destinationPort }), share]),
);

/** Returns the bound for a `portKey`. */
export function innocentPortShare(key: number): number {
  if (key >= 0x20000) return ICMP;
  return SHARES.get(key) ?? OTHER;
}
