import { describe, expect, it } from 'vitest';
import { trajectoryChart } from '../figure/charts.ts';
import { asEnsemble, odeResult } from '../figure/results.fixture.ts';
import { seriesCsv, toCsv } from './csv.ts';
import { threeFacts } from './facts.ts';
import { renderReport, summaryTable } from './html.ts';
import { verdict } from './verdict.ts';

describe('verdict', () => {
  it.each([
    [{ honeypots: 0 }, /^Without honeypots, at most 100/],
    [
      { honeypots: 262_144 },
      /slow this worm and do not stop it: .* 1\.29 susceptible .* at most 8\.66% .* 57\.3% at some time/,
    ],
    [{ honeypots: 524_288 }, /^524,288 honeypots after 20 min stop this worm: .* 0\.646 susceptible/],
    [
      { honeypots: 262_144, start: '60min' },
      /come too late: 99\.9% of the hosts are infected before they start/,
    ],
    [{ honeypots: 524_288, start: '0s' }, /^524,288 honeypots from the start stop this worm/],
    [
      { honeypots: 262_144, start: '23h', duration: '22h' },
      /come too late: the outbreak is over or the run ends/,
    ],
    [
      { honeypots: 262_144, start: { contacts: 100, prepare: '10min' } },
      /^262,144 honeypots that detect the worm themselves slow/,
    ],
  ])('says of %j what its numbers say', (variation, expected) => {
    expect(verdict(odeResult(variation))).toMatch(expected);
  });
});

describe('threeFacts', () => {
  it('computes the threshold and the wall of the seed scenario (models.md 0.3 and row 50)', () => {
    const [threshold, delay, placement] = threeFacts(odeResult());
    expect(threshold?.text).toContain('R0 = 1.377, above 1');
    expect(delay?.text).toContain('1/β = 238.6 s');
    expect(delay?.text).toContain('361,516 honeypots');
    // models.md rows 43 and 44.
    expect(placement?.text).toMatch(/0\.125 times .* 2\.46 times: 19\.7 times/);
  });

  it('says where the delay is beyond the wall, and where there is no honeypot', () => {
    expect(threeFacts(odeResult({ delay: '4min' }))[1]?.text).toContain('beyond the wall');
    expect(threeFacts(odeResult({ honeypots: 0 }))[0]?.text).toContain('there is no honeypot');
  });
});

describe('CSV', () => {
  it('has a row a sample and units in its header', () => {
    const lines = seriesCsv(odeResult({ duration: '10min' })).split('\r\n');
    expect(lines[0]).toBe('time_s,susceptible_hosts,infected_hosts,immunized_hosts,ever_infected_hosts');
    expect(lines).toHaveLength(11 + 2);
    expect(lines[1]).toBe('0,359850,150,0,150');
  });

  it('gives an ensemble its quantiles', () => {
    expect(seriesCsv(asEnsemble(odeResult({ duration: '2min' }))).split('\r\n')[0]).toContain(
      'infected_hosts_mean,infected_hosts_q05,infected_hosts_q95',
    );
  });

  it('quotes what would break a row', () => {
    expect(toCsv([['a,b', 'say "x"', 1]])).toBe('"a,b","say ""x""",1\r\n');
  });
});

describe('report', () => {
  const hostile = '<script>alert("x")</script>';

  function report(name: string): string {
    const result = odeResult({ name });
    return renderReport({
      title: name,
      verdict: verdict(result),
      facts: threeFacts(result),
      sections: [
        { title: name, text: name, charts: [trajectoryChart(result)], tables: [summaryTable(result)] },
      ],
      results: [{ name, result }],
    });
  }

  it('is one file that loads nothing', () => {
    const html = report('seed');
    expect(html.startsWith('<!doctype html>')).toBe(true);
    const loads = /(?:src|href)="(?!data:)|https?:|@import|url\(/.exec(
      html.replaceAll('http://www.w3.org/2000/svg', ''),
    );
    expect(loads).toBeNull();
  });

  it('shows the key figures with active and ever infected apart', () => {
    const { rows } = summaryTable(odeResult());
    expect(Object.fromEntries(rows.map(([label, value]) => [label, value]))).toMatchObject({
      'Peak: hosts infected at one time': '31,188',
      'Ever infected: hosts infected at some time': '206,307',
      'Basic reproduction number R0': '1.377',
      'Reproduction number when honeypots start': '1.291',
    });
  });

  it('lets no name become markup', () => {
    expect(report(hostile).includes('<script')).toBe(false);
  });
});
