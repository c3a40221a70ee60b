import { describe, expect, it } from 'vitest';
import { curveOf, honeypotsOf, valueAt } from '../result/result-series.ts';
import { ensembleOf, odeResult } from '../result/results-test-support.ts';
import { threeFacts } from './facts.ts';
import { honeypotStartNumbers, outbreakNumbers } from '../result/outbreak-numbers.ts';
import { summaryTables } from '../table/tables.ts';
import { verdict } from './verdict.ts';
import { hostCount, hostsInWords, largeCount, percent, ratio } from './wording.ts';

describe('verdict', () => {
  it.each([
    [
      { honeypots: 0 },
      /^Without honeypots nothing stops this worm: 100% of the hosts are infected\. By the mean field, engine ode\.$/,
    ],
    [
      { honeypots: 0, duration: '30min' },
      /: 44\.1% of the hosts are infected within 30 min\. By the mean field, engine ode\.$/,
    ],
    [
      { honeypots: 262_144 },
      /^262,144 honeypots after 20 min do not stop this worm from growing: the peak is 8\.66%, yet 57\.3% of the hosts are .*38 > 1; /,
    ],
    [
      { honeypots: 262_144 },
      /when they start, each infected host infects 1\.29 of the 338,443 still susceptible, so the outbreak still grows\. By the mean field, engine ode\.$/,
    ],
    [
      { honeypots: 262_144, delay: '0s' },
      /the peak is 8\.58%, yet 57\.1% .* R0 = N\/h = 1\.37 > 1; when they start, each infected host infects 1\.29 /,
    ],
    [
      { honeypots: 524_288 },
      /^524,288 honeypots after 20 min stop this worm from growing: .* 15\.6% .* < 1; .* infects 0\.649 of .* shrinks\. By the mean field, engine ode\.$/,
    ],
    [
      { honeypots: 262_144, start: '60min' },
      /come too late: 99\.9% of the hosts are infected before they start, 99\.98% at some time\. R0 = [^;]*\. By the mean field, engine ode\.$/,
    ],
    [
      { honeypots: 524_288, start: '30min' },
      /stop this worm from growing: .* 44\.1% already before they start\./,
    ],
    [
      { honeypots: 524_288, start: '0s' },
      /^524,288 honeypots from the start stop this worm from growing: .* R0 = N\/h \+ βδ = 0\.691 < 1\. By the mean field, engine ode\.$/,
    ],
    [
      { honeypots: 262_144, start: '23h', duration: '22h' },
      /^262,144 honeypots after 23 h do not start within the 22 h simulated: /,
    ],
    [
      { honeypots: 262_144, start: { contacts: 100, prepare: '10min' } },
      /^262,144 honeypots that detect the worm themselves do not stop this worm from growing: /,
    ],
    [{ honeypots: 1, start: '0s' }, /^1 honeypot from the start does not stop this worm from growing: /],
    [
      { honeypots: 524_288, success: 0.5 },
      /do not stop this worm from growing: .* R0 = N\/\(h p\) \+ βδ = 1\.38 > 1/,
    ],
  ])('says of %j what its numbers say', (variation, expected) => {
    expect(verdict(odeResult(variation))).toMatch(expected);
  });

  it('calls no honeypots sufficient whose delay lies beyond the wall, however many they are', () => {
    const text = verdict(odeResult({ honeypots: 4_000_000, start: '0s', delay: '4min' }));
    expect(text).toMatch(
      /do not stop this worm from growing: .* With 4 min from .* no number of honeypots keeps it from growing: the wall is 1\/β = 238\.6 s\. By the mean field, engine ode\.$/,
    );
  });

  it('agrees with the course of the outbreak: it grows after the start exactly where the number is above 1', () => {
    for (const honeypots of [65_536, 262_144, 330_000, 350_000, 524_288]) {
      for (const delay of ['0s', '1s', '1min', '5min']) {
        const result = odeResult({ honeypots, delay });
        const infected = curveOf(result, 'infected');
        // A minute is long enough that growth is more than the noise of the integrator, 1e-6 hosts.
        const grows = valueAt(infected, 1260) > valueAt(infected, 1200);
        const start = honeypotStartNumbers(result);
        // The delay leaves a transient in which no contact has immunized yet: only without it the sign shows at once.
        if (delay === '0s') expect([honeypots, start!.reproductionNumber > 1]).toEqual([honeypots, grows]);
        else if (start!.reproductionNumber > 1) expect(grows).toBe(true);
        expect(start!.susceptible / valueAt(curveOf(result, 'susceptible'), 1200)).toBeCloseTo(1, 6);
      }
    }
  });

  it('says of an ensemble that its figures are means, and how the runs differ', () => {
    const text = verdict(ensembleOf(odeResult(), { extinctProbability: 0.38 }));
    expect(text).toContain(
      'infected at some time on average, 51.6% to 63% in nine of ten runs; 8.66% at the peak.',
    );
    expect(text).toContain(' By 400 runs of the engine hosts. ');
    expect(text).toContain('No host is infected any more at the end of 38% of the runs.');
    expect(verdict(ensembleOf(odeResult(), { extinctProbability: 1 }))).not.toContain('any more');
  });

  it('counts few hosts, with their spread and the middle of what is skewed', () => {
    const small = {
      vulnerable: 2000,
      infected: 1,
      space: '2^16',
      honeypots: 60_000,
      delay: '0s',
      start: '0s',
      duration: '10min',
    };
    const one = odeResult(small);
    const few = ensembleOf(one, {});
    expect(verdict(one)).toMatch(
      /: the peak is 1 host, and 1 of the 2,000 hosts is infected at some time\. R0/,
    );
    const everInfected = { mean: 13.2, sd: 30, se: 3, q05: 1, q25: 1, q50: 3, q75: 9, q95: 86 };
    const skewed = { ...few, summary: { ...few.summary, everInfected } } as typeof few;
    expect(verdict(skewed)).toContain(
      ': 13 of the 2,000 hosts are infected at some time on average, 1 to 86 in nine of ten runs, at most 3 in half of them; 1 host at the peak. ',
    );
    expect(verdict(skewed)).not.toMatch(/0\.\d+%/);
  });

  it('denies nothing that another defense does: the reproduction number counts honeypots alone', () => {
    const result = odeResult({ honeypots: 1024 });
    const throttle = {
      kind: 'throttle',
      start: { kind: 'time', timeSeconds: 0 },
      coverage: 1,
      allowedPerSecond: 1,
    } as const;
    const { scenario } = result;
    const both = { ...result, scenario: { ...scenario, defenses: [...scenario.defenses, throttle] } };
    const text = verdict(both);
    expect(text).toMatch(/^With 1,024 honeypots after 20 min and a virus throttle, the peak is /);
    for (const denial of ['do not stop', 'nothing stops', 'too late', 'R0', 'grows', 'no number']) {
      expect(text).not.toContain(denial);
      expect(
        text +
          threeFacts(both)
            .map((fact) => fact.text)
            .join(),
      ).not.toContain('the worm would grow');
    }
    expect(verdict({ ...both, scenario: { ...scenario, defenses: [throttle] } })).toMatch(
      /^With a virus throttle, /,
    );
  });

  it('says that a run was ended early', () => {
    const result = odeResult({ duration: '30min' });
    const early = {
      ...result,
      partial: true as const,
      scenario: { ...result.scenario, durationSeconds: 86_400 },
    };
    expect(verdict(early)).toMatch(/By the mean field, engine ode\. Ended early, after 30 min of 1 d\.$/);
    expect(verdict({ ...ensembleOf(odeResult(), {}), partial: true })).toMatch(
      /Ended early: runs are missing\.$/,
    );
  });

  it('judges no groups that start at different times by the first alone', () => {
    const result = odeResult();
    const [group] = honeypotsOf(result);
    const defenses = [group!, { ...group!, start: { kind: 'time' as const, timeSeconds: 7200 } }];
    expect(verdict({ ...result, scenario: { ...result.scenario, defenses } })).toMatch(
      /^Against 524,288 honeypots in 2 groups, the peak is 8\.66%/,
    );
  });
});

