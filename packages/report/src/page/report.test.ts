import { describe, expect, it } from 'vitest';
import { agreementChart, trajectoryChart } from '../figure/charts.ts';
import { asEnsemble, ensembleOf, odeResult } from '../result/results-test-support.ts';
import type { SimulationResult } from '../result/result.ts';
import { seriesCsv, summaryCsv, toCsv } from '../table/csv.ts';
import { chartCsv, chartTable } from '../table/figure-data.ts';
import { renderReport } from './html.ts';
import { comparisonReport, experimentReport, outbreakReport } from './outbreak-report.ts';
import { comparisonTable, engineTable, summaryTables } from '../table/tables.ts';

describe('CSV', () => {
  it('has a row a sample and units in its header', () => {
    const lines = seriesCsv(odeResult({ duration: '10min' })).split('\r\n');
    expect(lines[0]).toBe(
      'time_s,susceptible_hosts,infected_hosts,immunized_hosts,ever_infected_hosts,new_infected_hosts',
    );
    expect(lines).toHaveLength(11 + 2);
    expect(lines[1]).toBe('0,359850,150,0,150,150');
    const rows = lines.slice(1, -1).map((line) => line.split(',').map(Number));
    for (const [index, row] of rows.entries()) {
      expect(row.at(-1)).toBeCloseTo(row[4]! - (rows[index - 1]?.[4] ?? 0), 6);
    }
  });

  it('gives an ensemble its quantiles', () => {
    expect(seriesCsv(asEnsemble(odeResult({ duration: '2min' }))).split('\r\n')[0]).toContain(
      'infected_hosts_mean,infected_hosts_q05,infected_hosts_q50,infected_hosts_q95',
    );
  });

  it('quotes what would break a row, and lets no text become a formula', () => {
    expect(toCsv([['a,b', 'say "x"', 1, 'two\nlines']])).toBe('"a,b","say ""x""",1,"two\nlines"\r\n');
    expect(toCsv([['=1+1', '@SUM(A1)', '-2', -2, '+x']])).toBe("'=1+1,'@SUM(A1),'-2,-2,'+x\r\n");
  });

  it('has the summary of every result in a row of equal length, empty where there is no figure', () => {
    const rows = (results: Parameters<typeof summaryCsv>[0]) =>
      summaryCsv(results)
        .trimEnd()
        .split('\r\n')
        .map((line) => line.split(','));
    const single = rows([{ name: 'none', result: odeResult({ honeypots: 0 }) }]);
    expect(single[0]).toContain('peak_time_s');
    expect(single[1]![single[0]!.indexOf('basic_reproduction_number')]).toBe('');
    const mixed = rows([
      { name: 'ode', result: odeResult() },
      { name: 'hosts', result: ensembleOf(odeResult(), {}) },
    ]);
    expect(new Set(mixed.map(({ length }) => length)).size).toBe(1);
    const at = mixed[0]!.indexOf('ever_infected_hosts_mean');
    expect(Number(mixed[2]![at]) / Number(mixed[1]![at])).toBeCloseTo(1, 9);
  });

  it('gives a figure its curves and bands, and distinguishes references of one name', () => {
    const chart = agreementChart(odeResult(), asEnsemble(odeResult()));
    const lines = chartCsv(chart).trimEnd().split('\r\n');
    const columns = ['ever infected, hosts', 'infected now, hosts'];
    for (const column of columns) expect(lines[0]).toContain(`ode: ${column}`);
    expect(lines[0]).toContain('5 to 95%');
    expect(lines.length).toBeLessThanOrEqual(402);
    expect(chartTable(chart).columns.slice(1)).toEqual([
      ...columns,
      ...columns.map((column) => `ode: ${column}`),
    ]);
  });
});

