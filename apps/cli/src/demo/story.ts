/** The experiment as a report: verdict, sections with figures and tables, facts. The terminal and HTML show the same report. */
import { toOutbreak } from '@wormwood/files/scenario';
import {
  designMap,
  experimentReport,
  type Report,
  type ReportSection,
  type SimulationResult,
  trajectoryChart,
  verdict,
} from '@wormwood/report';
import {
  type DemoExperiment,
  featuredPair,
  FEATURED_RUNS,
  SERIES_RUNS,
  withFeaturedCount,
} from './experiment.ts';
import { fidelitySection } from './fidelity.ts';

/** Where the figures of the experiment end; all curves have settled by then. */
const SHOWN_SECONDS = 4 * 3600;

const RUNS_SENTENCE =
  `The curves are means of ${SERIES_RUNS} runs of the engine hosts, or of ${FEATURED_RUNS} runs for 262,144 honeypots; ` +
  'how far chance takes them from the mean field is in the last figure.';

export function storyOf({ alone, delays, fidelities }: DemoExperiment): Report {
  const featured = featuredPair(delays);
  const report = experimentReport({
    title: 'Honeypots against a worm: the experiment of Provos (2004)',
    featured: { ...featured, name: `${featured.name} honeypots after 20 min` },
    series: delays.map(({ start, pairs }) => ({
      title: `Honeypots after ${start}`,
      text: `${verdict(withFeaturedCount(pairs).meanField)} ${RUNS_SENTENCE}`,
      pairs,
    })),
    untilSeconds: SHOWN_SECONDS,
  });
  return {
    ...report,
    sections: [
      aloneSection(alone),
      ...report.sections,
      ...designSection(featured.meanField),
      fidelitySection(fidelities),
    ],
    // Two results for each number of honeypots would make the file several times as large.
    results: [
      { name: 'no honeypots', result: alone },
      ...delays.map(({ start, pairs }) => ({
        name: `honeypots after ${start}`,
        result: withFeaturedCount(pairs).meanField,
      })),
      ...fidelities.slice(1).map(({ note, result }) => ({ name: note, result })),
    ],
  };
}

/** The design map: the same experiment for other numbers of honeypots and other starts. */
function designSection({ scenario }: SimulationResult): readonly ReportSection[] {
  const picture = designMap(toOutbreak(scenario));
  if (picture === null) return [];
  const text =
    'If the honeypots start within about ten minutes, their number decides; after a quarter of an hour, their start does.';
  return [{ title: 'How many honeypots, how soon', text, charts: [], pictures: [picture], tables: [] }];
}

function aloneSection(alone: DemoExperiment['alone']): ReportSection {
  return {
    title: 'Without honeypots',
    text: verdict(alone),
    charts: [
      trajectoryChart(alone, {
        id: 'no-honeypots',
        title: 'Without honeypots: susceptible and infected hosts',
      }),
    ],
    tables: [],
  };
}
