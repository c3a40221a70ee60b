/** Options of IPv4 headers, octet by octet as RFC 791 3.1 and RFC 2113 write them: which pass, and which octet is at fault. */
import { describe, expect, it } from 'vitest';
import { judgeOptions, OPTIONS_FINE, SOURCE_ROUTED } from './ip-options.ts';

const FIRST = 20;
const START = 3;

/** Judges a header with these options, filled with END OF LIST up to words, in the middle of other octets. */
function judge(options: readonly number[]): number {
  const length = FIRST + 4 * Math.ceil(options.length / 4);
  const bytes = new Uint8Array(START + length + 8).fill(0xff);
  bytes.fill(0, START, START + length);
  bytes[START] = 0x40 | (length / 4);
  bytes.set(options, START + FIRST);
  return judgeOptions(bytes, START);
}

const RECORD_ROUTE = 7;
const TIMESTAMP = 68;
const LOOSE = 131;
const STRICT = 137;
const ROUTER_ALERT = 148;
const UNKNOWN = 30;
const address = [10, 0, 0, 1];
const room = [0, 0, 0, 0];

describe('options pass', () => {
  it.each<[string, number[]]>([
    ['none', []],
    ['no operation, then the end', [1, 1, 0, 0xff]],
    ['what follows the end of the list', [0, RECORD_ROUTE, 1, 9]],
    ['an unknown one of the least length', [UNKNOWN, 2]],
    ['an unknown one up to the last octet', [UNKNOWN, 8, 1, 2, 3, 4, 5, 6]],
    ['a record of a route with room', [RECORD_ROUTE, 7, 4, ...room]],
    ['a full record of a route', [RECORD_ROUTE, 7, 8, ...address]],
    ['a record of a route with its second place free', [RECORD_ROUTE, 11, 8, ...address, ...room]],
    ['a record of a route without any place', [RECORD_ROUTE, 3, 4]],
    ['times with room', [TIMESTAMP, 8, 5, 0, ...room]],
    ['times without room', [TIMESTAMP, 8, 9, 0, ...room]],
    ['times without any place', [TIMESTAMP, 4, 5, 0]],
    ['a router alert', [ROUTER_ALERT, 4, 0, 0]],
  ])('%s', (_, options) => {
    expect(judge(options)).toBe(OPTIONS_FINE);
  });
});

describe('a source route is refused', () => {
  it.each<[string, number[]]>([
    ['loose', [LOOSE, 7, 4, ...address]],
    ['strict', [STRICT, 7, 4, ...address]],
    ['at its end', [LOOSE, 7, 8, ...address]],
    ['behind no operation', [1, STRICT, 7, 4, ...address]],
    ['before others', [LOOSE, 7, 4, ...address, ROUTER_ALERT, 4, 0, 0]],
  ])('%s', (_, options) => {
    expect(judge(options)).toBe(SOURCE_ROUTED);
  });
});

describe('the octet at fault is', () => {
  it.each<[string, number[], number]>([
    ['the kind, where the length is 0', [UNKNOWN, 0, 0, 0], 0],
    ['the kind, where the length is 1', [UNKNOWN, 1, 0, 0], 0],
    ['the kind, where the option leaves the header by an octet', [1, 1, UNKNOWN, 3], 2],
    ['the kind, where there is no length', [1, 1, 1, UNKNOWN], 3],
    ['the length of a route that has no pointer', [RECORD_ROUTE, 2, 4, 0], 1],
    ['the pointer of a route before its first address', [1, RECORD_ROUTE, 7, 3, ...room], 3],
    ['the pointer of a route with less room than an address', [RECORD_ROUTE, 7, 5, ...room], 2],
    ['the pointer of a loose route on its last octet', [LOOSE, 7, 7, ...address], 2],
    ['the pointer of a strict route', [STRICT, 7, 0, ...address], 2],
    ['the length of times that have no flags', [TIMESTAMP, 3, 5, 0], 1],
    ['the pointer of times before the first', [TIMESTAMP, 8, 4, 0, ...room], 2],
    ['the pointer of times with less room than one', [TIMESTAMP, 8, 6, 0, ...room], 2],
    ['the length of a router alert', [ROUTER_ALERT, 3, 0, 0], 1],
    ['that of the second option', [LOOSE, 7, 4, ...address, UNKNOWN, 9], 7],
  ])('%s', (_, options, octet) => {
    expect(judge(options)).toBe(FIRST + octet);
  });
});
