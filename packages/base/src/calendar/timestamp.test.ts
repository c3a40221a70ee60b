import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatMessageDate, formatTimestamp, readTimestamp } from './timestamp.ts';

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

  it('takes a moment to its nearest microsecond', () => {
    expect(formatTimestamp(1_645_557_742.00025)).toBe('2022-02-22T19:22:22.000250Z');
    expect(formatTimestamp(1_645_557_742 + 0.9999999)).toBe('2022-02-22T19:22:23.000000Z');
    expect(() => formatTimestamp(-1)).toThrow('before 2106');
    expect(() => formatTimestamp(2 ** 32)).toThrow('before 2106');
    expect(formatTimestamp(2 ** 32 - 1, 0)).toBe('2106-02-07T06:28:15Z');
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
    expect(readTimestamp('2106-02-07T06:28:16Z')).toBeUndefined();
    expect(readTimestamp('1969-12-31T23:59:59Z')).toBeUndefined();
    expect(readTimestamp('1970-01-01T00:00:00Z')).toBe(0);
    expect(readTimestamp('2024-02-29T23:59:59.5Z')).toBe(Date.UTC(2024, 1, 29, 23, 59, 59, 500) / 1000);
  });
});
