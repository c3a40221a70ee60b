import { describe, expect, it } from 'vitest';
import type { LineChart } from './chart.ts';
import { axisTicks, chartLimits } from './chart-limits.ts';
import { agreementChart, comparisonChart, differenceChart, fileNameOf, trajectoryChart } from './charts.ts';
import { layoutOf } from './layout.ts';
import { DARK, LIGHT } from './palette.ts';
import { curveOf, settledSeconds, valueAt } from '../result/result-series.ts';
import { asEnsemble, odeResult } from '../result/results-test-support.ts';
import { toSvg } from './svg.ts';
import { toTerminal } from './terminal.ts';
import { thinLine } from './thin-line.ts';

const counts = [0, 4096, 65_536, 262_144, 524_288];
const comparison = (): LineChart =>
  comparisonChart(
    counts.map((honeypots) => ({ name: String(honeypots), result: odeResult({ honeypots }) })),
    'infected',
    { untilSeconds: 4 * 3600, legend: 'honeypots' },
  );
function pairOf(name: string): Parameters<typeof differenceChart>[0][number] {
  return { name, meanField: odeResult(), ensemble: asEnsemble(odeResult()) };
}

/** Charts that renderers must survive, by name. */
const gallery: Readonly<Record<string, () => LineChart>> = {
  trajectory: () => trajectoryChart(odeResult()),
  ensemble: () => trajectoryChart(asEnsemble(odeResult())),
  comparison,
  agreement: () => agreementChart(odeResult(), asEnsemble(odeResult())),
  difference: () => differenceChart([pairOf('pair')], 'infected'),
  'several differences': () => differenceChart([pairOf('one'), pairOf('two')], 'everInfected'),
  'no result': () => comparisonChart([], 'infected'),
  'a small outbreak': () => trajectoryChart(odeResult({ honeypots: 524_288, start: '0s' })),
  'detected start': () => trajectoryChart(odeResult({ start: { contacts: 100, prepare: '10min' } })),
  'a start at the end': () => trajectoryChart(odeResult({ duration: '21min' })),
  'not finite': () => ({
    ...comparison(),
    lines: [
      {
        name: 'a',
        role: 'infected',
        x: [0, 1, 2, 3],
        y: [0, Number.NaN, Infinity, 3],
        band: { name: 'b', low: [0, 0, 0, Number.NaN], high: [1, 1, Infinity, 1] },
      },
    ],
  }),
  'fractions of a host': () => ({
    ...comparison(),
    lines: [{ name: 'a', role: 'infected', x: [0, 1e-9], y: [0, 1e-12] }],
  }),
  'long names': () => ({
    ...comparison(),
    title: 'A title of many words '.repeat(40),
    legend: 'x'.repeat(300),
    lines: comparison().lines.map(({ role, x, y }, index) => ({ name: `${index}`.repeat(200), role, x, y })),
  }),
  'many lines': () => ({
    ...comparison(),
    lines: Array.from({ length: 60 }, (_, index) => ({
      name: `line ${index}`,
      role: 'sequence' as const,
      x: [0, 240],
      y: [0, index],
    })),
  }),
  empty: () => ({ ...comparison(), lines: [], moments: [] }),
  'one point': () => ({ ...comparison(), lines: [{ name: 'a', role: 'infected', x: [1], y: [5] }] }),
  constant: () => ({ ...comparison(), lines: [{ name: 'a', role: 'infected', x: [0, 1], y: [0, 0] }] }),
  'a single host': () => trajectoryChart(odeResult({ vulnerable: 1, honeypots: 0 })),
  'a billion hosts': () => trajectoryChart(odeResult({ vulnerable: 1e9, honeypots: 1000 })),
};

