// Downloads over paths that lose packets, in virtual time, beside a sender that knows what became of each packet. A median over
// twenty paths of a ratio; the bars leave a quarter for what that sender is spared: losses of acknowledgments, and of the last
// packet.
import { describe, expect, it } from 'vitest';
import { download, leastSeconds, type LossyPath } from './lossy-path-test-support.ts';

const SEED = process.env['WORMWOOD_SEED'] ?? '20261130';
const PATHS = 21;
const path = { octets: 200_000, loss: 0.02, roundTripSeconds: 0.02 };

function ratios(each: Omit<LossyPath, 'seed'>): { readonly median: number; readonly most: number } {
  const all = Array.from({ length: PATHS }, (_, i) => {
    const seeded = { ...each, seed: String(BigInt(SEED) + BigInt(i)) };
    const { isWhole, seconds } = download(seeded);
    expect(isWhole, `the stream of seed ${seeded.seed}`).toBe(true);
    return seconds / leastSeconds(seeded);
  }).toSorted((a, b) => a - b);
  return { median: all[PATHS >> 1]!, most: all.at(-1)! };
}

describe(`a download over a lossy path, seed ${SEED}`, () => {
  it('takes no longer than it must where nothing is lost', () => {
    expect(ratios({ ...path, loss: 0 }).most).toBeCloseTo(1, 2);
  });

  it.each([
    ['2 % and 20 ms', path],
    ['2 % and 0.2 ms, where a timer is as long as the whole', { ...path, roundTripSeconds: 0.0002 }],
    ['5 % and 200 ms', { ...path, loss: 0.05, roundTripSeconds: 0.2 }],
    ['2 % without SACK', { ...path, usesSack: false }],
  ])('takes little longer than it must: %s', (_, each) => {
    expect(ratios(each).median).toBeLessThan(1.25);
  });

  it('takes little longer where packets come late, and are not lost', () => {
    expect(ratios({ ...path, loss: 0, reordering: 0.02 }).median).toBeLessThan(1.5);
  });
});
