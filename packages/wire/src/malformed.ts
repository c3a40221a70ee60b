/**
 * What a parser returns for octets that are not a packet. It is a value and not an exception: on a honeypot malformed
 * packets are ordinary input, and what is wrong with them is evidence.
 */

/** Why the octets are not what they were taken for. */
export interface Malformed {
  readonly malformed: true;
  /** The protocol whose rule is broken: `tcp`, `ipv4`, `pcap`… */
  readonly protocol: string;
  /** A phrase that names the rule: `the data offset is below five words`. */
  readonly reason: string;
  /** Where in the octets that were handed to the parser the offending field begins. */
  readonly offset: number;
}

/** Makes the value. */
export function malformed(protocol: string, offset: number, reason: string): Malformed {
  return { malformed: true, protocol, reason, offset };
}

/** Tells a `Malformed` from what the parser was asked for. */
export function isMalformed(parsed: object): parsed is Malformed {
  return 'malformed' in parsed;
}

/** One line for a log: `tcp: the data offset is below five words (octet 46)`. */
export function formatMalformed(fault: Malformed): string {
  return `${fault.protocol}: ${fault.reason} (octet ${fault.offset})`;
}