describe('charts', () => {
  it('keep active and ever infected apart', () => {
    const { lines, moments, x } = trajectoryChart(odeResult());
    const last = (name: string): number => {
      const line = lines.find((candidate) => candidate.name === name);
      return line?.y[line.y.length - 1] ?? Number.NaN;
    };
    // docs/models.md#the-published-scenario: 206,308 of 360,000 hosts are ever infected, and none is at the end.
    expect(last('ever infected') / 206_308).toBeGreaterThan(0.98);
    expect(last('infected now')).toBeLessThan(3600);
    expect(moments).toEqual([{ x: 20, label: 'honeypots start' }]);
    expect(x.label).toBe('time (min)');
  });

  it('turn the band of the susceptible upside down for the ever infected', () => {
    const { lines } = trajectoryChart(asEnsemble(odeResult()));
    for (const { y, band } of lines) {
      if (band === undefined) throw new Error('an ensemble has bands');
      for (let i = 0; i < y.length; i++) {
        expect(band.low[i]).toBeLessThanOrEqual(y[i]! + 1e-6);
        expect(band.high[i]).toBeGreaterThanOrEqual(y[i]! - 1e-6);
      }
    }
  });

  it('leave out the immunized where there are none, and the susceptible beside a small outbreak', () => {
    const names = (variation: Parameters<typeof odeResult>[0]) =>
      trajectoryChart(odeResult(variation)).lines.map(({ name }) => name);
    expect(names({ honeypots: 0 })).toEqual(['susceptible', 'ever infected', 'infected now']);
    expect(names({ honeypots: 524_288, start: '0s' })).toEqual([
      'ever infected',
      'immunized',
      'infected now',
    ]);
  });

  it('mark no moment that lies outside', () => {
    expect(trajectoryChart(odeResult(), { untilSeconds: 600 }).moments).toEqual([]);
  });

  it('mark the first immunized hosts where honeypots start by their own contacts', () => {
    const result = odeResult({ start: { contacts: 100, prepare: '10min' } });
    const [moment] = trajectoryChart(result).moments;
    expect(moment?.label).toBe('first hosts immunized');
    const immunized = curveOf(result, 'immunized');
    expect(valueAt(immunized, moment!.x * 60)).toBeGreaterThanOrEqual(1);
    expect(valueAt(immunized, moment!.x * 60 - 60)).toBeLessThan(1);
  });

  it('mark the start of several outbreaks once', () => {
    expect(comparison().moments).toEqual([{ x: 20, label: 'honeypots start' }]);
  });

  it('subtract the mean field from the ensemble, also between its samples', () => {
    const meanField = odeResult();
    const { time } = meanField.series;
    const infected = curveOf(meanField, 'infected').value;
    const thinned = (values: readonly number[]) => values.filter((_, index) => index % 2 === 0);
    const sparse = {
      ...meanField,
      series: { ...meanField.series, time: thinned(time), infected: thinned(infected) },
    };
    const [line] = differenceChart(
      [{ name: '', meanField: sparse as typeof meanField, ensemble: meanField }],
      'infected',
    ).lines;
    // Linear between samples 2 min apart: at most h²/8 of the largest second derivative, which is below β² I.
    const beta = 0.00419095;
    const bound = (120 ** 2 / 8) * beta ** 2 * Math.max(...infected);
    expect(Math.max(...Array.from(line!.y, Math.abs))).toBeLessThan(bound);
    expect(Array.from(line!.y).filter((_, index) => index % 2 === 0)).toEqual(
      Array.from(line!.y)
        .filter((_, index) => index % 2 === 0)
        .map(() => 0),
    );
  });

  it('end where the curves have settled, at a round time', () => {
    expect(settledSeconds(odeResult())).toBe(140 * 60);
    expect(settledSeconds(odeResult({ duration: '30min' }))).toBe(30 * 60);
    // Nothing settles within a worm's first seconds, and the whole of it is shown.
    expect(settledSeconds(odeResult({ duration: '60s' }))).toBe(60);
  });

  it('name files safely', () => {
    expect(['Provos 2004: 20 min', '../../etc/passwd', '<script>', ''].map(fileNameOf)).toEqual([
      'provos-2004-20-min',
      'etc-passwd',
      'script',
      'outbreak',
    ]);
  });
});

