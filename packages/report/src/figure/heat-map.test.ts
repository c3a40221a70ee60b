import { describe, expect, it } from 'vitest';
import type { SweepResult } from '../result/sweep-result.ts';
import { sweepGrid } from '../result/sweep-grid.ts';
import { sweepReport } from '../page/sweep-report.ts';
import { renderReport } from '../page/html.ts';
import { EVER_INFECTED_LEVELS, FIELD_BANDS, bandOf, inkOn } from './field-bands.ts';
import { heatSvg } from './heat-svg.ts';
import { heatTerminal } from './heat-terminal.ts';
import { type HeatMap, sweepMap, tileText } from './heat-map.ts';

const COUNT = 'defenses.0.count';
const START = 'defenses.0.start';

/** A sweep whose figure is known at each place. */
function sweepOf(
  counts: readonly number[],
  starts: readonly string[],
  share: (row: number, column: number) => number,
): SweepResult {
  const cells = counts.flatMap((count, row) =>
    starts.map((start, column) => ({
      id: `${count} ${start}`,
      values: { [COUNT]: count, [START]: start },
      seed: '1',
      runs: 1,
      summary: { everInfectedFraction: share(row, column), everInfected: 1, peakInfected: 1, peakTime: 1 },
    })),
  ) as unknown as SweepResult['cells'];
  return { name: 'small', engine: 'ode', runs: 1, paths: [COUNT, START], cells };
}

const SHARES = [
  [0.004, 0.97, 1],
  [0.3, 0.31, 0.999],
];
const small = sweepOf([4000, 1000], ['1min', '20min', '5min'], (row, column) => SHARES[row]![column]!);
const fine = (columns: number, rows: number): HeatMap =>
  sweepMap(
    sweepOf(
      Array.from({ length: rows }, (_, row) => 1000 + row),
      Array.from({ length: columns }, (_, column) => `${column + 1}s`),
      (row, column) => (row + column) / (rows + columns - 2),
    ),
  )!;

describe('the grid of a sweep', () => {
  it('has its values in rising order, the longer list across, and each figure in its place', () => {
    const grid = sweepGrid(small)!;
    expect(grid.x).toEqual({ name: 'start', places: ['1min', '5min', '20min'] });
    expect(grid.y).toEqual({ name: 'count', places: ['1000', '4000'] });
    expect([...grid.figure('everInfectedFraction')]).toEqual([0.3, 0.999, 0.31, 0.004, 1, 0.97]);
  });

  it('has words in the order of the sweep, and holes where cells are missing', () => {
    const words = sweepOf([1, 2, 3], ['scattered', 'populated'], () => 0.5);
    const grid = sweepGrid({ ...words, cells: words.cells.slice(1) })!;
    expect([grid.x.places, grid.y.places]).toEqual([
      ['1', '2', '3'],
      ['populated', 'scattered'],
    ]);
    expect([...grid.figure('everInfectedFraction')]).toEqual([0.5, 0.5, 0.5, NaN, 0.5, 0.5]);
  });

  it('is none of one path, of three, and of scattered points', () => {
    expect(sweepGrid(sweepOf([1, 2, 3], ['1min'], () => 0.5))).toBeNull();
    const scattered = sweepOf([1, 2, 3, 4], ['1min', '2min', '3min', '4min'], () => 0.5);
    const diagonal = scattered.cells.filter((_, index) => index % 5 === 0);
    expect(sweepGrid({ ...scattered, cells: diagonal })).toBeNull();
    const third = small.cells.map((cell, index) => ({ ...cell, values: { ...cell.values, seed: index } }));
    expect(sweepGrid({ ...small, paths: [...small.paths, 'seed'], cells: third })).toBeNull();
  });
});

it('a value is short, and all is nothing less', () => {
  const texts = [0, 0.0004, 0.001, 0.05, 0.0994, 0.0996, 0.57, 0.9949, 0.996, 1, NaN].map(tileText);
  expect(texts).toEqual(['0', '<0.1', '0.1', '5', '9.9', '10', '57', '99', '>99', '100', '–']);
});

/** Relative luminance of a colour in sRGB (WCAG 2.1). */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

it('text on each band has a contrast of 4.5:1 at least (WCAG 2.1, 1.4.3)', () => {
  for (const [band, color] of FIELD_BANDS.entries()) {
    const [a, b] = [luminance(inkOn(band)), luminance(color)];
    expect([color, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) >= 4.5]).toEqual([color, true]);
  }
});

