/** The experiment as a report: verdict, sections with figures and tables, facts. Terminal and HTML show the same one. */
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

/** Where figures of the delays end: all curves have told their story by then. */
const SHOWN_SECONDS = 4 * 3600;

const RUNS_SENTENCE =
  `Beside the mean field stands the mean of ${SERIES_RUNS} runs of the engine hosts, of ${FEATURED_RUNS} where the ` +
  'honeypots are 262,144; chance moves it.';

export function storyOf({ alone, delays, fidelities }: DemoExperiment): Report {
  const featured = featuredPair(delays);
  const report = experimentReport({
    title: 'How honeypots stop a worm: the experiment of Provos (2004)',
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

/** The experiment between and beyond its numbers. */
function designSection({ scenario }: SimulationResult): readonly ReportSection[] {
  const picture = designMap(toOutbreak(scenario));
  if (picture === null) return [];
  const text =
    'Below some ten minutes the start hardly matters and the number decides; above a quarter of an hour the start does.';
  return [{ title: 'How many honeypots, how soon', text, charts: [], pictures: [picture], tables: [] }];
}

function aloneSection(alone: DemoExperiment['alone']): ReportSection {
  return {
    title: 'Left alone',
    text: verdict(alone),
    charts: [
      trajectoryChart(alone, { id: 'no-honeypots', title: 'Left alone: susceptible and infected hosts' }),
    ],
    tables: [],
  };
}
