/**
 * What the files of this folder that judge single sources have in common. Each keeps a little state for every slot of
 * the source table, in columns of fixed size, and says how much more likely that state is for an infected host than
 * for an innocent one. The ratios of independent kinds of evidence multiply; the detector adds their logarithms.
 */
import type { WordObservation } from '../observation.ts';
import type { Evidence } from '../verdict.ts';

export interface EvidenceDetector {
  readonly bytesPerSource: number;

  /** Forgets what the slot knew. */
  reset(slot: number): void;

  /** Takes in an observation of the slot's source. */
  observe(slot: number, observation: WordObservation): void;

  /** Natural logarithm of the likelihood ratio, infected over innocent, at that time. */
  logLikelihoodRatio(slot: number, nowSeconds: number): number;

  /** The same from observations alone that nobody can forge. */
  unforgeableLogLikelihoodRatio(slot: number, nowSeconds: number): number;

  /** The findings in words; empty when there is nothing to say. */
  evidence(slot: number, nowSeconds: number): readonly Evidence[];
}

/** What a source left behind. */
export interface Trail {
  /** Time of the first observation that counts. */
  readonly firstSeconds: number;
  /** Of the port that most of them went to. */
  readonly portKey: number;
  /** Whether more than half of them did. */
  readonly hasPort: boolean;
}

/** One number for a protocol and port, in 0..3 * 2^16 - 1. */
export function portKey(observation: Pick<WordObservation, 'protocol' | 'destinationPort'>): number {
  const { protocol, destinationPort } = observation;
  return (protocol === 'tcp' ? 0 : protocol === 'udp' ? 0x10000 : 0x20000) + destinationPort;
}

/** The protocol and port of a key. */
export function portOf(key: number): Pick<WordObservation, 'protocol'> & { readonly port: number } {
  const protocol = key < 0x10000 ? 'tcp' : key < 0x20000 ? 'udp' : 'icmp';
  return { protocol, port: key & 0xffff };
}

/** A port for people: `tcp/445`, or `icmp`. */
export function formatPort(key: number): string {
  const { protocol, port } = portOf(key);
  return protocol === 'icmp' ? 'icmp' : `${protocol}/${port}`;
}

/** Whether the observation proves who made it: a completed handshake with nothing to be said against it. */
export function isProvenHandshake({
  kind,
  protocol,
  forgeable,
}: Pick<WordObservation, 'kind' | 'protocol' | 'forgeable'>): boolean {
  return kind === 'handshake' && protocol === 'tcp' && forgeable === null;
}
