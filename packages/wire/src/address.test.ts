import { isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ipv6Address, mac } from './arbitrary-field-test-support.ts';
import {
  formatIp,
  formatIpv6,
  isIpv6LinkLocal,
  isIpv6Martian,
  isIpv6Multicast,
  parseIpv6,
  readIpv6Address,
  solicitedNodeAddress,
  writeIpv6Address,
} from './ipv6-address.ts';
import * as ipv4 from './ipv4.ts';
import { hex } from './linux-frames-test-support.ts';
import {
  formatMac,
  isMacMulticast,
  macOfIpv4Multicast,
  macOfIpv6Multicast,
  parseMac,
  readMac,
  writeMac,
} from './mac-address.ts';
import { parameters } from './protocol-laws-test-support.ts';

const ipv6 = (text: string): bigint => {
  const address = parseIpv6(text);
  if (!address.ok) throw new Error(address.reason);
  return address.value;
};

describe('MAC addresses', () => {
  it('are read in every usual notation', () => {
    for (const text of ['02:00:5e:10:0:1', '02-00-5E-10-00-01', '0200.5e10.0001', ' 02:00:5e:10:00:01 ']) {
      expect(parseMac(text)).toEqual({ ok: true, value: 0x0200_5e10_0001 });
    }
    for (const text of [
      '',
      '02:00:5e:10:00',
      '02:00:5e:10:00:01:02',
      '02:00:5e:10-00:01',
      '02:00:5g:10:00:01',
    ]) {
      expect(parseMac(text)).toMatchObject({ ok: false });
    }
  });

  it('survive writing and reading', () => {
    fc.assert(
      fc.property(mac, (address) => {
        const bytes = new Uint8Array(8);
        writeMac(bytes, 1, address);
        expect(readMac(bytes, 1)).toBe(address);
        expect(parseMac(formatMac(address))).toEqual({ ok: true, value: address });
        expect(isMacMulticast(address)).toBe((bytes[1]! & 1) === 1);
      }),
      parameters,
    );
    expect(formatMac(0x0c)).toBe('00:00:00:00:00:0c');
  });

  it('of groups follow from the IP address', () => {
    expect(formatMac(macOfIpv4Multicast(0xe0_80_00_fb))).toBe('01:00:5e:00:00:fb');
    expect(formatMac(macOfIpv6Multicast(ipv6('ff02::1:ff00:2')))).toBe('33:33:ff:00:00:02');
  });
});

describe('IPv6 addresses', () => {
  it('are written as RFC 5952 §4 and §5 recommend', () => {
    const canonical: readonly (readonly [string, string])[] = [
      ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
      ['2001:0db8::0001', '2001:db8::1'],
      ['2001:db8:0:0:0:0:2:1', '2001:db8::2:1'],
      ['2001:db8::1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
      ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
      ['2001:DB8::AAAA', '2001:db8::aaaa'],
      ['0:0:0:0:0:0:0:0', '::'],
      ['0:0:0:0:0:0:0:1', '::1'],
      ['fe80:0:0:0:0:0:0:0', 'fe80::'],
      ['::ffff:c000:201', '::ffff:192.0.2.1'],
      ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
      ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ];
    for (const [text, expected] of canonical) expect(formatIpv6(ipv6(text))).toBe(expected);
    expect(formatIp(0xc0000201)).toBe('192.0.2.1');
    expect(formatIp(1n)).toBe('::1');
  });

  it('that are none are refused', () => {
    const wrong = [
      '', ':', ':::', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '1::2::3', '12345::', 'g::', '1:2:3:4:5:6:7:8::',
      '1.2.3.4::', '::1.2.3', '::1.2.3.4:5', '::256.1.1.1', 'fe80::1%eth0', '[::1]', '1:2:3:4:5:6:7:1.2.3.4',
    ]; // prettier-ignore
    for (const text of wrong) {
      expect(isIPv6(text.replace('%', '$'))).toBe(false);
      expect(parseIpv6(text), text).toMatchObject({ ok: false });
    }
  });

  it('survive writing and reading, and Node takes their text', () => {
    const zeros = fc.array(fc.constantFrom(0n, 0n, 0n, 1n, 0xffffn), { minLength: 8, maxLength: 8 });
    const sparse = zeros.map((groups) => groups.reduce<bigint>((sum, group) => (sum << 16n) | group, 0n));
    fc.assert(
      fc.property(fc.oneof(ipv6Address, sparse), (address) => {
        const bytes = new Uint8Array(18);
        writeIpv6Address(bytes, 1, address);
        expect(readIpv6Address(bytes, 1)).toBe(address);
        const text = formatIpv6(address);
        expect(isIPv6(text)).toBe(true);
        expect(ipv6(text)).toBe(address);
        // The WHATWG URL serializer shortens by the same rules, but writes no dotted quad.
        if (!text.includes('.')) expect(new URL(`http://[${text}]/`).hostname).toBe(`[${text}]`);
      }),
      parameters,
    );
  });

  it('know their kind', () => {
    expect(isIpv6Multicast(ipv6('ff02::1'))).toBe(true);
    expect(isIpv6Multicast(ipv6('fe80::1'))).toBe(false);
    expect(isIpv6LinkLocal(ipv6('febf::1'))).toBe(true);
    expect(isIpv6LinkLocal(ipv6('fec0::1'))).toBe(false);
    expect(solicitedNodeAddress(ipv6('2001:db8::1234:5678'))).toBe(ipv6('ff02::1:ff34:5678'));
    expect(readIpv6Address(hex('20010db8000000000000000000000001'), 0)).toBe(ipv6('2001:db8::1'));
  });
});

describe('an address that no host can have', () => {
  it.each([
    ['::', true],
    ['::1', true],
    ['::2', false],
    ['ff00::', true],
    ['ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', true],
    ['feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', false],
    ['fe80::1', false],
    ['::ffff:0:0', true],
    ['::ffff:192.0.2.1', true],
    ['::ffff:255.255.255.255', true],
    ['::fffe:ffff:ffff', false],
    ['::1:0:0:0', false],
    ['2001:db8::1', false],
  ])('%s: %s (RFC 4291 2.5, 2.7)', (text, isMartian) => {
    expect(isIpv6Martian(ipv6(text))).toBe(isMartian);
  });
});

it('no machine has 0/8, 127/8, or what begins with 224 and more (RFC 1122 3.2.1.3)', () => {
  const first = [0, 1, 126, 127, 128, 223, 224, 255];
  const edges = (octet: number) => [(octet << 24) >>> 0, ((octet << 24) | 0xff_ffff) >>> 0];
  expect(first.filter((octet) => edges(octet).every((address) => ipv4.isMartian(address)))).toEqual([
    0, 127, 224, 255,
  ]);
  expect(first.filter((octet) => edges(octet).some((address) => ipv4.isMartian(address)))).toEqual([
    0, 127, 224, 255,
  ]);
});
