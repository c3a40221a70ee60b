import { engineNamed, type Outbreak } from '@wormwood/epidemic';
import { randomStreams } from '@wormwood/base';
import { checkScenario } from '@wormwood/files/scenario';
import { describe, expect, test } from 'vitest';
import type { GrowthStep } from './growth.ts';
import { estimateOf } from './plane.ts';
import { posteriorOf } from './posterior.ts';

/** The interval of 100 trials holds 95 % on average; WORMWOOD_LONG=1 runs 100, else 20. */
const TRIALS = process.env['WORMWOOD_LONG'] === '1' ? 100 : 20;
const SPACE = 65_536;
const SCAN_RATE = 4;

function outbreakOf(vulnerable: number, infected: number): Outbreak {
  const text =
    `version: 1\nduration: 10min\nspace: ${SPACE}\npopulation: { vulnerable: ${vulnerable}, infected: ${infected} }\n` +
    `worm: { scanRate: ${SCAN_RATE}/s }\nsample: 5s\n`;
  const check = checkScenario(text, 'fit.yaml');
  if (!check.ok) throw new Error(check.diagnostics[0]?.message);
  return check.outbreak;
}

/** The steps of a run of `hosts` from its tenth host on to `share` of all. */
function stepsOf(
  outbreak: Outbreak,
  trial: number,
  share: number,
): { readonly steps: readonly GrowthStep[]; readonly last: number } {
  const { vulnerable } = outbreak.population;
  const { trajectory } = engineNamed('hosts').run(outbreak, {
    streams: randomStreams('2026'),
    replicate: trial,
  });
  const ever = Array.from(trajectory.susceptible, (hosts) => vulnerable - hosts);
  const steps: GrowthStep[] = [];
  let last = ever[0] ?? 1;
  for (let row = 1; row < ever.length; row++) {
    const [from, to] = [ever[row - 1] ?? 0, ever[row] ?? 0];
    if (from >= share * vulnerable) break;
    steps.push({ seconds: 5, from, to });
    last = to;
  }
  return { steps, last };
}

/** How often an interval of 95 % may hold the truth in so many trials, to three standard errors. */
function leastHits(trials: number): number {
  return Math.floor(trials * 0.95 - 3 * Math.sqrt(trials * 0.95 * 0.05));
}

describe('series of the engine that follows every host', () => {
  test(`hold N and β in their 95 % intervals, in ${TRIALS} trials`, { timeout: 300_000 }, () => {
    const outbreak = outbreakOf(1500, 5);
    const rate = (SCAN_RATE * 1500) / SPACE;
    let [hosts, rates] = [0, 0];
    for (let trial = 0; trial < TRIALS; trial++) {
      const { steps, last } = stepsOf(outbreak, trial, 0.95);
      const posterior = posteriorOf(steps, last, SPACE);
      const n = estimateOf(posterior, ({ vulnerable }) => vulnerable);
      const beta = estimateOf(posterior, ({ ratePerSecond }) => ratePerSecond);
      if (n.low <= 1500 && 1500 <= n.high) hosts++;
      if (beta.low <= rate && rate <= beta.high) rates++;
    }
    if (process.env['WORMWOOD_LONG'] === '1')
      process.stdout.write(`of ${TRIALS} intervals, ${hosts} hold N and ${rates} hold β\n`);
    expect(hosts).toBeGreaterThanOrEqual(leastHits(TRIALS));
    expect(rates).toBeGreaterThanOrEqual(leastHits(TRIALS));
  });

  test('early growth fixes β and leaves N open', () => {
    const { steps, last } = stepsOf(outbreakOf(6000, 20), 3, 0.03);
    const posterior = posteriorOf(steps, last, SPACE);
    const n = estimateOf(posterior, ({ vulnerable }) => vulnerable);
    const beta = estimateOf(posterior, ({ ratePerSecond }) => ratePerSecond);
    expect(n.high / n.low).toBeGreaterThan(10);
    expect(beta.high / beta.low).toBeLessThan(3);
  });

  test('counts without a limit put half of what they say at the largest N, with the growth of the last count', () => {
    // The mean course of growth without a limit, so that 1/N = 0 is its most likely value.
    const count = (row: number): number => Math.round(40 * Math.exp(0.25 * row));
    const steps = Array.from({ length: 12 }, (_, row) => ({
      seconds: 5,
      from: count(row),
      to: count(row + 1),
    }));
    const { points } = posteriorOf(steps, count(12), 1e7);
    const open = points.filter(({ vulnerable }) => vulnerable === 1e7);
    const weight = open.reduce((sum, each) => sum + each.weight, 0);
    // A normal law around 0 has half of it on each side; its third moment is of the order 1/√n, n = 760.
    expect(Math.abs(weight - 0.5)).toBeLessThan(0.1);
    const onward = open.reduce((sum, each) => sum + each.weight * (each.onwardPerSecond ?? NaN), 0) / weight;
    expect(onward).toBeGreaterThan(0.05);
    expect(onward).toBeLessThan(0.06);
    expect(open.every((each) => (each.onwardPerSecond ?? 0) > each.ratePerSecond)).toBe(true);
  });

  test('a series that scatters more than the model widens its intervals', () => {
    const { steps, last } = stepsOf(outbreakOf(1500, 5), 1, 0.9);
    const calm = posteriorOf(steps, last, SPACE);
    let total = steps[0]?.from ?? 0;
    const rough = steps.map(({ seconds, from, to }, index) => {
      const step = {
        seconds,
        from: total,
        to: total + Math.max(0, Math.round((to - from) * (index % 2 === 0 ? 1.9 : 0.1))),
      };
      total = step.to;
      return step;
    });
    const wide = posteriorOf(rough, total, SPACE);
    const width = (of: typeof calm): number => {
      const { low, high } = estimateOf(of, ({ ratePerSecond }) => ratePerSecond);
      return high / low;
    };
    expect(calm.dispersion).toBeLessThan(2);
    expect(wide.dispersion).toBeGreaterThan(5);
    expect(width(wide)).toBeGreaterThan(1.5 * width(calm));
  });
});
