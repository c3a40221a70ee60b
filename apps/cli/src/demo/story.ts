/** The experiment as a report: verdict, sections with figures and tables, facts. Terminal and HTML show the same one. */
import { formatDuration, formatPercent } from '@wormwood/base';
import {
  agreementChart,
  comparisonChart,
  figureOf,
  type FigureName,
  type Report,
  type ReportSection,
  type ReportTable,
  type SimulationResult,
  spreadOf,
  threeFacts,
  trajectoryChart,
  verdict,
} from '@wormwood/scenario';
import type { DelayStudy, Experiment, Fidelity } from './experiment.ts';

/** Where figures of the delays end: all curves have told their story by then. */
const SHOWN_SECONDS = 4 * 3600;

export function storyOf(experiment: Experiment): Report {
  const { alone, delays, fidelities } = experiment;
  const main = mainResult(experiment);
  return {
    title: 'How honeypots stop a worm: the experiment of Provos (2004)',
    verdict: verdict(main),
    facts: threeFacts(main),
    sections: [aloneSection(alone), ...delays.map(delaySection), fidelitySection(fidelities)],
    results: [
      { name: 'no honeypots', result: alone },
      ...delays.map(({ scenario, asShipped }) => ({ name: scenario, result: asShipped })),
      ...fidelities.slice(1).map(({ result }) => ({ name: `fidelity ${result.engine}`, result })),
    ],
  };
}

/** The result that the verdict speaks of: honeypots after 20 minutes, in the number of the paper. */
export function mainResult({ alone, delays }: Experiment): SimulationResult {
  return delays.at(-1)?.asShipped ?? alone;
}

function aloneSection(alone: SimulationResult): ReportSection {
  return {
    title: 'Left alone',
    text: verdict(alone),
    charts: [
      trajectoryChart(alone, { id: 'no-honeypots', title: 'Left alone: susceptible and infected hosts' }),
    ],
    tables: [],
  };
}

function delaySection({ start, id, asShipped, byCount }: DelayStudy): ReportSection {
  const title = `Honeypots after ${start}`;
  const chart = { untilSeconds: SHOWN_SECONDS };
  return {
    title,
    text: verdict(asShipped),
    charts: [
      trajectoryChart(asShipped, { ...chart, id: `${id}-trajectory`, title: `${title}: hosts over time` }),
      comparisonChart(byCount, 'infected', {
        ...chart,
        id: `${id}-infected-now`,
        title: `${title}: infected now, by number of honeypots`,
      }),
      comparisonChart(byCount, 'everInfected', {
        ...chart,
        id: `${id}-ever-infected`,
        title: `${title}: ever infected, by number of honeypots`,
      }),
    ],
    tables: [countTable(`${title}, by their number`, byCount)],
  };
}

function countTable(caption: string, byCount: DelayStudy['byCount']): ReportTable {
  return {
    caption,
    columns: ['honeypots', 'R0', 'peak: infected at one time', 'at', 'ever infected', 'none infected after'],
    rows: byCount.map(({ name, result }) => [
      name,
      shown(result, 'basicReproductionNumber', (value) => value.toPrecision(4)),
      formatPercent(peakFraction(result)),
      shown(result, 'peakTime', formatDuration),
      shown(result, 'everInfectedFraction', formatPercent),
      shown(result, 'extinctionTime', formatDuration),
    ]),
  };
}

function fidelitySection(fidelities: readonly Fidelity[]): ReportSection {
  const [meanField, , hosts] = fidelities.map(({ result }) => result);
  const isAgreement = meanField !== undefined && hosts !== undefined;
  return {
    title: 'One experiment at several fidelities',
    text:
      'The mean field has no chance in it; the other engines draw every event, every host with its address, or every ' +
      'probe. Their means differ from it by no more than chance explains: a standard error (s.e.) is the spread of a mean.',
    charts: isAgreement
      ? [agreementChart(meanField, hosts, { id: 'agreement', untilSeconds: SHOWN_SECONDS })]
      : [],
    tables: [fidelityTable(fidelities)],
  };
}

/** A figure of several engines as a fraction of N, so that the small copy of the outbreak compares. */
export interface Agreement {
  readonly engine: string;
  readonly note: string;
  readonly runs: number;
  readonly peakFraction: number;
  readonly everInfectedFraction: number;
  /** Mean less the mean field, and in standard errors of the mean; null for the mean field itself. */
  readonly peakDifference: Difference | null;
  readonly everInfectedDifference: Difference | null;
}

interface Difference {
  readonly fraction: number;
  readonly standardErrors: number;
}

export function agreements(fidelities: readonly Fidelity[]): readonly Agreement[] {
  const [reference] = fidelities;
  return fidelities.map(({ note, result }) => ({
    engine: result.engine,
    note,
    runs: result.runs,
    peakFraction: peakFraction(result),
    everInfectedFraction: everFraction(result),
    peakDifference: reference === undefined ? null : differenceOf(result, reference.result, 'peakInfected'),
    everInfectedDifference:
      reference === undefined ? null : differenceOf(result, reference.result, 'everInfected'),
  }));
}

function differenceOf(
  result: SimulationResult,
  reference: SimulationResult,
  figure: FigureName,
): Difference | null {
  const spread = spreadOf(result, figure);
  if (spread === null) return null;
  const mean = (spread.mean ?? 0) / vulnerable(result);
  const fraction = mean - (figureOf(reference, figure) ?? 0) / vulnerable(reference);
  const standardError = (spread.sd ?? 0) / Math.sqrt(result.runs) / vulnerable(result);
  return { fraction, standardErrors: fraction / standardError };
}

function fidelityTable(fidelities: readonly Fidelity[]): ReportTable {
  return {
    caption:
      'Fractions of all vulnerable hosts; differences from the mean field in points and standard errors',
    columns: ['engine', 'runs', 'peak', 'difference', 'ever infected', 'difference'],
    rows: agreements(fidelities).map((row) => [
      `${row.engine} (${row.note})`,
      String(row.runs),
      formatPercent(row.peakFraction),
      differenceText(row.peakDifference),
      formatPercent(row.everInfectedFraction),
      differenceText(row.everInfectedDifference),
    ]),
  };
}

function differenceText(difference: Difference | null): string {
  if (difference === null) return '–';
  const points = difference.fraction * 100;
  const errors = Math.abs(difference.standardErrors).toFixed(1);
  return `${points < 0 ? '−' : '+'}${Math.abs(points).toFixed(2)} (${errors} s.e.)`;
}

function shown(result: SimulationResult, figure: FigureName, format: (value: number) => string): string {
  const value = figureOf(result, figure);
  return value === null ? '–' : format(value);
}

function vulnerable(result: SimulationResult): number {
  return (figureOf(result, 'everInfected') ?? 0) + (figureOf(result, 'neverInfected') ?? 0);
}

function peakFraction(result: SimulationResult): number {
  return (figureOf(result, 'peakInfected') ?? 0) / vulnerable(result);
}

function everFraction(result: SimulationResult): number {
  return figureOf(result, 'everInfectedFraction') ?? 0;
}
