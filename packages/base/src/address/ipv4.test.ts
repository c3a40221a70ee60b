import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatCidr, formatIpv4, parseCidr, parseIpv4 } from './ipv4.ts';

describe('addresses', () => {
  test.each([
    ['0.0.0.0', 0],
    ['192.0.2.1', 0xc0000201],
    ['255.255.255.255', 0xffffffff],
    [' 10.0.0.1 ', 0x0a000001],
  ])('%j is %i', (text, address) => {
    expect(parseIpv4(text)).toEqual({ ok: true, value: address });
    expect(formatIpv4(address)).toBe(text.trim());
  });

  test('are read back as they were written', () => {
    fc.assert(
      fc.property(fc.nat(0xffffffff), (address) => {
        expect(parseIpv4(formatIpv4(address))).toEqual({ ok: true, value: address });
      }),
    );
  });

  test('agree with an independent notation', () => {
    fc.assert(
      fc.property(fc.ipV4(), (text) => {
        const octets = Uint8Array.from(text.split('.'), Number);
        expect(parseIpv4(text)).toEqual({ ok: true, value: new DataView(octets.buffer).getUint32(0) });
      }),
    );
  });

  test.each([
    ['', 'four numbers between dots'],
    ['1.2.3', 'four numbers between dots'],
    ['1.2.3.4.5', 'four numbers between dots'],
    ['1.2.3.-4', 'four numbers between dots'],
    ['a.b.c.d', 'four numbers between dots'],
    ['::1', 'four numbers between dots'],
    ['256.0.0.1', '0 to 255'],
    ['1.2.3.99999999999999999999', '0 to 255'],
    ['010.0.0.1', 'without leading zeros: 10'],
  ])('refuses %j, saying "%s"', (text, part) => {
    const result = parseIpv4(text);
    expect(result.ok ? '' : result.reason).toContain(part);
  });

  test.each([-1, 2 ** 32, 0.5, Number.NaN])('asserts against writing %d', (address) => {
    expect(() => formatIpv4(address)).toThrow('IPv4');
  });
});

describe('blocks', () => {
  test.each([
    ['10.0.0.0/8', 0x0a000000, 8],
    ['0.0.0.0/0', 0, 0],
    ['128.0.0.0/1', 0x80000000, 1],
    ['255.255.255.255/32', 0xffffffff, 32],
  ])('%s is read and written', (text, address, prefixLength) => {
    expect(parseCidr(text)).toEqual({ ok: true, value: { address, prefixLength } });
    expect(formatCidr({ address, prefixLength })).toBe(text);
  });

  test('a bare address is a block of one', () => {
    expect(parseCidr('192.0.2.1')).toEqual({ ok: true, value: { address: 0xc0000201, prefixLength: 32 } });
  });

  test.each([
    ['10.0.0.1/8', 'did you mean 10.0.0.0/8?'],
    ['255.255.255.255/1', 'did you mean 128.0.0.0/1?'],
    ['10.0.0.0/33', '0 to 32'],
    ['10.0.0.0/', '0 to 32'],
    ['10.0.0.0/8/8', '0 to 32'],
    ['10.0.0.0/-1', '0 to 32'],
    ['10.0.0/8', 'four numbers between dots'],
  ])('refuses %j, saying "%s"', (text, part) => {
    const result = parseCidr(text);
    expect(result.ok ? '' : result.reason).toContain(part);
  });
});
