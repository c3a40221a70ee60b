import { describe, expect, it } from 'vitest';
import type { LineChart } from './chart.ts';
import { agreementChart, comparisonChart, fileNameOf, trajectoryChart } from './charts.ts';
import { asEnsemble, odeResult } from './results.fixture.ts';
import { toSvg } from './svg.ts';
import { toTerminal } from './terminal.ts';
import { thinLine } from './thin-line.ts';

const counts = [0, 4096, 65_536, 262_144, 524_288];
const comparison = (): LineChart =>
  comparisonChart(
    counts.map((honeypots) => ({ name: String(honeypots), result: odeResult({ honeypots }) })),
    'infected',
    { untilSeconds: 4 * 3600 },
  );

/** Charts that renderers must survive, by name. */
const gallery: Readonly<Record<string, () => LineChart>> = {
  trajectory: () => trajectoryChart(odeResult()),
  ensemble: () => trajectoryChart(asEnsemble(odeResult())),
  comparison,
  agreement: () => agreementChart(odeResult(), asEnsemble(odeResult())),
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
    // models.md 3.1: 206,308 of 360,000 hosts are infected at some time, and at the end none is any more.
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

  it('mark no moment that lies outside, or is not known before the run', () => {
    expect(trajectoryChart(odeResult(), { untilSeconds: 600 }).moments).toEqual([]);
    expect(trajectoryChart(odeResult({ start: { contacts: 100, prepare: '10min' } })).moments).toEqual([]);
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

  it('tells curves apart without colour', () => {
    expect(`\n${toTerminal(trajectoryChart(odeResult()), { columns: 72, rows: 12 })}`).toMatchInlineSnapshot(`
      "
               seed: hosts over time
               a: susceptible   b: infected now   c: ever infected
               d: immunized
       360,000┤aaaaaaaaaaaaaa
              ┤             aaaa
              ┤                aaaa
              ┤                   aaaa
              ┤                      aaaaa
       180,000┤                          aaaaaaaccccddddddddddddddddddddddddd
              ┤                          ccccddddddddaaaaaaaaaaaaaaaaaaaaaaaa
              ┤                      ccccddddd
              ┤                   cccddddd
              ┤                cccdddd
              ┤             cccddddbbbbbb
             0┤ddddddddddddddddd        bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
              └──────────────────────────────────────────────────────────────
               0                            51.3         time (min)       103"
    `);
  });

  it('uses nothing but ASCII where it must', () => {
    // oxlint-disable-next-line no-control-regex
    expect(toTerminal(comparison(), { unicode: false, color: false })).toMatch(/^[\x00-\x7f]*$/);
  });

  it('wraps runs of cells, not single ones, in colour', () => {
    const colored = toTerminal(trajectoryChart(odeResult()), { color: true });
    expect(colored).toContain('\u001b[38;5;160m');
    expect(colored.length).toBeLessThan(5000);
  });
});
