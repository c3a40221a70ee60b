/**
 * `wormwood lab forecast LAB`: the bridge, end to end. The honeynet of a lab listens; its events go to the forecast as those of
 * `net up` would; when the alarm is raised, as many honeypots are added as the forecast advises, and contacts begin to immunize.
 * Beside it, the same lab with the same random numbers and nothing done.
 */
import { AddressSet, formatCount, formatDuration, formatPercent, randomStreams } from '@wormwood/base';
import { createDetector, EventObserver } from '@wormwood/defense';
import { type LabOnlooker, type LabRun, runLabInMemory } from '@wormwood/lab';
import { type LineChart, renderReport, type Report, type ReportTable, toTerminal } from '@wormwood/report';
import {
  adviceWords,
  armTable,
  forecastChart,
  forecastDocument,
  type ForecastOptions,
  type MadeForecast,
  makeForecast,
  OutbreakWatch,
  presentTable,
  remarkWords,
} from '@wormwood/study';
import { CommandFailure, EXIT, type ExitCode } from '../exit-code.ts';
import { catchInterrupt } from '../interrupt.ts';
import { chartFiles } from '../output/result-files.ts';
import { prepareDirectory, saveFiles } from '../output/save.ts';
import { renderTable } from '../output/table.ts';
import { openTerminal } from '../output/terminal.ts';
import { openWorkerPool, type WorkerPool } from '../sim/worker-pool.ts';
import { VERSION } from '../version.ts';
import { type CheckedLab, openLab } from './read-lab.ts';
import type { PrintOptions } from '../command-options.ts';

export interface LabForecastOptions extends PrintOptions {
  readonly seed: string;
  readonly draws: number;
  readonly workers: number;
  readonly out?: string;
}

/** The detector of a lab convicts at the second contact (docs/lab.md). */
const CONTACTS = 2;
const FILTER = 0.5;
/** The alarm is looked at so often. */
const LOOK_SECONDS = 1;

/** What the lab came to, with the forecast followed and without. */
interface Experiment {
  readonly without: LabRun;
  readonly followed: LabRun;
  readonly forecast: MadeForecast | null;
  /** Why there is no forecast. */
  readonly reason: string | null;
  readonly added: { readonly honeypots: number; readonly seconds: number } | null;
  readonly events: readonly string[];
}

export async function labForecast(argument: string, options: LabForecastOptions): Promise<ExitCode> {
  const terminal = openTerminal(options);
  const check = await openLab(argument, terminal, options);
  if (check === undefined) return EXIT.invalidFile;
  if (check.outbreak.honeypots.every(({ count }) => count === 0))
    throw new CommandFailure(
      EXIT.failed,
      'This lab has no honeypots, so nothing is seen and nothing forecast.',
    );
  const directory = options.out === undefined ? undefined : await prepareDirectory(options.out);
  const interrupt = catchInterrupt(() => terminal.say('\nEnding; press Ctrl-C again to end at once.'));
  const pool = openWorkerPool(Math.min(options.workers, options.draws), interrupt.flag);
  try {
    const experiment = await runExperiment(check, options, pool);
    if (directory !== undefined) {
      await saveFiles(directory, [
        { name: 'result.json', content: `${JSON.stringify(documentOf(experiment, check, options))}\n` },
        { name: 'events.jsonl', content: experiment.events.join('') },
        ...chartFiles(courseChart(experiment, check)),
        ...(experiment.forecast === null ? [] : chartFiles(forecastChart(experiment.forecast))),
        { name: 'report.html', content: renderReport(reportOf(experiment, check)) },
      ]);
      terminal.say(`Written to ${options.out}; open report.html there.`);
    }
    const { stdout, columns } = terminal;
    await terminal.print(
      options.json
        ? JSON.stringify(documentOf(experiment, check, options))
        : [
            renderTable(courseTable(experiment)),
            toTerminal(courseChart(experiment, check), { columns, color: stdout.isColorSupported }),
            stdout.bold(verdictOf(experiment)),
          ].join('\n\n'),
    );
    return EXIT.ok;
  } finally {
    await pool.close();
    interrupt.release();
  }
}

