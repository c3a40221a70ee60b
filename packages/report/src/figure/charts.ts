/** From results to charts: one outbreak, several outbreaks, and two engines side by side. */
import { formatCount } from '@wormwood/base';
import type { NamedResult } from '../result/result.ts';
import type { SimulationResult } from '../result/result.ts';
import type { Axis, Line, LineChart, Moment, TimeUnitName } from './chart.ts';
import {
  type Compartment,
  type Curve,
  curveOf,
  firstImmunizedSeconds,
  honeypotsOf,
  settledSeconds,
  startSecondsOf,
  valueAt,
} from '../result/result-series.ts';

const COMPARTMENT_NAMES: Readonly<Record<Compartment, string>> = {
  susceptible: 'susceptible',
  infected: 'infected now',
  immunized: 'immunized',
  everInfected: 'ever infected',
};

interface TimeUnit {
  readonly name: TimeUnitName;
  readonly seconds: number;
}

const SECOND: TimeUnit = { name: 's', seconds: 1 };
const TIME_UNITS: readonly TimeUnit[] = [
  { name: 'd', seconds: 86_400 },
  { name: 'h', seconds: 3600 },
  { name: 'min', seconds: 60 },
  SECOND,
];

/** The largest unit of which the span has more than four. */
function timeUnitFor(spanSeconds: number): TimeUnit {
  return TIME_UNITS.find(({ seconds }) => spanSeconds > 4 * seconds) ?? SECOND;
}

/** Options of the functions that build charts. */
export interface ChartOptions {
  /** @default a name made from the scenario */
  readonly id?: string;
  readonly title?: string;
  readonly caption?: string;
  /** Heading over the names of the lines, such as `honeypots`. */
  readonly legend?: string;
  /** Where the time axis ends, in seconds. @default where the curves have settled */
  readonly untilSeconds?: number;
}

const TWO_CURVES =
  'Hosts that are infected now and hosts that were ever infected are two curves; the difference between them is ' +
  'immunized.';
const ONE_CURVE = 'No host is immunized, so the hosts infected now and the hosts ever infected are the same.';

/** Up to this fraction of N ever infected, an outbreak is drawn at its own scale. */
const SMALL = 0.05;

/** Returns a chart of the compartments of one outbreak over time, with active and ever infected hosts apart. */
export function trajectoryChart(result: SimulationResult, options: ChartOptions = {}): LineChart {
  const until = options.untilSeconds ?? settledSeconds(result);
  const unit = timeUnitFor(until);
  const { vulnerable } = result.scenario.population;
  const ever = curveOf(result, 'everInfected');
  // Beside all susceptible hosts a small outbreak would lie flat on the axis.
  const isSmall =
    Math.max(0, ...(ever.band?.high.slice(-1) ?? []), ...ever.value.slice(-1)) < SMALL * vulnerable;
  const isImmunizing = firstImmunizedSeconds(result) !== null;
  const compartments: readonly Compartment[] = [
    ...(isSmall ? [] : ['susceptible' as const]),
    'everInfected',
    ...(isImmunizing ? ['immunized' as const] : []),
    'infected',
  ];
  const x = timesUntil(ever, unit, until);
  const lines = compartments.map((compartment) =>
    lineOf(compartment === 'everInfected' ? ever : curveOf(result, compartment), {
      name: COMPARTMENT_NAMES[compartment],
      role: compartment,
      x,
    }),
  );
  const { name } = result.scenario;
  return {
    kind: 'lines',
    id: options.id ?? `${fileNameOf(name)}-trajectory`,
    title: options.title ?? `${name}: hosts over time`,
    caption:
      options.caption ??
      `${isImmunizing ? TWO_CURVES : ONE_CURVE}${isSmall ? ' All other hosts stay susceptible.' : ''}${spreadSentence(result)}`,
    x: timeAxis(unit, until),
    y: { label: 'hosts', min: 0, ...(isSmall ? {} : { max: vulnerable }) },
    lines,
    moments: honeypotMoments([result], unit, until),
  };
}

