/** Reads a saved result, as `sim run --json` prints it, and checks it before it is used. */
import { checkScenarioDocument } from '@wormwood/files/scenario';
import type { ResultDocument, SimulationResult } from './result.ts';

export type ReadResult =
  | { readonly ok: true; readonly result: SimulationResult }
  | { readonly ok: false; readonly reason: string };

const ENGINES: ReadonlySet<unknown> = new Set(['ode', 'stochastic', 'hosts', 'probes']);
const SERIES = ['susceptible', 'infected', 'immunized'] as const;
const FIGURES = [
  'peakInfected',
  'everInfected',
  'everInfectedFraction',
  'immunized',
  'stillInfected',
] as const;

/** Returns the result in a text, or a clause that says why there is none. */
export function readResult(text: string): ReadResult {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return refuse(`it is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  // `demo` saves its featured outbreak beside what it says of all.
  if (isObject(value) && !('summary' in value) && isObject(value['result'])) value = value['result'];
  if (!isObject(value)) return refuse('it is not an object');
  const { scenario } = value;
  const check = isObject(scenario) ? checkScenarioDocument(scenario, 'result') : null;
  if (check?.ok !== true) return refuse('this version does not understand its `scenario`');
  const reason = obstacle(value);
  if (reason !== null) return refuse(reason);
  return { ok: true, result: { ...(value as unknown as ResultDocument), scenario: check.scenario } };
}

function refuse(reason: string): ReadResult {
  return { ok: false, reason };
}

function obstacle({
  engine,
  seed,
  runs,
  version,
  summary,
  series,
}: Readonly<Record<string, unknown>>): string | null {
  if (!ENGINES.has(engine)) return '`engine` is not the name of an engine';
  if (typeof seed !== 'string' || typeof version !== 'string') return '`seed` or `version` is missing';
  if (typeof runs !== 'number' || !Number.isInteger(runs) || runs < 1)
    return '`runs` is not a number of runs';
  if (!isObject(summary) || !FIGURES.every((name) => isFigure(summary[name], runs > 1)))
    return '`summary` lacks a figure';
  if (!isObject(series) || !isNumbers(series['time'])) return '`series` lacks its times';
  const { length } = series['time'];
  const names = 'everInfected' in series ? [...SERIES, 'everInfected'] : SERIES;
  const isWhole = names.every((name) => {
    const curve = series[name];
    const bands = runs > 1 ? ['mean', 'q05', 'q50', 'q95'] : [null];
    return bands.every((band) => {
      const numbers = band === null ? curve : isObject(curve) ? curve[band] : undefined;
      return isNumbers(numbers) && numbers.length === length;
    });
  });
  return isWhole ? null : '`series` lacks a curve, or one is shorter than the others';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A number, or the distribution of one over many runs. */
function isFigure(value: unknown, isDistribution: boolean): boolean {
  if (!isDistribution) return typeof value === 'number';
  return isObject(value) && (typeof value['mean'] === 'number' || value['mean'] === null);
}

function isNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'number');
}
