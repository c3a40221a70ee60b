// Greetings by the octets that their specifications fix, and the same with one of these octets changed.
import { describe, expect, it } from 'vitest';
import { greetingOf } from './greeting.ts';

type Octets = Readonly<Record<number, number>>;

/** Octets that are not a greeting, with these in their places. */
function payloadOf(octets: Octets, length = 40): Uint8Array {
  const payload = Uint8Array.from({ length }, (_, index) => 0x81 + (index % 7));
  for (const [index, octet] of Object.entries(octets)) payload[Number(index)] = octet;
  return payload;
}

function textOf(text: string): Uint8Array {
  const octets = [...text].map((character) => character.charCodeAt(0));
  return payloadOf({ ...octets }, Math.max(40, octets.length));
}

const DNS_OVER_UDP = { 2: 1, 4: 0, 5: 1, 6: 0, 7: 0, 8: 0, 9: 0 };
const DNS_OVER_TCP = { 4: 1, 6: 0, 7: 1, 8: 0, 9: 0, 10: 0, 11: 0 };
const SMB = { 0: 0, 5: 0x53, 6: 0x4d, 7: 0x42 };
const STUN = { 4: 0x21, 5: 0x12, 6: 0xa4, 7: 0x42 };

/** Each octet that is written down decides. */
const binary: readonly (readonly ['tcp' | 'udp', string, Octets])[] = [
  ['tcp', 'tls', { 0: 0x16, 1: 3, 5: 1 }],
  ['tcp', 'smb', { ...SMB, 4: 0xff, 8: 0x72 }],
  ['tcp', 'smb', { ...SMB, 4: 0xfe, 16: 0 }],
  ['tcp', 'rdp', { 0: 3, 1: 0, 5: 0xe0 }],
  ['tcp', 'ldap', { 0: 0x30, 2: 2 }],
  ['tcp', 'mqtt', { 0: 0x10, 2: 0, 3: 4 }],
  ['tcp', 'mqtt', { 0: 0x10, 3: 0, 4: 4 }],
  ['tcp', 'dns', DNS_OVER_TCP],
  ['udp', 'dns', DNS_OVER_UDP],
  ['udp', 'game', { 0: 0xff, 1: 0xff, 2: 0xff, 3: 0xff }],
  ['udp', 'snmp', { 0: 0x30, 2: 2 }],
  ['udp', 'stun', STUN],
];

