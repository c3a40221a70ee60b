import { describe, expect, it } from 'vitest';
import { fitChart } from './fit-chart.ts';

const HOSTS = 360_000;
const RATE_PER_SECOND = 5e-4;

/** The closed form of the logistic from one host, sampled each ten minutes over a day. */
function logistic(): { readonly timeSeconds: readonly number[]; readonly cumulative: readonly number[] } {
  const timeSeconds = Array.from({ length: 145 }, (_, row) => 600 * row);
  const cumulative = timeSeconds.map(
    (seconds) => HOSTS / (1 + (HOSTS - 1) * Math.exp(-RATE_PER_SECOND * seconds)),
  );
  return { timeSeconds, cumulative };
}

function fittedTo(counts: ReturnType<typeof logistic>): readonly number[] {
  const best = { ratePerSecond: RATE_PER_SECOND, vulnerable: HOSTS };
  const chart = fitChart({ name: 'worm', counts, best, forecast: undefined });
  return Array.from(chart.lines.find(({ name }) => name === 'fitted')?.y ?? []);
}

describe('the fitted curve', () => {
  it('of a logistic series is that series', () => {
    const { timeSeconds, cumulative } = logistic();
    const fitted = fittedTo({ timeSeconds, cumulative });
    fitted.forEach((hosts, row) => expect(hosts).toBeCloseTo(cumulative[row]!, 5));
  });

  it('stays with the counts where the last of them are all hosts', () => {
    const { timeSeconds, cumulative } = logistic();
    const counts = cumulative.map((hosts) => Math.max(1, Math.round(hosts)));
    expect(counts.at(-1)).toBe(HOSTS);
    // Rounding moves the log odds of the counts near N/2 by 1e-5, and so the curve by a host or two.
    fittedTo({ timeSeconds, cumulative: counts }).forEach((hosts, row) =>
      expect(Math.abs(hosts - counts[row]!)).toBeLessThan(2),
    );
  });

  it('follows the growth, not the luck of the first hosts', () => {
    const { timeSeconds, cumulative } = logistic();
    // The same course an hour later, but for a first count of one host.
    const delayed = cumulative.map((_, row) => (row < 6 ? 1 : cumulative[row - 6]!));
    const fitted = fittedTo({ timeSeconds, cumulative: delayed });
    const half = delayed.findIndex((hosts) => hosts > HOSTS / 2);
    expect(fitted[half]! / delayed[half]!).toBeCloseTo(1, 3);
  });
});
