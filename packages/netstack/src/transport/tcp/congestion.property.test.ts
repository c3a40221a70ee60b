// RFC 6298 section 2 in real numbers against the whole numbers that a connection keeps.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Congestion } from './congestion.ts';

/**
 * Rounding down an eighth and a quarter in each step leaves SRTT at most 2 ms behind (a geometric sum of 1/8 ms with ratio
 * 7/8, and the last rounding), and 4·RTTVAR at most 12 ms off (1 ms for its own rounding and 2 ms for that of SRTT in each
 * step, with ratio 3/4).
 */
const ROUNDING_MS = 14;

function timeoutMs(measured: readonly number[]): number {
  let smoothed = measured[0]!;
  let variation = smoothed / 2;
  for (const ms of measured.slice(1)) {
    variation = 0.75 * variation + 0.25 * Math.abs(smoothed - ms);
    smoothed = 0.875 * smoothed + 0.125 * ms;
  }
  // Linux bounds what is added for the variation (tcp_rto_min), not the sum.
  return Math.min(60_000, smoothed + Math.max(200, 4 * variation));
}

describe('the retransmission timeout', () => {
  it('is that of RFC 6298 for any round trips, with Linux’ bound', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20_000), { minLength: 1, maxLength: 200 }), (measured) => {
        const congestion = new Congestion(1460, false);
        for (const ms of measured) congestion.onRoundTrip(ms);
        expect(Math.abs(congestion.rtoMs - timeoutMs(measured))).toBeLessThanOrEqual(ROUNDING_MS);
      }),
    );
  });
});
