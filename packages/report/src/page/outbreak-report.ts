/** The contents of reports on one outbreak, on several, and on an experiment with two engines. */
import { enumerated } from '@wormwood/base';
import type { NamedResult } from '../result/result.ts';
import {
  agreementChart,
  type ChartOptions,
  comparisonChart,
  differenceChart,
  type EnginePair,
  fileNameOf,
  trajectoryChart,
} from '../figure/charts.ts';
import type { Picture } from '../figure/picture.ts';
import type { SimulationResult } from '../result/result.ts';
import { milestoneTable } from '../table/milestones.ts';
import { threeFacts } from '../words/facts.ts';
import type { Highlight, Report, ReportSection } from './html.ts';
import { honeypotStartNumbers } from '../result/outbreak-numbers.ts';
import { figureOf } from '../result/summary-figures.ts';
import { comparisonTable, engineTable, summaryTables } from '../table/tables.ts';
import { hostFigure, reproductionFigure } from '../words/key-figures.ts';
import { verdict } from '../words/verdict.ts';
import {
  comparedWithOne,
  computation,
  hostsInWords,
  isCounted,
  otherDefenses,
  percent,
} from '../words/wording.ts';

/** Returns a report on one outbreak; `pictures` are shown after its curves. */
export function outbreakReport(result: SimulationResult, pictures: readonly Picture[] = []): Report {
  const title = result.scenario.name;
  return {
    title,
    verdict: verdict(result),
    highlights: highlightsOf(result),
    facts: threeFacts(result),
    sections: [
      { title: 'The outbreak', text: '', charts: [trajectoryChart(result)], tables: summaryTables(result) },
      ...historySection(result),
      ...(pictures.length === 0
        ? []
        : [{ title: 'How many, how soon, where', text: '', charts: [], pictures, tables: [] }]),
    ],
    results: [{ name: title, result }],
  };
}

/** Reported numbers beside the simulated ones, and their sources. */
function historySection(result: SimulationResult): readonly ReportSection[] {
  const table = milestoneTable(result);
  const { sources } = result.scenario;
  if (table === null && sources.length === 0) return [];
  const text = sources.length === 0 ? '' : `Sources: ${sources.join('; ')}.`;
  return [{ title: 'Reported and simulated', text, charts: [], tables: table === null ? [] : [table] }];
}

function highlightsOf(result: SimulationResult): readonly Highlight[] {
  return [
    { label: 'Infected at one time', ...hostFigure(result, 'peakInfected') },
    { label: 'Infected at some time', ...hostFigure(result, 'everInfected') },
    { label: 'Never infected', ...hostFigure(result, 'neverInfected') },
    { label: 'Reproduction number R0', ...reproductionFigure(result) },
  ];
}

/** Options of a report on several results. */
export interface ComparisonOptions {
  readonly title: string;
  /** What distinguishes the results, such as `honeypots`. @default 'scenario' */
  readonly names?: string;
  /** Where the time axes end, in seconds. @default where the curves have settled */
  readonly untilSeconds?: number;
}

/** Returns a report on several outbreaks in a meaningful order; the three facts are those of the last. */
export function comparisonReport(results: readonly NamedResult[], options: ComparisonOptions): Report {
  const { title, names = 'scenario' } = options;
  const last = results.at(-1);
  const chartOptions = (id: string, heading: string): ChartOptions => ({
    id,
    title: heading,
    legend: names,
    ...(options.untilSeconds === undefined ? {} : { untilSeconds: options.untilSeconds }),
  });
  return {
    title,
    verdict: comparisonVerdict(results, names),
    facts: last === undefined ? [] : threeFacts(last.result),
    sections: [
      {
        title: 'Infected at one time, ever infected',
        text: '',
        charts: [
          comparisonChart(results, 'infected', chartOptions('comparison-infected', 'Hosts infected now')),
          comparisonChart(
            results,
            'everInfected',
            chartOptions('comparison-ever-infected', 'Hosts ever infected'),
          ),
        ],
        tables: [comparisonTable(results, names)],
      },
    ],
    results,
  };
}

/** Fractions that differ by less count as equal. */
const SAME_FRACTION = 1e-4;