describe('the verdict on several outbreaks', () => {
  it('says the fewest and the most in one unit', () => {
    const many = { name: '0', result: odeResult({ honeypots: 0 }) };
    const few = { name: '4000000', result: odeResult({ honeypots: 4_000_000, start: '0s', delay: '0s' }) };
    const said = (...results: Parameters<typeof comparisonReport>[0]): string =>
      comparisonReport(results, { title: 'both', names: 'honeypots' }).verdict;
    expect(said(few, many)).toMatch(
      /between [\d.]+% of the hosts \(4000000 honeypots\) and 100% of the hosts \(0/,
    );
    const fewer = { name: '3000000', result: odeResult({ honeypots: 3_000_000, start: '0s', delay: '0s' }) };
    expect(said(few, fewer)).toMatch(/In total, the worm infects [\d,]+ hosts\. /);
  });
});

describe('tables', () => {
  it('show the key figures with active and ever infected apart', () => {
    const { rows } = summaryTables(odeResult())[0]!;
    expect(Object.fromEntries(rows.map(([label, value]) => [label, value]))).toMatchObject({
      'Peak: hosts infected at one time': '31,188',
      'Ever infected: at some time': '206,307',
      'Basic reproduction number R0': '1.377',
    });
  });

  it('give the time to each fraction that was reached, and say of the lowest other one that it was not', () => {
    const times = summaryTables(odeResult())[0]!.rows.filter(([label]) => label?.includes('% ever infected'));
    // 57.3 % are ever infected.
    expect(times).toEqual([
      ['50% ever infected after', expect.stringMatching(/min|h/)],
      ['90% ever infected', 'not reached'],
    ]);
  });

  it('give an ensemble its spread, and times the share of the runs that reached them', () => {
    const result = ensembleOf(odeResult(), {});
    const half = { mean: 3300, sd: 1, se: 0.1, q05: 3200, q25: 3250, q50: 3300, q75: null, q95: null };
    const never = { mean: null, sd: null, se: null, q05: null, q25: null, q50: null, q75: null, q95: null };
    const summary = {
      ...result.summary,
      timeTo: { '0.5': half, '0.9': never, '0.99': never, '1': never },
      timeToProbability: { '0.5': 0.6, '0.9': 0, '0.99': 0, '1': 0 },
    };
    const [figures, times] = summaryTables({ ...result, summary: summary as typeof result.summary });
    expect(figures?.caption).toBe('Key figures, engine hosts, 400 runs');
    expect(figures?.rows[0]).toEqual([
      'Peak: hosts infected at one time',
      '31,188',
      '31,188',
      '28,069 to 34,306',
    ]);
    expect(times?.rows.map(([label]) => label)).toEqual([
      '50% ever infected',
      '90% ever infected',
      'No host infected any more',
    ]);
    expect(times?.rows.slice(0, 2)).toEqual([
      ['50% ever infected', '60%', '55 min', '53 min 20 s to > 1 d'],
      ['90% ever infected', 'none', '', ''],
    ]);
  });

  it('compare honeypot counts as docs/models.md#the-published-scenario does, 20 min', () => {
    const counts = [0, 4096, 65_536, 262_144, 524_288];
    const named = counts.map((honeypots) => ({ name: String(honeypots), result: odeResult({ honeypots }) }));
    const rows = comparisonTable(named, 'honeypots').rows;
    expect(rows.map(([, peak, , , ever]) => [peak, ever])).toEqual([
      ['360,000', '360,000'],
      ['337,840', '360,000'],
      ['187,094', '358,583'],
      ['31,188', '206,307'],
      ['21,593', '56,098'],
    ]);
  });

  it('set two engines side by side with their difference', () => {
    const pair = {
      name: 'x',
      meanField: odeResult(),
      ensemble: ensembleOf(odeResult({ honeypots: 524_288 }), {}),
    };
    expect(engineTable([pair], 'honeypots').rows).toEqual([
      ['x', '31,188', '21,593', '−9,595', '206,307', '56,098', '−150,209', '15.6%'],
    ]);
  });
});

describe('report', () => {
  const hostile = '"><script>alert(1)</script>\u0000]]></style><img src=x onerror=alert(1)>\ud800';
  /** A saved result holds what it likes: the checks of the scenario file do not apply to it. */
  const named = (name: string, honeypots = 262_144): SimulationResult => {
    const result = odeResult({ honeypots });
    return { ...result, scenario: { ...result.scenario, name } };
  };
  const pairOf = (name: string, honeypots = 262_144) => ({
    name,
    meanField: named(name, honeypots),
    ensemble: ensembleOf(named(name, honeypots), {}),
  });
  const reports = (name: string): Readonly<Record<string, string>> => ({
    outbreak: renderReport(outbreakReport(named(name))),
    ensemble: renderReport(outbreakReport(ensembleOf(named(name), {}))),
    comparison: renderReport(
      comparisonReport(
        [0, 262_144, 524_288].map((honeypots) => ({
          name: `${name} ${honeypots}`,
          result: named(name, honeypots),
        })),
        {
          title: name,
          names: 'honeypots',
        },
      ),
    ),
    experiment: renderReport(
      experimentReport({
        title: name,
        featured: pairOf(name),
        series: [{ title: name, text: name, pairs: [pairOf(name, 0), pairOf(`${name} 2`, 524_288)] }],
        untilSeconds: 4 * 3600,
      }),
    ),
    'nothing to compare': renderReport(comparisonReport([], { title: name })),
  });
  const plain = reports('seed');

  it.each(Object.keys(plain))(
    '%s is one file that loads nothing, runs nothing and holds no broken number',
    (kind) => {
      const html = plain[kind]!;
      expect(html.startsWith('<!doctype html>')).toBe(true);
      const loads = /(?:src|href)="(?!data:)|https?:|@import|url\(|<script| on\w+=/.exec(
        html.replaceAll('http://www.w3.org/2000/svg', ''),
      );
      expect(loads).toBeNull();
      expect(/\bNaN\b|undefined|\bInfinity\b|\[object/.exec(html)).toBeNull();
      expect(html).toContain("default-src 'none'");
    },
  );

  it.each(Object.keys(plain))(
    '%s has one first heading, no level left out, and a name for each table and figure',
    (kind) => {
      const html = plain[kind]!;
      const levels = Array.from(html.matchAll(/<h([1-6])/g), ([, level]) => Number(level));
      expect(levels.filter((level) => level === 1)).toHaveLength(1);
      for (let i = 1; i < levels.length; i++) expect(levels[i]! - levels[i - 1]!).toBeLessThanOrEqual(1);
      expect(html.match(/<table>/g)?.length ?? 0).toBe(html.match(/<table><caption>[^<]/g)?.length ?? 0);
      expect(html.match(/<svg /g)?.length ?? 0).toBe(html.match(/role="img"[^>]*><title>[^<]/g)?.length ?? 0);
      const ids = Array.from(html.matchAll(/<figure id="([^"]*)"/g), ([, id]) => id);
      expect(new Set(ids).size).toBe(ids.length);
    },
  );

  it.each(Object.entries(reports(hostile)))('%s lets no name become markup', (_, html) => {
    expect(/<script|<img|<\/style><i|]]>/i.exec(html)).toBeNull();
    // oxlint-disable-next-line no-control-regex
    expect(/\u0000/.exec(html)).toBeNull();
    for (const [, uri = ''] of html.matchAll(/href="data:text\/csv;charset=utf-8,([^"]*)"/g)) {
      expect(/[<>"\s#]/.exec(uri)).toBeNull();
      expect(() => decodeURIComponent(uri)).not.toThrow();
    }
  });

  it('is the same each time, byte for byte', () => {
    expect(reports('seed')['experiment'] === plain['experiment']).toBe(true);
  });

  it('offers the series whole where it is short, thinned where it is long, and says which', () => {
    expect(plain['outbreak']).toContain('>Series as CSV<');
    const long = odeResult({ duration: '40h' });
    const html = renderReport(outbreakReport(long));
    expect(html).toContain('>Series as CSV, every 2 min<');
    const uri = /-series\.csv" href="data:text\/csv;charset=utf-8,([^"]*)"/.exec(html)?.[1] ?? '';
    const lines = decodeURIComponent(uri).trimEnd().split('\r\n');
    expect(lines.length).toBe(1 + 1201);
    // The new infections are those since the sample before, which is another.
    const counts = (line = ''): string => line.split(',').slice(0, 5).join();
    expect(counts(lines[2])).toBe(counts(seriesCsv(long).split('\r\n')[3]));
  });

  it('compares in words', () => {
    const results = [0, 262_144, 524_288].map((honeypots) => ({
      name: String(honeypots),
      result: odeResult({ honeypots }),
    }));
    expect(comparisonReport(results, { title: '', names: 'honeypots' }).verdict).toBe(
      'In total, the worm infects between 15.6% of the hosts (524288 honeypots) and 100% of the hosts (0 honeypots). ' +
        'The outbreak shrinks from the start of the honeypots on with: 524288 honeypots. By the engine ode.',
    );
  });

  it('has a figure of what the trajectory shows', () => {
    expect(plain['outbreak']).toContain(trajectoryChart(odeResult()).caption.slice(0, 40));
  });
});