describe('ticks', () => {
  it.each([
    ['min', 140, 8, [0, 20, 40, 60, 80, 100, 120, 140]],
    ['min', 240, 9, [0, 30, 60, 90, 120, 150, 180, 210, 240]],
    ['h', 24, 9, [0, 3, 6, 9, 12, 15, 18, 21, 24]],
    ['s', 4, 9, [0, 1, 2, 3, 4]],
    ['d', 60, 6, [0, 14, 28, 42, 56]],
    ['h', 1000, 6, [0, 200, 400, 600, 800, 1000]],
  ] as const)('fall where a clock has them: %s up to %d', (unit, max, most, expected) => {
    expect(axisTicks({ label: '', unit }, { min: 0, max, most })).toEqual(expected);
  });

  it('are round, and no more than asked for', () => {
    expect(axisTicks({ label: '' }, { min: 0, max: 360_000, most: 8 })).toEqual(
      [0, 1, 2, 3].map((i) => i * 1e5),
    );
    expect(axisTicks({ label: '' }, { min: -3, max: 0.3, most: 5 })).toEqual([-3, -2, -1, 0]);
    for (let max = 1e-9; max < 1e15; max *= 3.7) {
      for (const most of [2, 3, 5, 8, 13]) {
        const ticks = axisTicks({ label: '' }, { min: 0, max, most });
        expect(ticks.length).toBeGreaterThan(0);
        expect(ticks.length).toBeLessThanOrEqual(most);
      }
    }
  });
});

describe('palette', () => {
  /** CIE L* of a colour in sRGB (CIE 15). */
  function lightness(hex: string): number {
    const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
      const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
      return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
    });
    return 116 * Math.cbrt(0.2126 * r + 0.7152 * g + 0.0722 * b) - 16;
  }

  it.each([
    ['light', LIGHT],
    ['dark', DARK],
  ])('orders a sequence by lightness, away from the background: %s', (_, { sequence, background }) => {
    const distances = sequence.map((color) => Math.abs(lightness(color) - lightness(background)));
    for (let i = 1; i < distances.length; i++) expect(distances[i - 1]! - distances[i]!).toBeGreaterThan(4);
  });

  it.each([
    ['light', LIGHT],
    ['dark', DARK],
  ])('draws every line with a contrast of 3:1 at least (WCAG 2.1, 1.4.11): %s', (_, palette) => {
    const luminance = (hex: string): number => ((lightness(hex) + 16) / 116) ** 3;
    const contrast = (color: string): number => {
      const [a, b] = [luminance(color), luminance(palette.background)];
      return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    };
    for (const color of [...palette.sequence, ...Object.values(palette.role)]) {
      expect([color, contrast(color) >= 3]).toEqual([color, true]);
    }
    for (const text of [palette.text, palette.muted]) expect(contrast(text)).toBeGreaterThan(4.5);
  });
});

describe('layout', () => {
  it.each(Object.keys(gallery))('keeps the names of %s apart and inside', (name) => {
    const chart = gallery[name]!();
    for (const [width, height] of [
      [760, 420],
      [380, 360],
    ] as const) {
      const { labels, legend, plot } = layoutOf(chart, chartLimits(chart), { width, height });
      for (let i = 1; i < labels.length; i++)
        expect(labels[i]!.y - labels[i - 1]!.y).toBeGreaterThanOrEqual(16.99);
      for (const { y } of labels) expect(y).toBeGreaterThan(plot.top - 1);
      for (const { y } of labels) expect(y).toBeLessThan(plot.bottom + 1);
      for (const { x, y } of legend) expect([x < width, y < height]).toEqual([true, true]);
      expect(plot.right - plot.left).toBeGreaterThan(width / 2);
      expect(plot.bottom - plot.top).toBeGreaterThan(80);
    }
  });
});