/** Returns a chart of one compartment of several outbreaks in a meaningful order, such as by number of honeypots. */
export function comparisonChart(
  results: readonly NamedResult[],
  compartment: Compartment,
  options: ChartOptions = {},
): LineChart {
  const until = options.untilSeconds ?? longestSettledSeconds(results);
  const unit = timeUnitFor(until);
  const spread = results.some(({ result }) => result.runs > 1)
    ? ` Means of ${runsText(results)} with the band of 5 to 95%.`
    : '';
  const named = COMPARTMENT_NAMES[compartment];
  return {
    kind: 'lines',
    id: options.id ?? `comparison-${fileNameOf(compartment)}`,
    title: options.title ?? `Hosts ${named}`,
    caption: options.caption ?? `Hosts ${named} over time, one line per scenario.${spread}`,
    x: timeAxis(unit, until),
    y: { label: `hosts ${named}`, min: 0 },
    ...(options.legend === undefined ? {} : { legend: options.legend }),
    lines: results.map(({ name, result }) => {
      const curve = curveOf(result, compartment);
      return lineOf(curve, { name, role: 'sequence', x: timesUntil(curve, unit, until) });
    }),
    moments: honeypotMoments(
      results.map(({ result }) => result),
      unit,
      until,
    ),
  };
}

/** Returns a chart of the mean field over an ensemble of another engine. */
export function agreementChart(
  meanField: SimulationResult,
  ensemble: SimulationResult,
  options: ChartOptions = {},
): LineChart {
  const until = options.untilSeconds ?? settledSeconds(meanField);
  const unit = timeUnitFor(until);
  const compartments: readonly Compartment[] = ['everInfected', 'infected'];
  const line = (
    result: SimulationResult,
    compartment: Compartment,
    role: Line['role'],
    name: string,
  ): Line => {
    const curve = curveOf(result, compartment);
    return lineOf(curve, { name, role, x: timesUntil(curve, unit, until) });
  };
  const runs = ensemble.runs > 1 ? `the mean of ${formatCount(ensemble.runs)} runs` : 'one run';
  return {
    kind: 'lines',
    id: options.id ?? 'agreement',
    title: options.title ?? `Engines ${ensemble.engine} and ${meanField.engine}`,
    caption:
      options.caption ??
      `Narrow: ${runs} of the engine ${ensemble.engine}${ensemble.runs > 1 ? ', with the band of 5 to 95%' : ''}. ` +
        `Wide and pale, under it: ${meanField.engine}.`,
    x: timeAxis(unit, until),
    y: { label: 'hosts', min: 0 },
    lines: [
      ...compartments.map((name) =>
        line(ensemble, name, name, `${COMPARTMENT_NAMES[name]}, ${ensemble.engine}`),
      ),
      ...compartments.map((name) => line(meanField, name, 'reference', meanField.engine)),
    ],
    moments: honeypotMoments([meanField], unit, until),
  };
}

/** The same outbreak by two engines. */
export interface EnginePair {
  readonly name: string;
  readonly meanField: SimulationResult;
  readonly ensemble: SimulationResult;
}

/** Returns a chart of the difference between ensembles and their mean fields; a single pair has the band of its runs. */
export function differenceChart(
  pairs: readonly EnginePair[],
  compartment: Compartment,
  options: ChartOptions = {},
): LineChart {
  const until =
    options.untilSeconds ??
    longestSettledSeconds(pairs.map(({ name, meanField }) => ({ name, result: meanField })));
  const unit = timeUnitFor(until);
  const lines = pairs.map(({ name, meanField, ensemble }) => {
    const curve = minus(curveOf(ensemble, compartment), curveOf(meanField, compartment), pairs.length === 1);
    return lineOf(curve, {
      name: pairs.length > 1 ? name : COMPARTMENT_NAMES[compartment],
      role: pairs.length > 1 ? 'sequence' : compartment,
      x: timesUntil(curve, unit, until),
    });
  });
  const engines = pairs[0] && { ensemble: pairs[0].ensemble.engine, meanField: pairs[0].meanField.engine };
  const titled = engines ? `: engine ${engines.ensemble} minus ${engines.meanField}` : '';
  return {
    kind: 'lines',
    id: options.id ?? `difference-${fileNameOf(compartment)}`,
    title: options.title ?? `Hosts ${COMPARTMENT_NAMES[compartment]}${titled}`,
    caption:
      options.caption ??
      `How many more hosts are ${COMPARTMENT_NAMES[compartment]} according to the one engine than to the other.`,
    x: timeAxis(unit, until),
    y: { label: 'difference in hosts' },
    ...(options.legend === undefined ? {} : { legend: options.legend }),
    lines,
    moments: [],
  };
}

