import type { Outbreak } from '@wormwood/epidemic';
import { describe, expect, it } from 'vitest';
import { designMap } from './design-map.ts';
import { pictureSvg } from './picture.ts';

const provos: Outbreak = {
  addressSpaceSize: 2 ** 32,
  firstAddress: 0,
  population: { vulnerable: 360_000, infected: 150 },
  worm: { scanRatePerSecond: 50, strategy: { kind: 'uniform' } },
  honeypots: [
    {
      kind: 'honeypots',
      count: 262_144,
      start: { kind: 'time', timeSeconds: 1200 },
      delaySeconds: 1,
      success: 1,
      placement: 'scattered',
    },
  ],
  durationSeconds: 86_400,
  sampleSeconds: 10,
};

describe('design map', () => {
  const map = designMap(provos)!;
  /** Between the columns by a straight line. */
  const valueAt = (minutes: number, honeypots: number): number => {
    const row = map.y.values.findIndex((count) => Math.abs(count / honeypots - 1) < 1e-9);
    const step = map.x.values[1]!;
    const column = Math.floor(minutes / step);
    const at = (of: number): number => map.value[row * map.x.values.length + of]!;
    return at(column) + (at(column + 1) - at(column)) * (minutes / step - column);
  };

  it('holds the published outbreaks', () => {
    // 262,144 honeypots by the minute of their start; a chord over columns of 80 s lies at most half a percent above.
    for (const [minutes, fraction] of [
      [0, 0.494],
      [5, 0.495],
      [10, 0.501],
      [15, 0.52],
      [20, 0.573],
      [25, 0.68],
      [30, 0.819],
    ] as const)
      expect(Math.abs(valueAt(minutes, 262_144) - fraction), `${minutes} min`).toBeLessThan(0.005);
  });

  it('has more infected the later honeypots start and the fewer they are', () => {
    const columns = map.x.values.length;
    map.value.forEach((value, index) => {
      if (index % columns > 0) expect(value).toBeGreaterThanOrEqual(map.value[index - 1]! - 1e-9);
      if (index >= columns) expect(value).toBeLessThanOrEqual(map.value[index - columns]! + 1e-9);
    });
  });

  it('parts what shrinks from what grows at h = S(T)', () => {
    const [curve] = map.curves;
    // S(20 min) = 338,443 (closed form), at the column that falls there.
    expect(curve!.y[curve!.x.findIndex((minutes) => Math.abs(minutes - 20) < 1e-9)]).toBeCloseTo(
      338_443.2,
      0,
    );
  });

  it('is drawn as bands, a curve and a point', () => {
    const svg = pictureSvg(map, { theme: 'auto' });
    expect(svg).toContain('h = S(T)');
    expect(svg).toContain('262,144, as here');
    expect(svg.match(/<path/g)!.length).toBeGreaterThan(8);
    expect(svg).not.toContain('NaN');
    expect(pictureSvg(map)).toBe(pictureSvg(designMap(provos)!));
  });

  it('is none where honeypots start by contacts, at once, or beside others', () => {
    const [group] = provos.honeypots;
    const others: readonly Outbreak['honeypots'][] = [
      [],
      [group!, group!],
      [{ ...group!, start: { kind: 'time', timeSeconds: 0 } }],
      [{ ...group!, start: { kind: 'contacts', contacts: 5, prepareSeconds: 0 } }],
    ] as Outbreak['honeypots'][];
    for (const honeypots of others) expect(designMap({ ...provos, honeypots })).toBeNull();
  });
});
