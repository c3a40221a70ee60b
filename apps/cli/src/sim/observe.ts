/** `wormwood sim observe`: what a network telescope, or a honeynet of as many addresses, would have seen of an outbreak. */
import {
  formatCount,
  formatDuration,
  formatPercent,
  formatRange,
  poisson,
  randomStreams,
} from '@wormwood/base';
import {
  correctedInfected,
  detectionSeconds,
  engineNamed,
  observationProbability,
  observeOutbreak,
  type Outbreak,
  type Run,
  trendAlarm,
  vulnerableFromGrowth,
} from '@wormwood/epidemic';
import type { ScenarioValueChange } from '@wormwood/files/scenario';
import { type LineChart, toTerminal } from '@wormwood/report';
import { openScenario } from './check-scenario.ts';
import { CommandFailure, EXIT, type ExitCode } from '../exit-code.ts';
import { renderTable } from '../output/table.ts';
import { openTerminal, type Terminal } from '../output/terminal.ts';
import type { PrintOptions } from '../command-options.ts';

export interface SimObserveOptions extends PrintOptions {
  /** Monitored addresses. */
  readonly telescope: number;
  readonly interval: number;
  /** Mean number of probes per interval that are not the worm's. */
  readonly background: number;
  readonly seed: string;
  readonly set: readonly ScenarioValueChange[];
}

const INTERVALS_MAX = 100_000;
const LISTED_SOURCES = [1, 10, 100, 1000];

export async function simObserve(argument: string, options: SimObserveOptions): Promise<ExitCode> {
  const terminal = openTerminal(options);
  const checked = await openScenario(argument, {
    engine: 'hosts',
    changes: options.set,
    terminal,
    json: options.json === true,
  });
  if (checked === undefined) return EXIT.invalidFile;
  const { outbreak } = checked;
  refuseWhatCannotBe(outbreak, options);
  const randomness = { streams: randomStreams(options.seed), replicate: 0 };
  const run = engineNamed('hosts').run({ ...outbreak, sampleSeconds: options.interval }, randomness);
  const seen = observationOf(outbreak, run, options);
  await terminal.print(options.json ? JSON.stringify(seen) : describe(checked.scenario.name, seen, terminal));
  return EXIT.ok;
}

function refuseWhatCannotBe(outbreak: Outbreak, { telescope, interval }: SimObserveOptions): void {
  const { worm, addressSpaceSize, durationSeconds } = outbreak;
  const refuse = (message: string): never => {
    throw new CommandFailure(EXIT.usage, message);
  };
  if (worm.strategy.kind !== 'uniform' || worm.scanRates !== undefined) {
    refuse(
      'sim observe needs uniform scanning at one rate; with other strategies, what a telescope sees depends on its place.',
    );
  }
  if (telescope > addressSpaceSize) {
    refuse(`A telescope of ${telescope} addresses does not fit into a space of ${addressSpaceSize}.`);
  }
  if (durationSeconds / interval > INTERVALS_MAX) {
    refuse(`The outbreak would have more than ${INTERVALS_MAX} intervals; lengthen --interval.`);
  }
}

interface Observation {
  readonly telescope: { readonly addresses: number; readonly fraction: number };
  readonly intervalSeconds: number;
  readonly seed: string;
  /** When that many different hosts had been seen, in seconds; null when they never were. */
  readonly sourcesAt: readonly { readonly sources: number; readonly timeSeconds: number | null }[];
  readonly alarm: Alarm | null;
  readonly series: {
    readonly time: readonly number[];
    readonly infected: readonly number[];
    readonly everInfected: readonly number[];
    readonly sources: readonly number[];
    readonly correctedEverInfected: readonly number[];
    readonly probes: readonly number[];
  };
}

interface Alarm {
  readonly timeSeconds: number;
  readonly infected: number;
  readonly infectedFraction: number;
  readonly growthPerInterval: { readonly estimate: number; readonly low: number; readonly high: number };
  readonly vulnerableEstimate: number;
}

