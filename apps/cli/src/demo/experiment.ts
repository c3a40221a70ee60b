/**
 * The experiment of Provos (2004) behind the demo: one worm without honeypots, then with growing numbers of honeypots after
 * an hour and after 20 minutes, by the mean field and by many runs of `hosts`; and one of these outbreaks by every engine.
 */
import { formatCount } from '@wormwood/base';
import type { EngineName } from '@wormwood/epidemic';
import {
  checkScenarioDocument,
  scenarioDocument,
  type ScenarioDocument,
  setScenarioValue,
} from '@wormwood/files/scenario';
import type { EnginePair, SimulationResult } from '@wormwood/report';
import { openShippedScenario } from '../sim/check-scenario.ts';
import type { SimulationTask } from '../sim/simulate.ts';

/** What the demo asks the rest of the program to compute. */
export interface Laboratory {
  readonly seed: string;
  runOnce(task: SimulationTask): Promise<SimulationResult>;
  runOften(task: SimulationTask, runs: number): Promise<SimulationResult>;
}

export interface DemoExperiment {
  /** Without honeypots. */
  readonly alone: SimulationResult;
  readonly delays: readonly DelayStudy[];
  readonly fidelities: readonly Fidelity[];
}

/** Outbreaks whose honeypots start at the same time, by growing numbers of honeypots from 0 on. */
export interface DelayStudy {
  readonly scenario: string;
  /** The start in words, and as part of file names. */
  readonly start: string;
  readonly id: string;
  readonly pairs: readonly CountedPair[];
}

export interface CountedPair extends EnginePair {
  readonly honeypots: number;
}

/** The result of one engine, and the result that it is compared with, if any. */
export interface Fidelity {
  readonly note: string;
  readonly result: SimulationResult;
  readonly reference: SimulationResult | null;
}

const DELAYS = [
  { scenario: 'provos-2004-60min', start: '60 min', id: '60min' },
  { scenario: 'provos-2004-20min', start: '20 min', id: '20min' },
] as const;
const HONEYPOT_COUNTS = [0, 1024, 4096, 16_384, 65_536, 131_072, 262_144, 524_288] as const;
/** The number of honeypots in the paper; it is run more often than the others. */
const FEATURED_COUNT = 262_144;
export const FEATURED_RUNS: number = 20;
export const SERIES_RUNS: number = 8;
/** A report with all series at the spacing of the scenarios would be six times as large. */
const SAMPLE = '1min';

export async function runExperiment(laboratory: Laboratory): Promise<DemoExperiment> {
  const alone = await laboratory.runOnce(
    taskOf('ode', await shipped('provos-2004-no-honeypots'), laboratory),
  );
  const delays: DelayStudy[] = [];
  for (const delay of DELAYS) {
    const document = await shipped(delay.scenario);
    const pairs: CountedPair[] = [];
    for (const honeypots of HONEYPOT_COUNTS) pairs.push(await runPair(document, honeypots, laboratory));
    delays.push({ ...delay, pairs });
  }
  return { alone, delays, fidelities: await compareFidelities(delays, laboratory) };
}

async function runPair(
  document: ScenarioDocument,
  honeypots: number,
  laboratory: Laboratory,
): Promise<CountedPair> {
  const varied = changed(document, [['defenses.0.count', honeypots]]);
  const runs = honeypots === FEATURED_COUNT ? FEATURED_RUNS : SERIES_RUNS;
  return {
    honeypots,
    name: formatCount(honeypots),
    meanField: await laboratory.runOnce(taskOf('ode', varied, laboratory)),
    ensemble: await laboratory.runOften(taskOf('hosts', varied, laboratory), runs),
  };
}

/** Returns the pair with the honeypots of the paper, 20 minutes after the start. */
export function featuredPair(delays: readonly DelayStudy[]): CountedPair {
  return withFeaturedCount(delays.at(-1)?.pairs ?? []);
}

/** Returns the pair with the honeypots of the paper. */
export function withFeaturedCount(pairs: readonly CountedPair[]): CountedPair {
  const pair = pairs.find(({ honeypots }) => honeypots === FEATURED_COUNT);
  if (pair === undefined) throw new Error('the experiment lacks the number of honeypots in the paper');
  return pair;
}

async function compareFidelities(
  delays: readonly DelayStudy[],
  laboratory: Laboratory,
): Promise<readonly Fidelity[]> {
  const document = await shipped('provos-2004-20min');
  const small = smallCopy(document);
  const often = (engine: EngineName, of: ScenarioDocument): Promise<SimulationResult> =>
    laboratory.runOften(taskOf(engine, of, laboratory), FEATURED_RUNS);
  const { meanField, ensemble } = featuredPair(delays);
  const smallHosts = await often('hosts', small);
  return [
    { note: 'mean field', result: meanField, reference: null },
    { note: 'every event', result: await often('stochastic', document), reference: meanField },
    { note: 'every host', result: ensemble, reference: meanField },
    { note: 'every host, small copy', result: smallHosts, reference: null },
    { note: 'every probe, small copy', result: await often('probes', small), reference: smallHosts },
  ];
}

/**
 * The same outbreak with a tenth of the hosts and honeypots in a space of 2^22 addresses. R0 = N/h stays, and a slower
 * scan keeps β = sN/Ω and with it the doubling time, so that fractions of N follow the same mean field.
 */
function smallCopy(document: ScenarioDocument): ScenarioDocument {
  return changed(document, [
    ['name', 'provos-2004-20min, small copy'],
    ['space', '2^22'],
    ['population.vulnerable', 36_000],
    ['population.infected', 15],
    ['worm.scanRate', '0.48828125/s'],
    ['defenses.0.count', 26_214],
  ]);
}

async function shipped(name: string): Promise<ScenarioDocument> {
  const { scenario } = await openShippedScenario(name);
  return changed(scenarioDocument(scenario), [['sample', SAMPLE]]);
}

function changed(
  document: ScenarioDocument,
  values: readonly (readonly [path: string, value: unknown])[],
): ScenarioDocument {
  return values.reduce((current, [path, value]) => {
    const change = setScenarioValue(current, path, value);
    if (!change.ok) throw new Error(change.diagnostics.map(({ message }) => message).join(' '));
    return change.document;
  }, document);
}

function taskOf(engine: EngineName, document: ScenarioDocument, { seed }: Laboratory): SimulationTask {
  const check = checkScenarioDocument(document, 'demo');
  if (!check.ok) throw new Error(check.diagnostics.map(({ message }) => message).join(' '));
  return { engine, seed, outbreak: check.outbreak, scenario: check.scenario };
}