/** Returns which results have the fewest and the most ever infected, and in which the outbreak shrinks. */
function comparisonVerdict(results: readonly NamedResult[], names: string): string {
  const ever = ({ result }: NamedResult): number => figureOf(result, 'everInfectedFraction') ?? 0;
  const least = results.find((named) => ever(named) <= Math.min(...results.map(ever)) + SAME_FRACTION);
  const most = results.find((named) => ever(named) >= Math.max(...results.map(ever)) - SAME_FRACTION);
  if (least === undefined || most === undefined) return 'There is nothing to compare.';
  const label = ({ name }: NamedResult): string => (names === 'scenario' ? name : `${name} ${names}`);
  const isFew = (named: NamedResult): boolean => {
    const { vulnerable } = named.result.scenario.population;
    return isCounted(ever(named) * vulnerable, vulnerable);
  };
  // Both ends of the range are in one unit.
  const areFew = isFew(least) && isFew(most);
  const amount = (named: NamedResult): string => {
    const { vulnerable } = named.result.scenario.population;
    return areFew
      ? hostsInWords(ever(named) * vulnerable, vulnerable)
      : `${percent(ever(named))} of the hosts`;
  };
  const computations = [...new Set(results.map(({ result }) => computation(result)))];
  const by = `By ${enumerated(computations.map((one) => one.replace('engine', 'the engine')))}.`;
  if (least === most) return `In total, the worm infects ${amount(least)}. ${by}`;
  const range = `In total, the worm infects between ${amount(least)} (${label(least)}) and ${amount(most)} (${label(most)}).`;
  return [range, shrinkSentence(results, label), by].filter((sentence) => sentence !== '').join(' ');
}

/** Empty where other defenses act as well: the number counts honeypots alone. */
function shrinkSentence(results: readonly NamedResult[], label: (named: NamedResult) => string): string {
  if (results.some(({ result }) => otherDefenses(result).length > 0)) return '';
  const starts = results.map(({ result }) => honeypotStartNumbers(result));
  if (starts.every((start) => start === null)) return '';
  const shrinking = results.filter((_, index) => comparedWithOne(starts[index]?.reproductionNumber ?? 1) < 0);
  return shrinking.length === 0
    ? 'With none of them does the outbreak shrink from the start of the honeypots on.'
    : `The outbreak shrinks from the start of the honeypots on with: ${shrinking.map(label).join('; ')}.`;
}

/** An experiment: the same outbreak against several numbers of honeypots, each by the mean field and by an ensemble. */
export interface Experiment {
  readonly title: string;
  /** The outbreak to show in full. */
  readonly featured: EnginePair;
  readonly series: readonly ExperimentSeries[];
  /** Where the time axes of the series end, in seconds. */
  readonly untilSeconds: number;
}

export interface ExperimentSeries {
  /** As a heading: `Honeypots after 20 min`. */
  readonly title: string;
  /** What the series shows, in a sentence or two. */
  readonly text: string;
  /** From few honeypots to many, named by their number. */
  readonly pairs: readonly EnginePair[];
}

/** Returns a report on an experiment: one outbreak in full, then each series, by two engines throughout. */
export function experimentReport(experiment: Experiment): Report {
  const { title, featured, series, untilSeconds } = experiment;
  const pairs = [featured, ...series.flatMap((each) => each.pairs)];
  return {
    title,
    verdict: verdict(featured.meanField),
    highlights: highlightsOf(featured.meanField),
    facts: threeFacts(featured.meanField),
    sections: [featuredSection(featured), ...series.map((each) => seriesSection(each, untilSeconds))],
    results: pairs.flatMap(({ name, meanField, ensemble }) => [
      { name, result: meanField },
      { name, result: ensemble },
    ]),
  };
}

function featuredSection(pair: EnginePair): ReportSection {
  const { name, meanField, ensemble } = pair;
  return {
    title: name,
    text: '',
    charts: [
      trajectoryChart(ensemble, { id: 'trajectory', title: `${name}: hosts over time` }),
      agreementChart(meanField, ensemble, { id: 'agreement' }),
      differenceChart([pair], 'infected', { id: 'agreement-difference' }),
    ],
    // The verdict and the figures at the top are the mean field's.
    tables: [...summaryTables(meanField), engineTable([pair], 'outbreak')],
  };
}

function seriesSection({ title, text, pairs }: ExperimentSeries, untilSeconds: number): ReportSection {
  const id = fileNameOf(title);
  const ensembles = pairs.map(({ name, ensemble }) => ({ name, result: ensemble }));
  const shared = { legend: 'honeypots', untilSeconds };
  return {
    title,
    text,
    charts: [
      comparisonChart(ensembles, 'infected', {
        ...shared,
        id: `${id}-infected`,
        title: `${title}: hosts infected now`,
      }),
      comparisonChart(ensembles, 'everInfected', {
        ...shared,
        id: `${id}-ever-infected`,
        title: `${title}: hosts ever infected`,
      }),
      differenceChart(pairs, 'infected', { ...shared, id: `${id}-difference` }),
    ],
    tables: [engineTable(pairs, 'honeypots')],
  };
}