async function runExperiment(
  { lab, outbreak }: CheckedLab,
  options: LabForecastOptions,
  pool: WorkerPool,
): Promise<Experiment> {
  const plan = { lab, outbreak, streams: randomStreams(options.seed), replicate: 0, isListening: true };
  const without = await runLabInMemory(plan);
  const follower = new Follower({ lab, outbreak, options, pool });
  const followed = await runLabInMemory(plan, follower);
  const { forecast, reason, added, events } = follower;
  return { without, followed, forecast, reason, added, events };
}

/** Reads the events of the lab as `sim forecast` reads those of a file, and acts on the first forecast. */
class Follower implements LabOnlooker {
  readonly events: string[] = [];
  forecast: MadeForecast | null = null;
  reason: string | null = 'No alarm: the number of sources did not grow as a worm does.';
  added: Experiment['added'] = null;
  readonly #given: Pick<CheckedLab, 'lab' | 'outbreak'> & {
    readonly options: LabForecastOptions;
    readonly pool: WorkerPool;
  };
  #watch: OutbreakWatch | null = null;
  #againSeconds = 0;
  #observer: EventObserver | null = null;

  constructor(
    given: Pick<CheckedLab, 'lab' | 'outbreak'> & {
      readonly options: LabForecastOptions;
      readonly pool: WorkerPool;
    },
  ) {
    this.#given = given;
  }

  event(line: string): void {
    // What comes later is seen by more honeypots.
    if (this.forecast !== null) return;
    const text = line.trimEnd();
    this.events.push(line);
    if (this.#observer === null) {
      const reading = new EventObserver(AddressSet.empty).read({ text, file: 'lab', line: 1 });
      if (reading.kind === 'nets') this.#open(reading.nets.ipv4);
      return;
    }
    const reading = this.#observer.read({ text, file: 'lab', line: this.events.length });
    if (reading.kind === 'observations') for (const each of reading.observations) this.#watch?.take(each);
  }

  afterProbe(course: Parameters<LabOnlooker['afterProbe']>[0]): Promise<void> | undefined {
    if (this.forecast !== null || course.nowSeconds() < this.#againSeconds) return undefined;
    this.#againSeconds = course.nowSeconds() + LOOK_SECONDS;
    const alarm = this.#watch?.alarm() ?? null;
    return alarm === null || alarm.endedSeconds !== null ? undefined : this.#act(course);
  }

  async #act(course: Parameters<LabOnlooker['afterProbe']>[0]): Promise<void> {
    const { options, pool, lab, outbreak } = this.#given;
    const sighting = this.#watch?.sighting(outbreak.addressSpaceSize, undefined) ?? '';
    if (typeof sighting === 'string') {
      this.reason = sighting;
      return;
    }
    const asked: ForecastOptions = {
      faster: lab.response.delaySeconds,
      contacts: CONTACTS,
      filter: FILTER,
      draws: options.draws,
      seed: options.seed,
    };
    this.forecast = await makeForecast(sighting, asked, (request) => pool.runChunk(request));
    this.reason = null;
    const { advice } = this.forecast;
    const honeypots = course.addHoneypots(advice.isPossible ? advice.more : 0);
    this.added = { honeypots, seconds: course.nowSeconds() };
  }

  #open(honeypots: AddressSet): void {
    const { options } = this.#given;
    // No innocent host strays here, as in `lab run`.
    const detector = createDetector({
      test: 'trw',
      streams: randomStreams(options.seed),
      monitored: honeypots,
    });
    this.#observer = new EventObserver(honeypots);
    this.#watch = new OutbreakWatch({ detector, honeypots });
  }
}

function figuresOf({
  trajectory,
}: LabRun): Readonly<Record<'everInfected' | 'peakInfected' | 'stillInfected' | 'immunized', number>> {
  const { susceptible, infected, immunized } = trajectory;
  const all = (susceptible[0] ?? 0) + (infected[0] ?? 0);
  return {
    everInfected: all - (susceptible.at(-1) ?? 0),
    peakInfected: Math.max(...infected),
    stillInfected: infected.at(-1) ?? 0,
    immunized: immunized.at(-1) ?? 0,
  };
}