/** The bands of several differences all lie around zero and would hide each other. */
function minus({ time, value, band }: Curve, subtrahend: Curve, withBand: boolean): Curve {
  const less = (values: readonly number[]): readonly number[] =>
    values.map((count, index) => count - valueAt(subtrahend, time[index] ?? 0));
  const around =
    withBand && band ? { low: less(band.low), median: less(band.median), high: less(band.high) } : null;
  return { time, value: less(value), band: around };
}

interface LineStyle {
  readonly name: string;
  readonly role: Line['role'];
  /** Times of the samples that are shown. */
  readonly x: readonly number[];
}

/** The times of a curve before the end of the axis, in its unit. */
function timesUntil({ time }: Pick<Curve, 'time'>, unit: TimeUnit, until: number): readonly number[] {
  let count = time.length;
  while (count > 1 && (time[count - 1] ?? 0) > until) count--;
  return time.slice(0, count).map((seconds) => seconds / unit.seconds);
}

/** As many samples of a curve as there are times. */
function lineOf(curve: Curve, { name, role, x }: LineStyle): Line {
  const count = x.length;
  const line: Line = { name, role, x, y: curve.value.slice(0, count) };
  // A dashed reference has no band: two overlapping bands cannot be distinguished.
  if (curve.band === null || role === 'reference') return line;
  const { low, high } = curve.band;
  return { ...line, band: { low: low.slice(0, count), high: high.slice(0, count), name: '5 to 95%' } };
}

function timeAxis(unit: TimeUnit, until: number): Axis {
  return { label: `time (${unit.name})`, unit: unit.name, min: 0, max: until / unit.seconds };
}

function longestSettledSeconds(results: readonly NamedResult[]): number {
  return Math.max(0, ...results.map(({ result }) => settledSeconds(result)));
}

function honeypotMoments(
  results: readonly SimulationResult[],
  unit: TimeUnit,
  until: number,
): readonly Moment[] {
  const labels = new Map<number, string>();
  for (const result of results) {
    for (const startSeconds of honeypotsOf(result).map(startSecondsOf)) {
      const seconds = startSeconds ?? (results.length === 1 ? firstImmunizedSeconds(result) : null);
      const label = startSeconds === null ? 'first hosts immunized' : 'honeypots start';
      if (seconds !== null && seconds > 0 && seconds < until) labels.set(seconds, label);
    }
  }
  return [...labels]
    .toSorted(([a], [b]) => a - b)
    .map(([seconds, label]) => ({ x: seconds / unit.seconds, label }));
}

function spreadSentence(result: SimulationResult): string {
  return result.runs > 1 ? ` Mean of ${formatCount(result.runs)} runs with the band of 5 to 95%.` : '';
}

function runsText(results: readonly NamedResult[]): string {
  const runs = new Set(results.map(({ result }) => result.runs));
  const [first = 1] = runs;
  return runs.size === 1 ? `${formatCount(first)} runs` : 'the runs';
}

/** Returns a name in lowercase letters, digits and hyphens, safe as part of a file name. */
export function fileNameOf(name: string): string {
  const safe = name
    .replaceAll(/([a-z])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 60);
  return safe === '' ? 'outbreak' : safe;
}
