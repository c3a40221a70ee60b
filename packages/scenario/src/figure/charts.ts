/** From results to charts: which curves tell the story of one outbreak, of several, and of two engines side by side. */
import { formatCount } from '@wormwood/base';
import type { SimulationResult } from '../result.ts';
import type { Axis, Line, LineChart, Moment } from './chart.ts';
import {
  type Compartment,
  type Curve,
  curveOf,
  nameOf,
  settledSeconds,
  statedHoneypots,
  vulnerableOf,
} from './result-series.ts';

const COMPARTMENT_NAMES: Readonly<Record<Compartment, string>> = {
  susceptible: 'susceptible',
  infected: 'infected now',
  immunized: 'immunized',
  everInfected: 'ever infected',
};

interface TimeUnit {
  readonly name: string;
  readonly seconds: number;
}

const TIME_UNITS: readonly TimeUnit[] = [
  { name: 'd', seconds: 86_400 },
  { name: 'h', seconds: 3600 },
  { name: 'min', seconds: 60 },
  { name: 's', seconds: 1 },
];

/** The largest unit of which the span has more than four. */
function timeUnitFor(spanSeconds: number): TimeUnit {
  return TIME_UNITS.find(({ seconds }) => spanSeconds > 4 * seconds) ?? { name: 's', seconds: 1 };
}

/** What a builder may be told beside the results. */
export interface ChartOptions {
  /** @default a name made from the scenario */
  readonly id?: string;
  readonly title?: string;
  readonly caption?: string;
  /** Where the time axis ends, in seconds. @default where the curves have settled */
  readonly untilSeconds?: number;
}

/** The compartments of one outbreak over time, active and ever infected apart. */
export function trajectoryChart(result: SimulationResult, options: ChartOptions = {}): LineChart {
  const until = options.untilSeconds ?? settledSeconds(result);
  const unit = timeUnitFor(until);
  const compartments: readonly Compartment[] = ['susceptible', 'infected', 'everInfected', 'immunized'];
  const lines = compartments.map((compartment) =>
    lineOf(curveOf(result, compartment), {
      name: COMPARTMENT_NAMES[compartment],
      role: compartment,
      unit,
      until,
    }),
  );
  const name = nameOf(result);
  const spread =
    result.runs > 1 ? ` Mean of ${formatCount(result.runs)} runs with the band of 5 to 95 %.` : '';
  return {
    kind: 'lines',
    id: options.id ?? `${fileNameOf(name)}-trajectory`,
    title: options.title ?? `${name}: hosts over time`,
    caption:
      options.caption ??
      `Hosts that are infected now and hosts that were infected at some time are two curves.${spread}`,
    x: timeAxis(unit, until),
    y: { label: 'hosts', min: 0, max: vulnerableOf(result) },
    lines,
    moments: honeypotMoments(result, unit, until),
  };
}

/** One result among several, with the name of its line. */
export interface NamedResult {
  readonly name: string;
  readonly result: SimulationResult;
}

/** One compartment of several outbreaks in an order that means something, such as growing numbers of honeypots. */
export function comparisonChart(
  results: readonly NamedResult[],
  compartment: Compartment,
  options: ChartOptions = {},
): LineChart {
  const first = results[0]?.result;
  const until = options.untilSeconds ?? Math.max(0, ...results.map(({ result }) => settledSeconds(result)));
  const unit = timeUnitFor(until);
  return {
    kind: 'lines',
    id: options.id ?? `comparison-${compartment}`,
    title: options.title ?? `Hosts ${COMPARTMENT_NAMES[compartment]}`,
    caption: options.caption ?? `Hosts ${COMPARTMENT_NAMES[compartment]} over time, a line a scenario.`,
    x: timeAxis(unit, until),
    y: { label: `hosts ${COMPARTMENT_NAMES[compartment]}`, min: 0 },
    lines: results.map(({ name, result }) =>
      lineOf(curveOf(result, compartment), { name, role: 'sequence', unit, until }),
    ),
    moments: first === undefined ? [] : honeypotMoments(first, unit, until),
  };
}

/** The mean field beside an ensemble of another engine: the curves of both, one over the other. */
export function agreementChart(
  meanField: SimulationResult,
  ensemble: SimulationResult,
  options: ChartOptions = {},
): LineChart {
  const until = options.untilSeconds ?? settledSeconds(meanField);
  const unit = timeUnitFor(until);
  const compartments: readonly Compartment[] = ['infected', 'everInfected'];
  const lines = compartments.flatMap((compartment) => [
    lineOf(curveOf(ensemble, compartment), {
      name: `${COMPARTMENT_NAMES[compartment]}, ${ensemble.engine}`,
      role: compartment,
      unit,
      until,
    }),
    lineOf(curveOf(meanField, compartment), {
      name: `${COMPARTMENT_NAMES[compartment]}, ${meanField.engine}`,
      role: 'reference',
      unit,
      until,
    }),
  ]);
  return {
    kind: 'lines',
    id: options.id ?? 'agreement',
    title: options.title ?? `${meanField.engine} beside ${ensemble.engine}`,
    caption:
      options.caption ??
      `The mean of ${formatCount(ensemble.runs)} runs of ${ensemble.engine} with its band of 5 to 95 %, and the ` +
        `dashed curve of ${meanField.engine}.`,
    x: timeAxis(unit, until),
    y: { label: 'hosts', min: 0 },
    lines,
    moments: honeypotMoments(meanField, unit, until),
  };
}

interface LineStyle {
  readonly name: string;
  readonly role: Line['role'];
  readonly unit: TimeUnit;
  readonly until: number;
}

/** The part of a curve before the end of the axis. */
function lineOf(curve: Curve, { name, role, unit, until }: LineStyle): Line {
  let count = curve.time.length;
  while (count > 1 && (curve.time[count - 1] ?? 0) > until) count--;
  const line: Line = {
    name,
    role,
    x: curve.time.slice(0, count).map((time) => time / unit.seconds),
    y: curve.value.slice(0, count),
  };
  if (curve.band === null) return line;
  const { low, high } = curve.band;
  return { ...line, band: { low: low.slice(0, count), high: high.slice(0, count), name: '5 to 95 %' } };
}

function timeAxis(unit: TimeUnit, until: number): Axis {
  return { label: `time (${unit.name})`, min: 0, max: until / unit.seconds };
}

function honeypotMoments(result: SimulationResult, unit: TimeUnit, until: number): readonly Moment[] {
  return statedHoneypots(result)
    .filter(({ startSeconds }) => startSeconds !== null && startSeconds > 0 && startSeconds < until)
    .map(({ startSeconds }) => ({ x: (startSeconds ?? 0) / unit.seconds, label: 'honeypots start' }));
}

/** A name that is safe as part of a file name. */
export function fileNameOf(name: string): string {
  const safe = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 60);
  return safe === '' ? 'outbreak' : safe;
}
