// A map with an order, against an array that is searched from its beginning.
import { describe, expect, it } from 'vitest';
import { randomStreams } from './random/random-streams.ts';
import { RecentMap } from './recent-map.ts';

describe('RecentMap', () => {
  it('holds what a list of pairs holds, in the order of the last setting', () => {
    const seed = process.env['WORMWOOD_SEED'] ?? String(Date.now());
    const stream = randomStreams(seed).stream('recent-map');
    const map = new RecentMap<number, number>();
    let list: (readonly [key: number, value: number])[] = [];
    for (let step = 0; step < 5000; step++) {
      const key = stream.nextBelow(20);
      const isKnown = list.some(([each]) => each === key);
      switch (stream.nextBelow(4)) {
        case 0:
          expect(map.delete(key), `seed ${seed}`).toBe(isKnown);
          list = list.filter(([each]) => each !== key);
          break;
        case 1:
          if (list[0] !== undefined) map.delete(list[0][0]);
          list = list.slice(1);
          break;
        default:
          map.set(key, step);
          list = [...list.filter(([each]) => each !== key), [key, step]];
      }
      const oldest = map.oldest();
      expect(oldest === undefined ? undefined : [oldest.key, oldest.value], `seed ${seed}`).toEqual(list[0]);
      expect(map.get(key), `seed ${seed}`).toBe(list.find(([each]) => each === key)?.[1]);
      expect(map.size).toBe(list.length);
    }
  });

  // With a search that passes over deleted entries, this takes minutes.
  it('evicts half a million times from a table of two hundred thousand', () => {
    const map = new RecentMap<number, number>();
    const [kept, all] = [200_000, 700_000];
    for (let key = 0; key < all; key++) {
      map.set(key, key);
      if (map.size > kept) map.delete(map.oldest()?.key ?? -1);
    }
    expect(map.size).toBe(kept);
    expect(map.oldest()?.key).toBe(all - kept);
  }, 20_000);
});