function observationOf(outbreak: Outbreak, { trajectory }: Run, options: SimObserveOptions): Observation {
  const { scanRatePerSecond } = outbreak.worm;
  const { vulnerable } = outbreak.population;
  const { telescope: addresses, interval, background, seed } = options;
  const telescope = { fraction: addresses / outbreak.addressSpaceSize };
  const stream = randomStreams(seed).stream('telescope', 0);
  const observed = observeOutbreak(trajectory, { telescope, scanRatePerSecond }, stream);
  const probes = observed.probes.map((count) => count + (background > 0 ? poisson(stream, background) : 0));
  const probesPerInterval = scanRatePerSecond * interval;
  const corrected = correctedInfected(observed.sources, observationProbability(telescope, probesPerInterval));
  const raised = trendAlarm(probes);
  const { time, susceptible, infected, everInfected } = trajectory;
  const ever = everInfected ?? susceptible.map((count) => vulnerable - count);
  return {
    telescope: { addresses, fraction: telescope.fraction },
    intervalSeconds: interval,
    seed,
    sourcesAt: LISTED_SOURCES.map((sources) => {
      const row = observed.sources.findIndex((count) => count >= sources);
      return { sources, timeSeconds: row < 0 ? null : time[row]! };
    }),
    alarm: raised && {
      timeSeconds: time[raised.row]!,
      infected: infected[raised.row]!,
      infectedFraction: infected[raised.row]! / vulnerable,
      growthPerInterval: { estimate: raised.growth, low: raised.low, high: raised.high },
      vulnerableEstimate: vulnerableFromGrowth(raised.growth, {
        addressSpaceSize: outbreak.addressSpaceSize,
        probesPerInterval,
      }),
    },
    series: {
      time: Array.from(time),
      infected: Array.from(infected),
      everInfected: Array.from(ever),
      sources: Array.from(observed.sources),
      correctedEverInfected: Array.from(corrected),
      probes: Array.from(probes),
    },
  };
}

function describe(name: string, seen: Observation, { stdout, columns }: Terminal): string {
  const { telescope, intervalSeconds, sourcesAt, alarm } = seen;
  const after = (seconds: number | null): string => (seconds === null ? 'never' : formatDuration(seconds));
  const rows = [
    [
      'Monitored addresses',
      `${formatCount(telescope.addresses)}, one in ${formatCount(Math.round(1 / telescope.fraction))}`,
    ],
    [
      'Time to see a host that sends 10 probes/s (95%)',
      after(rounded(detectionSeconds(telescope, 10, 0.95))),
    ],
    ...sourcesAt.map(({ sources, timeSeconds }) => [
      sources === 1 ? 'First host seen by' : `${formatCount(sources)} hosts seen by`,
      after(timeSeconds),
    ]),
    ['Alarm: persistent growth', alarm === null ? 'none' : after(alarm.timeSeconds)],
    ...(alarm === null ? [] : alarmRows(alarm, intervalSeconds)),
  ];
  const caption = `What the telescope sees, in intervals of ${formatDuration(intervalSeconds)}`;
  return [
    `${stdout.bold(name)}, engine hosts, seed ${seen.seed}\n`,
    renderTable({ caption, columns: ['', 'value'], rows }),
    toTerminal(chartOf(name, seen), { columns, color: stdout.isColorSupported }),
  ].join('\n');
}

function alarmRows(alarm: Alarm, intervalSeconds: number): readonly (readonly string[])[] {
  const { estimate, low, high } = alarm.growthPerInterval;
  const doubling = (growth: number): string => {
    return growth > 0 ? formatDuration(rounded((Math.LN2 / Math.log1p(growth)) * intervalSeconds)) : 'never';
  };
  return [
    ['Infected at the alarm', `${formatCount(alarm.infected)} (${formatPercent(alarm.infectedFraction)})`],
    ['Doubling time, estimated (95%)', `${doubling(estimate)} (${formatRange([high, low], doubling)})`],
    ['Vulnerable hosts, estimated', formatCount(Math.round(alarm.vulnerableEstimate))],
  ];
}

function rounded(seconds: number): number {
  return Number(seconds.toPrecision(3));
}

/** Hosts infected, seen and estimated over time, in minutes. */
function chartOf(name: string, { series, alarm }: Observation): LineChart {
  const time = series.time.map((seconds) => seconds / 60);
  const line = (label: string, role: 'everInfected' | 'infected' | 'reference', y: readonly number[]) => {
    return { name: label, role, x: time.slice(0, y.length), y };
  };
  return {
    kind: 'lines',
    id: 'observed',
    title: `${name}: infected, seen and estimated`,
    caption:
      'The number of hosts that the telescope has seen lags behind the number infected; the correction makes up for it.',
    x: { label: 'time (min)', unit: 'min' },
    y: { label: 'hosts' },
    lines: [
      line('ever infected', 'everInfected', series.everInfected),
      line('seen', 'infected', series.sources),
      line('corrected', 'reference', series.correctedEverInfected),
    ],
    moments: alarm === null ? [] : [{ x: alarm.timeSeconds / 60, label: 'alarm' }],
  };
}