describe('thinLine', () => {
  it('keeps the curve within the tolerance with far fewer points', () => {
    const x = Array.from({ length: 5000 }, (_, i) => i / 100);
    const y = x.map((value) => 1000 / (1 + Math.exp(25 - value)));
    const kept = thinLine(x, y, 0.5);
    expect(kept.length).toBeLessThan(120);
    let next = 0;
    for (let i = 0; i < x.length; i++) {
      if (kept[next + 1] !== undefined && i > kept[next + 1]!) next++;
      const [a, b] = [kept[next]!, kept[next + 1] ?? kept[next]!];
      const share = b > a ? (x[i]! - x[a]!) / (x[b]! - x[a]!) : 0;
      expect(Math.abs(y[a]! + (y[b]! - y[a]!) * share - y[i]!)).toBeLessThanOrEqual(0.5 + 1e-9);
    }
  });
});

describe('SVG', () => {
  it.each(Object.keys(gallery))('draws %s as a standalone file, the same bytes each time', (name) => {
    const chart = gallery[name]!();
    for (const theme of ['light', 'dark', 'auto'] as const) {
      const svg = toSvg(chart, { theme });
      expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" /);
      expect(/NaN|undefined|Infinity/.exec(svg)).toBeNull();
      expect(svg === toSvg(chart, { theme })).toBe(true);
    }
  });

  it('writes whole numbers with separators and names the chart for readers who cannot see it', () => {
    const svg = toSvg(trajectoryChart(odeResult()));
    expect(svg).toContain('300,000');
    expect(svg).toContain('<title>seed: hosts over time</title>');
  });

  it('lets no name break out of the markup', () => {
    const svg = toSvg(trajectoryChart(odeResult({ name: '"><script>alert(1)</script>&]]>' })));
    expect(svg).not.toContain('<script');
    expect(svg).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&amp;]]&gt;');
  });
});

describe('terminal', () => {
  it.each(Object.keys(gallery))('draws %s within its columns', (name) => {
    for (const columns of [40, 80, 132]) {
      const lines = toTerminal(gallery[name]!(), { columns, rows: 8 }).split('\n');
      // The legend may hold a name longer than the plot; nothing else is wider than asked for.
      for (const line of lines.slice(-10)) expect(line.length).toBeLessThanOrEqual(columns);
      expect(lines.join('')).not.toMatch(/NaN|undefined|Infinity/);
    }
  });

  it('distinguishes curves without colour', () => {
    expect(`\n${toTerminal(trajectoryChart(odeResult()), { columns: 72, rows: 12 })}`).toMatchInlineSnapshot(`
      "
               seed: hosts over time
               a: susceptible   b: ever infected   c: immunized
               d: infected now
      hosts
                        ┊ honeypots start
              │aaaaaaaaaa
              │         aaa
       300,000┤         ┊  aaa
              │         ┊    aaa
              │         ┊       aaa
       200,000┤         ┊          aaaaabbbccccccccccccccccccccccccccccccccccc
              │         ┊          bbccccccaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
              │         ┊       bbcccc
       100,000┤         ┊    bbbccc
              │         ┊  bbccc
              │         bbdddddddd
             0┤dddddddddddd       dddddddddddddddddddddddddddddddddddddddddddd
              └┬────────────┬─────────────┬────────────┬────────────┬─────────
               0            30            60           90          120
                                         time (min)"
    `);
  });

  it('lets no name move the cursor or reverse the text', () => {
    const name = 'a\u001b]0;b\u0007\u009bc\u202ed\r\ne';
    const chart = { ...comparison(), title: name, legend: name, moments: [{ x: 20, label: name }] };
    const hostile = { ...chart, lines: [{ ...comparison().lines[0]!, name }] };
    const plain = toTerminal(hostile, { color: false }).replaceAll('\n', '');
    // oxlint-disable-next-line no-control-regex
    expect(/[\u0000-\u001f\u007f-\u009f\u202e]/.exec(plain)).toBeNull();
  });

  it('uses nothing but ASCII where it must', () => {
    // oxlint-disable-next-line no-control-regex
    expect(toTerminal(comparison(), { unicode: false, color: false })).toMatch(/^[\x00-\x7f]*$/);
  });

  it('wraps runs of cells, not single ones, in colour', () => {
    const colored = toTerminal(trajectoryChart(odeResult()), { color: true });
    expect(colored).toContain('\u001b[38;5;202m');
    expect(colored.length).toBeLessThan(5000);
  });
});