describe('wording', () => {
  it('never rounds to all, nor to 1, what is not', () => {
    expect([0.9996, 0.99999, 1, 0.0005, 0].map(percent)).toEqual([
      '99.96%',
      'more than 99.99%',
      '100%',
      '0.05%',
      '0%',
    ]);
    expect([1.0004, 0.99996, 1, 87.94, 360_000, 1.377].map(ratio)).toEqual([
      '1.0004',
      '0.99996',
      '1',
      '87.9',
      '360,000',
      '1.38',
    ]);
  });
});

describe('threeFacts', () => {
  const facts = (...args: Parameters<typeof odeResult>) =>
    threeFacts(odeResult(...args)).map(({ text }) => text);

  it('computes the threshold and the wall of the published scenario (docs/validation.md, rows 43, 44 and 50)', () => {
    const [threshold, delay, placement] = facts();
    expect(threshold).toContain('N/h = 1.37, with the delay R0 = 1.38, above 1 (supercritical)');
    expect(delay).toContain('1/β = 238.6 s');
    expect(delay).toContain('h_min = 361,515, more than the 262,144 there are');
    expect(placement).toMatch(/0\.125 times .* 2\.46 times: 19\.7 times .* worth 32,768 or 644,153\./);
  });

  it.each([
    ['0s', '360,000'],
    ['10s', '375,747'],
    // The table cuts 1,465,626.8 off.
    ['3min', '1,465,627'],
  ])('computes h_min of a delay of %s (docs/models.md#delay-wall)', (delay, least) => {
    expect(facts({ delay })[1]).toContain(`h_min = ${least}`);
  });

  it('says where the delay is beyond the wall, and where there is no honeypot', () => {
    expect(facts({ delay: '4min' })[1]).toContain('δ = 4 min, beyond the wall');
    expect(facts({ honeypots: 0 })[0]).toContain('there is no honeypot, so R0 has no bound');
    expect(facts({ honeypots: 0 })[1]).toContain('If they immunize at once, h_min = N = 360,000.');
    expect(facts({ honeypots: 0 })[2]).not.toContain('worth');
  });

  it('counts honeypots whose contacts may fail by what they are worth', () => {
    expect(facts({ honeypots: 720_000, success: 0.5, delay: '0s', start: '0s' })[0]).toContain(
      'they are worth 360,000. R0 = 1: critical.',
    );
    expect(facts({ honeypots: 10, success: 0.5, delay: '0s' })[1]).toContain('h_min = 720,000');
  });

  it('weighs the delays of several groups by their contacts', () => {
    const result = odeResult();
    const [group] = honeypotsOf(result);
    const defenses = [
      { ...group!, count: 300, success: 0.5, delaySeconds: 10 },
      { ...group!, count: 50, success: 1, delaySeconds: 50 },
    ];
    const numbers = outbreakNumbers({ ...result, scenario: { ...result.scenario, defenses } });
    expect(numbers.delaySeconds).toBeCloseTo((150 * 10 + 50 * 50) / 200, 12);
    expect(numbers.effectiveHoneypots).toBe(200);
  });

  it('applies the figures for the Internet to no smaller space', () => {
    const [, , placement] = facts({ space: '10.0.0.0/8', vulnerable: 20_000, honeypots: 1000 });
    expect(placement).not.toContain('worth');
  });
});

