import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha1, sha256 } from './secure-hash.ts';
import { formatMessageDate, formatTimestamp, readTimestamp } from './timestamp.ts';
import { hexadecimal, utf8 } from './utf8.ts';
import { uuidOfName, uuidOfTime } from './uuid.ts';

const anyText = fc.string({ unit: 'binary' });
const octets = fc.uint8Array({ maxLength: 300 });

describe('utf8', () => {
  it('agrees with TextEncoder on every text, lone surrogates included', () => {
    const units = fc.array(fc.integer({ min: 0, max: 0xffff })).map((codes) => String.fromCharCode(...codes));
    fc.assert(
      fc.property(fc.oneof(anyText, units), (text) => {
        expect([...utf8(text)]).toEqual([...new TextEncoder().encode(text)]);
      }),
    );
  });
});

describe('secure hashes', () => {
  it('give the digests published in FIPS 180-4 examples', () => {
    expect(hexadecimal(sha256(utf8('abc')))).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
    expect(hexadecimal(sha1(utf8('abc')))).toBe('a9993e364706816aba3e25717850c26c9cd0d89d');
  });

  it('agree with OpenSSL on any octets, every length around the block border among them', () => {
    const check = (bytes: Uint8Array): void => {
      expect(hexadecimal(sha256(bytes))).toBe(createHash('sha256').update(bytes).digest('hex'));
      expect(hexadecimal(sha1(bytes))).toBe(createHash('sha1').update(bytes).digest('hex'));
    };
    for (let length = 0; length <= 130; length++) check(new Uint8Array(length).fill(length));
    fc.assert(fc.property(octets, check));
  });
});

describe('uuid', () => {
  it('gives the version 5 example of RFC 9562, appendix A.4', () => {
    const dns = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';
    expect(uuidOfName('www.example.com', dns)).toBe('2ed6657d-e927-568b-95e1-2665a8aea6a2');
  });

  it('puts the time, version and variant of RFC 9562, appendix A.6, where they belong', () => {
    const uuid = uuidOfTime(1645557742, 'anything');
    expect(uuid).toMatch(/^017f22e2-79b0-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(uuidOfTime(1645557742, 'anything')).toBe(uuid);
    expect(uuidOfTime(1645557742, 'another')).not.toBe(uuid);
  });
});

describe('timestamp', () => {
  const microseconds = fc.integer({ min: 0, max: 2 ** 32 * 1e6 - 1 });

  it('agrees with Date over all times to the millisecond', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 * 1000 - 1 }), (milliseconds) => {
        expect(formatTimestamp(milliseconds / 1000, 3)).toBe(new Date(milliseconds).toISOString());
        const rfc5322 = new Date(milliseconds).toUTCString().replace('GMT', '+0000').replace(', 0', ', ');
        expect(formatMessageDate(milliseconds / 1000)).toBe(rfc5322);
      }),
    );
  });

  it('reads what it writes to the microsecond', () => {
    fc.assert(
      fc.property(microseconds, (micros) => {
        const text = formatTimestamp(micros / 1e6);
        expect(formatTimestamp(readTimestamp(text) ?? Number.NaN)).toBe(text);
      }),
    );
  });

  it('refuses days that no calendar has', () => {
    for (const text of [
      '2026-02-29T00:00:00Z',
      '2026-01-01T24:00:00Z',
      '2026-13-01T00:00:00Z',
      '2026-00-05T00:00:00Z',
      '2026-04-31T00:00:00Z',
      '2026-01-01T00:00:60Z',
      '2026-01-01',
    ]) {
      expect(readTimestamp(text)).toBeUndefined();
    }
    expect(readTimestamp('2024-02-29T23:59:59.5Z')).toBe(Date.UTC(2024, 1, 29, 23, 59, 59, 500) / 1000);
  });
});
