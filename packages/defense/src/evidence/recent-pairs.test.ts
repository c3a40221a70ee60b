import { randomStreams } from '@wormwood/base';
import { describe, expect, it } from 'vitest';
import { KeyedHash } from './keyed-hash.ts';
import { RecentPairs } from './recent-pairs.ts';

const SEED = process.env['WORMWOOD_SEED'] ?? String(Date.now());
const REPEAT = `repeated by: WORMWOOD_SEED=${SEED} npx vitest run packages/defense/src/evidence/recent-pairs`;

function recentPairs(): RecentPairs {
  return new RecentPairs(new KeyedHash(randomStreams(SEED).stream('test/recent-pairs')));
}

describe('a call to an address', () => {
  it('belongs to one less than ten minutes before, and to no other pair', () => {
    const pairs = recentPairs();
    expect(pairs.belongs(1, 2, 0)).toBe(false);
    expect(pairs.belongs(2, 1, 1)).toBe(false);
    expect(pairs.belongs(1, 3, 1)).toBe(false);
    expect(pairs.belongs(1, 2, 599.9)).toBe(true);
    // Counted from the call that was noted, not from the last try.
    expect(pairs.belongs(1, 2, 600)).toBe(false);
    expect(pairs.belongs(1, 2, 1199)).toBe(true);
  });

  it('is known when it is tried again, though thousands of others came in between', () => {
    const pairs = recentPairs();
    const stream = randomStreams(SEED).stream('test/pairs');
    const [perSecond, seconds] = [100, 200];
    const tries: { readonly at: number; readonly source: number; readonly destination: number }[] = [];
    let forgotten = 0;
    // One place for each pair would lose 100 in 2^17 of them a second: 15 of these 20,000, none with a probability of 2e-7.
    // Four places lose one with a probability below 1e-6.
    for (let i = 0; i < perSecond * seconds; i++) {
      const at = i / perSecond;
      while ((tries[0]?.at ?? Infinity) <= at) {
        const { source, destination } = tries.shift()!;
        if (!pairs.belongs(source, destination, at)) forgotten++;
      }
      const call = { source: stream.nextUint32(), destination: stream.nextUint32() };
      pairs.belongs(call.source, call.destination, at);
      tries.push({ at: at + 1, ...call });
    }
    expect(forgotten, REPEAT).toBe(0);
  });

  it('evicts the oldest of its group', () => {
    const pairs = recentPairs();
    // Twelve times as many as there are places, and then the latest of them: some groups have had less than four since.
    const calls = 12 * 2 ** 17;
    for (let i = 0; i < calls; i++) pairs.belongs(i, 7, i / 1e6);
    const latest = Array.from({ length: 2000 }, (_, back) => calls - 1 - back);
    expect(
      latest.filter((source) => !pairs.belongs(source, 7, 12)),
      REPEAT,
    ).toEqual([]);
    expect(pairs.bytes).toBe(2 ** 21);
  });
});