describe('counts', () => {
  it('of few hosts in the mean have a part of a host, and large ones four digits and a unit', () => {
    expect([0, 0.04, 1, 2.48, 9.99, 12.4].map(hostCount)).toEqual(['0', '0', '1', '2.5', '10', '12']);
    expect([1, 2.48, 12.4].map((hosts) => hostsInWords(hosts, 2000))).toEqual([
      '1 host',
      '2.5 hosts',
      '12 hosts',
    ]);
    expect([999, 9_999_999, 1e7, 23_638_110_343, 4e12].map(largeCount)).toEqual([
      '999',
      '9,999,999',
      '10 million',
      '23.64 billion',
      '4 trillion',
    ]);
  });

  it('of a range say their unit once, and what is the same in all runs is said of each', () => {
    const result = ensembleOf(odeResult({ honeypots: 0 }), {});
    const [figures] = summaryTables(result);
    const probes = figures?.rows.find(([label]) => label === 'Probes sent');
    expect(probes?.at(-1)).toMatch(/^[\d.]+ to [\d.]+ trillion$/);
    const ever = { ...(result.summary.everInfected as object), sd: 0 };
    const summary = { ...result.summary, everInfected: ever } as typeof result.summary;
    expect(verdict({ ...result, summary })).toContain('100% of the hosts are infected in each run.');
  });
});
