/** A saved result read back: what `sim run --json` printed, perhaps long ago or by other hands, checked before it is used. */
import { checkScenarioDocument } from '@wormwood/files/scenario';
import type { SimulationResult } from './result.ts';

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

/** Returns the result that a text holds, or in one sentence why it holds none. */
export function readResult(text: string): ReadResult {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return refuse(`it is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const reason = obstacle(value);
  return reason === null ? { ok: true, result: value as SimulationResult } : refuse(reason);
}

function refuse(reason: string): ReadResult {
  return { ok: false, reason };
}

function obstacle(value: unknown): string | null {
  if (!isObject(value)) return 'it holds no object';
  const { scenario, engine, seed, runs, version, summary, series } = value;
  if (!isObject(scenario) || !checkScenarioDocument(scenario, 'result').ok)
    return '`scenario` is no scenario that this version understands';
  if (!ENGINES.has(engine)) return '`engine` names no engine';
  if (typeof seed !== 'string' || typeof version !== 'string') return '`seed` or `version` is missing';
  if (typeof runs !== 'number' || !Number.isInteger(runs) || runs < 1) return '`runs` is no number of runs';
  if (!isObject(summary) || !FIGURES.every((name) => isFigure(summary[name], runs > 1)))
    return '`summary` lacks figures that a result has';
  if (!isObject(series) || !isNumbers(series['time'])) return '`series` lacks its times';
  const { length } = series['time'];
  const names = 'everInfected' in series ? [...SERIES, 'everInfected'] : SERIES;
  const isWhole = names.every((name) => {
    const curve = series[name];
    const bands = runs > 1 ? ['mean', 'q05', 'q95'] : [null];
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