function documentOf(
  { without, followed, forecast, reason, added }: Experiment,
  { lab }: CheckedLab,
  { seed }: LabForecastOptions,
): object {
  const course = ({ trajectory: { time, susceptible, infected, immunized }, ...run }: LabRun): object => ({
    ...figuresOf({ trajectory: { time, susceptible, infected, immunized }, ...run }),
    series: {
      time: Array.from(time),
      susceptible: Array.from(susceptible),
      infected: Array.from(infected),
      immunized: Array.from(immunized),
    },
  });
  const none = { forecasts: 0, moments: 0, held: 0, below: 0, above: 0 };
  return {
    lab: lab.scenario.name,
    seed,
    added,
    reason,
    without: course(without),
    followed: course(followed),
    forecast: forecast === null ? null : forecastDocument(forecast, { score: none, version: VERSION }),
    version: VERSION,
  };
}

function courseTable({ without, followed, added }: Experiment): ReportTable {
  const [plain, acted] = [figuresOf(without), figuresOf(followed)];
  return {
    caption: 'The same lab, with the forecast followed and without',
    columns: ['', 'followed', 'without'],
    rows: [
      ['Honeypots added', added === null ? 'none' : formatCount(added.honeypots), '–'],
      ['When', added === null ? '–' : formatDuration(Math.round(added.seconds)), '–'],
      ['Ever infected', formatCount(acted.everInfected), formatCount(plain.everInfected)],
      ['Most at a time', formatCount(acted.peakInfected), formatCount(plain.peakInfected)],
      ['Infected at the end', formatCount(acted.stillInfected), formatCount(plain.stillInfected)],
      ['Immunized', formatCount(acted.immunized), formatCount(plain.immunized)],
    ],
  };
}

function courseChart({ without, followed, added }: Experiment, { lab }: CheckedLab): LineChart {
  const minutes = (run: LabRun): readonly number[] =>
    Array.from(run.trajectory.time, (seconds) => seconds / 60);
  return {
    kind: 'lines',
    id: 'followed',
    title: `${lab.scenario.name}: with the forecast followed, and without`,
    caption: 'Infected hosts of two runs of the lab with the same random numbers, with packets.',
    x: { label: 'time (min)', unit: 'min' },
    y: { label: 'infected hosts', min: 0 },
    lines: [
      { name: 'followed', role: 'infected', x: minutes(followed), y: followed.trajectory.infected },
      { name: 'without', role: 'reference', x: minutes(without), y: without.trajectory.infected },
    ],
    moments: added === null ? [] : [{ x: added.seconds / 60, label: 'honeypots added' }],
  };
}

function verdictOf({ without, followed, forecast, reason, added }: Experiment): string {
  if (forecast === null || added === null) return reason ?? 'Nothing was forecast.';
  const [plain, acted] = [figuresOf(without), figuresOf(followed)];
  const { trajectory } = followed;
  const all = (trajectory.susceptible[0] ?? 0) + (trajectory.infected[0] ?? 0);
  const share = (hosts: number): string => formatPercent(Number((hosts / all).toPrecision(3)));
  const over =
    acted.stillInfected === 0
      ? 'the outbreak is over'
      : `${formatCount(acted.stillInfected)} hosts are infected still`;
  return (
    `${formatCount(added.honeypots)} honeypots were added after ${formatDuration(Math.round(added.seconds))}, as the forecast ` +
    `advised: ${share(acted.everInfected)} of the hosts were ever infected, and ${over}. ` +
    `Without, it was ${share(plain.everInfected)}.`
  );
}

function reportOf(experiment: Experiment, check: CheckedLab): Report {
  const { forecast } = experiment;
  return {
    title: check.lab.scenario.name,
    verdict: verdictOf(experiment),
    facts: [],
    sections: [
      {
        title: 'Followed, and without',
        text:
          'Every probe was a packet with an inert marker. The honeypots listened; their events raised the alarm and made the ' +
          'forecast; the honeypots that it advised were added at once, and contacts began to immunize.',
        charts: [courseChart(experiment, check)],
        tables: [courseTable(experiment)],
      },
      ...(forecast === null
        ? []
        : [
            {
              title: 'The forecast that was followed',
              text: [adviceWords(forecast), ...remarkWords(forecast)].join(' '),
              charts: [forecastChart(forecast)],
              tables: [presentTable(forecast), armTable(forecast)],
            },
          ]),
    ],
    results: [],
  };
}
