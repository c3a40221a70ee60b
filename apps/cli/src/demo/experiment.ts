/**
 * The experiment of Provos (2004) behind the demo: one outbreak left alone, then met by growing numbers of honeypots
 * after an hour and after 20 minutes, and the last of these once more with engines that know chance.
 */
import type { EngineName } from '@wormwood/epidemic';
import {
  checkScenarioDocument,
  type NamedResult,
  scenarioDocument,
  type ScenarioDocument,
  setScenarioValue,
  type SimulationResult,
} from '@wormwood/scenario';
import { formatCount } from '@wormwood/base';
import { openShippedScenario } from '../check-scenario.ts';
import type { SimulationTask } from '../simulate.ts';

const HONEYPOT_COUNTS = [1024, 4096, 16_384, 65_536, 131_072, 262_144, 524_288] as const;

/** What the demo asks the rest of the program to compute. */
export interface Laboratory {
  readonly seed: string;
  runOnce(task: SimulationTask): Promise<SimulationResult>;
  runOften(task: SimulationTask, runs: number): Promise<SimulationResult>;
}

export interface Experiment {
  /** Without honeypots. */
  readonly alone: SimulationResult;
  readonly delays: readonly DelayStudy[];
  /** The mean field first, then engines that know chance. */
  readonly fidelities: readonly Fidelity[];
}

/** The honeypots start at one time, in growing numbers, none at first. */
export interface DelayStudy {
  readonly scenario: string;
  /** In words, and as a part of file names. */
  readonly start: string;
  readonly id: string;
  readonly byCount: readonly CountedResult[];
  /** With the number of honeypots that the scenario names. */
  readonly asShipped: SimulationResult;
}

export interface CountedResult extends NamedResult {
  readonly honeypots: number;
}

export interface Fidelity {
  readonly note: string;
  readonly result: SimulationResult;
}

const RUNS = 20;
/** A report with all series at the spacing of the scenarios would be three times as large. */
const SAMPLE = '30s';

const DELAYS = [
  { scenario: 'provos-2004-60min', start: '60 min', id: '60min' },
  { scenario: 'provos-2004-20min', start: '20 min', id: '20min' },
] as const;

export async function runExperiment(laboratory: Laboratory): Promise<Experiment> {
  const alone = await laboratory.runOnce(
    taskOf('ode', await shipped('provos-2004-no-honeypots'), laboratory),
  );
  const delays: DelayStudy[] = [];
  for (const delay of DELAYS) {
    const document = await shipped(delay.scenario);
    const asShipped = await laboratory.runOnce(taskOf('ode', document, laboratory));
    delays.push({ ...delay, asShipped, byCount: await varyCount(document, alone, laboratory) });
  }
  return { alone, delays, fidelities: await compareFidelities(laboratory) };
}

async function varyCount(
  document: ScenarioDocument,
  alone: SimulationResult,
  laboratory: Laboratory,
): Promise<readonly CountedResult[]> {
  const results: CountedResult[] = [{ honeypots: 0, name: 'none', result: alone }];
  for (const honeypots of HONEYPOT_COUNTS) {
    const varied = changed(document, [['defenses.0.count', honeypots]]);
    const result = await laboratory.runOnce(taskOf('ode', varied, laboratory));
    results.push({ honeypots, name: formatCount(honeypots), result });
  }
  return results;
}

async function compareFidelities(laboratory: Laboratory): Promise<readonly Fidelity[]> {
  const document = await shipped('provos-2004-20min');
  const small = scaledDown(document);
  const often = (engine: EngineName, of: ScenarioDocument): Promise<SimulationResult> =>
    laboratory.runOften(taskOf(engine, of, laboratory), RUNS);
  return [
    { note: 'mean field', result: await laboratory.runOnce(taskOf('ode', document, laboratory)) },
    { note: 'every event', result: await often('stochastic', document) },
    { note: 'every host', result: await often('hosts', document) },
    { note: 'every probe, in 2^24 addresses', result: await often('probes', small) },
  ];
}

/**
 * The same outbreak in miniature: half the hosts and honeypots in a space of 2^24. R0 = N/h stays, and a slower scan
 * keeps sN/Ω, so fractions of N follow the same curve in the mean field.
 */
function scaledDown(document: ScenarioDocument): ScenarioDocument {
  return changed(document, [
    ['name', 'provos-2004-20min in 2^24 addresses'],
    ['space', '2^24'],
    ['population.vulnerable', 180_000],
    ['population.infected', 75],
    ['worm.scanRate', '0.390625/s'],
    ['defenses.0.count', 131_072],
  ]);
}

async function shipped(name: string): Promise<ScenarioDocument> {
  const { document } = await openShippedScenario(name);
  return changed(document, [['sample', SAMPLE]]);
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
  return { engine, seed, outbreak: check.outbreak, document: scenarioDocument(check.scenario) };
}