describe('a greeting', () => {
  it.each(binary)('over %s of %s is known by each of its octets', (protocol, name, octets) => {
    expect(greetingOf(protocol, 9, payloadOf(octets))).toBe(name);
    for (const [index, octet] of Object.entries(octets)) {
      // Another high bit: no flag of a query, no count, no mark.
      const changed = payloadOf({ ...octets, [index]: octet ^ 0x88 });
      expect(greetingOf(protocol, 9, changed), `octet ${index}`).toBeNull();
    }
  });

  it('of SMB is either of its two, and no mixture', () => {
    expect(greetingOf('tcp', 445, payloadOf({ ...SMB, 4: 0xff, 8: 0x73, 16: 0 }))).toBeNull();
    expect(greetingOf('tcp', 445, payloadOf({ ...SMB, 4: 0xfe, 8: 0x72, 16: 1 }))).toBeNull();
  });

  it('of DNS may ask with recursion and truncated, and has one question alone', () => {
    for (const flags of [0, 1, 2, 4, 7])
      expect(greetingOf('udp', 53, payloadOf({ ...DNS_OVER_UDP, 2: flags }))).toBe('dns');
    for (const questions of [0, 2]) {
      const payload = payloadOf({ ...DNS_OVER_UDP, 5: questions });
      expect(greetingOf('udp', 53, payload)).toBeNull();
    }
  });

  it.each([
    ['GET /index.html HTTP/1.1\r\n', 'http'],
    ['HEAD / HTTP/0', 'http'],
    ['OPTIONS * HTTP/2', 'http'],
    [`CONNECT ${'a'.repeat(64)} HTTP/1`, 'http'],
    [`GET /${'a'.repeat(64)} HTTP/1`, null],
    ['GET / HTTP/3', null],
    ['POST / HTTP/1.1', null],
    ['PRI * HTTP/2', 'http'],
    ['SSH-2.0-', 'ssh'],
    ['EHLO there', 'mail'],
    ['a1 CAPABILITY', 'mail'],
    ['7 logout', 'mail'],
    ['REGISTER sip:', 'sip'],
    ['INVITE sips:', 'sip'],
    ['DESCRIBE rtsp:', 'rtsp'],
    ['M-SEARCH *', 'ssdp'],
    ['\u0013BitTorrent protocol', 'bittorrent'],
    ['d1:ad2:id20:', 'bittorrent'],
    ['d1:rd2:id20:', 'bittorrent'],
    ['stats items', 'memcached'],
    ['*1\r\n$4\r\nPING', 'redis'],
    ['RFB 003.008\n', 'rpc'],
  ] as const)('in characters: %j is %s', (text, name) => {
    expect(greetingOf('tcp', 9, textOf(text))).toBe(name);
  });

  it('is short below 32 octets, whatever it says', () => {
    expect(greetingOf('tcp', 9, payloadOf({}, 31))).toBe('short');
    expect(greetingOf('tcp', 9, payloadOf({}, 32))).toBeNull();
  });

  it('is blank where all octets are the same, or all of the first 96 are white', () => {
    expect(greetingOf('tcp', 9, new Uint8Array(200).fill(0x90))).toBe('blank');
    const almost = new Uint8Array(200).fill(0x90);
    almost[199] = 0x91;
    expect(greetingOf('tcp', 9, almost)).toBeNull();
    const white = (until: number): Uint8Array =>
      payloadOf({ ...Array.from({ length: until }, () => 0x20) }, 200);
    expect(greetingOf('tcp', 9, white(96))).toBe('blank');
    expect(greetingOf('tcp', 9, white(95))).toBeNull();
  });

  it('of telnet begins with an option that is offered or asked for', () => {
    for (const command of [0xfb, 0xfc, 0xfd, 0xfe])
      expect(greetingOf('tcp', 23, payloadOf({ 0: 0xff, 1: command }))).toBe('telnet');
    expect(greetingOf('tcp', 23, payloadOf({ 0: 0xff, 1: 0xfa }))).toBeNull();
    expect(greetingOf('tcp', 23, payloadOf({ 0: 0xfe, 1: 0xfb }))).toBeNull();
  });

  it('of NTP has 48 octets and a mode of a client', () => {
    for (const mode of [3, 4, 7])
      expect(greetingOf('udp', 123, payloadOf({ 0: 0x18 + mode }, 48))).toBe('ntp');
    expect(greetingOf('udp', 123, payloadOf({ 0: 0x1a }, 48))).toBeNull();
    for (const length of [47, 49]) expect(greetingOf('udp', 123, payloadOf({ 0: 0x1b }, length))).toBeNull();
  });

  it('of QUIC fills a datagram, and that of IKE has its ports', () => {
    for (const first of [0xc0, 0xcf])
      expect(greetingOf('udp', 443, payloadOf({ 0: first }, 1200))).toBe('quic');
    expect(greetingOf('udp', 443, payloadOf({ 0: 0xc0 }, 1199))).toBeNull();
    expect(greetingOf('udp', 443, payloadOf({ 0: 0xd0 }, 1200))).toBeNull();
    for (const port of [500, 4500]) expect(greetingOf('udp', port, payloadOf({}))).toBe('ike');
    for (const port of [499, 501, 4501]) expect(greetingOf('udp', port, payloadOf({}))).toBeNull();
    expect(greetingOf('tcp', 500, payloadOf({}))).toBeNull();
  });
});