describe('as SVG', () => {
  it('writes every value that has room, and a line wherever the band changes', () => {
    const svg = heatSvg(sweepMap(small)!, { width: 760, theme: 'light' });
    for (const text of ['0.4', '97', '100', '30', '31', '&gt;99']) expect(svg).toContain(`>${text}</text>`);
    // Bands by row, lowest first: 4 7 4, then 0 7 7: two changes and one across, two up.
    expect([...svg.matchAll(/M[\d.]+,[\d.]+[vh]/g)]).toHaveLength(2 * (3 + 2) + 3 + 2);
  });

  it.each([
    [46, 33],
    [100, 100],
    [2, 60],
    [60, 2],
  ])('keeps the values and labels of %d by %d tiles apart and inside', (columns, rows) => {
    for (const width of [860, 400]) {
      const svg = heatSvg(fine(columns, rows), { width, theme: 'auto' });
      expect(/NaN|undefined|Infinity/.exec(svg)).toBeNull();
      expect(svg === heatSvg(fine(columns, rows), { width, theme: 'auto' })).toBe(true);
      const texts = [...svg.matchAll(/<text x="([\d.]+)" y="([\d.]+)"[^>]*>([^<]+)<\/text>/g)].map(
        ([, x, y, text]) => ({ x: Number(x), y: Number(y), text: text! }),
      );
      for (const { x, y } of texts) expect([x < width, y < 560]).toEqual([true, true]);
      const values = texts.filter(({ text }) => /^[<>&;lgt\d.]+$/.test(text));
      for (const one of values)
        for (const other of values)
          if (one !== other && Math.abs(one.y - other.y) < 12 && one.x < 0.85 * width)
            expect(one.x === other.x ? Infinity : Math.abs(one.x - other.x)).toBeGreaterThan(14);
    }
  });

  it('breaks a title that is wider than the figure', () => {
    const chart = {
      ...sweepMap(small)!,
      title: 'Ever infected (%), by monitoredAddresses and falseAlarmRate',
    };
    const rows = (width: number): number =>
      heatSvg(chart, { width, theme: 'light' }).split('font-weight="bold"').length - 1;
    expect([rows(760), rows(400)]).toEqual([1, 3]);
  });

  it('is none of more tiles than can be seen', () => {
    const counts = Array.from({ length: 101 }, (_, row) => row + 1);
    expect(
      sweepMap(
        sweepOf(
          counts,
          counts.map((count) => `${count}s`),
          () => 0.5,
        ),
      ),
    ).toBeNull();
  });
});

describe('in a terminal', () => {
  it('is a table of the values', () => {
    expect(`\n${heatTerminal(sweepMap(small)!)}`).toMatchInlineSnapshot(`
      "
      Ever infected (%), by count and start
      count
       4000│   0.4    100     97
       1000│    30    >99     31
           └─────────────────────
              1min   5min  20min
                    start"
    `);
  });

  it('is a table of bands with a key where values do not fit', () => {
    expect(`\n${heatTerminal(fine(40, 5), { columns: 60 })}`).toMatchInlineSnapshot(`
      "
      Ever infected (%), by count and start
      count
       1004│2333333444444444445555555555566666666777
       1003│2233333344444444444555555555556666666677
       1002│1223333334444444444455555555555666666667
       1001│1122333333444444444445555555555566666666
       1000│0112233333344444444444555555555556666666
           └────────────────────────────────────────
            1s  5s  9s  13s 17s 21s 25s 29s 33s 37s
                             start
      0: below 1%   1: 1% to 5%   2: 5% to 10%   3: 10% to 25%
      4: 25% to 50%   5: 50% to 75%   6: 75% to 95%   7: above 95%"
    `);
  });

  it.each([40, 80, 132])('stays within %d columns', (columns) => {
    for (const [across, down] of [
      [3, 3],
      [46, 33],
      [100, 100],
      [2, 60],
    ] as const) {
      const lines = heatTerminal(fine(across, down), { columns }).split('\n');
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
      expect(lines.length).toBeLessThan(36);
    }
  });

  it('lets no name move the cursor, and is plain ASCII where it must be', () => {
    const chart = sweepMap(small)!;
    const hostile: HeatMap = {
      ...chart,
      title: 'a\u001b]0;b\u0007',
      y: { name: 'é\r\n', places: ['\u009b', 'b'] },
    };
    // oxlint-disable-next-line no-control-regex
    expect(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/.exec(heatTerminal(hostile))).toBeNull();
    // oxlint-disable-next-line no-control-regex
    expect(heatTerminal(hostile, { unicode: false })).toMatch(/^[\x00-\x7f]*$/);
    expect(heatTerminal(chart, { color: true })).toContain('\u001b[48;5;195;38;5;16m');
  });
});

it('the report on a sweep says where the fewest and the most hosts are infected', () => {
  const html = renderReport(sweepReport(small, '0.0.0'));
  expect(html).toContain('the fewest hosts, 0.4%, with count 4000, start 1min');
  expect(html).toContain('the most, 100%, with count 4000, start 5min');
  expect(html).toContain('Wormwood 0.0.0. A simulated worm');
  expect(html).toContain('id="sweep-map"');
  expect(bandOf(0.5, EVER_INFECTED_LEVELS)).toBe(5);
});
