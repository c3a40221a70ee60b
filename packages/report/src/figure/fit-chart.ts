/** A fitted series: the counts, the curve that fits them, and the fan of what comes. */
import type { Line, LineChart, TimeUnitName } from './chart.ts';

export interface FittedSeries {
  readonly name: string;
  readonly counts: { readonly timeSeconds: readonly number[]; readonly cumulative: readonly number[] };
  /** The most likely values. */
  readonly best: { readonly ratePerSecond: number; readonly vulnerable: number };
  readonly forecast:
    | {
        readonly timeSeconds: readonly number[];
        readonly everInfected: {
          readonly q10: readonly number[];
          readonly q50: readonly number[];
          readonly q90: readonly number[];
        };
      }
    | undefined;
}

const UNITS: readonly { readonly name: TimeUnitName; readonly seconds: number }[] = [
  { name: 'd', seconds: 86_400 },
  { name: 'h', seconds: 3600 },
  { name: 'min', seconds: 60 },
  { name: 's', seconds: 1 },
];

/** Returns the chart of the standardized residuals: how far each interval is off, in standard deviations. */
export function residualChart({
  name,
  counts: { timeSeconds },
  residuals,
}: Pick<FittedSeries, 'name' | 'counts'> & { readonly residuals: readonly number[] }): LineChart {
  const spanSeconds = timeSeconds.at(-1) ?? 0;
  const unit = UNITS.find(({ seconds }) => spanSeconds > 4 * seconds) ?? { name: 's', seconds: 1 };
  // Intervals that begin without an infected host have none.
  const time = timeSeconds
    .slice(timeSeconds.length - residuals.length)
    .map((seconds) => seconds / unit.seconds);
  const [from = 0, to = 0] = [time[0], time.at(-1)];
  const level = (value: number): Line => ({
    name: '±2',
    role: 'reference',
    x: [from, to],
    y: [value, value],
  });
  return {
    kind: 'lines',
    id: 'residuals',
    title: `${name}: what the fit leaves over`,
    caption:
      'Of each interval the new infections less their mean, in standard deviations; about one in twenty lies beyond 2.',
    x: { label: `time (${unit.name})`, unit: unit.name },
    y: { label: 'standard deviations' },
    lines: [{ name: 'residual', role: 'everInfected', x: time, y: residuals }, level(2), level(-2)],
    moments: [],
  };
}

/** Returns the chart. */
export function fitChart({ name, counts, best, forecast }: FittedSeries): LineChart {
  const { timeSeconds, cumulative } = counts;
  const endSeconds = timeSeconds.at(-1) ?? 0;
  const spanSeconds = endSeconds + (forecast?.timeSeconds.at(-1) ?? 0);
  const unit = UNITS.find(({ seconds }) => spanSeconds > 4 * seconds) ?? { name: 's', seconds: 1 };
  const time = timeSeconds.map((seconds) => seconds / unit.seconds);
  const offset = logOddsAtZero(counts, best);
  const curve = timeSeconds.map(
    (seconds) => best.vulnerable / (1 + Math.exp(-offset - best.ratePerSecond * seconds)),
  );
  const lines: Line[] = [
    { name: 'counted', role: 'everInfected', x: time, y: cumulative },
    { name: 'fitted', role: 'reference', x: time, y: curve },
  ];
  if (forecast !== undefined) {
    const { q10, q50, q90 } = forecast.everInfected;
    lines.push({
      name: 'forecast',
      role: 'infected',
      x: forecast.timeSeconds.map((seconds) => (endSeconds + seconds) / unit.seconds),
      y: q50,
      band: { low: q10, high: q90, name: '10 to 90%' },
    });
  }
  return {
    kind: 'lines',
    id: 'fit',
    title: `${name}: the series and its fit`,
    caption:
      forecast === undefined
        ? 'Hosts ever infected: as counted, and by the logistic curve that fits best.'
        : 'Hosts ever infected: as counted, by the logistic curve that fits best, and as forecast, with the band of eight ' +
          'runs in ten.',
    x: { label: `time (${unit.name})`, unit: unit.name },
    y: { label: 'hosts ever infected', min: 0 },
    lines,
    moments: [],
  };
}

/**
 * Returns the log odds log(C/(N − C)) at time 0 of the logistic curve nearest to the counts C. They grow by β a second, so each
 * count gives an estimate; the one near N/2 counts most, as the log odds of a count have a variance of N/(C(N − C)).
 */
function logOddsAtZero(
  { timeSeconds, cumulative }: FittedSeries['counts'],
  { ratePerSecond, vulnerable }: FittedSeries['best'],
): number {
  let weights = 0;
  let sum = 0;
  cumulative.forEach((count, row) => {
    const left = vulnerable - count;
    if (count <= 0 || left <= 0) return;
    const weight = (count * left) / vulnerable;
    weights += weight;
    sum += weight * (Math.log(count / left) - ratePerSecond * (timeSeconds[row] ?? 0));
  });
  return weights > 0 ? sum / weights : Infinity;
}
