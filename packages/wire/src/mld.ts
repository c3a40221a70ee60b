/**
 * Multicast Listener Discovery, which travels in ICMPv6: version 1 (RFC 2710 §3) and the report of version 2 (RFC 3810
 * §5.2), with which a host announces the groups that its addresses belong to. What version 2 adds to a query stays octets.
 */

import { readU16, writeOctets, writeU16, writeU8 } from './bytes.ts';
import { formatIpv6, IPV6_ADDRESS_LENGTH, readIpv6Address, writeIpv6Address } from './ipv6-address.ts';
import { type Malformed, malformed } from './malformed.ts';

/** Byte offsets from the ICMPv6 type. */
const field = { maximumResponseDelay: 4, recordCount: 6, group: 8, records: 8 } as const;

/** What a listener says about one group (RFC 3810 §5.2.4). */
export interface MulticastRecord {
  /** 1..6: MODE_IS_INCLUDE, MODE_IS_EXCLUDE, CHANGE_TO_…, ALLOW, BLOCK. */
  readonly recordType: number;
  readonly group: bigint;
  readonly sources: readonly bigint[];
  /** Whole words of 4 octets, none in every version so far. */
  readonly auxiliaryData: Uint8Array;
}

export type Repr =
  | {
      readonly kind: 'multicastListenerQuery' | 'multicastListenerReport' | 'multicastListenerDone';
      readonly code: number;
      /** Milliseconds in version 1; version 2 has a floating-point code from 32768 on (RFC 3810 §5.1.3). */
      readonly maximumResponseDelay: number;
      /** The group asked for or reported; zero in a general query. */
      readonly group: bigint;
      /** What follows the group. */
      readonly rest: Uint8Array;
    }
  | {
      readonly kind: 'multicastListenerReportV2';
      readonly code: number;
      readonly records: readonly MulticastRecord[];
      /** What follows the records. */
      readonly rest: Uint8Array;
    };

/** Octets that a message has at least, the ICMPv6 header included. */
export const fixedLength: Readonly<Record<Repr['kind'], number>> = {
  multicastListenerQuery: 24,
  multicastListenerReport: 24,
  multicastListenerDone: 24,
  multicastListenerReportV2: 8,
};

const RECORD_LENGTH = 20;

/** Parses a message of that kind whose fixed part is there. */
export function parse(kind: Repr['kind'], bytes: Uint8Array, start: number, end: number): Repr | Malformed {
  const code = bytes[start + 1]!;
  if (kind === 'multicastListenerReportV2') return parseReportV2(code, bytes, start, end);
  return {
    kind,
    code,
    maximumResponseDelay: readU16(bytes, start + field.maximumResponseDelay),
    group: readIpv6Address(bytes, start + field.group),
    rest: bytes.subarray(start + fixedLength[kind], end),
  };
}

function parseReportV2(code: number, bytes: Uint8Array, start: number, end: number): Repr | Malformed {
  const records: MulticastRecord[] = [];
  let at = start + field.records;
  for (let left = readU16(bytes, start + field.recordCount); left > 0; left--) {
    if (at + RECORD_LENGTH > end) return malformed('icmpv6', at, 'a multicast record is truncated');
    const sourceCount = readU16(bytes, at + 2);
    const sourcesEnd = at + RECORD_LENGTH + sourceCount * IPV6_ADDRESS_LENGTH;
    const recordEnd = sourcesEnd + bytes[at + 1]! * 4;
    if (recordEnd > end) return malformed('icmpv6', at, 'a multicast record is truncated');
    const sourcesStart = at + RECORD_LENGTH;
    records.push({
      recordType: bytes[at]!,
      group: readIpv6Address(bytes, at + 4),
      sources: Array.from({ length: sourceCount }, (_, index) =>
        readIpv6Address(bytes, sourcesStart + index * IPV6_ADDRESS_LENGTH),
      ),
      auxiliaryData: bytes.subarray(sourcesEnd, recordEnd),
    });
    at = recordEnd;
  }
  return { kind: 'multicastListenerReportV2', code, records, rest: bytes.subarray(at, end) };
}

export function length(repr: Repr): number {
  const records = repr.kind === 'multicastListenerReportV2' ? repr.records : [];
  return records.reduce(
    (sum, record) =>
      sum + RECORD_LENGTH + record.sources.length * IPV6_ADDRESS_LENGTH + record.auxiliaryData.length,
    fixedLength[repr.kind] + repr.rest.length,
  );
}

/** Writes what follows the ICMPv6 checksum and returns the offset after the message. */
export function emit(repr: Repr, out: Uint8Array, offset: number): number {
  if (repr.kind !== 'multicastListenerReportV2') {
    writeU16(out, offset + field.maximumResponseDelay, repr.maximumResponseDelay);
    writeU16(out, offset + field.maximumResponseDelay + 2, 0);
    writeIpv6Address(out, offset + field.group, repr.group);
    return writeOctets(out, offset + fixedLength[repr.kind], repr.rest);
  }
  writeU16(out, offset + 4, 0);
  writeU16(out, offset + field.recordCount, repr.records.length);
  let at = offset + field.records;
  for (const record of repr.records) at = emitRecord(record, out, at);
  return writeOctets(out, at, repr.rest);
}

function emitRecord(record: MulticastRecord, out: Uint8Array, offset: number): number {
  writeU8(out, offset, record.recordType);
  writeU8(out, offset + 1, record.auxiliaryData.length / 4);
  writeU16(out, offset + 2, record.sources.length);
  writeIpv6Address(out, offset + 4, record.group);
  let at = offset + RECORD_LENGTH;
  for (const source of record.sources) {
    writeIpv6Address(out, at, source);
    at += IPV6_ADDRESS_LENGTH;
  }
  return writeOctets(out, at, record.auxiliaryData);
}

/** Returns it on one line, for a person. */
export function format(repr: Repr): string {
  const groups =
    repr.kind === 'multicastListenerReportV2' ? repr.records.map((record) => record.group) : [repr.group];
  return `icmp6 ${repr.kind} ${groups.map(formatIpv6).join(' ')}`;
}
